//! The documents of projection `courses`.
#![allow(clippy::unwrap_used)]

use events::{RecordedEvent, StreamType};
use read_models::search::CourseWords;
use serde_json::{Value, json};

use super::at;
use crate::support::Documents;

pub(super) fn fold(courses: &mut Documents, event: &RecordedEvent, data: &Value) {
    let time = json!(event.time);
    match event.event.type_name() {
        "UserRegistered" => {
            *at(courses, "course_instructors", &data["user_id"]) = json!({
                "_id": data["user_id"], "first_name": data["first_name"]["value"],
                "last_name": data["last_name"]["value"], "course_ids": [], "review_ids": [],
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
        "CourseUnpublished" | "CourseRestored" => {
            at(courses, "courses", &data["course_id"])["status"] = json!("draft");
        }
        "CourseArchived" => at(courses, "courses", &data["course_id"])["status"] = json!("archived"),
        "CourseChanged" => describe(at(courses, "courses", &data["course_id"]), data),
        "LearnerEnrolled" | "EnrollmentResumed" => count_learner(courses, data, 1),
        "EnrollmentDropped" => count_learner(courses, data, -1),
        name if name.starts_with("Review") => fold_review(courses, name, data, &time),
        name if name.starts_with("Faq") => fold_faq(courses, name, data, &time),
        name => fold_outline(courses, name, data, &time),
    }
    if event.stream.stream_type() == StreamType::Course {
        let course = at(courses, "courses", &data["course_id"]);
        course["updated_at"] = time;
        course["version"] = json!(event.version);
    }
}

fn count_learner(courses: &mut Documents, data: &Value, change: i64) {
    let count = &mut at(courses, "courses", &data["course_id"])["enrollments_count"];
    *count = json!(count.as_i64().unwrap() + change);
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
    for review in courses.iter_mut().filter(|((collection, _), _)| collection == "reviews").map(|(_, review)| review) {
        if review["user_id"] == data["user_id"] {
            review["user_name"] = name.clone();
            if name.is_null() {
                review["comment"] = Value::Null;
            }
        }
    }
}

fn fold_review(courses: &mut Documents, name: &str, data: &Value, time: &Value) {
    let (id, writer) = (&data["review_id"], at(courses, "course_instructors", &data["user_id"]));
    let user_name = full_name(writer);
    match name {
        "ReviewWritten" => {
            writer["review_ids"].as_array_mut().unwrap().push(id.clone());
            *at(courses, "reviews", id) = json!({
                "_id": id, "course_id": data["course_id"], "user_id": data["user_id"], "user_name": user_name,
                "created_at": time,
            });
        }
        "ReviewRemoved" => without(&mut writer["review_ids"], id),
        _ => {}
    }
    if name == "ReviewRemoved" {
        take_away(courses, "reviews", id);
    } else {
        let review = at(courses, "reviews", id);
        review["rating"] = data["rating"].clone();
        review["comment"] = data["comment"]["value"].clone();
        review["updated_at"] = time.clone();
    }
    // From nothing, each time.
    let of_course = courses.iter().filter(|((collection, _), _)| collection == "reviews").map(|(_, review)| review);
    let of_course = of_course.filter(|review| review["course_id"] == data["course_id"]);
    let stars: Vec<u64> = of_course.map(|review| review["rating"].as_u64().unwrap()).collect();
    let course = at(courses, "courses", &data["course_id"]);
    (course["ratings"], course["average_rating"]) = super::rated(stars.len() as u64, stars.iter().sum());
    course["reviews_count"] = json!(stars.len());
}

fn course_created(courses: &mut Documents, data: &Value, time: &Value) {
    let instructor = at(courses, "course_instructors", &data["instructor_id"]);
    instructor["course_ids"].as_array_mut().unwrap().push(data["course_id"].clone());
    let name = full_name(instructor);
    let mut course = json!({
        "_id": data["course_id"], "instructor_name": name, "status": "draft", "modules": [], "total_lessons": 0,
        "total_duration_seconds": 0, "enrollments_count": 0, "average_rating": 0.0, "reviews_count": 0,
        "ratings": { "count": 0, "stars": 0 },
        "created_at": time, "published_at": null, "instructor_id": data["instructor_id"],
    });
    describe(&mut course, data);
    *at(courses, "courses", &data["course_id"]) = course;
}

/// What a course says of itself.
fn describe(course: &mut Value, data: &Value) {
    let text = |name: &str| data[name].as_str().unwrap_or_default();
    let keywords: Vec<String> = serde_json::from_value(data["keywords"].clone()).unwrap();
    let words = CourseWords::new(text("title"), &keywords, text("description"), data["short_description"].as_str());
    course["search"] = json!(words);
    course["price"] = json!({
        "minor": data["price"]["minor"], "currency": data["price"]["currency"],
        "pricing_model": data["pricing_model"],
    });
    let same = [
        "title",
        "description",
        "short_description",
        "domain",
        "stack",
        "keywords",
        "image_url",
        "category",
        "language",
    ];
    for name in same {
        course[name] = data[name].clone();
    }
}

fn fold_faq(courses: &mut Documents, name: &str, data: &Value, time: &Value) {
    match name {
        "FaqAdded" => {
            *at(courses, "faq", &data["faq_id"]) = json!({
                "_id": data["faq_id"], "course_id": data["course_id"], "question": data["question"],
                "answer": data["answer"], "created_at": time,
            });
        }
        "FaqChanged" => {
            let entry = at(courses, "faq", &data["faq_id"]);
            (entry["question"], entry["answer"]) = (data["question"].clone(), data["answer"].clone());
        }
        _ => take_away(courses, "faq", &data["faq_id"]),
    }
}

fn fold_outline(courses: &mut Documents, name: &str, data: &Value, time: &Value) {
    match name {
        "ModuleChanged" => {
            let module = at(courses, "modules", &data["module_id"]);
            (module["title"], module["description"]) = (data["title"].clone(), data["description"].clone());
        }
        "ModuleRemoved" => {
            take_away(courses, "modules", &data["module_id"]);
            for id in data["lesson_ids"].as_array().unwrap() {
                take_away(courses, "lessons", id);
            }
            without(&mut at(courses, "courses", &data["course_id"])["modules"], &data["module_id"]);
        }
        "LessonRemoved" => {
            take_away(courses, "lessons", &data["lesson_id"]);
            without(&mut at(courses, "modules", &data["module_id"])["lessons"], &data["lesson_id"]);
        }
        "LessonChanged" => {
            let mut lesson = written(data, time);
            let place = at(courses, "lessons", &lesson["_id"]);
            for name in ["created_at", "order"] {
                lesson[name] = place[name].clone();
            }
            *place = lesson;
        }
        "OutlineArranged" => {
            let places = data["modules"].as_array().unwrap();
            let modules: Vec<&Value> = places.iter().map(|place| &place["module_id"]).collect();
            at(courses, "courses", &data["course_id"])["modules"] = json!(modules);
            for place in places {
                at(courses, "modules", &place["module_id"])["lessons"] = place["lesson_ids"].clone();
                for id in place["lesson_ids"].as_array().unwrap() {
                    at(courses, "lessons", id)["module_id"] = place["module_id"].clone();
                }
            }
        }
        _ => return,
    }
    count_anew(courses, &data["course_id"]);
}

fn take_away(courses: &mut Documents, collection: &str, id: &Value) {
    courses.remove(&(collection.to_owned(), id.as_str().unwrap().to_owned()));
}

fn without(list: &mut Value, id: &Value) {
    list.as_array_mut().unwrap().retain(|other| other != id);
}

/// Gives everything the number of its place, and counts lessons and their films from nothing.
fn count_anew(courses: &mut Documents, course_id: &Value) {
    let (mut total, mut seconds) = (0, 0);
    let modules = at(courses, "courses", course_id)["modules"].clone();
    for (place, module) in modules.as_array().unwrap().iter().enumerate() {
        let module = at(courses, "modules", module);
        module["order"] = json!(place + 1);
        let lessons = module["lessons"].clone();
        for (place, id) in lessons.as_array().unwrap().iter().enumerate() {
            let lesson = at(courses, "lessons", id);
            lesson["order"] = json!(place + 1);
            total += 1;
            seconds += lesson["video"]["duration_seconds"].as_u64().unwrap_or(0);
        }
    }
    let course = at(courses, "courses", course_id);
    (course["total_lessons"], course["total_duration_seconds"]) = (json!(total), json!(seconds));
}

/// A lesson as its event has it, but for its place.
fn written(data: &Value, time: &Value) -> Value {
    let mut lesson = data["lesson"].clone();
    lesson["_id"] = lesson.as_object_mut().unwrap().remove("lesson_id").unwrap();
    for name in ["module_id", "course_id"] {
        lesson[name] = data[name].clone();
    }
    for name in ["created_at", "updated_at"] {
        lesson[name] = time.clone();
    }
    let quoted = lesson["content"].as_str().unwrap_or_default().split('"');
    lesson["media_ids"] = quoted.filter_map(|text| Some(text.split_once("/media/")?.1)).collect();
    if let Some(video) = lesson["video"].as_object_mut() {
        let source = video.remove("source").unwrap();
        for name in ["url", "media_id"] {
            video.insert(name.to_owned(), source[name].clone());
        }
    }
    lesson
}

fn lesson_added(courses: &mut Documents, data: &Value, time: &Value) {
    let lesson = written(data, time);
    let id = lesson["_id"].clone();
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
