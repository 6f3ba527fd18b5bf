//! Learners and teachers, through the API.

use anyhow::{Result, ensure};
use futures::{StreamExt, TryStreamExt, stream};
use reqwest::Method;
use serde_json::json;

use super::api::{Answer, Api, newcomer};

/// The settings that make the first admin.
pub const ADMIN: [(&str, &str); 2] =
    [("HAR_ADMIN_EMAIL", "admin@example.org"), ("HAR_ADMIN_PASSWORD", "Correct-horse-1")];
/// How many requests are on the way together.
pub const AT_ONCE: usize = 16;

/// Somebody who is signed in.
pub struct Person {
    /// Their id.
    pub id: String,
    /// Their access token.
    pub token: String,
}

/// Everybody.
pub struct People {
    /// Who learns.
    pub learners: Vec<Person>,
    /// Who teaches.
    pub teachers: Vec<Person>,
}

impl People {
    /// Registers so many of each. The world needs [`ADMIN`] for it.
    pub async fn register(commands: &Api, learners: usize, teachers: usize) -> Result<Self> {
        let admin = success(commands.login(ADMIN[0].1, None).await?)?;
        let admin = admin.text("/data/token")?.to_owned();
        let people = stream::iter(0..learners + teachers).map(|number| register(commands, number));
        let mut people: Vec<Person> = people.buffered(AT_ONCE).try_collect().await?;
        let teachers = people.split_off(learners);
        for teacher in &teachers {
            let (path, role) = (format!("/admin/users/{}", teacher.id), json!({ "role": "instructor" }));
            let _ = success(commands.insist(Method::PATCH, &path, Some(&admin), Some(&role)).await?)?;
        }
        Ok(Self { learners: people, teachers })
    }
}

async fn register(api: &Api, number: usize) -> Result<Person> {
    let body = newcomer(&format!("person-{number}@example.org"));
    let answer = success(api.insist(Method::POST, "/auth/register", None, Some(&body)).await?)?;
    Ok(Person { id: answer.text("/data/user/_id")?.to_owned(), token: answer.text("/data/token")?.to_owned() })
}

/// The answer, if it is a success.
pub fn success(answer: Answer) -> Result<Answer> {
    ensure!(answer.status.is_success(), "{}", answer.shown());
    Ok(answer)
}
