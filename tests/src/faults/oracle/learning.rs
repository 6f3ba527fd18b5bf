//! What learners do: the documents of the projections `enrollments`, `entitlements`, `quizzes`, `certificates` and
//! `transactions`, and what `users` and `courses` make of reviews.

use anyhow::{Context, Result};
use events::{LessonProgressId, RecordedEvent};
use serde_json::{Value, json};

use super::{Documents, at, list, put};

/// Takes an event in; false when it is none of these.
pub(super) fn take_in(documents: &mut Documents, event: &RecordedEvent, data: &Value) -> Result<bool> {
    let time = json!(event.time);
    match event.event.type_name() {
        "LearnerEnrolled" => enrolled(documents, event, data, &time)?,
        name @ ("EnrollmentResumed" | "EnrollmentDropped" | "CourseCompleted" | "LessonProgressRecorded") => {
            went_on(documents, (event, name), data, &time)?;
        }
        "AccessGranted" => granted(documents, data, &time)?,
        "PaymentStarted" => payment(documents, data, &time)?,
        "PaymentCompleted" => {
            let payment = at(documents, "transactions", &data["transaction_id"])?;
            payment["status"] = json!("completed");
            payment["completed_at"] = data["completed_at"].clone();
        }
        "QuizCreated" => {
            let mut quiz = json!({ "_id": data["quiz_id"], "version": 1 });
            copy(&mut quiz, data, &["course_id", "title", "passing_score", "questions"]);
            put(documents, "quizzes", quiz)?;
        }
        "QuizAttemptSubmitted" => attempted(documents, data, &time)?,
        "CertificateIssued" => {
            let mut certificate = json!({ "_id": data["certificate_id"], "issued_at": time });
            copy(&mut certificate, data, &["code", "user_id", "course_id", "course_title", "completed_at"]);
            put(documents, "certificates", certificate)?;
        }
        "ReviewWritten" | "ReviewChanged" | "ReviewRemoved" => reviewed(documents, data, &time)?,
        _ => return Ok(false),
    }
    Ok(true)
}

fn copy(document: &mut Value, data: &Value, names: &[&str]) {
    for name in names {
        document[*name] = data[*name].clone();
    }
}

fn enrolled(documents: &mut Documents, event: &RecordedEvent, data: &Value, time: &Value) -> Result<()> {
    let mut enrollment = json!({
        "_id": event.stream.id(), "status": "active", "completed_lessons": [], "last_accessed_lesson_id": null,
        "enrolled_at": time, "completed_at": null, "last_accessed_at": time, "version": event.version,
    });
    copy(&mut enrollment, data, &["user_id", "course_id"]);
    put(documents, "enrollments", enrollment)?;
    count_learner(documents, data, 1)
}

/// A learner more in a course, or one less.
fn count_learner(documents: &mut Documents, data: &Value, change: i64) -> Result<()> {
    let count = &mut at(documents, "courses", &data["course_id"])?["enrollments_count"];
    *count = json!(count.as_i64().context("not a count")? + change);
    Ok(())
}

fn went_on(documents: &mut Documents, (event, name): (&RecordedEvent, &str), data: &Value, time: &Value) -> Result<()> {
    let enrollment = at(documents, "enrollments", &json!(event.stream.id()))?;
    enrollment["version"] = json!(event.version);
    match name {
        "EnrollmentResumed" => {
            let status = if enrollment["completed_at"].is_null() { "active" } else { "completed" };
            (enrollment["status"], enrollment["last_accessed_at"]) = (json!(status), time.clone());
            count_learner(documents, data, 1)
        }
        "EnrollmentDropped" => {
            enrollment["status"] = json!("dropped");
            count_learner(documents, data, -1)
        }
        "CourseCompleted" => {
            (enrollment["status"], enrollment["completed_at"]) = (json!("completed"), data["completed_at"].clone());
            Ok(())
        }
        _ => {
            let lesson = &data["lesson_id"];
            (enrollment["last_accessed_at"], enrollment["last_accessed_lesson_id"]) = (time.clone(), lesson.clone());
            let done = list(&mut enrollment["completed_lessons"])?;
            match (data["status"] == "completed", done.contains(lesson)) {
                (true, false) => done.push(lesson.clone()),
                (false, true) => done.retain(|one| one != lesson),
                (true, true) | (false, false) => {}
            }
            went_on_with(documents, event, data, time)
        }
    }
}

fn went_on_with(documents: &mut Documents, event: &RecordedEvent, data: &Value, time: &Value) -> Result<()> {
    let lesson = data["lesson_id"].as_str().context("no lesson")?.parse()?;
    let id = json!(LessonProgressId::of(event.stream.id().parse()?, lesson));
    let begun =
        at(documents, "lesson_progress", &id).map_or_else(|_| time.clone(), |known| known["created_at"].clone());
    let mut progress = json!({ "_id": id, "created_at": begun, "updated_at": time });
    let said = ["user_id", "lesson_id", "course_id", "status", "time_spent_seconds", "quiz_score"];
    copy(&mut progress, data, &said);
    put(documents, "lesson_progress", progress)
}

