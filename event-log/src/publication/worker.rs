//! The task that publishes, in each process that may; one of them at a time does.

use std::time::Duration;

use async_nats::{Client, Subscriber};
use events::Position;
use futures::StreamExt;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::publisher::Reach;
use super::source::LocalBatches;
use super::{PublicationError, Publisher, PublisherSettings, is_connected};
use crate::lease::{Held, Leases};
use crate::signed_head::HeadRecorder;
use crate::{EventLog, LogNames};

/// The lease of the one who publishes.
pub const PUBLISHER_LEASE: &str = "publisher";
/// How often the log is looked at without being woken: for a wake-up call that was lost.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// First and longest pause after a failure.
const PAUSES: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(2));
/// Failures after which the pause is at its longest.
const LONGEST: u32 = 4;
/// How long a wake-up call may take to leave. It is a courtesy: the publisher looks by itself.
const WAKE_LIMIT: Duration = Duration::from_millis(100);

/// Starts publishing in this process: it waits for the lease `publisher`, publishes while it has it, signs heads, and
/// wakes whoever publishes while it has it not. It ends when it is cancelled, and gives the lease back.
pub fn start_publisher(
    log: &EventLog,
    client: &Client,
    settings: &PublisherSettings,
    heads: HeadRecorder,
    cancel: CancellationToken,
) -> JoinHandle<()> {
    let publisher = Publisher::new(log, client, settings);
    let (log, client) = (log.clone(), client.clone());
    tokio::spawn(async move {
        let owner = Uuid::new_v4().to_string();
        let leases = Leases::new(log.database());
        let (sender, held) = watch::channel(None);
        let worker = Worker {
            publisher,
            names: log.names().clone(),
            client: client.clone(),
            held: held.clone(),
            cancel: cancel.clone(),
        };
        tokio::join!(
            leases.keep(PUBLISHER_LEASE, &owner, &sender, &cancel),
            worker.run(),
            heads.run(&log, &client, held, &cancel),
        );
    })
}

/// Starts what a process needs that appends and is not to publish: it wakes the publisher after each of its batches.
pub fn start_waker(log: &EventLog, client: &Client, cancel: CancellationToken) -> JoinHandle<()> {
    let (mut batches, names, client) = (LocalBatches::of(log), log.names().clone(), client.clone());
    tokio::spawn(async move {
        loop {
            tokio::select! {
                () = cancel.cancelled() => return,
                () = batches.arrival() => {}
            }
            batches.clear();
            wake(&client, &names).await;
        }
    })
}

/// Tells the publisher, wherever it is, that there is something to publish.
async fn wake(client: &Client, names: &LogNames) {
    // Disconnected, the client would keep the call for later, when nobody needs it any more.
    if is_connected(client) {
        let call = client.publish(names.wake_subject(), Vec::new().into());
        let _ = tokio::time::timeout(WAKE_LIMIT, call).await;
    }
}

/// Why the worker stopped waiting.
enum Reason {
    Cancelled,
    LeaseChanged,
    Batch,
    Look,
}

struct Worker {
    publisher: Publisher,
    names: LogNames,
    client: Client,
    held: watch::Receiver<Option<Held>>,
    cancel: CancellationToken,
}

impl Worker {
    async fn run(mut self) {
        // Fails only when the client is closed, which nobody does; then the look every second does the work.
        let mut calls = self.client.subscribe(self.names.wake_subject()).await.ok();
        let mut failures = 0;
        let mut reach = Some(Reach::Log);
        loop {
            let holds = self.held.borrow().is_some();
            let done = match reach {
                Some(reach) if holds => self.step(reach).await,
                _ => None,
            };
            // After a failure only time helps, and after time everything is looked at.
            let reason = match done {
                Some(Err(error)) => {
                    report(&error, failures);
                    let pause = (PAUSES.0 * 2_u32.pow(failures)).min(PAUSES.1);
                    failures = (failures + 1).min(LONGEST);
                    self.rest(pause).await
                }
                Some(Ok(())) => {
                    failures = 0;
                    self.reason(&mut calls).await
                }
                None => self.reason(&mut calls).await,
            };
            reach = match reason {
                Reason::Cancelled => return,
                Reason::LeaseChanged => {
                    self.publisher.reset();
                    Some(Reach::Log)
                }
                Reason::Look => Some(Reach::Log),
                Reason::Batch if self.held.borrow().is_some() => Some(Reach::Memory),
                Reason::Batch => {
                    self.publisher.batches.clear();
                    wake(&self.client, &self.names).await;
                    None
                }
            };
        }
    }

    /// One step, broken off at once when the lease goes or the process ends; none then.
    async fn step(&mut self, reach: Reach) -> Option<Result<(), PublicationError>> {
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => None,
            _ = self.held.changed() => {
                // To be seen again by `reason`, which acts on it.
                self.held.mark_changed();
                None
            }
            done = self.publisher.step(reach) => Some(done.map(|_| ())),
        }
    }

    async fn reason(&mut self, calls: &mut Option<Subscriber>) -> Reason {
        let call = async {
            let called = match calls {
                Some(calls) => calls.next().await,
                None => None,
            };
            if called.is_none() {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Reason::Cancelled,
            changed = self.held.changed() => if changed.is_ok() { Reason::LeaseChanged } else { Reason::Cancelled },
            () = self.publisher.batches.arrival() => Reason::Batch,
            () = call => Reason::Look,
            () = tokio::time::sleep(LOOK_EVERY) => Reason::Look,
        }
    }

    async fn rest(&mut self, pause: Duration) -> Reason {
        tokio::select! {
            () = self.cancel.cancelled() => Reason::Cancelled,
            () = tokio::time::sleep(pause) => Reason::Look,
        }
    }
}

/// One line when it begins to fail, not one for each attempt: NATS may be away for hours.
fn report(error: &PublicationError, failures: u32) {
    metrics::counter!("har_publication_errors_total").increment(1);
    if failures == 0 {
        tracing::warn!(%error, "publication fails; it is tried until it works");
    } else {
        tracing::debug!(%error, failures, "publication still fails");
    }
}

/// Throws the event stream away and makes it anew from the log; tells up to where. Whoever publishes meanwhile may: the
/// server takes an event in its place only.
///
/// # Errors
/// [`PublicationError`] when NATS or the log is away; what is missing then is published with the next event.
pub async fn rebuild_event_stream(log: &EventLog, client: &Client) -> Result<Position, PublicationError> {
    let settings = PublisherSettings::default();
    super::event_stream::EventStream::new(client, log.names(), &settings).delete().await?;
    Publisher::new(log, client, &settings).publish_pending().await
}
