//! What the documents must be: a second, naive fold over JSON that shares no code with the projections.
#![allow(clippy::unwrap_used)]

use event_log::Opened;
use events::{RecordedEvent, StreamType};
use serde_json::{Value, json};

use crate::support::{Academy, Documents};

mod courses;
mod learners;
mod payments;
mod quizzes;

/// The documents of the projections `enrollments` and `entitlements`, from the log alone.
pub async fn expected_of_learners(academy: &Academy) -> (Documents, Documents) {
    let opened = academy.log.open_events(academy.events().await).await.unwrap();
    let mut learners = Documents::new();
    for event in &opened {
        let Opened::Known(event) = event else { continue };
        learners::fold(&mut learners, event, &event.event.to_data().unwrap());
    }
    learners.into_iter().partition(|((collection, _), _)| collection != "grants")
}

/// The documents of the projection `quizzes`, from the log alone.
pub async fn expected_of_quizzes(academy: &Academy) -> Documents {
    let opened = academy.log.open_events(academy.events().await).await.unwrap();
    let mut documents = Documents::new();
    for event in &opened {
        let Opened::Known(event) = event else { continue };
        quizzes::fold(&mut documents, event, &event.event.to_data().unwrap());
    }
    documents
}

/// The documents of the projections `transactions` and `subscriptions`, from the log alone.
pub async fn expected_of_payments(academy: &Academy) -> (Documents, Documents) {
    let opened = academy.log.open_events(academy.events().await).await.unwrap();
    let (mut payments, mut subscriptions) = (Documents::new(), Documents::new());
    for event in &opened {
        let Opened::Known(event) = event else { continue };
        let data = event.event.to_data().unwrap();
        if event.stream.stream_type() == StreamType::Subscription {
            payments::fold_subscriptions(&mut subscriptions, event, &data);
        } else {
            payments::fold_payments(&mut payments, event, &data);
        }
    }
    payments::count_revenues(&mut payments);
    (payments, subscriptions)
}

/// The documents of the projection `certificates`, from the log alone.
pub async fn expected_of_certificates(academy: &Academy) -> Documents {
    let opened = academy.log.open_events(academy.events().await).await.unwrap();
    let mut documents = Documents::new();
    for event in &opened {
        let Opened::Known(event) = event else { continue };
        if event.event.type_name() == "CertificateIssued" {
            let mut document = event.event.to_data().unwrap();
            document["_id"] = document.as_object_mut().unwrap().remove("certificate_id").unwrap();
            document["issued_at"] = json!(event.time);
            let id = document["_id"].clone();
            *at(&mut documents, "certificates", &id) = document;
        }
    }
    documents
}

/// The documents of the projections `users` and `courses`, from the log alone.
pub async fn expected(academy: &Academy) -> (Documents, Documents) {
    let opened = academy.log.open_events(academy.events().await).await.unwrap();
    let (mut users, mut courses) = (Documents::new(), Documents::new());
    for event in &opened {
        let Opened::Known(event) = event else { continue };
        let data = event.event.to_data().unwrap();
        fold_users(&mut users, event, &data);
        courses::fold(&mut courses, event, &data);
    }
    (users, courses)
}

fn at<'a>(documents: &'a mut Documents, collection: &str, id: &Value) -> &'a mut Value {
    documents.entry((collection.to_owned(), id.as_str().unwrap().to_owned())).or_default()
}

fn fold_users(users: &mut Documents, event: &RecordedEvent, data: &Value) {
    let time = json!(event.time);
    match event.event.type_name() {
        "UserRegistered" => {
            *at(users, "users", &data["user_id"]) = json!({
                "_id": data["user_id"], "email": data["email"]["value"], "first_name": data["first_name"]["value"],
                "last_name": data["last_name"]["value"], "avatar_url": null, "role": "learner", "status": "active",
                "language": data["language"], "created_at": time, "last_login_at": null,
                "instructor": {
                    "bio": null, "expertise_tags": [], "total_courses": 0, "rating": 0.0,
                    "ratings": { "count": 0, "stars": 0 },
                    "verification_status": "unverified",
                },
                "notification_settings": {
                    "email_notifications": true, "marketing_emails": false, "newsletter": false,
                },
            });
        }
        _ if event.stream.stream_type() == StreamType::Session => fold_sessions(users, event, data, &time),
        "UserRoleChanged" => at(users, "users", &data["user_id"])["role"] = data["to"].clone(),
        "UserSuspended" => at(users, "users", &data["user_id"])["status"] = json!("suspended"),
        "UserReactivated" => at(users, "users", &data["user_id"])["status"] = json!("active"),
        "CourseCreated" => {
            let lookup =
                json!({ "_id": data["course_id"], "instructor_id": data["instructor_id"], "published": false });
            *at(users, "user_courses", &data["course_id"]) = lookup;
        }
        "ReviewWritten" | "ReviewChanged" | "ReviewRemoved" => count_stars(users, data),
        "CoursePublished" => count_course(users, data, true),
        "CourseUnpublished" | "CourseArchived" => count_course(users, data, false),
        name if event.stream.stream_type() == StreamType::User => fold_account(users, name, data),
        _ => {}
    }
    if event.stream.stream_type() == StreamType::User {
        let user = at(users, "users", &data["user_id"]);
        if !["PasswordRehashed", "PasswordResetRequested"].contains(&event.event.type_name()) {
            user["updated_at"] = time;
        }
        user["version"] = json!(event.version);
    }
}

