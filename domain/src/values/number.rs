//! Whole numbers with a range.

use super::ValueError;

/// A place in a list, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Order(u32);

impl Order {
    /// Takes a place from outside. Whether the list is long enough for it, is for the decision to say.
    ///
    /// # Errors
    /// [`ValueError::OutOfRange`] below 1 and past what 32 bits hold.
    pub fn parse(number: i64) -> Result<Self, ValueError> {
        match u32::try_from(number) {
            Ok(0) | Err(_) => Err(ValueError::OutOfRange),
            Ok(order) => Ok(Self(order)),
        }
    }

    /// The place, from 1.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

/// The length of a film in seconds, at most ten days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DurationSeconds(u32);

impl DurationSeconds {
    /// The greatest length, in seconds.
    pub const MAX: u32 = 10 * 86_400;

    /// Takes a length from outside, in seconds.
    ///
    /// # Errors
    /// [`ValueError::OutOfRange`] below 0 and past [`Self::MAX`].
    pub fn parse(seconds: i64) -> Result<Self, ValueError> {
        match u32::try_from(seconds) {
            Ok(seconds) if seconds <= Self::MAX => Ok(Self(seconds)),
            Ok(_) | Err(_) => Err(ValueError::OutOfRange),
        }
    }

    /// The length in seconds.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_from_one() {
        for (number, order) in [(i64::MIN, None), (-1, None), (0, None), (1, Some(1)), (4_294_967_295, Some(u32::MAX))]
        {
            assert_eq!(Order::parse(number).ok().map(Order::get), order, "{number}");
        }
        assert_eq!(Order::parse(4_294_967_296), Err(ValueError::OutOfRange));
    }

    #[test]
    fn films_last_from_nothing_to_ten_days() {
        for (number, seconds) in [(-1, None), (0, Some(0)), (864_000, Some(864_000)), (864_001, None)] {
            assert_eq!(DurationSeconds::parse(number).ok().map(DurationSeconds::get), seconds, "{number}");
        }
        assert_eq!(DurationSeconds::parse(i64::MAX), Err(ValueError::OutOfRange));
    }
}
