//! The events that concern a person, read bit by bit.

use event_log::{EventLog, LogError};
use events::{Position, UserId};
use read_models::views::events_of_person;

use super::event_view::{AuditEventView, Viewer};
use super::views;

/// The most events that are in memory at a time. They are few: an event may hold a lesson.
const EVENTS_AT_A_TIME: u32 = 500;

/// The events that somebody caused or that are about them, in the order of the log, from its beginning to a position
/// that projection `audit` has reached.
pub(crate) struct PersonEvents {
    log: EventLog,
    person: UserId,
    after: Position,
    to: Position,
}

impl PersonEvents {
    pub(crate) fn new(log: &EventLog, person: UserId, to: Position) -> Self {
        Self { log: log.clone(), person, after: 0, to }
    }

    /// The next events, as the person sees them: at most 500, and at most 8 MiB as they are stored (but one at least);
    /// none at the end.
    ///
    /// # Errors
    /// [`LogError`].
    pub(crate) async fn next(&mut self) -> Result<Vec<AuditEventView>, LogError> {
        let range = (self.after, self.to);
        let positions = events_of_person(self.log.database(), self.person, range, EVENTS_AT_A_TIME).await?;
        let stored = self.log.read_at(&positions).await?;
        self.after = stored.last().map_or(self.to, |last| last.position);
        views(&self.log, stored, Viewer::Person(self.person)).await
    }
}
