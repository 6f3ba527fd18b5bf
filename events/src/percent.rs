//! Percentages, exact to two decimals, and the one rule of progress that decisions and read documents share.

use serde::{Deserialize, Serialize};

/// A percentage from 0 to 100 with two decimals: in events the whole number of its hundredths (6667 is 66.67 %).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Percent(u32);

/// A number of hundredths that is over 100 %.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("over 100 percent")]
pub struct OverHundred;

impl Percent {
    /// Nothing of it.
    pub const ZERO: Self = Self(0);
    /// All of it.
    pub const HUNDRED: Self = Self(10_000);

    /// The percentage of so many hundredths of a percent.
    ///
    /// # Errors
    /// [`OverHundred`] past 10,000.
    pub const fn from_hundredths(hundredths: u32) -> Result<Self, OverHundred> {
        if hundredths <= Self::HUNDRED.0 { Ok(Self(hundredths)) } else { Err(OverHundred) }
    }

    /// `part` of `whole`, rounded half up to two decimals; of nothing it is 0, and more than all is 100.
    #[must_use]
    pub fn of(part: usize, whole: usize) -> Self {
        if whole == 0 {
            return Self::ZERO;
        }
        let (part, whole) = (wide(part.min(whole)), wide(whole));
        // (10,000 × part ÷ whole + ½), in whole numbers. It is at most 10,000, since part is at most whole.
        let hundredths = (20_000 * part + whole) / (2 * whole);
        Self(u32::try_from(hundredths).unwrap_or(Self::HUNDRED.0).min(Self::HUNDRED.0))
    }

    /// Hundredths of a percent.
    #[must_use]
    pub const fn hundredths(self) -> u32 {
        self.0
    }

    /// The number that answers show: 66.67.
    #[must_use]
    pub fn value(self) -> f64 {
        f64::from(self.0) / 100.0
    }
}

fn wide(count: usize) -> u128 {
    count.try_into().unwrap_or(u128::MAX)
}

impl TryFrom<u32> for Percent {
    type Error = OverHundred;

    fn try_from(hundredths: u32) -> Result<Self, OverHundred> {
        Self::from_hundredths(hundredths)
    }
}

impl From<Percent> for u32 {
    fn from(percent: Percent) -> Self {
        percent.0
    }
}

/// As `66.67`.
impl std::fmt::Display for Percent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

/// How far somebody is in a course: the lessons of now that they have completed, over the lessons of now. What was
/// completed and is gone does not count.
pub fn progress<Lesson>(
    lessons_now: impl IntoIterator<Item = Lesson>,
    is_completed: impl Fn(&Lesson) -> bool,
) -> Percent {
    let (mut completed, mut all) = (0, 0);
    for lesson in lessons_now {
        all += 1;
        completed += usize::from(is_completed(&lesson));
    }
    Percent::of(completed, all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_half_up_to_two_decimals() {
        for (part, whole, text) in [
            (0, 0, "0.00"),
            (0, 3, "0.00"),
            (1, 3, "33.33"),
            (2, 3, "66.67"),
            (3, 3, "100.00"),
            (4, 3, "100.00"),
            (1, 16, "6.25"),
            (1, 32, "3.13"),
            (3, 32, "9.38"),
            (1, 1_000, "0.10"),
            (999, 1_000, "99.90"),
            (usize::MAX, usize::MAX, "100.00"),
        ] {
            assert_eq!(Percent::of(part, whole).to_string(), text, "{part} of {whole}");
        }
        assert!((Percent::of(2, 3).value() - 66.67).abs() < f64::EPSILON);
    }

    #[test]
    fn a_percentage_is_at_most_a_hundred() {
        assert_eq!(Percent::from_hundredths(10_000), Ok(Percent::HUNDRED));
        assert_eq!(Percent::from_hundredths(10_001), Err(OverHundred));
        assert!(serde_json::from_str::<Percent>("10001").is_err());
        assert_eq!(serde_json::from_str::<Percent>("6667").ok(), Some(Percent::of(2, 3)));
    }

    #[test]
    fn only_the_lessons_of_now_count() {
        let completed = |lesson: &u32| *lesson < 3;
        assert_eq!(progress([1, 2, 3], completed), Percent::of(2, 3));
        assert_eq!(progress([1], completed), Percent::HUNDRED);
        assert_eq!(progress([], completed), Percent::ZERO);
    }
}
