//! What the documents must be: a fold of its own, over JSON, that shares no code with projectors and read-models.

mod index;
mod learning;
mod outline;

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use bson::{Bson, Document, doc};
use event_log::EventLog;
use events::{Position, RecordedEvent, StreamType};
use futures::TryStreamExt;
use serde_json::{Value, json};

/// Documents by collection and id.
pub type Documents = BTreeMap<(&'static str, String), Value>;

/// What is left out of the comparison: how a course's words are folded for searching is read-models' own business.
const LEFT_OUT: &str = "search";

/// The collections of a projection.
pub const fn collections(projection: &str) -> &'static [&'static str] {
    match projection.as_bytes() {
        b"users" => &["users", "user_sessions", "user_courses", "user_ratings"],
        b"courses" => &["courses", "modules", "lessons", "faq", "reviews", "course_instructors"],
        b"enrollments" => &["enrollments", "lesson_progress", "enrollment_courses"],
        b"entitlements" => &["grants"],
        b"quizzes" => &["quizzes", "quiz_attempts"],
        b"certificates" => &["certificates"],
        b"transactions" => &["transactions", "course_revenues"],
        b"subscriptions" => &["subscriptions"],
        b"audit" => &["audit_events", "audit_blocks"],
        _ => &[],
    }
}

/// The documents of every projection after these events.
pub fn fold(events: &[RecordedEvent]) -> Result<Documents> {
    let mut documents = Documents::new();
    for event in events {
        let data = event.event.to_data()?;
        take_in(&mut documents, event, &data).with_context(|| format!("position {}", event.position))?;
    }
    Ok(documents)
}

