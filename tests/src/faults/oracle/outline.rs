//! Lessons that go, change and move.

use anyhow::{Context, Result};
use events::RecordedEvent;
use serde_json::{Value, json};

use super::{Documents, at, lesson, list, number};

/// Takes an event in; false when it is none of these.
pub(super) fn take_in(documents: &mut Documents, event: &RecordedEvent, data: &Value) -> Result<bool> {
    match event.event.type_name() {
        "LessonRemoved" => {
            let gone = data["lesson_id"].as_str().context("no lesson")?.to_owned();
            documents.remove(&("lessons", gone));
            let lessons = list(&mut at(documents, "modules", &data["module_id"])?["lessons"])?;
            lessons.retain(|one| *one != data["lesson_id"]);
            let course = at(documents, "enrollment_courses", &data["course_id"])?;
            list(&mut course["lesson_ids"])?.retain(|one| *one != data["lesson_id"]);
            course["shrunk_at"] = json!(event.position);
        }
        "LessonChanged" => {
            let mut changed = lesson(data, &json!(event.time))?;
            let known = at(documents, "lessons", &changed["_id"])?;
            for name in ["created_at", "order"] {
                changed[name] = known[name].clone();
            }
            *known = changed;
        }
        "OutlineArranged" => {
            let places = data["modules"].as_array().context("no modules")?;
            let modules: Vec<&Value> = places.iter().map(|place| &place["module_id"]).collect();
            at(documents, "courses", &data["course_id"])?["modules"] = json!(modules);
            for place in places {
                at(documents, "modules", &place["module_id"])?["lessons"] = place["lesson_ids"].clone();
                for id in place["lesson_ids"].as_array().context("no lessons")? {
                    at(documents, "lessons", id)?["module_id"] = place["module_id"].clone();
                }
            }
        }
        _ => return Ok(false),
    }
    count_anew(documents, &data["course_id"])?;
    Ok(true)
}

/// Gives everything the number of its place, and counts lessons and their films from nothing.
fn count_anew(documents: &mut Documents, course: &Value) -> Result<()> {
    let modules = list(&mut at(documents, "courses", course)?["modules"])?.clone();
    number(documents, "modules", &modules)?;
    let (mut total, mut seconds) = (0, 0);
    for module in &modules {
        let lessons = list(&mut at(documents, "modules", module)?["lessons"])?.clone();
        number(documents, "lessons", &lessons)?;
        for id in &lessons {
            total += 1;
            seconds += at(documents, "lessons", id)?["video"]["duration_seconds"].as_u64().unwrap_or(0);
        }
    }
    let course = at(documents, "courses", course)?;
    (course["total_lessons"], course["total_duration_seconds"]) = (json!(total), json!(seconds));
    Ok(())
}
