//! Events of quizzes and of attempts at them, at random.
#![allow(clippy::unwrap_used)]

use events::{
    Answer, AnswerKey, AttemptId, CourseId, GivenAnswer, Percent, Personal, Question, QuestionId, QuestionResult,
    QuizAttemptEvent, QuizAttemptSubmitted, QuizChanged, QuizCreated, QuizEvent, QuizId, QuizRemoved, StreamId,
    StreamType, UserId,
};
use rand::rngs::StdRng;
use rand::{Rng, RngExt};
use uuid::Uuid;

use super::{Written, courses};

/// A quiz as it is now.
pub struct Known {
    id: QuizId,
    course_id: CourseId,
    version: u32,
    questions: Vec<Question>,
}

impl Known {
    /// A new one, with a question of each type.
    pub fn new(random: &mut StdRng, course_id: CourseId) -> Self {
        let id = QuizId::new(some_id(random));
        Self { id, course_id, version: 1, questions: questions(random) }
    }
}

fn of_quiz(id: QuizId, event: impl Into<QuizEvent>) -> Written {
    (StreamId::new(StreamType::Quiz, id), event.into().into())
}

pub fn created(quiz: &Known) -> Written {
    let event = QuizCreated {
        quiz_id: quiz.id,
        course_id: quiz.course_id,
        lesson_id: None,
        title: "Quiz".to_owned(),
        passing_score: Percent::of(60, 100),
        questions: quiz.questions.clone(),
    };
    of_quiz(quiz.id, event)
}

pub fn changed(random: &mut StdRng, quiz: &mut Known) -> Written {
    quiz.version += 1;
    quiz.questions = questions(random);
    let event = QuizChanged {
        quiz_id: quiz.id,
        quiz_version: quiz.version,
        title: format!("Quiz {}", quiz.version),
        passing_score: Percent::of(random.random_range(0..100), 100),
        questions: quiz.questions.clone(),
    };
    of_quiz(quiz.id, event)
}

pub fn removed(quiz: &Known) -> Written {
    of_quiz(quiz.id, QuizRemoved { quiz_id: quiz.id })
}

/// Somebody answers, in words of their own too.
pub fn submitted(random: &mut StdRng, quiz: &Known, user_id: UserId) -> Written {
    let attempt_id = AttemptId::new(some_id(random));
    let result =
        |question: &Question| QuestionResult { question_id: question.question_id, correct: random.random_bool(0.5) };
    let results: Vec<QuestionResult> = quiz.questions.iter().map(result).collect();
    let right = results.iter().filter(|result| result.correct).count();
    let text = Personal::new(user_id, "Canary".to_owned());
    let event = QuizAttemptSubmitted {
        attempt_id,
        quiz_id: quiz.id,
        quiz_version: quiz.version,
        course_id: quiz.course_id,
        lesson_id: None,
        user_id,
        answers: vec![GivenAnswer { question_id: quiz.questions[3].question_id, answer: Answer::Cloze { text } }],
        score: Percent::of(right, results.len()),
        results,
        passed: right > 2,
    };
    (StreamId::new(StreamType::QuizAttempt, attempt_id), QuizAttemptEvent::from(event).into())
}

/// One event more, of a quiz of these courses or of an attempt of these persons; none while there are no courses.
pub(super) fn next(
    random: &mut StdRng,
    users: &[UserId],
    courses: &[courses::Known],
    quizzes: &mut Vec<Known>,
) -> Option<Written> {
    let kind = random.random_range(0..10);
    if kind < 3 || quizzes.is_empty() {
        let course = courses.get(random.random_range(0..courses.len().max(1)))?;
        let quiz = Known::new(random, course.id);
        let event = created(&quiz);
        quizzes.push(quiz);
        return Some(event);
    }
    let (pick, who) = (random.random_range(0..quizzes.len()), users[random.random_range(0..users.len())]);
    Some(match kind {
        3 | 4 => changed(random, &mut quizzes[pick]),
        5 => removed(&quizzes.swap_remove(pick)),
        _ => submitted(random, &quizzes[pick], who),
    })
}

fn some_id(random: &mut StdRng) -> Uuid {
    Uuid::from_u128(random.next_u64().into())
}

fn questions(random: &mut StdRng) -> Vec<Question> {
    let choices = || ["a", "b", "c"].map(str::to_owned).to_vec();
    let keys = [
        AnswerKey::Single { choices: choices(), answer_index: random.random_range(0..3) },
        AnswerKey::Multiple { choices: choices(), answer_indexes: vec![0, random.random_range(1..3)] },
        AnswerKey::TrueFalse { answer: random.random_bool(0.5) },
        AnswerKey::Cloze { answers: vec!["sigma".to_owned(), "écart-type".to_owned()] },
    ];
    let question = |answer_key| Question {
        question_id: QuestionId::new(some_id(random)),
        question: "Combien ?".to_owned(),
        answer_key,
        explanation: random.random_bool(0.5).then(|| "Parce que.".to_owned()),
        source: random.random_bool(0.5).then(|| "La phrase.".to_owned()),
    };
    keys.map(question).to_vec()
}
