//! What is known of a projection's rebuilds.

use events::{Fold, ProjectionControlEvent, RebuildCause, RebuildOutcome};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Fold of the stream `projection-control/<name>`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectionControl {
    /// The last rebuild; none when there was none.
    pub rebuild: Option<Rebuild>,
    /// The document whose retry was asked for last.
    pub retried: Option<Uuid>,
}

/// A rebuild that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rebuild {
    /// Its id.
    pub rebuild_id: Uuid,
    /// Why.
    pub cause: RebuildCause,
    /// How it ended; none while it runs.
    pub end: Option<RebuildEnd>,
}

/// How a rebuild ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RebuildEnd {
    /// The rebuilt collections serve.
    Done,
    /// It could not be finished.
    Failed,
    /// An operator stopped it.
    Cancelled,
}

impl ProjectionControl {
    /// The rebuild that runs, if one does.
    #[must_use]
    pub fn running(&self) -> Option<&Rebuild> {
        self.rebuild.as_ref().filter(|rebuild| rebuild.end.is_none())
    }

    fn end(&mut self, rebuild_id: Uuid, end: RebuildEnd) {
        if let Some(rebuild) = self.rebuild.as_mut().filter(|rebuild| rebuild.rebuild_id == rebuild_id) {
            rebuild.end.get_or_insert(end);
        }
    }
}

impl Fold for ProjectionControl {
    type Event = ProjectionControlEvent;

    fn apply(&mut self, event: &ProjectionControlEvent) {
        match event {
            ProjectionControlEvent::RebuildRequested(event) => {
                self.rebuild = Some(Rebuild { rebuild_id: event.rebuild_id, cause: event.cause, end: None });
            }
            ProjectionControlEvent::RebuildCancelled(event) => self.end(event.rebuild_id, RebuildEnd::Cancelled),
            ProjectionControlEvent::RebuildEnded(event) => {
                let end = match event.outcome {
                    RebuildOutcome::Done => RebuildEnd::Done,
                    RebuildOutcome::Failed => RebuildEnd::Failed,
                };
                self.end(event.rebuild_id, end);
            }
            ProjectionControlEvent::ParkedRetryRequested(event) => self.retried = Some(event.parked_id),
        }
    }
}

#[cfg(test)]
mod tests {
    use events::{RebuildCancelled, RebuildEnded, RebuildRequested};

    use super::*;

    #[test]
    fn a_rebuild_runs_until_it_ends_and_ends_once() {
        let (first, second) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let projection = || "users".to_owned();
        let requested = |rebuild_id| {
            RebuildRequested { projection: projection(), rebuild_id, cause: RebuildCause::Operator }.into()
        };
        let ended = |rebuild_id, outcome| RebuildEnded { projection: projection(), rebuild_id, outcome }.into();
        let cancelled = RebuildCancelled { projection: projection(), rebuild_id: first }.into();
        let mut control = ProjectionControl::default();
        for (event, running, end) in [
            (requested(first), Some(first), None),
            (ended(second, RebuildOutcome::Done), Some(first), None),
            (cancelled, None, Some(RebuildEnd::Cancelled)),
            (ended(first, RebuildOutcome::Done), None, Some(RebuildEnd::Cancelled)),
            (requested(second), Some(second), None),
            (ended(second, RebuildOutcome::Failed), None, Some(RebuildEnd::Failed)),
        ] {
            control.apply(&event);
            assert_eq!(control.running().map(|rebuild| rebuild.rebuild_id), running, "{event:?}");
            assert_eq!(control.rebuild.as_ref().and_then(|rebuild| rebuild.end), end, "{event:?}");
            let snapshot = serde_json::to_value(&control).unwrap();
            assert_eq!(serde_json::from_value::<ProjectionControl>(snapshot).unwrap(), control);
        }
    }
}
