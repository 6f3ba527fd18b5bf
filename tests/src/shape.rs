//! What an answer must look like: every field there, each of its kind, and none besides.

use serde_json::{Value, json};

/// Holds a value against a shape, which is JSON with the kinds of values in their places: `uuid`, `time`, `string`,
/// `integer`, `number`, `boolean`, `list`, `null`; with a `?` behind, null will do too; `=x` is the text x itself. A list has one shape for
/// all of its items.
#[track_caller]
pub fn assert_shape(value: &Value, shape: &Value) {
    let mut problems = Vec::new();
    compare("", value, shape, &mut problems);
    assert!(problems.is_empty(), "{}\nin {value:#}", problems.join("\n"));
}

fn compare(path: &str, value: &Value, shape: &Value, problems: &mut Vec<String>) {
    match (value, shape) {
        (Value::Object(value), Value::Object(shape)) => {
            for name in shape.keys().filter(|name| !value.contains_key(*name)) {
                problems.push(format!("{path}.{name} is missing"));
            }
            for (name, inner) in value {
                match shape.get(name) {
                    Some(shape) => compare(&format!("{path}.{name}"), inner, shape, problems),
                    None => problems.push(format!("{path}.{name} is not in the contract")),
                }
            }
        }
        (Value::Array(items), Value::Array(shapes)) => {
            for (index, item) in items.iter().enumerate() {
                match shapes.first() {
                    Some(shape) => compare(&format!("{path}[{index}]"), item, shape, problems),
                    None => problems.push(format!("{path} is not empty")),
                }
            }
        }
        (value, Value::String(kind)) => {
            let nullable = kind.strip_suffix('?');
            let is_right = (nullable.is_some() && value.is_null()) || is_kind(value, nullable.unwrap_or(kind));
            if !is_right {
                problems.push(format!("{path} is {value} and no {kind}"));
            }
        }
        (value, shape) => problems.push(format!("{path} is {value} and not like {shape}")),
    }
}

