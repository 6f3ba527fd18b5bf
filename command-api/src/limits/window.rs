//! The arithmetic of a limit: so many within any stretch of time, counted in slots of a sixtieth of it.

use chrono::{DateTime, TimeDelta, Utc};

/// Slots of a window. More would count finer and make larger documents.
const SLOTS: i64 = 60;

/// At most so many within any stretch of this length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RateLimit {
    /// What it's called, in the counters' ids and in the metrics.
    pub kind: &'static str,
    /// How many, at least 1.
    pub max: u32,
    /// Within how long: whole minutes.
    pub window: TimeDelta,
}

/// How many came in a slot, which begins at `at`, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    pub at: i64,
    pub count: i64,
}

impl RateLimit {
    fn width(&self) -> i64 {
        self.window.num_milliseconds() / SLOTS
    }

    /// How long a slot counts from its beginning, in milliseconds: until its *end* leaves the window. So what came last
    /// in it counts for the whole window, and no window ever holds more than the limit.
    pub fn life(&self) -> i64 {
        self.window.num_milliseconds() + self.width()
    }

    /// The beginning of the slot that `now` falls into.
    pub fn slot_at(&self, now: DateTime<Utc>) -> i64 {
        let now = now.timestamp_millis();
        now - now.rem_euclid(self.width())
    }

    /// Slots that began then, or before, count no more.
    pub fn horizon(&self, now: DateTime<Utc>) -> i64 {
        now.timestamp_millis() - self.life()
    }

    /// Seconds until one more would pass, when nobody else comes: 1 at least.
    pub fn retry_after(&self, mut slots: Vec<Slot>, now: DateTime<Utc>) -> u64 {
        slots.sort_unstable_by_key(|slot| slot.at);
        let mut left: i64 = slots.iter().map(|slot| slot.count).sum();
        let opening = slots.iter().find(|slot| {
            left -= slot.count;
            left < i64::from(self.max)
        });
        let wait = opening.map_or(0, |slot| slot.at - self.horizon(now));
        u64::try_from(wait).unwrap_or_default().div_ceil(1_000).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: RateLimit = RateLimit { kind: "test", max: 5, window: TimeDelta::minutes(10) };

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn slots(of: &[(i64, i64)]) -> Vec<Slot> {
        of.iter().map(|&(at, count)| Slot { at: at * 1_000, count }).collect()
    }

    #[test]
    fn a_slot_is_ten_seconds_of_ten_minutes() {
        assert_eq!(LIMIT.slot_at(at(1_009)), 1_000_000);
        assert_eq!(LIMIT.slot_at(at(1_010)), 1_010_000);
        assert_eq!(LIMIT.slot_at(at(-1)), -10_000);
    }

    #[test]
    fn whatever_came_in_a_slot_counts_for_a_whole_window() {
        let slot = LIMIT.slot_at(at(1_009));
        assert!(slot > LIMIT.horizon(at(1_609)));
        assert_eq!(slot, LIMIT.horizon(at(1_610)));
    }

    #[test]
    fn there_is_room_when_enough_slots_have_left() {
        assert_eq!(LIMIT.retry_after(slots(&[(1_000, 5)]), at(1_000)), 610);
        assert_eq!(LIMIT.retry_after(slots(&[(1_100, 4), (1_000, 1)]), at(1_200)), 410);
        // The limit was higher before: two slots have to leave.
        assert_eq!(LIMIT.retry_after(slots(&[(1_000, 3), (1_100, 4), (1_200, 1)]), at(1_200)), 510);
        // A fraction of a second is rounded up, and never to nothing.
        assert_eq!(LIMIT.retry_after(slots(&[(1_000, 5)]), at(1_609) + TimeDelta::milliseconds(999)), 1);
        assert_eq!(LIMIT.retry_after(Vec::new(), at(1_000)), 1);
    }
}
