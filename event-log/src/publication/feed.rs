//! Messages of the event stream, as they come: a hint of what is in the log, not to be trusted without a look.
//!
//! A process has one consumer, whatever the number of its subscriptions: each message is received and decoded once.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_nats::Client;
use async_nats::jetstream::Context;
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, pull};
use events::{Position, StoredEvent};
use futures::StreamExt;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::{Notify, broadcast};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::{is_connected, jetstream, message};
use crate::EventLog;

/// Messages that are kept for those who are slower than others. Who is further behind reads the log.
const KEPT: usize = 2_048;
/// An event whose JSON is larger than this is not kept, but read from the log, so that what is kept stays small.
const LARGE: usize = 32 * 1024;
/// Messages asked for at a time.
const BATCH: usize = 512;
/// How often the server must give a sign of life; two missed and the consumer is made anew.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// How long one request for messages stands.
const EXPIRES: Duration = Duration::from_secs(30);
/// How long the server keeps a consumer that nobody asks for anything.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(30);
/// First and longest pause before a consumer is made anew that has failed.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));
/// How soon it is noticed that the server is away, or there again.
const CONNECTION_LOOK: Duration = Duration::from_millis(25);
/// A consumer that is younger than this is not made anew for being silent.
const PATIENCE: Duration = Duration::from_secs(1);

/// A message.
pub struct Fed {
    /// Its sequence: the position of the event that should be in it.
    pub sequence: u64,
    /// The event; none when it must be read from the log.
    pub event: Option<StoredEvent>,
    /// Size of its payload.
    pub bytes: usize,
}

/// A consumer of the stream that is made anew whenever it fails, and those who listen to it. It ends with the last of
/// them.
///
/// It is a plain pull consumer, without acknowledgements and with positions checked by the subscriptions. The library's
/// own ordered consumer would go on after the last sequence that it has seen, also on a stream that was made anew.
pub struct Feed {
    messages: broadcast::Sender<Arc<Fed>>,
    state: Arc<State>,
    task: JoinHandle<()>,
}

struct State {
    /// How far in the log the foremost listener is: where a new consumer begins.
    reached: AtomicU64,
    /// When the consumer was made.
    made: Mutex<Instant>,
    /// It is to be made anew.
    renewed: Notify,
}

/// One who listens to a feed.
pub struct Listener {
    feed: Arc<Feed>,
    receiver: broadcast::Receiver<Arc<Fed>>,
}

impl Feed {
    fn start(log: &EventLog, client: &Client, after: Position) -> Self {
        let (messages, _) = broadcast::channel(KEPT);
        let state = Arc::new(State {
            reached: AtomicU64::new(after),
            made: Mutex::new(Instant::now()),
            renewed: Notify::new(),
        });
        let pump = Pump {
            client: client.clone(),
            context: jetstream(client),
            stream: log.names().stream_name(),
            messages: messages.clone(),
            state: Arc::clone(&state),
        };
        Self { messages, state, task: tokio::spawn(pump.run()) }
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl EventLog {
    /// Listens to the log's stream, of which the log has been read up to `after`. All who listen share a consumer, over
    /// the connection of the first of them.
    pub(crate) fn listen(&self, client: &Client, after: Position) -> Listener {
        let mut shared = self.0.feed.lock().unwrap_or_else(PoisonError::into_inner);
        let feed = shared.upgrade().unwrap_or_else(|| Arc::new(Feed::start(self, client, after)));
        *shared = Arc::downgrade(&feed);
        Listener { receiver: feed.messages.subscribe(), feed }
    }
}

impl Listener {
    /// The next message; pending when none comes. Nothing is lost when the wait is broken off; messages that came faster
    /// than they were taken are left out.
    pub async fn next(&mut self) -> Option<Arc<Fed>> {
        loop {
            match self.receiver.recv().await {
                Ok(fed) => return Some(fed),
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return None,
            }
        }
    }

    /// The next message if it is there.
    pub fn try_next(&mut self) -> Option<Arc<Fed>> {
        loop {
            match self.receiver.try_recv() {
                Ok(fed) => return Some(fed),
                Err(TryRecvError::Lagged(_)) => {}
                Err(TryRecvError::Empty | TryRecvError::Closed) => return None,
            }
        }
    }

    /// The log is known up to here.
    pub fn reached(&self, position: Position) {
        self.feed.state.reached.fetch_max(position, Ordering::Relaxed);
    }

    /// Has the consumer made anew, unless it is young: the log has what it did not bring.
    pub fn renew(&self) {
        let State { made, renewed, .. } = &*self.feed.state;
        if made.lock().unwrap_or_else(PoisonError::into_inner).elapsed() > PATIENCE {
            renewed.notify_one();
        }
    }
}

struct Pump {
    client: Client,
    context: Context,
    stream: String,
    messages: broadcast::Sender<Arc<Fed>>,
    state: Arc<State>,
}

impl Pump {
    async fn run(self) {
        let mut pause = PAUSES.0;
        loop {
            while !is_connected(&self.client) {
                tokio::time::sleep(CONNECTION_LOOK).await;
            }
            *self.state.made.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
            let mut fed = 0_u64;
            tokio::select! {
                outcome = self.forward(&mut fed) => {
                    if let Err(error) = outcome {
                        tracing::debug!(stream = self.stream, %error, "the consumer is made anew");
                    }
                    pause = if fed > 0 { PAUSES.0 } else { (pause * 2).min(PAUSES.1) };
                    tokio::time::sleep(pause).await;
                }
                () = self.state.renewed.notified() => {}
                // A restarted server has forgotten the consumer.
                () = self.disconnected() => {}
            }
        }
    }

    /// Returns when the server is away.
    async fn disconnected(&self) {
        while is_connected(&self.client) {
            tokio::time::sleep(CONNECTION_LOOK).await;
        }
    }

    /// Makes a consumer and passes its messages on until it fails.
    async fn forward(&self, fed: &mut u64) -> Result<(), async_nats::Error> {
        let start_sequence = self.state.reached.load(Ordering::Relaxed) + 1;
        let config = pull::Config {
            deliver_policy: DeliverPolicy::ByStartSequence { start_sequence },
            ack_policy: AckPolicy::None,
            inactive_threshold: FORGOTTEN_AFTER,
            memory_storage: true,
            num_replicas: 1,
            ..pull::Config::default()
        };
        let consumer = self.context.create_consumer_on_stream(config, &self.stream).await?;
        let mut messages =
            consumer.stream().max_messages_per_batch(BATCH).expires(EXPIRES).heartbeat(HEARTBEAT).messages().await?;
        while let Some(message) = messages.next().await {
            let message = message?;
            let sequence = message.info()?.stream_sequence;
            let bytes = message.payload.len();
            let event = if bytes > LARGE { None } else { message::event_of(sequence, &message.payload) };
            // Nobody listening for an instant is fine.
            self.messages.send(Arc::new(Fed { sequence, event, bytes })).ok();
            *fed += 1;
        }
        Ok(())
    }
}