fn is_kind(value: &Value, kind: &str) -> bool {
    let text = value.as_str();
    match kind {
        "uuid" => text.is_some_and(|text| {
            uuid::Uuid::parse_str(text).is_ok_and(|id| matches!(id.get_version_num(), 5 | 7) && id.to_string() == text)
        }),
        "time" => text.is_some_and(|text| {
            text.len() == "2026-01-31T08:30:00.000Z".len()
                && text.ends_with('Z')
                && chrono::DateTime::parse_from_rfc3339(text).is_ok()
        }),
        "string" => text.is_some(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "list" => value.is_array(),
        fixed => fixed.strip_prefix('=').is_some_and(|fixed| text == Some(fixed)),
    }
}

/// An account, as its owner or an admin sees it; one with an instructor's part or without.
#[must_use]
pub fn user(instructor: bool) -> Value {
    let info = json!({
        "bio": "string?", "expertise_tags": ["string"], "total_courses": "integer", "rating": "number",
        "verification_status": "string",
    });
    json!({
        "_id": "uuid", "email": "string", "first_name": "string", "last_name": "string", "avatar_url": "string?",
        "role": "string", "status": "string", "language": "string", "created_at": "time", "updated_at": "time",
        "last_login_at": "time?", "instructor_info": if instructor { info } else { json!("null") },
        "notification_settings":
            { "email_notifications": "boolean", "marketing_emails": "boolean", "newsletter": "boolean" },
    })
}

/// A course, with this shape of a module.
#[must_use]
pub fn course(module: &Value) -> Value {
    json!({
        "_id": "uuid", "title": "string", "description": "string", "short_description": "string?",
        "domain": "string", "stack": ["string"],
        "price": { "amount": "number", "currency": "=EUR", "pricing_model": "string" },
        "instructor_id": "uuid", "instructor_name": "string", "status": "string", "modules": [module],
        "total_lessons": "integer", "total_duration_hours": "number", "enrollments_count": "integer",
        "average_rating": "number", "reviews_count": "integer", "keywords": ["string"], "image_url": "string?",
        "category": "string?", "language": "string", "created_at": "time", "updated_at": "time",
        "published_at": "time?",
    })
}

/// A module with its lessons.
#[must_use]
pub fn module() -> Value {
    json!({
        "_id": "uuid", "course_id": "uuid", "title": "string", "description": "string?", "order": "integer",
        "lessons": [lesson(false)], "created_at": "time",
    })
}

/// A lesson, with a film or without.
#[must_use]
pub fn lesson(film: bool) -> Value {
    let video = json!({
        "url": "string?", "duration_seconds": "integer?", "transcript": "string?", "thumbnail_url": "string?",
    });
    json!({
        "_id": "uuid", "module_id": "uuid", "course_id": "uuid", "title": "string", "description": "string?",
        "type": "string", "order": "integer", "video": if film { video } else { json!("null") },
        "content": "string?", "quiz_id": "uuid?", "preview": "boolean", "created_at": "time", "updated_at": "time",
    })
}

/// Somebody in a course.
#[must_use]
pub fn enrollment() -> Value {
    json!({
        "_id": "uuid", "user_id": "uuid", "course_id": "uuid", "status": "string", "progress_percentage": "number",
        "completed_lessons": ["uuid"], "last_accessed_lesson_id": "uuid?", "enrolled_at": "time",
        "completed_at": "time?", "last_accessed_at": "time",
    })
}

/// Somebody in a course, in a list.
#[must_use]
pub fn enrollment_in_list() -> Value {
    let mut enrollment = enrollment();
    enrollment["course"] = json!({ "_id": "uuid", "title": "string", "image_url": "string?" });
    enrollment
}

/// How far somebody is with a lesson.
#[must_use]
pub fn lesson_progress() -> Value {
    json!({
        "_id": "uuid", "user_id": "uuid", "lesson_id": "uuid", "course_id": "uuid", "status": "string",
        "time_spent_seconds": "integer", "quiz_score": "number?", "created_at": "time", "updated_at": "time",
    })
}

/// What a learner thinks of a course.
#[must_use]
pub fn review() -> Value {
    json!({
        "_id": "uuid", "course_id": "uuid", "user_id": "uuid", "user_name": "string?", "rating": "integer",
        "comment": "string?", "created_at": "time", "updated_at": "time",
    })
}

/// A right to open a course that an admin gave.
#[must_use]
pub fn grant() -> Value {
    json!({
        "_id": "uuid", "user_id": "uuid", "course_id": "uuid", "source": "=admin", "reason": "string?",
        "created_at": "time", "revoked_at": "time?",
    })
}

/// A quiz, as who writes it sees it, or as who is to answer it does.
#[must_use]
pub fn quiz(answers: bool) -> Value {
    let mut question = json!({ "_id": "uuid", "type": "string", "question": "string", "choices": "list?" });
    if answers {
        let answers = right_answer();
        question.as_object_mut().unwrap().extend(answers.as_object().unwrap().clone());
        question["source"] = json!("string?");
    }
    json!({
        "_id": "uuid", "course_id": "uuid", "lesson_id": "uuid?", "title": "string", "passing_score": "number",
        "version": "integer", "questions": [question],
    })
}

fn right_answer() -> Value {
    json!({
        "answer_index": "integer?", "answer_indexes": "list?", "answer": "boolean?", "answers": "list?",
        "explanation": "string?",
    })
}

/// An attempt at a quiz, scored.
#[must_use]
pub fn quiz_attempt() -> Value {
    let mut result = right_answer();
    result["question_id"] = json!("uuid");
    result["correct"] = json!("boolean");
    json!({
        "_id": "uuid", "quiz_id": "uuid", "quiz_version": "integer", "user_id": "uuid", "score": "number",
        "passed": "boolean", "results": [result], "submitted_at": "time",
    })
}

/// Pages of a list.
#[must_use]
pub fn pagination() -> Value {
    json!({ "page": "integer", "limit": "integer", "total": "integer", "pages": "integer" })
}

/// A payment.
#[must_use]
pub fn transaction() -> Value {
    json!({
        "_id": "uuid", "user_id": "uuid", "course_id": "uuid", "amount": "number", "currency": "=EUR",
        "status": "string", "payment_method": "string", "stripe_payment_intent_id": "string?", "created_at": "time",
        "completed_at": "time?", "refunded_at": "time?",
    })
}

/// A subscription.
#[must_use]
pub fn subscription() -> Value {
    json!({
        "_id": "uuid", "user_id": "uuid", "plan": "string", "status": "string", "amount_per_month": "number",
        "currency": "=EUR", "renewal_date": "time", "cancelled_date": "time?", "created_at": "time",
        "stripe_subscription_id": "string",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(value: &Value, shape: &Value) -> usize {
        let mut problems = Vec::new();
        compare("", value, shape, &mut problems);
        problems.len()
    }

    #[test]
    fn a_shape_finds_what_is_missing_wrong_or_too_much() {
        let shape = json!({ "id": "uuid", "at": "time?", "list": [{ "n": "integer" }], "is": "=a" });
        let good = json!({ "id": "0190a5b0-0000-7000-8000-000000000001", "at": null, "list": [{ "n": 1 }], "is": "a" });
        assert_eq!(problems(&good, &shape), 0);
        for (name, value) in [
            ("id", json!("0190A5B0-0000-7000-8000-000000000001")),
            ("at", json!("2026-01-31T08:30:00Z")),
            ("list", json!([{ "n": 1.5 }])),
            ("list", json!([{}])),
            ("is", json!("b")),
            ("more", json!(1)),
        ] {
            let mut bad = good.clone();
            bad[name] = value;
            assert_eq!(problems(&bad, &shape), 1, "{bad}");
        }
        assert_eq!(problems(&json!({}), &shape), 4);
    }
}
