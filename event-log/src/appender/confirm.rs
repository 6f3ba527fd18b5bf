//! Confirming: waiting for the majority's journals while the next batch is being written.
//!
//! A batch that is committed on the primary only is answered to nobody, published nowhere and seen by no majority read. The
//! next one may stand on it all the same: should it be lost, so is everything after it.

use std::time::Instant;

use tokio::sync::mpsc;

use super::queue::Waiting;
use super::settle::Settler;
use super::transaction::{Staged, confirm};

/// A batch on its way to the majority.
pub(super) struct Unconfirmed {
    pub(super) batch: Vec<Waiting>,
    pub(super) staged: Staged,
    pub(super) started: Instant,
    pub(super) deadline: Instant,
}

/// What became of one.
pub(super) enum Outcome {
    /// Everybody has been told.
    Settled,
    /// It was never confirmed: is it in the log?
    Doubtful {
        /// The batch.
        batch: Vec<Waiting>,
        /// When its callers stop waiting.
        deadline: Instant,
    },
}

/// Confirms batches in their order and tells what became of each, until there are no more.
pub(super) async fn confirm_all(
    settler: Settler,
    mut unconfirmed: mpsc::Receiver<Unconfirmed>,
    outcomes: mpsc::UnboundedSender<Outcome>,
) {
    let mut next = None;
    loop {
        let Some(first) = (match next.take() {
            Some(first) => Some(first),
            None => unconfirmed.recv().await,
        }) else {
            return;
        };
        let mut group = vec![first];
        // Of those that stand on each other, the last one's confirmation is that of all.
        while let Ok(another) = unconfirmed.try_recv() {
            if another.staged.lineage != group[0].staged.lineage {
                next = Some(another);
                break;
            }
            group.push(another);
        }
        let confirmed = confirm_group(&mut group).await;
        for Unconfirmed { batch, staged, started, deadline } in group {
            let outcome = if confirmed || staged.session.is_none() {
                metrics::histogram!("har_append_seconds").record(started.elapsed().as_secs_f64());
                settler.settle(batch, staged.written);
                Outcome::Settled
            } else {
                Outcome::Doubtful { batch, deadline }
            };
            // The worker outlives this task.
            outcomes.send(outcome).ok();
        }
    }
}

async fn confirm_group(group: &mut [Unconfirmed]) -> bool {
    let Some(deadline) = group.iter().map(|one| one.deadline).min() else { return true };
    let Some(session) = group.iter_mut().rev().find_map(|one| one.staged.session.as_mut()) else { return true };
    let left = deadline.saturating_duration_since(Instant::now());
    match tokio::time::timeout(left, confirm(session)).await {
        Ok(Ok(())) => true,
        Ok(Err(error)) => {
            tracing::warn!(?error, "a commit was not confirmed");
            false
        }
        Err(_) => {
            tracing::warn!("a commit was not confirmed in time");
            false
        }
    }
}
