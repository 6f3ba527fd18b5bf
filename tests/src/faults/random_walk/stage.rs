//! Who walks where: learners, teachers, and their courses.

use anyhow::{Result, ensure};
use futures::{StreamExt, TryStreamExt, stream};
use reqwest::Method;
use serde_json::{Value, json};

use super::super::api::{Answer, Api, newcomer};
use super::model::{Course, InCourse, Model};

/// The settings that make the first admin.
pub const ADMIN: [(&str, &str); 2] =
    [("HAR_ADMIN_EMAIL", "admin@example.org"), ("HAR_ADMIN_PASSWORD", "Correct-horse-1")];
/// How many requests are on the way together.
pub const AT_ONCE: usize = 16;
/// How many teachers share the courses.
const TEACHERS: usize = 2;

/// Somebody who is signed in.
pub struct Person {
    /// Their id.
    pub id: String,
    /// Their access token.
    pub token: String,
}

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
        let admin = success(commands.login(ADMIN[0].1, None).await?)?;
        let admin = admin.text("/data/token")?.to_owned();
        let people = stream::iter(0..learners + TEACHERS).map(|number| register(&commands, number));
        let mut people: Vec<Person> = people.buffered(AT_ONCE).try_collect().await?;
        let teachers = people.split_off(learners);
        for teacher in &teachers {
            let (path, role) = (format!("/admin/users/{}", teacher.id), json!({ "role": "instructor" }));
            let _ = success(commands.insist(Method::PATCH, &path, Some(&admin), Some(&role)).await?)?;
        }
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

async fn register(api: &Api, number: usize) -> Result<Person> {
    let body = newcomer(&format!("person-{number}@example.org"));
    let answer = success(api.insist(Method::POST, "/auth/register", None, Some(&body)).await?)?;
    Ok(Person { id: answer.text("/data/user/_id")?.to_owned(), token: answer.text("/data/token")?.to_owned() })
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

/// The answer, if it is a success.
pub fn success(answer: Answer) -> Result<Answer> {
    ensure!(answer.status.is_success(), "{}", answer.shown());
    Ok(answer)
}
