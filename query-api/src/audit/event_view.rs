//! An event as answers show it. Here, and nowhere else, is decided what of an event is shown.

use event_log::Opened;
use events::{
    Actor, ActorRole, CorrelationId, EventId, Personal, Position, RecordedEvent, StoredEvent, StreamType, Timestamp,
    UserId, Version,
};
use serde::{Deserialize as _, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// The sealed fields that are shown to whom they are about, and to admins, by name. Every other sealed field is left
/// out, so that a secret is not shown for having been forgotten here. (What is not sealed is no secret: the log never
/// holds one open.)
const SHOWN: &[&str] = &[
    "avatar_url",
    "bio",
    "buyer_name",
    "comment",
    "email",
    "expertise_tags",
    "filename",
    "first_name",
    "ip",
    "last_name",
    "reason",
    "text",
    "user_agent",
];

/// An event of the log. Not `Debug`: what happened may be personal.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditEvent)]
pub(crate) struct AuditEventView {
    /// Place in the whole log.
    position: Position,
    /// The event.
    #[schema(value_type = Uuid)]
    id: EventId,
    /// Kind of stream.
    #[schema(value_type = String, example = "user")]
    stream_type: StreamType,
    /// Id within the kind.
    stream_id: String,
    /// Place in the stream.
    version: Version,
    /// Name of the event type.
    #[serde(rename = "type")]
    event_type: String,
    /// Version of the shape of `data`.
    schema_version: u32,
    /// When it was decided.
    #[schema(value_type = String, format = DateTime)]
    time: Timestamp,
    /// Who caused it.
    actor: ActorView,
    /// Ties together everything that one request set off.
    #[schema(value_type = Uuid)]
    correlation_id: CorrelationId,
    /// The event that this one follows from; null for what somebody asked for.
    #[schema(value_type = Option<Uuid>)]
    causation_id: Option<EventId>,
    /// The persons it is about.
    #[schema(value_type = Vec<Uuid>)]
    subject_ids: Vec<UserId>,
    /// What happened. Secrets are left out; what is personal of others, or of the erased, is null. Null as a whole when
    /// a newer version of the product wrote it.
    #[schema(value_type = Option<Object>)]
    data: Option<Value>,
    /// Hash of the event before.
    prev_hash: String,
    /// Hash of this event, as it is stored.
    hash: String,
}

/// Who caused an event.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditActor)]
pub(crate) struct ActorView {
    /// The person; null when nobody was signed in, or the product itself acted.
    #[schema(value_type = Option<Uuid>)]
    user_id: Option<UserId>,
    /// In which capacity.
    #[schema(value_type = String, example = "learner")]
    role: ActorRole,
    /// Address of the client.
    ip: Option<String>,
    /// Browser of the client.
    user_agent: Option<String>,
}

/// Who looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Viewer {
    /// A person whom the event concerns: what is personal of others is hidden.
    Person(UserId),
    /// An admin: what is personal of anybody is shown, as long as it can be read.
    Admin,
}

impl Viewer {
    fn sees(self, owner: UserId) -> bool {
        match self {
            Self::Person(person) => owner == person,
            Self::Admin => true,
        }
    }

    /// Whether this one may know from where somebody acted. Of who was not signed in it is kept under the key of the
    /// person whom it concerned.
    fn sees_origin(self, of: Option<UserId>) -> bool {
        of.is_none_or(|user| self.sees(user))
    }
}

/// Where an event stands in the chain of hashes, which opening it leaves behind.
pub(crate) struct Link {
    prev_hash: String,
    hash: String,
}

impl Link {
    pub(crate) fn of(event: &StoredEvent) -> Self {
        Self { prev_hash: event.prev_hash.clone(), hash: event.hash.clone() }
    }
}

impl AuditEventView {
    /// The event as somebody sees it. A person whom it concerns does not see what is personal of others, nor address and
    /// browser of whoever else caused it.
    ///
    /// # Errors
    /// As serde: never, for the events of this product.
    pub(crate) fn of(event: Opened, link: Link, viewer: Viewer) -> Result<Self, serde_json::Error> {
        match event {
            Opened::Known(event) => Self::known(event, link, viewer),
            Opened::Unknown { stored, .. } => Ok(Self::unknown(stored)),
        }
    }

