//! A projection is to be rebuilt.

use events::{ProjectionControlEvent, RebuildCause, RebuildRequested};
use uuid::Uuid;

use super::ProjectionControl;

/// Has a projection rebuilt from the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestRebuild {
    /// The projection.
    pub projection: String,
    /// The id that the rebuild gets.
    pub rebuild_id: Uuid,
}

/// Why it is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestRebuildError {
    /// It is being rebuilt.
    #[error("a rebuild runs already")]
    Running,
}

impl ProjectionControl {
    /// Decides [`RequestRebuild`].
    ///
    /// # Errors
    /// [`RequestRebuildError`] says which.
    pub fn request_rebuild(&self, command: RequestRebuild) -> Result<Vec<ProjectionControlEvent>, RequestRebuildError> {
        if self.running().is_some() {
            return Err(RequestRebuildError::Running);
        }
        let RequestRebuild { projection, rebuild_id } = command;
        Ok(vec![RebuildRequested { projection, rebuild_id, cause: RebuildCause::Operator }.into()])
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;
    use events::{RebuildEnded, RebuildOutcome};

    use super::*;

    fn requested(n: u128) -> ProjectionControlEvent {
        let (projection, rebuild_id) = ("users".to_owned(), Uuid::from_u128(n));
        RebuildRequested { projection, rebuild_id, cause: RebuildCause::Operator }.into()
    }

    fn request(n: u128) -> RequestRebuild {
        RequestRebuild { projection: "users".to_owned(), rebuild_id: Uuid::from_u128(n) }
    }

    #[test]
    fn one_runs_at_a_time() {
        TestFramework::<ProjectionControl>::with(())
            .given_no_previous_events()
            .when(request(1).into())
            .then_expect_events(vec![requested(1)]);
        TestFramework::<ProjectionControl>::with(())
            .given(vec![requested(1)])
            .when(request(2).into())
            .then_expect_error(RequestRebuildError::Running.into());
        let ended = RebuildEnded {
            projection: "users".to_owned(),
            rebuild_id: Uuid::from_u128(1),
            outcome: RebuildOutcome::Done,
        };
        TestFramework::<ProjectionControl>::with(())
            .given(vec![requested(1), ended.into()])
            .when(request(2).into())
            .then_expect_events(vec![requested(2)]);
    }
}
