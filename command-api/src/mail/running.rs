//! The task: a lease, restarts, an end.

use std::time::Duration;

use event_log::{Held, Leases};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::worker::{Mail, MailWorker, MailWorkerError};

/// The lease of who sends letters.
pub const MAIL_LEASE: &str = "mail";
/// The longest that a step waits for events; also how soon an end is noticed.
const WAIT: Duration = Duration::from_millis(250);
/// How long letters that are on their way may take once it is time to end.
const END_LIMIT: Duration = Duration::from_secs(8);
/// First and longest pause after an error.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// Sends letters until `cancel`: as long as it has the lease, and anew after every error.
#[must_use]
pub fn start_mail(mail: Mail, cancel: CancellationToken) -> JoinHandle<()> {
    tokio::spawn(async move {
        let (held, mut holds) = watch::channel(None);
        // A token of its own: the lease is given back after the last step, not before.
        let keeping = CancellationToken::new();
        let keeper = {
            let (leases, keeping) = (Leases::new(mail.log.database()), keeping.clone());
            tokio::spawn(async move { leases.keep(MAIL_LEASE, &Uuid::new_v4().to_string(), &held, &keeping).await })
        };
        while let Some(lease) = lease(&mut holds, &cancel).await {
            tokio::select! {
                () = work(&mail, lease, &cancel) => {}
                () = async { cancel.cancelled().await; tokio::time::sleep(END_LIMIT).await } => {}
                // A letter that was on its way may leave twice, under one name.
                _ = holds.wait_for(|now| *now != Some(lease)) => tracing::warn!("the lease for mail is lost"),
            }
        }
        keeping.cancel();
        if let Err(error) = keeper.await {
            tracing::error!(%error, "the task of the lease for mail has failed");
        }
    })
}

/// Waits for the lease; none when it is time to end.
async fn lease(holds: &mut watch::Receiver<Option<Held>>, cancel: &CancellationToken) -> Option<Held> {
    tokio::select! {
        biased;
        () = cancel.cancelled() => None,
        held = holds.wait_for(Option::is_some) => held.ok().and_then(|held| *held),
    }
}

/// Works in one epoch until the end, or until a later epoch is there.
async fn work(mail: &Mail, lease: Held, cancel: &CancellationToken) {
    let mut pause = PAUSES.0;
    while !cancel.is_cancelled() {
        match steps(mail, lease, cancel, &mut pause).await {
            Ok(()) => return,
            Err(error) => {
                tracing::warn!(%error, "mail begins anew from its checkpoint");
                tokio::select! {
                    () = cancel.cancelled() => return,
                    () = tokio::time::sleep(pause) => pause = (pause * 2).min(PAUSES.1),
                }
            }
        }
    }
}

async fn steps(
    mail: &Mail,
    lease: Held,
    cancel: &CancellationToken,
    pause: &mut Duration,
) -> Result<(), MailWorkerError> {
    let mut worker = MailWorker::take_over(mail, lease.epoch).await?;
    while !cancel.is_cancelled() {
        worker.run_once(WAIT, cancel).await?;
        *pause = PAUSES.0;
    }
    worker.save().await
}
