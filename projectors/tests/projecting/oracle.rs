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
        "UserRoleChanged" => at(users, "users", &data["user_id"])["role"] = data["to"].clone(),
        "UserSuspended" => at(users, "users", &data["user_id"])["status"] = json!("suspended"),
        "UserReactivated" => at(users, "users", &data["user_id"])["status"] = json!("active"),
        "SessionStarted" => at(users, "users", &data["user_id"])["last_login_at"] = time.clone(),
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
        _ => {}
    }
    if event.stream.stream_type() == StreamType::User {
        let user = at(users, "users", &data["user_id"]);
        user["updated_at"] = time;
        user["version"] = json!(event.version);
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

fn course_created(courses: &mut Documents, data: &Value, time: &Value) {
    let instructor = at(courses, "course_instructors", &data["instructor_id"]);
    instructor["course_ids"].as_array_mut().unwrap().push(data["course_id"].clone());
    let name = match (instructor["first_name"].as_str(), instructor["last_name"].as_str()) {
        (Some(first), Some(last)) => json!(format!("{first} {last}")),
        _ => Value::Null,
    };
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
