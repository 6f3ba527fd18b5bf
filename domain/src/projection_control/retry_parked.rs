//! A parked document is to be folded anew.

use std::convert::Infallible;

use events::{ParkedRetryRequested, ProjectionControlEvent};
use uuid::Uuid;

use super::ProjectionControl;

/// Has a parked document folded anew from the log. Whether it is parked is known to the read side alone, and a retry of
/// one that is not does no harm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryParked {
    /// The projection.
    pub projection: String,
    /// The record of what is parked.
    pub parked_id: Uuid,
}

impl ProjectionControl {
    /// Decides [`RetryParked`].
    ///
    /// # Errors
    /// None.
    pub fn retry_parked(&self, command: RetryParked) -> Result<Vec<ProjectionControlEvent>, Infallible> {
        let RetryParked { projection, parked_id } = command;
        Ok(vec![ParkedRetryRequested { projection, parked_id }.into()])
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;

    #[test]
    fn each_asking_is_an_event() {
        let (projection, parked_id) = ("users".to_owned(), Uuid::from_u128(1));
        let requested = ParkedRetryRequested { projection: projection.clone(), parked_id };
        for given in [vec![], vec![requested.clone().into()]] {
            TestFramework::<ProjectionControl>::with(())
                .given(given)
                .when(RetryParked { projection: projection.clone(), parked_id }.into())
                .then_expect_events(vec![requested.clone().into()]);
        }
    }
}
