//! States as they were: a stream folded as the write side folds it.

use domain::{
    Access, AdminRoster, AuditAccess, Certificate, Course, EmailClaim, Enrollment, InvoiceSeries, Media,
    ProjectionControl, Quiz, QuizAttempt, Review, Session, Subscription, Transaction, User,
};
use events::{Fold, RecordedEvent, StreamEvent as _, StreamType};
use serde_json::Value;

use super::changes::{Changed, changes};
use super::event_view::{Viewer, shown};

/// A stream's state after its last event, and what each event changed.
pub(super) struct History {
    pub(super) state: Value,
    pub(super) changed: Vec<Vec<Changed>>,
}

/// The history of a stream of that kind; none when an event of it is none of the kind's, which no event is.
pub(super) fn history(stream: StreamType, events: &[RecordedEvent]) -> Option<History> {
    match stream {
        StreamType::User => fold::<User>(events),
        StreamType::EmailClaim => fold::<EmailClaim>(events),
        StreamType::Session => fold::<Session>(events),
        StreamType::Course => fold::<Course>(events),
        StreamType::Quiz => fold::<Quiz>(events),
        StreamType::QuizAttempt => fold::<QuizAttempt>(events),
        StreamType::Enrollment => fold::<Enrollment>(events),
        StreamType::Access => fold::<Access>(events),
        StreamType::Review => fold::<Review>(events),
        StreamType::Certificate => fold::<Certificate>(events),
        StreamType::Media => fold::<Media>(events),
        StreamType::Transaction => fold::<Transaction>(events),
        StreamType::Subscription => fold::<Subscription>(events),
        StreamType::InvoiceSeries => fold::<InvoiceSeries>(events),
        StreamType::AdminRoster => fold::<AdminRoster>(events),
        StreamType::AuditAccess => fold::<AuditAccess>(events),
        StreamType::ProjectionControl => fold::<ProjectionControl>(events),
    }
}

fn fold<A: Fold>(events: &[RecordedEvent]) -> Option<History> {
    let mut state = A::default();
    let mut history = History { state: Value::Null, changed: Vec::with_capacity(events.len()) };
    for event in events {
        state.apply(&A::Event::from_event(event.event.clone())?);
        let after = shown("", serde_json::to_value(&state).ok()?, Viewer::Admin)?;
        history.changed.push(changes(&history.state, &after));
        history.state = after;
    }
    Some(history)
}