fn count_course(users: &mut Documents, data: &Value, published: bool) {
    let course = at(users, "user_courses", &data["course_id"]);
    if course["published"] != published {
        course["published"] = json!(published);
        let instructor = course["instructor_id"].clone();
        let total = &mut at(users, "users", &instructor)["instructor"]["total_courses"];
        let before = total.as_u64().unwrap();
        *total = json!(if published { before + 1 } else { before - 1 });
    }
}

/// Of a removed review the event holds no stars.
fn count_stars(users: &mut Documents, data: &Value) {
    let key = ("user_ratings".to_owned(), data["review_id"].as_str().unwrap().to_owned());
    let before = users.remove(&key).map(|known| known["rating"].as_u64().unwrap());
    let after = data["rating"].as_u64();
    if after.is_some() {
        users.insert(key, json!({ "_id": data["review_id"], "rating": after }));
    }
    let instructor = at(users, "user_courses", &data["course_id"])["instructor_id"].clone();
    let info = &mut at(users, "users", &instructor)["instructor"];
    let number = |name: &str| info["ratings"][name].as_u64().unwrap();
    let count = number("count") + u64::from(after.is_some()) - u64::from(before.is_some());
    let stars = number("stars") + after.unwrap_or(0) - before.unwrap_or(0);
    (info["ratings"], info["rating"]) = rated(count, stars);
}

/// So many reviews with so many stars, and what they average to: half a hundredth goes up.
fn rated(count: u64, stars: u64) -> (Value, Value) {
    #[allow(clippy::cast_precision_loss)]
    let average = if count == 0 { 0.0 } else { (stars as f64 / count as f64 * 100.0).round() / 100.0 };
    (json!({ "count": count, "stars": stars }), json!(average))
}

/// What an account says of itself, and how its sessions end by it.
fn fold_account(users: &mut Documents, name: &str, data: &Value) {
    let id = data["user_id"].clone();
    let user = at(users, "users", &id);
    let value = |name: &str| data[name]["value"].clone();
    let tags = || if data["expertise_tags"]["value"].is_null() { json!([]) } else { value("expertise_tags") };
    match name {
        "UserProfileChanged" => {
            for name in ["first_name", "last_name", "avatar_url"] {
                user[name] = value(name);
            }
            user["language"] = data["language"].clone();
        }
        "InstructorProfileChanged" | "InstructorApplied" => {
            user["instructor"]["bio"] = value("bio");
            user["instructor"]["expertise_tags"] = tags();
            if name == "InstructorApplied" {
                user["instructor"]["verification_status"] = json!("pending");
            }
        }
        "InstructorVerified" => user["instructor"]["verification_status"] = json!("verified"),
        "InstructorRejected" => user["instructor"]["verification_status"] = json!("rejected"),
        "NotificationSettingsChanged" => {
            for name in ["email_notifications", "marketing_emails", "newsletter"] {
                user["notification_settings"][name] = data[name].clone();
            }
        }
        "PasswordChanged" => retain(users, &id, |session| session["_id"] == data["kept_session_id"]),
        "PasswordReset" => retain(users, &id, |_| false),
        "UserErased" => {
            for name in ["email", "first_name", "last_name", "avatar_url"] {
                user[name] = json!(null);
            }
            user["status"] = json!("deleted");
            user["instructor"]["bio"] = json!(null);
            user["instructor"]["expertise_tags"] = json!([]);
            users.remove(&("user_sessions".to_owned(), id.as_str().unwrap().to_owned()));
        }
        "PasswordRehashed" | "PasswordResetRequested" => {}
        unknown => unreachable!("{unknown}: the oracle does not know it"),
    }
}

fn fold_sessions(users: &mut Documents, event: &RecordedEvent, data: &Value, time: &Value) {
    let id = &data["user_id"];
    match event.event.type_name() {
        "SessionStarted" => {
            at(users, "users", id)["last_login_at"] = time.clone();
            let document = at(users, "user_sessions", id);
            if document.is_null() {
                *document = json!({ "_id": id, "sessions": [] });
            }
            retain(users, id, |session| session["expires_at"].as_str() > time.as_str());
            let session = json!({
                "_id": data["session_id"], "created_at": time, "last_used_at": time,
                "expires_at": data["expires_at"], "position": event.position,
            });
            at(users, "user_sessions", id)["sessions"].as_array_mut().unwrap().push(session);
        }
        "SessionRefreshed" => {
            let sessions = at(users, "user_sessions", id)["sessions"].as_array_mut().unwrap();
            for session in sessions.iter_mut().filter(|session| session["_id"] == data["session_id"]) {
                session["last_used_at"] = time.clone();
                session["expires_at"] = data["expires_at"].clone();
            }
        }
        _ => retain(users, id, |session| session["_id"] != data["session_id"]),
    }
}

/// Keeps some of the sessions of a person, who may have none.
fn retain(users: &mut Documents, id: &Value, keep: impl Fn(&Value) -> bool) {
    if let Some(document) = users.get_mut(&("user_sessions".to_owned(), id.as_str().unwrap().to_owned())) {
        document["sessions"].as_array_mut().unwrap().retain(keep);
    }
}
