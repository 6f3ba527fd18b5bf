//! Who registers, who is promoted, which course is written by whom.
//!
//! May be broken off anywhere and called again: an account that exists signs in instead of registering, a course that
//! is published is left alone, and a half-written one is gone on with, since each call has an idempotency key of its
//! own (kept for a day; after that the half-written draft stays, seen by its author only, and the course is made anew).

use std::collections::{HashMap, HashSet};

use anyhow::{Context as _, bail};
use futures::future::try_join_all;
use http::StatusCode;
use serde_json::{Value, json};

use super::Client;
use super::content::{Account, Course, Demo, Lesson};

/// Makes the demo accounts and courses, as the admin who signs in like this; returns when the catalogue shows them.
///
/// # Errors
/// When a call fails.
pub async fn seed(client: &Client, demo: &Demo, admin_email: &str, admin_password: &str) -> anyhow::Result<()> {
    let admin = client.signed_in(&sign_in(client, admin_email, admin_password).await?);
    let people: Vec<&Account> = demo.accounts.iter().filter(|account| !account.is_admin()).collect();
    let signed_in = try_join_all(people.iter().map(|account| enter(client, &admin, account))).await?;
    let authors: HashMap<&str, Client> = people.iter().map(|account| account.key.as_str()).zip(signed_in).collect();

    let published = titles(client).await?;
    let missing = demo.courses.iter().enumerate().filter(|(_, course)| !published.contains(&course.title));
    try_join_all(missing.map(|(number, course)| {
        let author = authors.get(course.instructor.as_str());
        async move {
            let author = author.with_context(|| format!("nobody writes {}", course.title))?;
            write(author, &format!("demo/{}", number + 1), course).await
        }
    }))
    .await?;
    let published = titles(client).await?;
    match demo.courses.iter().find(|course| !published.contains(&course.title)) {
        Some(course) => bail!("{} is not in the catalogue", course.title),
        None => Ok(()),
    }
}

/// The titles in the catalogue.
async fn titles(client: &Client) -> anyhow::Result<HashSet<String>> {
    let answer = client.must_get("/courses?limit=100").await?;
    let courses = answer.value["courses"].as_array().context("an answer without courses")?;
    Ok(courses.iter().filter_map(|course| course["title"].as_str().map(str::to_owned)).collect())
}

async fn sign_in(client: &Client, email: &str, password: &str) -> anyhow::Result<String> {
    let answer = client.post("/auth/login", None, &json!({ "email": email, "password": password })).await?;
    if answer.status != StatusCode::OK {
        bail!("{email} cannot sign in: {}", answer.code());
    }
    answer.text("/token")
}

/// Registers, or signs in who is registered; and has the admin make an instructor of who is to be one.
async fn enter(client: &Client, admin: &Client, account: &Account) -> anyhow::Result<Client> {
    let body = json!({
        "email": account.email,
        "password": account.password,
        "first_name": account.first_name,
        "last_name": account.last_name,
        "language": "fr",
    });
    let answer = client.post("/auth/register", None, &body).await?;
    let token = match (answer.status, answer.code()) {
        (StatusCode::CREATED, _) => answer.text("/token")?,
        (StatusCode::BAD_REQUEST, "email_exists") => sign_in(client, &account.email, &account.password).await?,
        (status, code) => bail!("{} cannot register: {status} {code}", account.email),
    };
    let own = client.signed_in(&token);
    if account.role == "instructor" {
        let id = own.must_get("/auth/verify-jwt").await?.text("/user_id")?;
        admin.must_patch(&format!("/admin/users/{id}"), &json!({ "role": account.role })).await?;
    }
    Ok(own)
}

/// Writes a course and publishes it.
async fn write(author: &Client, key: &str, course: &Course) -> anyhow::Result<()> {
    let created = author.must_post("/courses", key, &course_body(course)?).await?;
    let course_path = format!("/courses/{}", created.text("/course/_id")?);
    for (number, module) in course.modules.iter().enumerate() {
        let key = format!("{key}/{}", number + 1);
        let body = json!({ "title": module.title, "description": module.description });
        let added = author.must_post(&format!("{course_path}/modules"), &key, &body).await?;
        let lessons_path = format!("{course_path}/modules/{}/lessons", added.text("/module/_id")?);
        for (number, lesson) in module.lessons.iter().enumerate() {
            let key = format!("{key}/{}", number + 1);
            author.must_post(&lessons_path, &key, &lesson_body(lesson)).await?;
        }
    }
    author.must_post(&format!("{course_path}/publish"), &format!("{key}/publish"), &json!({})).await?;
    Ok(())
}

fn course_body(course: &Course) -> anyhow::Result<Value> {
    let price: serde_json::Number = course.price.parse().with_context(|| format!("the price of {}", course.title))?;
    Ok(json!({
        "title": course.title,
        "description": course.description.trim(),
        "short_description": course.short_description,
        "domain": course.domain,
        "stack": course.stack,
        "price": price,
        "pricing_model": course.pricing_model,
        "keywords": course.keywords,
        "category": course.category,
        "language": course.language,
    }))
}

fn lesson_body(lesson: &Lesson) -> Value {
    let mut body = json!({
        "title": lesson.title,
        "description": lesson.description,
        "type": lesson.lesson_type,
        "preview": lesson.preview,
    });
    if let Some(content) = &lesson.content {
        body["content"] = json!(content.trim());
    }
    if let Some(url) = &lesson.video_url {
        body["video"] = json!({
            "url": url,
            "duration_seconds": lesson.duration_seconds,
            "transcript": lesson.transcript.as_deref().map(str::trim),
        });
    }
    body
}
