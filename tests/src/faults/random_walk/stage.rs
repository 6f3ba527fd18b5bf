//! Who walks where: learners, teachers, and their courses.

use anyhow::Result;
use futures::{StreamExt, TryStreamExt, stream};
use reqwest::Method;
use serde_json::{Value, json};

use super::super::api::Api;
use super::super::people::{AT_ONCE, People, Person, success};
use super::model::{Course, InCourse, Model};

/// How many teachers share the courses.
const TEACHERS: usize = 2;

/// Everybody, and what is known of them.
pub struct Stage {
    /// The write process.
    pub commands: Api,
    /// The read process.
    pub queries: Api,
    /// Who teaches; the course of an index is that of the teacher of that index, turn by turn.
    teachers: Vec<Person>,
    /// Who learns.
    pub learners: Vec<Person>,
    /// What they have done.
    pub model: Model,
}

impl Stage {
    /// Registers learners and teachers, and publishes the courses.
    pub async fn set(commands: Api, queries: Api, (learners, courses): (usize, usize)) -> Result<Self> {
        let People { learners: people, teachers } = People::register(&commands, learners, TEACHERS).await?;
        let made = stream::iter(0..courses).map(|number| course(&commands, &teachers[number % TEACHERS].token, number));
        let made: Vec<Course> = made.buffered(AT_ONCE).try_collect().await?;
        let model = Model { learners: vec![vec![InCourse::default(); made.len()]; learners], courses: made };
        Ok(Self { commands, queries, teachers, learners: people, model })
    }

    /// The token of who teaches a course.
    pub fn teacher(&self, course: usize) -> &str {
        &self.teachers[course % TEACHERS].token
    }

    /// The teachers, each with their courses.
    pub fn teachers(&self) -> impl Iterator<Item = (&Person, Vec<usize>)> {
        let of = |number: usize| (number..self.model.courses.len()).step_by(TEACHERS).collect();
        self.teachers.iter().enumerate().map(move |(number, teacher)| (teacher, of(number)))
    }
}

/// A free course with two modules, three texts and a quiz.
async fn course(api: &Api, token: &str, number: usize) -> Result<Course> {
    let post =
        async |path: String, body: Value| success(api.insist(Method::POST, &path, Some(token), Some(&body)).await?);
    let body = json!({
        "title": format!("Course number {number}"), "description": "Where everybody walks", "domain": "Excel",
        "price": 0, "pricing_model": "one-time",
    });
    let id = post("/courses".to_owned(), body).await?.text("/data/course/_id")?.to_owned();
    let mut modules = Vec::new();
    for lessons in [2, 1] {
        let module = post(format!("/courses/{id}/modules"), json!({ "title": "Module" })).await?;
        let module = module.text("/data/module/_id")?.to_owned();
        let mut ids = Vec::new();
        for _ in 0..lessons {
            let lesson = post(format!("/courses/{id}/modules/{module}/lessons"), text()).await?;
            ids.push(lesson.text("/data/lesson/_id")?.to_owned());
        }
        modules.push((module, ids));
    }
    let quiz_lesson = modules[1].1[0].clone();
    let question = json!({ "type": "true_false", "question": "Is R free?", "answer": true });
    let quiz = json!({ "title": "Yes?", "lesson_id": quiz_lesson, "questions": [question] });
    let quiz = post(format!("/courses/{id}/quizzes"), quiz).await?;
    let (quiz, question) = (quiz.text("/data/quiz/_id")?, quiz.text("/data/quiz/questions/0/_id")?);
    let (quiz, question) = (quiz.to_owned(), question.to_owned());
    let _ = post(format!("/courses/{id}/publish"), json!({})).await?;
    Ok(Course { id, quiz, question, quiz_lesson, modules, scored_elsewhere: Vec::new(), gone: Vec::new() })
}

/// A lesson with a text.
pub fn text() -> Value {
    json!({ "title": "Lesson", "type": "text", "content": "<p>Text</p>" })
}
