//! Messages of the event stream, as they come: a hint of what is in the log, not to be trusted without a look.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_nats::Client;
use async_nats::jetstream::Context;
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, pull};
use events::{Position, StoredEvent};
use futures::StreamExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::JoinHandle;

use super::{is_connected, jetstream, message};
use crate::LogNames;

/// Messages that may wait for the subscription.
const WAITING: usize = 2_048;
/// KiB of them that may wait.
const WAITING_KIB: u32 = 16 * 1024;
/// Messages asked for at a time.
const BATCH: usize = 512;
/// How often the server must give a sign of life; two missed and the consumer is made anew.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// How long one request for messages stands.
const EXPIRES: Duration = Duration::from_secs(30);
/// How long the server keeps a consumer that nobody asks for anything.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(30);
/// First and longest pause before a consumer is made anew.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// A message.
pub struct Fed {
    /// Its sequence: the position of the event that should be in it.
    pub sequence: u64,
    /// The event; none when it must be read from the log.
    pub event: Option<Box<StoredEvent>>,
    /// Size of its payload.
    pub bytes: usize,
    /// Its share of what may wait.
    #[expect(dead_code, reason = "held, and given back when the message is dropped")]
    pub share: OwnedSemaphorePermit,
}

/// A consumer of the stream that is made anew whenever it fails. Dropping it ends it.
///
/// It is a plain pull consumer, without acknowledgements and with positions checked by the subscription. The library's
/// own ordered consumer would go on after the last sequence that it has seen, also on a stream that was made anew.
pub struct Feed {
    receiver: mpsc::Receiver<Fed>,
    task: JoinHandle<()>,
}

impl Feed {
    /// Starts after the position in `after`, which the subscription moves on.
    pub fn start(client: &Client, names: &LogNames, after: Arc<AtomicU64>) -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        let pump = Pump {
            client: client.clone(),
            context: jetstream(client),
            stream: names.stream_name(),
            share: Arc::new(Semaphore::new(WAITING_KIB as usize)),
            sender,
            after,
        };
        Self { receiver, task: tokio::spawn(pump.run()) }
    }

    /// The next message; pending when none comes. Nothing is lost when the wait is broken off.
    pub async fn next(&mut self) -> Option<Fed> {
        self.receiver.recv().await
    }

    /// The next message if it is there.
    pub fn try_next(&mut self) -> Option<Fed> {
        self.receiver.try_recv().ok()
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Pump {
    client: Client,
    context: Context,
    stream: String,
    share: Arc<Semaphore>,
    sender: mpsc::Sender<Fed>,
    after: Arc<AtomicU64>,
}

impl Pump {
    async fn run(self) {
        let mut pause = PAUSES.0;
        loop {
            let mut fed = 0_u64;
            if is_connected(&self.client)
                && let Err(error) = self.forward(&mut fed).await
            {
                tracing::debug!(stream = self.stream, %error, "the consumer is made anew");
            }
            if self.sender.is_closed() {
                return;
            }
            pause = if fed > 0 { PAUSES.0 } else { (pause * 2).min(PAUSES.1) };
            tokio::time::sleep(pause).await;
        }
    }

    /// Makes a consumer and passes its messages on until it fails.
    async fn forward(&self, fed: &mut u64) -> Result<(), async_nats::Error> {
        let config = pull::Config {
            deliver_policy: DeliverPolicy::ByStartSequence { start_sequence: self.position() + 1 },
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
            // Another's reading from the log has been faster, or the stream was made anew.
            if sequence <= self.position() {
                continue;
            }
            let bytes = message.payload.len();
            let kib = u32::try_from(bytes / 1024 + 1).unwrap_or(WAITING_KIB).min(WAITING_KIB);
            let share = self.share.clone().acquire_many_owned(kib).await?;
            let event = message::event_of(sequence, &message.payload).map(Box::new);
            if self.sender.send(Fed { sequence, event, bytes, share }).await.is_err() {
                return Ok(());
            }
            *fed += 1;
        }
        Ok(())
    }

    fn position(&self) -> Position {
        self.after.load(Ordering::Relaxed)
    }
}
