//! A rebuild is to stop.

use events::{ProjectionControlEvent, RebuildCancelled};

use super::ProjectionControl;

/// Stops the rebuild that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CancelRebuild {
    /// The projection.
    pub projection: String,
}

/// Why it does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CancelRebuildError {
    /// None runs.
    #[error("no rebuild runs")]
    NotRunning,
}

impl ProjectionControl {
    /// Decides [`CancelRebuild`].
    ///
    /// # Errors
    /// [`CancelRebuildError`] says which.
    pub fn cancel_rebuild(&self, command: CancelRebuild) -> Result<Vec<ProjectionControlEvent>, CancelRebuildError> {
        let rebuild_id = self.running().ok_or(CancelRebuildError::NotRunning)?.rebuild_id;
        Ok(vec![RebuildCancelled { projection: command.projection, rebuild_id }.into()])
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;
    use events::{RebuildCause, RebuildRequested};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_runs_is_stopped_and_nothing_else() {
        let (projection, rebuild_id) = ("users".to_owned(), Uuid::from_u128(1));
        let cause = RebuildCause::NewVersion;
        let requested = RebuildRequested { projection: projection.clone(), rebuild_id, cause };
        let cancelled = RebuildCancelled { projection: projection.clone(), rebuild_id };
        let cancel = || CancelRebuild { projection: projection.clone() };
        TestFramework::<ProjectionControl>::with(())
            .given(vec![requested.clone().into()])
            .when(cancel().into())
            .then_expect_events(vec![cancelled.clone().into()]);
        for given in [vec![], vec![requested.into(), cancelled.into()]] {
            TestFramework::<ProjectionControl>::with(())
                .given(given)
                .when(cancel().into())
                .then_expect_error(CancelRebuildError::NotRunning.into());
        }
    }
}
