//! The clock that rules depending on time read.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

/// One clock per process: the system's, shifted by an offset that all clones share. Only `dev` shifts it, to look at
/// what happens in two weeks without waiting.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    offset_seconds: Arc<AtomicI64>,
}

impl Clock {
    /// A clock that runs `offset_seconds` ahead of the system's (behind when negative).
    #[must_use]
    pub fn new(offset_seconds: i64) -> Self {
        Self { offset_seconds: Arc::new(AtomicI64::new(offset_seconds)) }
    }

    /// The time now, in whole milliseconds: the precision that times are stored and shown with. An offset that leaves
    /// the calendar counts as none.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        let system = Utc::now().trunc_subsecs(3);
        TimeDelta::try_seconds(self.offset_seconds())
            .and_then(|offset| system.checked_add_signed(offset))
            .unwrap_or(system)
    }

    /// How far the clock is shifted, in seconds.
    #[must_use]
    pub fn offset_seconds(&self) -> i64 {
        self.offset_seconds.load(Ordering::Relaxed)
    }

    /// Sets the offset of this clock and all its clones, in seconds.
    pub fn shift_to(&self, offset_seconds: i64) {
        self.offset_seconds.store(offset_seconds, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_the_offset() {
        let clock = Clock::new(0);
        let clone = clock.clone();
        clock.shift_to(14 * 86_400);
        let ahead = clone.now() - Utc::now();
        assert!(ahead > TimeDelta::days(13) && ahead <= TimeDelta::days(14), "{ahead}");
    }

    #[test]
    fn time_has_whole_milliseconds_and_survives_absurd_offsets() {
        let clock = Clock::new(i64::MAX);
        assert_eq!(clock.now().timestamp_subsec_nanos() % 1_000_000, 0);
        assert!((clock.now() - Utc::now()).abs() < TimeDelta::minutes(1));
    }
}
