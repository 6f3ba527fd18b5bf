//! What the documents must be: a second, naive fold over JSON that shares no code with the projections.
#![allow(clippy::unwrap_used)]

use event_log::Opened;
use events::{RecordedEvent, StreamType};
use read_models::search::CourseWords;
use serde_json::{Value, json};

use crate::support::{Academy, Documents};

/// The documents of both projections, from the log alone.
pub async fn expected(academy: &Academy) -> (Documents, Documents) {
    let opened = academy.log.open_events(academy.events().await).await.unwrap();
    let (mut users, mut courses) = (Documents::new(), Documents::new());
    for event in &opened {
        let Opened::Known(event) = event else { continue };
        let data = event.event.to_data().unwrap();
        fold_users(&mut users, event, &data);
        fold_courses(&mut courses, event, &data);
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
                    "verification_status": "unverified",
                },
                "notification_settings": {
                    "email_notifications": true, "marketing_emails": false, "newsletter": false,
                },
            });
        }
        name if event.stream.stream_type() == StreamType::Session => fold_sessions(users, name, data, &time),
        "UserRoleChanged" => at(users, "users", &data["user_id"])["role"] = data["to"].clone(),
        "UserSuspended" => at(users, "users", &data["user_id"])["status"] = json!("suspended"),
        "UserReactivated" => at(users, "users", &data["user_id"])["status"] = json!("active"),
        "CourseCreated" => {
            let lookup =
                json!({ "_id": data["course_id"], "instructor_id": data["instructor_id"], "published": false });
            *at(users, "user_courses", &data["course_id"]) = lookup;
        }
        "CoursePublished" => {
            let course = at(users, "user_courses", &data["course_id"]);
            if course["published"] == false {
                course["published"] = json!(true);
                let instructor = course["instructor_id"].clone();
                let total = &mut at(users, "users", &instructor)["instructor"]["total_courses"];
                *total = json!(total.as_u64().unwrap() + 1);
            }
        }
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