    /// Its place in the log.
    pub(crate) const fn position(&self) -> Position {
        self.position
    }

    fn known(event: RecordedEvent, link: Link, viewer: Viewer) -> Result<Self, serde_json::Error> {
        Ok(Self {
            position: event.position,
            id: event.id,
            stream_type: event.stream.stream_type(),
            stream_id: event.stream.id().to_owned(),
            version: event.version,
            event_type: event.event.type_name().to_owned(),
            schema_version: event.event.schema_version(),
            time: event.time,
            actor: ActorView::of(event.actor, viewer),
            correlation_id: event.correlation_id,
            causation_id: event.causation_id,
            subject_ids: event.subject_ids,
            data: shown("", event.event.to_data()?, viewer),
            prev_hash: link.prev_hash,
            hash: link.hash,
        })
    }

    /// Which of its fields are secrets is not known.
    fn unknown(event: StoredEvent) -> Self {
        Self {
            position: event.position,
            id: event.id,
            stream_type: event.stream_type,
            stream_id: event.stream_id,
            version: event.version,
            event_type: event.event_type,
            schema_version: event.schema_version,
            time: event.time,
            actor: ActorView { user_id: event.actor.user_id, role: event.actor.role, ip: None, user_agent: None },
            correlation_id: event.correlation_id,
            causation_id: event.causation_id,
            subject_ids: event.subject_ids,
            data: None,
            prev_hash: event.prev_hash,
            hash: event.hash,
        }
    }
}

impl ActorView {
    pub(crate) fn of(actor: Actor, viewer: Viewer) -> Self {
        let is_seen = viewer.sees_origin(actor.user_id);
        let own = |text: Option<Personal<String>>| {
            text.filter(|text| is_seen && viewer.sees(text.owner())).and_then(Personal::into_value)
        };
        Self { user_id: actor.user_id, role: actor.role, ip: own(actor.ip), user_agent: own(actor.user_agent) }
    }
}

/// The value as a sealed one, if it is. An array is none, although serde would take two items for the two fields.
fn sealed(value: &Value) -> Option<Personal<Value>> {
    value.as_object().and_then(|_| Personal::deserialize(value).ok())
}

