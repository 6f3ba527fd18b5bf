//! Accounts and courses, made through the API.

use std::sync::atomic::{AtomicU64, Ordering};

use command_api::admin::create_admin::{NewAdmin, create_admin};
use serde_json::{Value, json};

use crate::{Answer, TestApp};

/// A password that all of them have.
pub const PASSWORD: &str = "Correct-horse-1";

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub struct Person {
    /// Their `_id`.
    pub id: String,
    /// Their address.
    pub email: String,
    /// An access token.
    pub token: String,
    /// The refresh token of the same session.
    pub refresh_token: String,
}

/// A course that is not published yet, with a module and a lesson.
#[derive(Clone, Debug)]
pub struct DraftCourse {
    /// The course.
    pub id: String,
    /// Its only module.
    pub module: String,
    /// Its only lesson, a text.
    pub lesson: String,
}

/// An address that nobody has.
#[must_use]
pub fn new_email() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("person-{}@example.org", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// What a newcomer sends.
#[must_use]
pub fn newcomer(email: &str) -> Value {
    json!({ "email": email, "password": PASSWORD, "first_name": "Ada", "last_name": "Lovelace" })
}

/// The least that a course needs.
#[must_use]
pub fn new_course(title: &str) -> Value {
    json!({ "title": title, "description": "Des tableaux", "domain": "Excel", "price": 49.9, "pricing_model": "one-time" })
}

/// The least that a lesson with a text needs.
#[must_use]
pub fn new_lesson(title: &str) -> Value {
    json!({ "title": title, "type": "text", "content": "<p>Bonjour</p>" })
}

/// The `_id` of the resource that an answer holds under this name.
#[track_caller]
#[must_use]
pub fn id_of(answer: &Answer, name: &str) -> String {
    answer.data()[name]["_id"].as_str().unwrap_or_else(|| panic!("no {name}: {answer}")).to_owned()
}

impl TestApp {
    /// Registers somebody, who is a learner then.
    pub async fn learner(&self) -> Person {
        let email = new_email();
        let answer = self.post("/auth/register").json(&newcomer(&email)).send().await.expect(201);
        Self::person(&answer, email)
    }

    /// Somebody whom an admin has made an instructor.
    pub async fn instructor(&self, admin: &Person) -> Person {
        let learner = self.learner().await;
        let _ = self.change_user(admin, &learner, &json!({ "role": "instructor" })).await.expect(200);
        learner
    }

    /// An admin, made as `har admin create` makes them, and signed in.
    pub async fn admin(&self) -> Person {
        let email = new_email();
        let api = &self.commands;
        let admin = NewAdmin::parse(&email, PASSWORD, "Grace", "Hopper").unwrap();
        create_admin(&api.commands, &api.passwords, &api.emails, admin).await.unwrap();
        self.login(&email).await
    }

    /// Signs somebody in.
    pub async fn login(&self, email: &str) -> Person {
        let answer = self.post("/auth/login").json(&json!({ "email": email, "password": PASSWORD })).send().await;
        Self::person(&answer.expect(200), email.to_owned())
    }

    /// PATCH /admin/users/:id.
    pub async fn change_user(&self, admin: &Person, user: &Person, changes: &Value) -> Answer {
        self.patch(&format!("/admin/users/{}", user.id)).bearer(&admin.token).json(changes).send().await
    }

    /// A draft with a module and a lesson.
    pub async fn draft(&self, instructor: &Person, title: &str) -> DraftCourse {
        self.draft_of(instructor, &new_course(title)).await
    }

    /// A draft of this course, with a module and a lesson.
    pub async fn draft_of(&self, instructor: &Person, course: &Value) -> DraftCourse {
        let token = &instructor.token;
        let made = self.post("/courses").bearer(token).respond_async().json(course).send().await.expect(201);
        let id = id_of(&made, "course");
        let modules = format!("/courses/{id}/modules");
        let title = json!({ "title": "Premier module" });
        let made = self.post(&modules).bearer(token).respond_async().json(&title).send().await.expect(201);
        let module = id_of(&made, "module");
        let lessons = format!("{modules}/{module}/lessons");
        let made = self.post(&lessons).bearer(token).json(&new_lesson("Première leçon")).send().await.expect(201);
        DraftCourse { lesson: id_of(&made, "lesson"), id, module }
    }

    /// A course in the catalogue, with a module and a lesson.
    pub async fn published(&self, instructor: &Person, course: &Value) -> DraftCourse {
        let draft = self.draft_of(instructor, course).await;
        let publish = self.post(&format!("/courses/{}/publish", draft.id)).bearer(&instructor.token).send();
        let _ = publish.await.expect(200);
        draft
    }

    fn person(answer: &Answer, email: String) -> Person {
        let data = answer.data();
        let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("no sign-in: {answer}")).to_owned();
        Person {
            id: text(&data["user"]["_id"]),
            email,
            token: text(&data["token"]),
            refresh_token: text(&data["refresh_token"]),
        }
    }
}