fn granted(documents: &mut Documents, data: &Value, time: &Value) -> Result<()> {
    let mut grant = json!({
        "_id": data["grant_id"], "source": data["source"]["type"], "transaction_id": data["source"]["transaction_id"],
        "suspended": false, "created_at": time, "revoked_at": null,
    });
    copy(&mut grant, data, &["user_id", "course_id"]);
    put(documents, "grants", grant)
}

fn payment(documents: &mut Documents, data: &Value, time: &Value) -> Result<()> {
    let mut payment = json!({
        "_id": data["transaction_id"], "status": "pending", "payment_method": data["method"], "created_at": time,
        "stripe_payment_intent_id": null, "completed_at": null, "refunded_at": null, "refund_requested": false,
        "partly_refunded_minor": 0, "invoice": null, "credit_note": null,
    });
    copy(&mut payment, data, &["user_id", "course_id", "amount"]);
    put(documents, "transactions", payment)
}

fn attempted(documents: &mut Documents, data: &Value, time: &Value) -> Result<()> {
    let questions = at(documents, "quizzes", &data["quiz_id"])?["questions"].clone();
    let mut results = Vec::new();
    for result in data["results"].as_array().context("no results")? {
        let questions = questions.as_array().context("no questions")?;
        let question = questions.iter().find(|one| one["question_id"] == result["question_id"]);
        let question = question.context("an answer to no question")?;
        let mut right = json!({});
        copy(&mut right, &question["answer_key"], &["answer_index", "answer_indexes", "answer", "answers"]);
        results.push(json!({
            "question_id": result["question_id"], "correct": result["correct"], "right_answer": right,
            "explanation": question["explanation"],
        }));
    }
    let mut attempt = json!({ "_id": data["attempt_id"], "results": results, "submitted_at": time });
    copy(&mut attempt, data, &["quiz_id", "quiz_version", "course_id", "user_id", "score", "passed"]);
    put(documents, "quiz_attempts", attempt)
}

/// A review comes, changes or goes; what it counts for is counted from nothing, each time.
fn reviewed(documents: &mut Documents, data: &Value, time: &Value) -> Result<()> {
    let id = data["review_id"].as_str().context("no review")?.to_owned();
    let before = documents.remove(&("reviews", id.clone()));
    documents.remove(&("user_ratings", id));
    let writer = at(documents, "course_instructors", &data["user_id"])?;
    let written = list(&mut writer["review_ids"])?;
    if data["rating"].is_null() {
        written.retain(|one| *one != data["review_id"]);
    } else {
        if before.is_none() {
            written.push(data["review_id"].clone());
        }
        let name = |field: &str| writer[field].as_str().map(str::to_owned);
        let name = name("first_name").zip(name("last_name")).map(|(first, last)| format!("{first} {last}"));
        let begun = before.map_or_else(|| time.clone(), |before| before["created_at"].clone());
        let mut review = json!({
            "_id": data["review_id"], "user_name": name, "comment": data["comment"]["value"], "created_at": begun,
            "updated_at": time,
        });
        copy(&mut review, data, &["user_id", "course_id", "rating"]);
        put(documents, "reviews", review)?;
        put(documents, "user_ratings", json!({ "_id": data["review_id"], "rating": data["rating"] }))?;
    }
    let teacher = at(documents, "user_courses", &data["course_id"])?["instructor_id"].clone();
    let (ratings, average) = rated(documents, |course| course["_id"] == data["course_id"]);
    let course = at(documents, "courses", &data["course_id"])?;
    course["reviews_count"] = ratings["count"].clone();
    (course["ratings"], course["average_rating"]) = (ratings, average);
    let (ratings, average) = rated(documents, |course| course["instructor_id"] == teacher);
    let instructor = &mut at(documents, "users", &teacher)?["instructor"];
    (instructor["ratings"], instructor["rating"]) = (ratings, average);
    Ok(())
}

/// The documents of a collection. Their ids are hexadecimal.
fn all<'a>(documents: &'a Documents, collection: &'static str) -> impl Iterator<Item = &'a Value> {
    let range = (collection, String::new())..(collection, "g".to_owned());
    documents.range(range).map(|(_, document)| document)
}

/// The reviews of these courses: how many, how many stars, and the average, of which half a hundredth goes up.
fn rated(documents: &Documents, of: impl Fn(&Value) -> bool) -> (Value, Value) {
    let ids: Vec<&Value> = all(documents, "courses").filter(|course| of(course)).map(|course| &course["_id"]).collect();
    let reviews = all(documents, "reviews").filter(|review| ids.contains(&&review["course_id"]));
    let (count, stars) = reviews.fold((0, 0), |(count, stars): (u32, u32), review| {
        (count + 1, stars + review["rating"].as_u64().and_then(|one| u32::try_from(one).ok()).unwrap_or(0))
    });
    let hundredths = (stars * 200 + count).checked_div(2 * count).unwrap_or(0);
    (json!({ "count": count, "stars": stars }), json!(f64::from(hundredths) / 100.0))
}
