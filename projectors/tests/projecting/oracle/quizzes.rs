//! The documents of projection `quizzes`.
#![allow(clippy::unwrap_used)]

use events::RecordedEvent;
use serde_json::{Value, json};

use super::at;
use crate::support::Documents;

pub(super) fn fold(quizzes: &mut Documents, event: &RecordedEvent, data: &Value) {
    match event.event.type_name() {
        "QuizCreated" => {
            let quiz = at(quizzes, "quizzes", &data["quiz_id"]);
            *quiz = json!({ "_id": data["quiz_id"], "course_id": data["course_id"], "version": 1 });
            describe(quiz, data);
        }
        "QuizChanged" => {
            let quiz = at(quizzes, "quizzes", &data["quiz_id"]);
            quiz["version"] = data["quiz_version"].clone();
            describe(quiz, data);
        }
        "QuizRemoved" => _ = quizzes.remove(&("quizzes".to_owned(), data["quiz_id"].as_str().unwrap().to_owned())),
        "QuizAttemptSubmitted" => {
            let quiz = at(quizzes, "quizzes", &data["quiz_id"]).clone();
            let results: Vec<Value> =
                data["results"].as_array().unwrap().iter().map(|result| told(&quiz, result)).collect();
            let mut attempt = json!({ "_id": data["attempt_id"], "results": results, "submitted_at": event.time });
            for name in ["quiz_id", "quiz_version", "course_id", "user_id", "score", "passed"] {
                attempt[name] = data[name].clone();
            }
            *at(quizzes, "quiz_attempts", &data["attempt_id"]) = attempt;
        }
        _ => {}
    }
}

fn describe(quiz: &mut Value, data: &Value) {
    for name in ["title", "passing_score", "questions"] {
        quiz[name] = data[name].clone();
    }
}

/// A result with what would have been right.
fn told(quiz: &Value, result: &Value) -> Value {
    let questions = quiz["questions"].as_array().unwrap();
    let question = questions.iter().find(|one| one["question_id"] == result["question_id"]).unwrap();
    let mut right = json!({});
    for name in ["answer_index", "answer_indexes", "answer", "answers"] {
        right[name] = question["answer_key"][name].clone();
    }
    json!({
        "question_id": result["question_id"], "correct": result["correct"], "right_answer": right,
        "explanation": question["explanation"],
    })
}
