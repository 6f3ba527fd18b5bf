//! What both APIs lean on.

use async_nats::connection::State;
use event_log::EventLog;
use service_kit::health::Health;

/// `/health/ready` of an API: MongoDB answers, and NATS is connected.
#[must_use]
pub fn health(log: &EventLog, nats: &async_nats::Client) -> Health {
    let (log, nats) = (log.clone(), nats.clone());
    Health::new()
        .check("mongodb", move || {
            let log = log.clone();
            async move { log.head().await.map(drop) }
        })
        .check("nats", move || {
            let state = nats.connection_state();
            async move { if state == State::Connected { Ok(()) } else { Err(format!("{state:?}")) } }
        })
}
