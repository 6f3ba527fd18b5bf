//! The events that concern a person, read bit by bit.

use event_log::{EventLog, LogError};
use events::{Position, UserId};
use read_models::views::events_of_person;

use super::AuditEventView;
use super::event_view::Link;

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
        let links: Vec<Link> = stored.iter().map(Link::of).collect();
        let opened = self.log.open_events(stored).await?;
        let views = opened.into_iter().zip(links).map(|(event, link)| {
            let position = event.position();
            let no_json = |error| LogError::Corrupt(format!("event {position} has no JSON: {error}"));
            AuditEventView::for_person(event, link, self.person).map_err(no_json)
        });
        views.collect()
    }
}
