//! Events in answers.

mod event_view;
mod person_events;

pub(crate) use event_view::AuditEventView;
pub(crate) use person_events::PersonEvents;