fn fold_sessions(users: &mut Documents, name: &str, data: &Value, time: &Value) {
    let id = &data["user_id"];
    match name {
        "SessionStarted" => {
            at(users, "users", id)["last_login_at"] = time.clone();
            let document = at(users, "user_sessions", id);
            if document.is_null() {
                *document = json!({ "_id": id, "sessions": [] });
            }
            retain(users, id, |session| session["expires_at"].as_str() > time.as_str());
            let session = json!({
                "_id": data["session_id"], "created_at": time, "last_used_at": time,
                "expires_at": data["expires_at"], "ip": data["ip"]["value"], "user_agent": data["user_agent"]["value"],
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

fn fold_courses(courses: &mut Documents, event: &RecordedEvent, data: &Value) {
    let time = json!(event.time);
    match event.event.type_name() {
        "UserRegistered" => {
            *at(courses, "course_instructors", &data["user_id"]) = json!({
                "_id": data["user_id"], "first_name": data["first_name"]["value"],
                "last_name": data["last_name"]["value"], "course_ids": [],
            });
        }
        "UserProfileChanged" => rename(courses, data, &data["first_name"]["value"], &data["last_name"]["value"]),
        "UserErased" => rename(courses, data, &Value::Null, &Value::Null),
        "CourseCreated" => course_created(courses, data, &time),
        "ModuleAdded" => {
            *at(courses, "modules", &data["module_id"]) = json!({
                "_id": data["module_id"], "course_id": data["course_id"], "title": data["title"],
                "description": data["description"], "lessons": [], "created_at": time,
            });
            let modules = &mut at(courses, "courses", &data["course_id"])["modules"];
            let order = insert(modules, &data["module_id"], &data["order"]);
            for (place, id) in order.iter().enumerate() {
                at(courses, "modules", id)["order"] = json!(place + 1);
            }
        }
        "LessonAdded" => lesson_added(courses, data, &time),
        "CoursePublished" => {
            let course = at(courses, "courses", &data["course_id"]);
            course["status"] = json!("published");
            course["published_at"] = time.clone();
        }
        _ => {}
    }
    if event.stream.stream_type() == StreamType::Course {
        let course = at(courses, "courses", &data["course_id"]);
        course["updated_at"] = time;
        course["version"] = json!(event.version);
    }
}

fn full_name(person: &Value) -> Value {
    match (person["first_name"].as_str(), person["last_name"].as_str()) {
        (Some(first), Some(last)) => json!(format!("{first} {last}")),
        _ => Value::Null,
    }
}

fn rename(courses: &mut Documents, data: &Value, first: &Value, last: &Value) {
    let person = at(courses, "course_instructors", &data["user_id"]);
    (person["first_name"], person["last_name"]) = (first.clone(), last.clone());
    let (name, ids) = (full_name(person), person["course_ids"].clone());
    for id in ids.as_array().unwrap() {
        at(courses, "courses", id)["instructor_name"] = name.clone();
    }
}

fn course_created(courses: &mut Documents, data: &Value, time: &Value) {
    let instructor = at(courses, "course_instructors", &data["instructor_id"]);
    instructor["course_ids"].as_array_mut().unwrap().push(data["course_id"].clone());
    let name = full_name(instructor);
    let text = |name: &str| data[name].as_str().unwrap_or_default();
    let keywords: Vec<String> = serde_json::from_value(data["keywords"].clone()).unwrap();
    let words = CourseWords::new(text("title"), &keywords, text("description"), data["short_description"].as_str());
    let mut course = json!({
        "_id": data["course_id"], "instructor_name": name, "status": "draft", "modules": [], "total_lessons": 0,
        "total_duration_seconds": 0, "enrollments_count": 0, "average_rating": 0.0, "reviews_count": 0,
        "created_at": time, "published_at": null, "search": words,
        "price": {
            "minor": data["price"]["minor"], "currency": data["price"]["currency"],
            "pricing_model": data["pricing_model"],
        },
    });
    let same = [
        "title",
        "description",
        "short_description",
        "domain",
        "stack",
        "instructor_id",
        "keywords",
        "image_url",
        "category",
        "language",
    ];
    for name in same {
        course[name] = data[name].clone();
    }
    *at(courses, "courses", &data["course_id"]) = course;
}

fn lesson_added(courses: &mut Documents, data: &Value, time: &Value) {
    let mut lesson = data["lesson"].clone();
    let id = lesson.as_object_mut().unwrap().remove("lesson_id").unwrap();
    lesson["_id"] = id.clone();
    for name in ["module_id", "course_id"] {
        lesson[name] = data[name].clone();
    }
    for name in ["created_at", "updated_at"] {
        lesson[name] = time.clone();
    }
    if let Some(video) = lesson["video"].as_object_mut() {
        let source = video.remove("source").unwrap();
        for name in ["url", "media_id"] {
            video.insert(name.to_owned(), source[name].clone());
        }
    }
    let seconds = lesson["video"]["duration_seconds"].as_u64().unwrap_or(0);
    *at(courses, "lessons", &id) = lesson;
    let order = insert(&mut at(courses, "modules", &data["module_id"])["lessons"], &id, &data["order"]);
    for (place, id) in order.iter().enumerate() {
        at(courses, "lessons", id)["order"] = json!(place + 1);
    }
    let course = at(courses, "courses", &data["course_id"]);
    for (name, more) in [("total_lessons", 1), ("total_duration_seconds", seconds)] {
        course[name] = json!(course[name].as_u64().unwrap() + more);
    }
}

fn insert(list: &mut Value, id: &Value, order: &Value) -> Vec<Value> {
    let list = list.as_array_mut().unwrap();
    let place = usize::try_from(order.as_u64().unwrap()).unwrap() - 1;
    list.insert(place.min(list.len()), id.clone());
    list.clone()
}
