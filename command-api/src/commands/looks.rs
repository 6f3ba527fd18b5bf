//! When it is looked for commands that come by themselves.

use std::time::Duration;

use tokio::time::{Interval, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

/// How often it is looked.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The times at which a worker looks for what there is to do: at once, then each second. One that took longer is followed
/// by a pause all the same.
pub(crate) struct Looks {
    ticks: Interval,
    cancel: CancellationToken,
}

impl Looks {
    /// Until `cancel`.
    pub(crate) fn until(cancel: CancellationToken) -> Self {
        let mut ticks = tokio::time::interval(LOOK_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { ticks, cancel }
    }

    /// Waits for the next; false when there is none any more.
    pub(crate) async fn next(&mut self) -> bool {
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => false,
            _ = self.ticks.tick() => true,
        }
    }
}
