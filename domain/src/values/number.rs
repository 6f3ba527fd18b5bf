//! Whole numbers with a range.

use events::Percent;

use super::{ValueError, decimal::hundredths};

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

/// A number from 0 to `max`.
fn up_to(number: i64, max: u32) -> Result<u32, ValueError> {
    u32::try_from(number).ok().filter(|number| *number <= max).ok_or(ValueError::OutOfRange)
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
        up_to(seconds, Self::MAX).map(Self)
    }

    /// The length in seconds.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

/// Stars that a learner gives: 1 to 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rating(u8);

impl Rating {
    /// Takes stars from outside.
    ///
    /// # Errors
    /// [`ValueError::OutOfRange`] for other numbers.
    pub fn parse(stars: i64) -> Result<Self, ValueError> {
        match u8::try_from(stars) {
            Ok(stars @ 1..=5) => Ok(Self(stars)),
            Ok(_) | Err(_) => Err(ValueError::OutOfRange),
        }
    }

    /// The stars.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }
}

/// Time that a learner spent since they last said so, in seconds: at most a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeSpent(u32);

impl TimeSpent {
    /// The greatest time, in seconds.
    pub const MAX: u32 = 86_400;

    /// Takes a time from outside, in seconds.
    ///
    /// # Errors
    /// [`ValueError::OutOfRange`] below 0 and past [`Self::MAX`].
    pub fn parse(seconds: i64) -> Result<Self, ValueError> {
        up_to(seconds, Self::MAX).map(Self)
    }

    /// The time in seconds.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

/// A score from outside: 0 to 100 percent, at most two decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Score(Percent);

impl Score {
    /// Takes a score from the text of a JSON number (RFC 8259 §6).
    ///
    /// # Errors
    /// [`ValueError`] `Required` for a blank, `Invalid` for what is no JSON number, `TooManyDecimals`, `OutOfRange`.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let hundredths = hundredths(text, Percent::HUNDRED.hundredths())?;
        Percent::from_hundredths(hundredths).map(Self).map_err(|_| ValueError::OutOfRange)
    }

    /// What a quiz asks for where its author says nothing: 60.
    #[must_use]
    pub fn default_passing() -> Self {
        Self(Percent::of(60, 100))
    }

    /// The score.
    #[must_use]
    pub const fn percent(self) -> Percent {
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

    #[test]
    fn stars_are_one_to_five_and_a_day_is_the_longest() {
        for (number, stars) in [(-1, None), (0, None), (1, Some(1)), (5, Some(5)), (6, None), (257, None)] {
            assert_eq!(Rating::parse(number).ok().map(Rating::get), stars, "{number}");
        }
        for (number, seconds) in [(-1, None), (0, Some(0)), (86_400, Some(86_400)), (86_401, None), (i64::MAX, None)] {
            assert_eq!(TimeSpent::parse(number).ok().map(TimeSpent::get), seconds, "{number}");
        }
    }

    #[test]
    fn scores_have_two_decimals_from_nothing_to_all() {
        for (text, score) in [
            ("0", Ok("0.00")),
            ("100", Ok("100.00")),
            ("66.67", Ok("66.67")),
            ("1e2", Ok("100.00")),
            ("100.01", Err(ValueError::OutOfRange)),
            ("-1", Err(ValueError::OutOfRange)),
            ("66.667", Err(ValueError::TooManyDecimals)),
            ("NaN", Err(ValueError::Invalid)),
            ("", Err(ValueError::Required)),
        ] {
            let shown = Score::parse(text).map(|score| score.percent().to_string());
            assert_eq!(shown, score.map(str::to_owned), "{text}");
        }
        assert_eq!(Score::default_passing(), Score::parse("60").unwrap());
    }
}
