//! What is known of a quiz.

use std::sync::Arc;

use events::{CourseId, Fold, LessonId, Percent, Question, QuizCreated, QuizEvent, QuizId};
use serde::{Deserialize, Serialize};

/// How many questions a quiz may have.
pub const MAX_QUESTIONS: usize = 200;

/// Fold of the stream `quiz/<quiz id>`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quiz {
    /// The quiz; none until it was written, and after it was removed.
    pub details: Option<QuizDetails>,
    /// Whether it was removed: its id is not taken again.
    pub removed: bool,
}

/// A quiz that is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuizDetails {
    /// The quiz.
    pub quiz_id: QuizId,
    /// The course it is of.
    pub course_id: CourseId,
    /// The lesson that it completes.
    pub lesson_id: Option<LessonId>,
    /// Counts the forms it had; the first is 1.
    pub quiz_version: u32,
    /// Title.
    pub title: String,
    /// The least score that passes.
    pub passing_score: Percent,
    /// The questions, in order. Shared, because each decision runs on a clone.
    pub questions: Arc<Vec<Question>>,
}

impl QuizDetails {
    fn created(event: &QuizCreated) -> Self {
        Self {
            quiz_id: event.quiz_id,
            course_id: event.course_id,
            lesson_id: event.lesson_id,
            quiz_version: 1,
            title: event.title.clone(),
            passing_score: event.passing_score,
            questions: Arc::new(event.questions.clone()),
        }
    }
}

impl Fold for Quiz {
    type Event = QuizEvent;

    fn apply(&mut self, event: &QuizEvent) {
        match event {
            QuizEvent::QuizCreated(event) => self.details = Some(QuizDetails::created(event)),
            QuizEvent::QuizChanged(event) => {
                // No decision writes it before the first event.
                if let Some(details) = &mut self.details {
                    details.quiz_version = event.quiz_version;
                    details.title.clone_from(&event.title);
                    details.passing_score = event.passing_score;
                    details.questions = Arc::new(event.questions.clone());
                }
            }
            QuizEvent::QuizRemoved(_) => *self = Self { details: None, removed: true },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{quiz_changed, quiz_created, quiz_removed};

    #[test]
    fn a_state_comes_back_from_a_snapshot_as_it_was() {
        let mut quiz = Quiz::default();
        for event in [quiz_created(), quiz_changed(2, "Autre titre"), quiz_removed()] {
            quiz.apply(&event);
            let snapshot = serde_json::to_value(&quiz).unwrap();
            assert_eq!(serde_json::from_value::<Quiz>(snapshot).unwrap(), quiz);
        }
        assert_eq!(quiz, Quiz { details: None, removed: true });
    }
}
