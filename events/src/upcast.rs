//! Upcasters: today's shape of yesterday's events.

use std::borrow::Cow;

use serde_json::{Value, json};

/// A version of an event type that this code can't read: written by newer code, or never written at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{event_type} has no readable schema version {version}")]
pub struct UnknownVersion {
    /// The event type.
    pub event_type: String,
    /// The version that was stored.
    pub version: u32,
}

/// One step from a schema version to the next.
struct Step {
    event_type: &'static str,
    from: u32,
    step: fn(Value) -> Value,
}

/// All the steps there are. A new schema version of an event adds its step here and keeps the old golden JSON.
const STEPS: &[Step] = &[
    Step { event_type: "SessionStarted", from: 1, step: |data| with(data, "password_generation", json!(0)) },
    Step { event_type: "SessionStarted", from: 2, step: |data| without(data, &["ip", "user_agent"]) },
    Step { event_type: "LessonAdded", from: 1, step: film_by_url },
];

/// The film of a lesson was always elsewhere: `url` becomes a source of that kind.
fn film_by_url(mut data: Value) -> Value {
    if let Some(video) = data.pointer_mut("/lesson/video").and_then(Value::as_object_mut)
        && let Some(url) = video.remove("url")
    {
        video.insert("source".to_owned(), json!({ "type": "url", "url": url }));
    }
    data
}

/// The same data with one field more. What is no object is left for the decoder to refuse.
fn with(mut data: Value, field: &str, value: Value) -> Value {
    if let Some(fields) = data.as_object_mut() {
        fields.insert(field.to_owned(), value);
    }
    data
}

/// The same data without some fields: the envelope says the same.
fn without(mut data: Value, names: &[&str]) -> Value {
    if let Some(fields) = data.as_object_mut() {
        fields.retain(|name, _| !names.contains(&name.as_str()));
    }
    data
}

/// Brings stored data from `version` up to `current`, one step after the other.
///
/// # Errors
/// [`UnknownVersion`] when the data is newer than this code, or a step is missing.
pub fn upcast<'a>(
    event_type: &str,
    version: u32,
    current: u32,
    data: Cow<'a, Value>,
) -> Result<Cow<'a, Value>, UnknownVersion> {
    upcast_by(STEPS, event_type, version, current, data)
}

fn upcast_by<'a>(
    steps: &[Step],
    event_type: &str,
    version: u32,
    current: u32,
    mut data: Cow<'a, Value>,
) -> Result<Cow<'a, Value>, UnknownVersion> {
    let unknown = || UnknownVersion { event_type: event_type.to_owned(), version };
    if version == 0 || version > current {
        return Err(unknown());
    }
    for from in version..current {
        let step = steps.iter().find(|step| step.event_type == event_type && step.from == from).ok_or_else(unknown)?;
        data = Cow::Owned((step.step)(data.into_owned()));
    }
    Ok(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO_STEPS: &[Step] = &[
        Step { event_type: "Renamed", from: 1, step: |data| json!({ "full_name": data["name"] }) },
        Step { event_type: "Renamed", from: 2, step: |data| json!({ "full_name": data["full_name"], "by": null }) },
    ];

    #[test]
    fn old_data_passes_every_step_in_order() {
        let data = upcast_by(TWO_STEPS, "Renamed", 1, 3, Cow::Owned(json!({ "name": "Ada" })));
        assert_eq!(data, Ok(Cow::Owned(json!({ "full_name": "Ada", "by": null }))));
    }

    #[test]
    fn sessions_from_before_passwords_could_change_are_of_generation_nought() {
        let data = upcast("SessionStarted", 1, 2, Cow::Owned(json!({ "ip": null })));
        assert_eq!(data, Ok(Cow::Owned(json!({ "ip": null, "password_generation": 0 }))));
    }

    #[test]
    fn sessions_are_told_their_device_by_their_actor() {
        let old = Cow::Owned(json!({ "ip": null, "user_agent": { "value": "a browser" }, "password_generation": 3 }));
        assert_eq!(upcast("SessionStarted", 2, 3, old), Ok(Cow::Owned(json!({ "password_generation": 3 }))));
    }

    #[test]
    fn films_from_before_uploads_are_found_by_their_url() {
        let added = |video: Value| Cow::Owned(json!({ "lesson": { "title": "filter", "video": video } }));
        let old = added(json!({ "url": "https://video.example/1.mp4", "transcript": null }));
        let source = json!({ "type": "url", "url": "https://video.example/1.mp4" });
        let new = added(json!({ "source": source, "transcript": null }));
        assert_eq!(upcast("LessonAdded", 1, 2, old), Ok(new));
        assert_eq!(upcast("LessonAdded", 1, 2, added(Value::Null)), Ok(added(Value::Null)));
    }

    #[test]
    fn current_data_is_left_alone() {
        let data = json!({ "a": 1 });
        let same = upcast("Any", 4, 4, Cow::Borrowed(&data));
        assert!(matches!(same, Ok(Cow::Borrowed(same)) if *same == data), "{same:?}");
    }

    #[test]
    fn newer_zero_and_unbridged_versions_are_unknown() {
        for (version, current) in [(4, 3), (0, 3), (1, 4)] {
            let unknown = UnknownVersion { event_type: "Renamed".into(), version };
            assert_eq!(upcast_by(TWO_STEPS, "Renamed", version, current, Cow::Owned(json!({}))), Err(unknown));
        }
    }
}
