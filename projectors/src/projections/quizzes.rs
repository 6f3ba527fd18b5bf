//! Projection `quizzes`: quizzes as they are now, and attempts as they were scored.

use events::{Event, QuizAttemptEvent, QuizEvent, RecordedEvent, StoredEvent, StreamType};
use read_models::{Collection, QUIZ_ATTEMPTS, QUIZZES, QUIZZES_PROJECTION, Quiz, QuizAttempt};

use crate::{DocKey, Documents, FoldError, Projection};

/// Collections `quizzes` and `quiz_attempts`.
pub struct Quizzes;

impl Projection for Quizzes {
    fn name(&self) -> &'static str {
        QUIZZES_PROJECTION
    }

    fn version(&self) -> u32 {
        1
    }

    fn collections(&self) -> &'static [Collection] {
        &[QUIZZES, QUIZ_ATTEMPTS]
    }

    fn keys(&self, event: &RecordedEvent) -> Vec<DocKey> {
        match &event.event {
            Event::Quiz(QuizEvent::QuizCreated(event)) => vec![DocKey::of::<Quiz>(event.quiz_id)],
            Event::Quiz(QuizEvent::QuizChanged(event)) => vec![DocKey::of::<Quiz>(event.quiz_id)],
            Event::Quiz(QuizEvent::QuizRemoved(event)) => vec![DocKey::of::<Quiz>(event.quiz_id)],
            // What would have been right is the quiz's word.
            Event::QuizAttempt(QuizAttemptEvent::QuizAttemptSubmitted(event)) => {
                vec![DocKey::of::<Quiz>(event.quiz_id), DocKey::of::<QuizAttempt>(event.attempt_id)]
            }
            Event::User(_)
            | Event::EmailClaim(_)
            | Event::Session(_)
            | Event::Course(_)
            | Event::AdminRoster(_)
            | Event::Enrollment(_)
            | Event::Access(_)
            | Event::Review(_)
            | Event::Certificate(_)
            | Event::Media(_)
            | Event::AuditAccess(_)
            | Event::ProjectionControl(_)
            | Event::Transaction(_)
            | Event::Subscription(_)
            | Event::InvoiceSeries(_) => Vec::new(),
        }
    }

    fn unreadable_keys(&self, event: &StoredEvent) -> Vec<DocKey> {
        match event.stream_type {
            StreamType::Quiz => vec![DocKey::of::<Quiz>(&event.stream_id)],
            StreamType::QuizAttempt => vec![DocKey::of::<QuizAttempt>(&event.stream_id)],
            StreamType::User
            | StreamType::EmailClaim
            | StreamType::Session
            | StreamType::Course
            | StreamType::AdminRoster
            | StreamType::Enrollment
            | StreamType::Access
            | StreamType::Review
            | StreamType::Certificate
            | StreamType::Media
            | StreamType::AuditAccess
            | StreamType::ProjectionControl
            | StreamType::Transaction
            | StreamType::Subscription
            | StreamType::InvoiceSeries => Vec::new(),
        }
    }

    fn fold(&self, event: &RecordedEvent, docs: &mut Documents<'_>) -> Result<(), FoldError> {
        match &event.event {
            Event::Quiz(QuizEvent::QuizCreated(created)) => docs.put(Quiz::created(created)),
            Event::Quiz(QuizEvent::QuizChanged(changed)) => {
                let mut quiz: Quiz = docs.require(changed.quiz_id)?;
                quiz.change(changed);
                docs.put(quiz)
            }
            // The attempts at it stay.
            Event::Quiz(QuizEvent::QuizRemoved(removed)) => docs.delete::<Quiz>(removed.quiz_id),
            Event::QuizAttempt(QuizAttemptEvent::QuizAttemptSubmitted(submitted)) => {
                // It was decided upon this very form: a change in between would have been a conflict.
                let quiz: Quiz = docs.require(submitted.quiz_id)?;
                docs.put(QuizAttempt::submitted(event, submitted, &quiz))
            }
            Event::User(_)
            | Event::EmailClaim(_)
            | Event::Session(_)
            | Event::Course(_)
            | Event::AdminRoster(_)
            | Event::Enrollment(_)
            | Event::Access(_)
            | Event::Review(_)
            | Event::Certificate(_)
            | Event::Media(_)
            | Event::AuditAccess(_)
            | Event::ProjectionControl(_)
            | Event::Transaction(_)
            | Event::Subscription(_)
            | Event::InvoiceSeries(_) => Ok(()),
        }
    }
}
