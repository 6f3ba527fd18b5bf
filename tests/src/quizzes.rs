//! Quizzes, through the API.

use serde_json::{Value, json};

use crate::people::id_of;
use crate::{Answer, Person, TestApp};

/// A question of each type; what is right is the second of three, the first and the third, yes, and a word.
#[must_use]
pub fn questions() -> Value {
    json!([
        { "type": "single", "question": "La moyenne ?", "choices": ["a", "b", "c"], "answer_index": 1 },
        {
            "type": "multiple", "question": "Lesquelles ?", "choices": ["a", "b", "c"], "answer_indexes": [2, 0],
            "explanation": "Parce que.",
        },
        { "type": "true_false", "question": "R est libre ?", "answer": true },
        {
            "type": "cloze", "question": "L'… mesure la dispersion.", "answers": ["écart-type", "sigma"],
            "source": "L'écart-type mesure la dispersion.",
        },
    ])
}

/// A quiz of [`questions`] that 75 % pass, for a lesson or for none.
#[must_use]
pub fn new_quiz(lesson: Option<&str>) -> Value {
    json!({ "title": "Dispersion", "lesson_id": lesson, "passing_score": 75, "questions": questions() })
}

/// A quiz with one question, which yes answers, so that it is passed or not.
#[must_use]
pub fn yes_or_no(lesson: Option<&str>) -> Value {
    let question = json!({ "type": "true_false", "question": "R est libre ?", "answer": true });
    json!({ "title": "Oui ?", "lesson_id": lesson, "questions": [question] })
}

/// The ids of the questions of a quiz, as an answer shows it.
#[must_use]
pub fn question_ids(quiz: &Value) -> Vec<String> {
    let id = |question: &Value| question["_id"].as_str().unwrap().to_owned();
    quiz["questions"].as_array().unwrap().iter().map(id).collect()
}

impl TestApp {
    /// POST /courses/:id/quizzes.
    pub async fn write_quiz(&self, by: &Person, course: &str, quiz: &Value) -> Answer {
        self.post(&format!("/courses/{course}/quizzes")).bearer(&by.token).json(quiz).send().await
    }

    /// A quiz of a course; its id, and the ids of its questions.
    pub async fn quiz_of(&self, by: &Person, course: &str, quiz: &Value) -> (String, Vec<String>) {
        let answer = self.write_quiz(by, course, quiz).await.expect(201);
        (id_of(&answer, "quiz"), question_ids(&answer.data()["quiz"]))
    }

    /// GET /quizzes/:id.
    pub async fn quiz(&self, by: &Person, quiz: &str) -> Answer {
        self.get(&format!("/quizzes/{quiz}")).bearer(&by.token).send().await
    }

    /// PATCH /quizzes/:id.
    pub async fn change_quiz(&self, by: &Person, quiz: &str, changes: &Value) -> Answer {
        self.patch(&format!("/quizzes/{quiz}")).bearer(&by.token).json(changes).send().await
    }

    /// POST /quizzes/:id/attempts with the answers to these questions, in order; null leaves one out.
    pub async fn attempt(&self, by: &Person, quiz: &str, questions: &[String], answers: &[Value]) -> Answer {
        let answer = |(id, answer): (&String, &Value)| json!({ "question_id": id, "answer": answer });
        let answers: Vec<Value> =
            questions.iter().zip(answers).filter(|(_, answer)| !answer.is_null()).map(answer).collect();
        self.post(&format!("/quizzes/{quiz}/attempts"))
            .bearer(&by.token)
            .json(&json!({ "answers": answers }))
            .send()
            .await
    }

    /// GET /quizzes/:id/attempts.
    pub async fn attempts(&self, by: &Person, quiz: &str, query: &str) -> Answer {
        self.get(&format!("/quizzes/{quiz}/attempts{query}")).bearer(&by.token).send().await
    }
}