/// What somebody is shown of the value of a field; nothing of a secret.
pub(crate) fn shown(name: &str, value: Value, viewer: Viewer) -> Option<Value> {
    if let Some(personal) = sealed(&value) {
        let is_seen = viewer.sees(personal.owner());
        return SHOWN.contains(&name).then(|| personal.into_value().filter(|_| is_seen).unwrap_or(Value::Null));
    }
    match value {
        Value::Object(fields) => {
            let fields = fields.into_iter().filter_map(|(name, value)| {
                let shown = shown(&name, value, viewer)?;
                Some((name, shown))
            });
            Some(Value::Object(fields.collect()))
        }
        Value::Array(items) => Some(items.into_iter().filter_map(|item| shown(name, item, viewer)).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Some(value),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use events::{Event, decode};
    use serde_json::json;

    use super::*;

    /// Sealed fields that nobody is shown.
    const SECRET: &[&str] = &["password_hash"];
    /// Words in the names of secrets, and names with such a word that are none.
    const SUSPECT: &[&str] = &["digest", "hash", "password", "secret", "token"];
    const HARMLESS: &[&str] = &["password_generation"];

    const ADA: &str = "018f3a5c-7d10-7e42-9a31-5b6c7d8e9f01";
    const GRACE: &str = "018f3a5c-7d10-7e42-9a31-5b6c7d8e9f02";

    /// Every event type there is, by its frozen examples.
    fn goldens() -> Vec<(String, Value)> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events/golden");
        let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
        let read = |path: std::path::PathBuf| {
            let golden: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
            let version = u32::try_from(golden["schema_version"].as_u64().unwrap()).unwrap();
            let name = golden["type"].as_str().unwrap();
            let event = |stream: &StreamType| decode(*stream, name, version, &golden["data"]).ok();
            let event: Event = StreamType::ALL.iter().find_map(event).unwrap();
            (path.display().to_string(), event.to_data().unwrap())
        };
        files.map(read).collect()
    }

    /// Visits every field, with whether it is sealed.
    fn visit(value: &Value, seen: &mut impl FnMut(&str, bool)) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    let sealed = sealed(value).is_some();
                    seen(name, sealed);
                    if !sealed {
                        visit(value, seen);
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| visit(item, seen)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    #[test]
    fn every_sealed_field_is_known_to_be_shown_or_a_secret() {
        let mut sealed_fields = 0;
        for (file, data) in goldens() {
            visit(&data, &mut |name, sealed| {
                sealed_fields += usize::from(sealed);
                let known = SHOWN.contains(&name) != SECRET.contains(&name);
                assert!(!sealed || known, "{file}: is {name} shown to whom it is about, or is it a secret?");
            });
        }
        assert!(sealed_fields > 20, "{sealed_fields}");
    }

    #[test]
    fn no_secret_is_in_what_is_shown_of_any_event() {
        for (file, data) in goldens() {
            for viewer in [Viewer::Person(ADA.parse().unwrap()), Viewer::Admin] {
                let shown = shown("", data.clone(), viewer).unwrap();
                assert!(!shown.to_string().contains("$argon2"), "{file}");
                visit(&shown, &mut |name, sealed| {
                    assert!(!sealed, "{file}: {name} is shown with its seal");
                    let suspect = SUSPECT.iter().any(|word| name.contains(word)) && !HARMLESS.contains(&name);
                    assert!(!suspect, "{file}: {name} looks like a secret");
                });
            }
        }
    }

    #[test]
    fn what_is_personal_is_shown_to_whom_it_is_about() {
        let field = |owner: &str, value: Value| json!({ "personal_of": owner, "value": value });
        let data = json!({
            "user_id": ADA,
            "email": field(ADA, json!("ada@example.org")),
            "bio": field(GRACE, json!("Onze ans")),
            "last_name": field(ADA, Value::Null),
            "never_heard_of": field(ADA, json!("secret")),
            "list": [{ "reason": field(ADA, json!("a")), "never_heard_of": field(ADA, json!("secret")) }],
            "reason": [field(ADA, json!("b")), field(GRACE, json!("c"))],
            "subject_ids": [ADA, GRACE],
        });
        let expected = json!({
            "user_id": ADA, "email": "ada@example.org", "bio": null, "last_name": null, "list": [{ "reason": "a" }],
            "reason": ["b", null], "subject_ids": [ADA, GRACE],
        });
        assert_eq!(shown("", data.clone(), Viewer::Person(ADA.parse().unwrap())), Some(expected));
        let of_all = json!({
            "user_id": ADA, "email": "ada@example.org", "bio": "Onze ans", "last_name": null,
            "list": [{ "reason": "a" }], "reason": ["b", "c"], "subject_ids": [ADA, GRACE],
        });
        assert_eq!(shown("", data, Viewer::Admin), Some(of_all));
    }

    #[test]
    fn address_and_browser_are_shown_to_who_acted() {
        let (ada, grace): (UserId, UserId) = (ADA.parse().unwrap(), GRACE.parse().unwrap());
        let actor = |user_id, owner: UserId| Actor {
            user_id,
            role: ActorRole::Learner,
            ip: Some(Personal::new(owner, "192.0.2.7".to_owned())),
            user_agent: Some(Personal::new(owner, "Firefox".to_owned())),
        };
        for (user_id, owner, is_shown) in
            [(Some(ada), ada, true), (None, ada, true), (Some(grace), grace, false), (Some(grace), ada, false)]
        {
            let view = ActorView::of(actor(user_id, owner), Viewer::Person(ada));
            assert_eq!((view.ip.is_some(), view.user_agent.is_some()), (is_shown, is_shown));
            assert!(ActorView::of(actor(user_id, owner), Viewer::Admin).ip.is_some());
            assert_eq!(view.user_id, user_id);
        }
    }
}
