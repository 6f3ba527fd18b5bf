//! The connection to NATS.

use std::time::Duration;

use async_nats::jetstream::{Context, context::ContextBuilder};
use async_nats::{Client, ConnectOptions, ServerAddr, connection::State};

/// How long a request to NATS, or the acknowledgement of a message, may take.
const ANSWER_LIMIT: Duration = Duration::from_secs(2);
/// How often the connection is tried out: a server that is frozen, and closes nothing, is noticed after three of them.
const PING_EVERY: Duration = Duration::from_secs(1);
/// Pause between attempts to reconnect.
const RECONNECT_EVERY: Duration = Duration::from_millis(250);

/// A NATS URL that is none. It is not quoted: it may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the NATS URL is malformed")]
pub struct InvalidNatsUrl;

/// Connects to NATS, in the background and for ever: with the server down the client is there all the same, and says
/// that it is not connected.
///
/// # Errors
/// [`InvalidNatsUrl`] when there is nothing to connect to.
pub async fn connect_nats(url: &str, name: &str) -> Result<Client, InvalidNatsUrl> {
    let servers = url.split(',').map(|part| part.trim().parse()).collect::<Result<Vec<ServerAddr>, _>>();
    ConnectOptions::new()
        .name(name)
        .retry_on_initial_connect()
        .max_reconnects(None)
        .connection_timeout(ANSWER_LIMIT)
        .request_timeout(Some(ANSWER_LIMIT))
        .ping_interval(PING_EVERY)
        .reconnect_delay_callback(|attempts| if attempts < 2 { Duration::from_millis(20) } else { RECONNECT_EVERY })
        .connect(servers.map_err(|_| InvalidNatsUrl)?)
        .await
        .map_err(|_| InvalidNatsUrl)
}

/// Whether the server is there, as far as the client knows.
pub(crate) fn is_connected(client: &Client) -> bool {
    client.connection_state() == State::Connected
}

/// JetStream over that connection. The limit on unacknowledged messages is the caller's; acknowledgements that nobody
/// waits for any more are given up as early as others, or they would use up what the library allows.
pub(crate) fn jetstream(client: &Client) -> Context {
    ContextBuilder::new().timeout(ANSWER_LIMIT).ack_timeout(ANSWER_LIMIT).build(client.clone())
}
