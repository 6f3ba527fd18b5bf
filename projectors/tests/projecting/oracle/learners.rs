//! The documents of projections `enrollments` and `entitlements`.
#![allow(clippy::unwrap_used)]

use events::{EnrollmentId, LessonProgressId, RecordedEvent};
use serde_json::{Value, json};

use super::at;
use crate::support::Documents;

pub(super) fn fold(learners: &mut Documents, event: &RecordedEvent, data: &Value) {
    let time = json!(event.time);
    let id = json!(event.stream.id());
    match event.event.type_name() {
        "CourseCreated" => {
            *at(learners, "enrollment_courses", &data["course_id"]) = json!({
                "_id": data["course_id"], "title": data["title"], "image_url": data["image_url"], "lesson_ids": [],
                "shrunk_at": 0,
            });
        }
        "CourseChanged" => {
            let course = at(learners, "enrollment_courses", &data["course_id"]);
            (course["title"], course["image_url"]) = (data["title"].clone(), data["image_url"].clone());
        }
        "LessonAdded" => {
            let course = at(learners, "enrollment_courses", &data["course_id"]);
            course["lesson_ids"].as_array_mut().unwrap().push(data["lesson"]["lesson_id"].clone());
        }
        "LessonRemoved" => shrink(learners, event, data, &json!([data["lesson_id"]])),
        "ModuleRemoved" => shrink(learners, event, data, &data["lesson_ids"]),
        "LearnerEnrolled" => {
            *at(learners, "enrollments", &id) = json!({
                "_id": id, "user_id": data["user_id"], "course_id": data["course_id"], "status": "active",
                "completed_lessons": [], "last_accessed_lesson_id": null, "enrolled_at": time, "completed_at": null,
                "last_accessed_at": time, "version": event.version,
            });
        }
        name @ ("EnrollmentResumed" | "EnrollmentDropped" | "CourseCompleted" | "LessonProgressRecorded") => {
            let enrollment = at(learners, "enrollments", &id);
            enrollment["version"] = json!(event.version);
            match name {
                "EnrollmentResumed" => {
                    let status = if enrollment["completed_at"].is_null() { "active" } else { "completed" };
                    enrollment["status"] = json!(status);
                    enrollment["last_accessed_at"] = time;
                }
                "EnrollmentDropped" => enrollment["status"] = json!("dropped"),
                "CourseCompleted" => {
                    enrollment["status"] = json!("completed");
                    enrollment["completed_at"] = data["completed_at"].clone();
                }
                _ => went_on(learners, &id, data, &time),
            }
        }
        "AccessGranted" => {
            *at(learners, "grants", &data["grant_id"]) = json!({
                "_id": data["grant_id"], "user_id": data["user_id"], "course_id": data["course_id"],
                "source": data["source"]["type"], "transaction_id": data["source"]["transaction_id"],
                "suspended": false, "created_at": time, "revoked_at": null,
            });
        }
        "AccessSuspended" => at(learners, "grants", &data["grant_id"])["suspended"] = json!(true),
        "AccessReinstated" => at(learners, "grants", &data["grant_id"])["suspended"] = json!(false),
        "AccessRevoked" => at(learners, "grants", &data["grant_id"])["revoked_at"] = time,
        _ => {}
    }
}

fn shrink(learners: &mut Documents, event: &RecordedEvent, data: &Value, gone: &Value) {
    let course = at(learners, "enrollment_courses", &data["course_id"]);
    let gone = gone.as_array().unwrap();
    let lessons = course["lesson_ids"].as_array_mut().unwrap();
    let before = lessons.len();
    lessons.retain(|lesson| !gone.contains(lesson));
    if lessons.len() != before {
        course["shrunk_at"] = json!(event.position);
    }
}

fn went_on(learners: &mut Documents, id: &Value, data: &Value, time: &Value) {
    let enrollment = at(learners, "enrollments", id);
    enrollment["last_accessed_at"] = time.clone();
    enrollment["last_accessed_lesson_id"] = data["lesson_id"].clone();
    let completed = enrollment["completed_lessons"].as_array_mut().unwrap();
    let was = completed.contains(&data["lesson_id"]);
    match data["status"].as_str().unwrap() {
        "completed" if !was => completed.push(data["lesson_id"].clone()),
        "completed" => {}
        _ => completed.retain(|lesson| *lesson != data["lesson_id"]),
    }
    let enrollment_id: EnrollmentId = id.as_str().unwrap().parse().unwrap();
    let lesson_id = data["lesson_id"].as_str().unwrap().parse().unwrap();
    let progress_id = json!(LessonProgressId::of(enrollment_id, lesson_id));
    let progress = at(learners, "lesson_progress", &progress_id);
    let begun = if progress.is_null() { time.clone() } else { progress["created_at"].clone() };
    *progress = json!({
        "_id": progress_id, "user_id": data["user_id"], "lesson_id": data["lesson_id"],
        "course_id": data["course_id"], "status": data["status"], "time_spent_seconds": data["time_spent_seconds"],
        "quiz_score": data["quiz_score"], "created_at": begun, "updated_at": time,
    });
}