/// The documents that are stored in these collections.
pub async fn stored(log: &EventLog, collections: &[&'static str]) -> Result<Documents> {
    let mut documents = Documents::new();
    for collection in collections {
        let mut cursor = log.database().collection::<Document>(collection).find(doc! {}).await?;
        while let Some(mut document) = cursor.try_next().await? {
            document.remove(LEFT_OUT);
            let id = document.get_str("_id")?.to_owned();
            documents.insert((collection, id), Bson::Document(document).into_relaxed_extjson());
        }
    }
    Ok(documents)
}

/// Compares; tells the first document that differs.
pub fn same(found: &Documents, wanted: &Documents) -> Result<()> {
    for (key, wanted) in wanted {
        let found = found.get(key).with_context(|| format!("{key:?} is missing"))?;
        ensure!(found == wanted, "{key:?} is\n{found:#}\nand should be\n{wanted:#}");
    }
    let extra = found.keys().find(|key| !wanted.contains_key(*key));
    ensure!(extra.is_none(), "{extra:?} should not be there");
    Ok(())
}

fn at<'a>(documents: &'a mut Documents, collection: &'static str, id: &Value) -> Result<&'a mut Value> {
    let id = id.as_str().context("an id that is no text")?;
    documents.get_mut(&(collection, id.to_owned())).with_context(|| format!("no {collection}/{id}"))
}

fn put(documents: &mut Documents, collection: &'static str, document: Value) -> Result<()> {
    let id = document["_id"].as_str().context("a document without id")?.to_owned();
    documents.insert((collection, id), document);
    Ok(())
}

fn take_in(documents: &mut Documents, event: &RecordedEvent, data: &Value) -> Result<()> {
    let time = json!(event.time);
    match event.event.type_name() {
        "UserRegistered" => registered(documents, data, &time)?,
        "UserRoleChanged" => at(documents, "users", &data["user_id"])?["role"] = data["to"].clone(),
        "UserSuspended" => at(documents, "users", &data["user_id"])?["status"] = json!("suspended"),
        "UserReactivated" => at(documents, "users", &data["user_id"])?["status"] = json!("active"),
        "SessionStarted" => signed_in(documents, event.position, data, &time)?,
        "CourseCreated" => created(documents, data, &time)?,
        "ModuleAdded" => module_added(documents, data, &time)?,
        "LessonAdded" => lesson_added(documents, data, &time)?,
        "CoursePublished" => published(documents, data, &time)?,
        "EmailClaimed" | "EmailReleased" | "AdminJoined" | "AdminLeft" | "RebuildRequested" | "RebuildEnded" => {}
        other => {
            let known = learning::take_in(documents, event, data)? || outline::take_in(documents, event, data)?;
            anyhow::ensure!(known, "{other}: the oracle does not know it");
        }
    }
    index::take_in(documents, event)?;
    let touched = match event.stream.stream_type() {
        StreamType::User => ("users", &data["user_id"]),
        StreamType::Course => ("courses", &data["course_id"]),
        StreamType::EmailClaim
        | StreamType::Session
        | StreamType::AdminRoster
        | StreamType::Transaction
        | StreamType::Subscription
        | StreamType::InvoiceSeries
        | StreamType::Quiz
        | StreamType::QuizAttempt
        | StreamType::Enrollment
        | StreamType::Access
        | StreamType::Review
        | StreamType::Certificate
        | StreamType::Media
        | StreamType::AuditAccess
        | StreamType::ProjectionControl => return Ok(()),
    };
    let document = at(documents, touched.0, touched.1)?;
    document["updated_at"] = time;
    document["version"] = json!(event.version);
    Ok(())
}

fn registered(documents: &mut Documents, data: &Value, time: &Value) -> Result<()> {
    let (id, first, last) = (&data["user_id"], &data["first_name"]["value"], &data["last_name"]["value"]);
    put(
        documents,
        "users",
        json!({
            "_id": id, "email": data["email"]["value"], "first_name": first, "last_name": last, "avatar_url": null,
            "role": "learner", "status": "active", "language": data["language"], "created_at": time,
            "last_login_at": null,
            "instructor": {
                "bio": null, "expertise_tags": [], "total_courses": 0, "rating": 0.0,
                "ratings": { "count": 0, "stars": 0 },
                "verification_status": "unverified",
            },
            "notification_settings": { "email_notifications": true, "marketing_emails": false, "newsletter": false },
        }),
    )?;
    let lookup = json!({ "_id": id, "first_name": first, "last_name": last, "course_ids": [], "review_ids": [] });
    put(documents, "course_instructors", lookup)
}

fn signed_in(documents: &mut Documents, position: Position, data: &Value, time: &Value) -> Result<()> {
    let id = &data["user_id"];
    at(documents, "users", id)?["last_login_at"] = time.clone();
    if at(documents, "user_sessions", id).is_err() {
        put(documents, "user_sessions", json!({ "_id": id, "sessions": [] }))?;
    }
    let sessions = list(&mut at(documents, "user_sessions", id)?["sessions"])?;
    sessions.retain(|session| session["expires_at"].as_str() > time.as_str());
    sessions.push(json!({
        "_id": data["session_id"], "created_at": time, "last_used_at": time, "expires_at": data["expires_at"],
        "position": position,
    }));
    Ok(())
}

fn created(documents: &mut Documents, data: &Value, time: &Value) -> Result<()> {
    let (id, whose) = (&data["course_id"], &data["instructor_id"]);
    let instructor = at(documents, "course_instructors", whose)?;
    list(&mut instructor["course_ids"])?.push(id.clone());
    let name = |field: &str| instructor[field].as_str().map(str::to_owned);
    let names = name("first_name").zip(name("last_name")).map(|(first, last)| format!("{first} {last}"));
    let price = json!({
        "minor": data["price"]["minor"], "currency": data["price"]["currency"], "pricing_model": data["pricing_model"],
    });
    put(
        documents,
        "courses",
        json!({
            "_id": id, "title": data["title"], "description": data["description"],
            "short_description": data["short_description"], "domain": data["domain"], "stack": data["stack"],
            "price": price, "instructor_id": whose, "instructor_name": names, "status": "draft", "modules": [],
            "total_lessons": 0, "total_duration_seconds": 0, "enrollments_count": 0, "average_rating": 0.0,
            "reviews_count": 0, "ratings": { "count": 0, "stars": 0 }, "keywords": data["keywords"], "image_url": data["image_url"],
            "category": data["category"], "language": data["language"], "created_at": time, "published_at": null,
        }),
    )?;
    let lookup = json!({
        "_id": id, "title": data["title"], "image_url": data["image_url"], "lesson_ids": [], "shrunk_at": 0,
    });
    put(documents, "enrollment_courses", lookup)?;
    put(documents, "user_courses", json!({ "_id": id, "instructor_id": whose, "published": false }))
}

fn module_added(documents: &mut Documents, data: &Value, time: &Value) -> Result<()> {
    let module = json!({
        "_id": data["module_id"], "course_id": data["course_id"], "title": data["title"],
        "description": data["description"], "lessons": [], "created_at": time,
    });
    put(documents, "modules", module)?;
    let modules = &mut at(documents, "courses", &data["course_id"])?["modules"];
    let order = insert(modules, &data["module_id"], &data["order"])?;
    number(documents, "modules", &order)
}

/// A lesson as its event has it, but for its place.
fn lesson(data: &Value, time: &Value) -> Result<Value> {
    let mut lesson = data["lesson"].clone();
    lesson["_id"] =
        lesson.as_object_mut().and_then(|fields| fields.remove("lesson_id")).context("a lesson without id")?;
    lesson["module_id"] = data["module_id"].clone();
    lesson["course_id"] = data["course_id"].clone();
    lesson["created_at"] = time.clone();
    lesson["updated_at"] = time.clone();
    if let Some(video) = lesson["video"].as_object_mut() {
        let source = video.remove("source").context("a film that is nowhere")?;
        for name in ["url", "media_id"] {
            video.insert(name.to_owned(), source[name].clone());
        }
    }
    // Nobody uploads anything there.
    lesson["media_ids"] = json!([]);
    Ok(lesson)
}

fn lesson_added(documents: &mut Documents, data: &Value, time: &Value) -> Result<()> {
    let lesson = lesson(data, time)?;
    let id = lesson["_id"].clone();
    let seconds = lesson["video"]["duration_seconds"].as_u64().unwrap_or(0);
    put(documents, "lessons", lesson)?;
    let lessons = &mut at(documents, "modules", &data["module_id"])?["lessons"];
    let order = insert(lessons, &id, &data["order"])?;
    number(documents, "lessons", &order)?;
    list(&mut at(documents, "enrollment_courses", &data["course_id"])?["lesson_ids"])?.push(id);
    let course = at(documents, "courses", &data["course_id"])?;
    add(&mut course["total_lessons"], 1)?;
    add(&mut course["total_duration_seconds"], seconds)
}

fn published(documents: &mut Documents, data: &Value, time: &Value) -> Result<()> {
    let id = &data["course_id"];
    let course = at(documents, "courses", id)?;
    course["status"] = json!("published");
    course["published_at"] = time.clone();
    let lookup = at(documents, "user_courses", id)?;
    if lookup["published"] == false {
        lookup["published"] = json!(true);
        let whose = lookup["instructor_id"].clone();
        add(&mut at(documents, "users", &whose)?["instructor"]["total_courses"], 1)?;
    }
    Ok(())
}

fn list(value: &mut Value) -> Result<&mut Vec<Value>> {
    value.as_array_mut().context("not a list")
}

fn add(value: &mut Value, more: u64) -> Result<()> {
    *value = json!(value.as_u64().context("not a count")? + more);
    Ok(())
}

fn insert(ids: &mut Value, id: &Value, order: &Value) -> Result<Vec<Value>> {
    let ids = list(ids)?;
    let place = usize::try_from(order.as_u64().context("no order")?)?.saturating_sub(1);
    ids.insert(place.min(ids.len()), id.clone());
    Ok(ids.clone())
}

fn number(documents: &mut Documents, collection: &'static str, ids: &[Value]) -> Result<()> {
    for (order, id) in (1_u64..).zip(ids) {
        at(documents, collection, id)?["order"] = json!(order);
    }
    Ok(())
}
