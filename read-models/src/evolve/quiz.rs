//! Quizzes, and attempts at them.

use std::collections::HashMap;

use events::{
    Question, QuestionId, QuizAttemptSubmitted, QuizChanged, QuizCreated, QuizEvent, RecordedEvent, StreamEvent as _,
};

use crate::{AttemptResult, Quiz, QuizAttempt, RightAnswer};

impl Quiz {
    /// A new quiz.
    #[must_use]
    pub fn created(created: &QuizCreated) -> Self {
        Self {
            id: created.quiz_id,
            course_id: created.course_id,
            title: created.title.clone(),
            passing_score: created.passing_score,
            version: 1,
            questions: created.questions.clone(),
            stale: false,
        }
    }

    /// Writes it anew.
    pub fn change(&mut self, changed: &QuizChanged) {
        self.title.clone_from(&changed.title);
        self.passing_score = changed.passing_score;
        self.version = changed.quiz_version;
        self.questions.clone_from(&changed.questions);
    }

    /// The quiz as its stream had it in a form; as it is now without one. None when it never was so, or is gone.
    #[must_use]
    pub fn of_stream(stream: &[RecordedEvent], form: Option<u32>) -> Option<Self> {
        let mut quiz: Option<Self> = None;
        for recorded in stream {
            if form.is_some() && quiz.as_ref().map(|quiz| quiz.version) == form {
                break;
            }
            quiz = match QuizEvent::of(&recorded.event) {
                Some(QuizEvent::QuizCreated(created)) => Some(Self::created(created)),
                Some(QuizEvent::QuizChanged(changed)) => {
                    quiz.iter_mut().for_each(|quiz| quiz.change(changed));
                    quiz
                }
                Some(QuizEvent::QuizRemoved(_)) => None,
                None => quiz,
            };
        }
        quiz.filter(|quiz| form.is_none_or(|form| quiz.version == form))
    }
}

impl QuizAttempt {
    /// An attempt at a quiz in the form that it had then.
    #[must_use]
    pub fn submitted(recorded: &RecordedEvent, submitted: &QuizAttemptSubmitted, quiz: &Quiz) -> Self {
        let known: HashMap<QuestionId, &Question> =
            quiz.questions.iter().map(|question| (question.question_id, question)).collect();
        let result = |result: &events::QuestionResult| {
            let question = known.get(&result.question_id);
            AttemptResult {
                question_id: result.question_id,
                correct: result.correct,
                right_answer: question.map(|question| RightAnswer::of(&question.answer_key)).unwrap_or_default(),
                explanation: question.and_then(|question| question.explanation.clone()),
            }
        };
        Self {
            id: submitted.attempt_id,
            quiz_id: submitted.quiz_id,
            quiz_version: submitted.quiz_version,
            course_id: submitted.course_id,
            user_id: submitted.user_id,
            score: submitted.score,
            passed: submitted.passed,
            results: submitted.results.iter().map(result).collect(),
            submitted_at: recorded.time,
            stale: false,
        }
    }
}
