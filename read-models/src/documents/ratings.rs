//! Stars, summed up exactly.

use bson::{Document, doc};
use serde::{Deserialize, Serialize};

use crate::schema;

/// The reviews of something: how many, and all their stars. Kept in whole numbers, so that the average is the same
/// whatever order they came and went in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ratings {
    /// Reviews.
    pub count: u64,
    /// Their stars, all together.
    pub stars: u64,
}

impl Ratings {
    /// A review is another: none before it is written, none after it is removed.
    pub fn replace(&mut self, before: Option<u8>, after: Option<u8>) {
        if let Some(stars) = before {
            self.count = self.count.saturating_sub(1);
            self.stars = self.stars.saturating_sub(stars.into());
        }
        if let Some(stars) = after {
            self.count += 1;
            self.stars += u64::from(stars);
        }
    }

    /// The average, 2 decimals, half up; 0 when there is no review. Rounded in whole numbers.
    #[must_use]
    pub fn average(self) -> f64 {
        if self.count == 0 {
            return 0.0;
        }
        let hundredths = (self.stars * 200 + self.count) / (self.count * 2);
        #[allow(clippy::cast_precision_loss, reason = "500 at most")]
        let average = hundredths as f64 / 100.0;
        average
    }
}

/// Their form in a document.
pub(super) fn ratings() -> Document {
    schema::object(doc! { "count": schema::count(), "stars": schema::count() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn averages_round_half_up_and_come_back_to_nothing() {
        for (stars, expected) in [
            (vec![5], 5.0),
            (vec![5, 4], 4.5),
            (vec![5, 5, 4], 4.67),
            (vec![1, 1, 2], 1.33),
            // 4.125 and 4.375: half a hundredth goes up.
            (vec![4, 4, 4, 4, 4, 4, 4, 5], 4.13),
            (vec![4, 4, 4, 4, 4, 5, 5, 5], 4.38),
        ] {
            let mut ratings = Ratings::default();
            stars.iter().for_each(|stars| ratings.replace(None, Some(*stars)));
            assert!((ratings.average() - expected).abs() < f64::EPSILON, "{stars:?}: {}", ratings.average());
            stars.iter().for_each(|stars| ratings.replace(Some(*stars), Some(1)));
            assert!((ratings.average() - 1.0).abs() < f64::EPSILON);
            stars.iter().for_each(|_| ratings.replace(Some(1), None));
            assert_eq!((ratings, ratings.average().to_bits()), (Ratings::default(), 0.0_f64.to_bits()));
        }
    }
}
