//! Commits as the product's commands make them, with personal data to seal and an idempotency record.

use chrono::Utc;
use event_log::{Commit, EventLog, Expected, Guard, KeyChange, Metadata, NewEvent, NewIdempotencyRecord, StreamAppend};
use events::{
    Actor, ActorRole, CorrelationId, EmailClaimEvent, EmailClaimed, Event, EventId, Language, Personal, Role,
    SessionEvent, SessionId, SessionStarted, StreamId, StreamType, Timestamp, UserEvent, UserId, UserRegistered,
    UserRoleChanged, Version,
};
use uuid::Uuid;

const ADDRESS: &str = "203.0.113.77";
const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const PASSWORD_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZSBzYWx0IGhlcmU$MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY";

/// A new person.
#[must_use]
pub fn new_user() -> UserId {
    UserId::new(Uuid::now_v7())
}

/// What `POST /auth/register` appends: account, claim of the address, session: three events in three streams, a new key.
#[must_use]
pub fn register(log: &EventLog, user_id: UserId) -> Commit {
    let events = [registered(user_id), claimed(user_id), session_started(user_id, Timestamp::new(Utc::now()))];
    let appends = events.map(|(stream, event)| append(stream, Expected::Exactly(0), event)).into();
    Commit { keys: vec![KeyChange::Create(user_id)], ..commit(log, user_id, ActorRole::Anonymous, appends) }
}

/// What `POST /auth/login` appends: a session, while the account stands at `version`: one event, one guard.
#[must_use]
pub fn log_in(log: &EventLog, user_id: UserId, version: Version) -> Commit {
    let guards = vec![Guard { stream: user_stream(user_id), version }];
    let (stream, event) = session_started(user_id, Timestamp::new(Utc::now()));
    let appends = vec![append(stream, Expected::Exactly(0), event)];
    Commit { guards, ..commit(log, user_id, ActorRole::Learner, appends) }
}

/// What `PATCH /admin/users/:id` appends, for several users at once: one event each, which changes one document.
#[must_use]
pub fn change_roles(log: &EventLog, users: &[UserId]) -> Commit {
    let by = users.first().copied().unwrap_or_else(new_user);
    let appends = users.iter().map(|user_id| append(user_stream(*user_id), Expected::Any, role_changed(*user_id)));
    commit(log, by, ActorRole::Admin, appends.collect())
}

/// The same for one user, whose account stands at `version`.
#[must_use]
pub fn change_role(log: &EventLog, user_id: UserId, version: Version) -> Commit {
    let append = append(user_stream(user_id), Expected::Exactly(version), role_changed(user_id));
    commit(log, user_id, ActorRole::Admin, vec![append])
}

fn role_changed(user_id: UserId) -> UserEvent {
    UserRoleChanged { user_id, from: Role::Learner, to: Role::Instructor }.into()
}

/// An event, and the stream that it goes to.
pub type Written = (StreamId, Event);

/// A new account.
#[must_use]
pub fn registered(user_id: UserId) -> Written {
    let personal = |value: String| Personal::new(user_id, value);
    let registered = UserRegistered {
        user_id,
        email: personal(format!("{user_id}@example.org")),
        first_name: personal("Éloïse".to_owned()),
        last_name: personal("Marchand".to_owned()),
        language: Language::Fr,
        password_hash: personal(PASSWORD_HASH.to_owned()),
    };
    (user_stream(user_id), UserEvent::from(registered).into())
}

/// The claim of its address.
#[must_use]
pub fn claimed(user_id: UserId) -> Written {
    let claim = StreamId::new(StreamType::EmailClaim, user_id.uuid().simple());
    (claim, EmailClaimEvent::from(EmailClaimed { user_id }).into())
}

/// Somebody signs in.
#[must_use]
pub fn session_started(user_id: UserId, expires_at: Timestamp) -> Written {
    let session_id = SessionId::new(Uuid::now_v7());
    let started = SessionStarted { session_id, user_id, password_generation: 0, expires_at };
    (StreamId::new(StreamType::Session, session_id), SessionEvent::from(started).into())
}

/// Who causes events: somebody with an address and a browser.
#[must_use]
pub fn actor(owner: UserId, caller: Option<UserId>, role: ActorRole) -> Actor {
    Actor {
        user_id: caller,
        role,
        ip: Some(Personal::new(owner, ADDRESS.to_owned())),
        user_agent: Some(Personal::new(owner, BROWSER.to_owned())),
    }
}

fn commit(log: &EventLog, user_id: UserId, role: ActorRole, appends: Vec<StreamAppend>) -> Commit {
    let request = Uuid::now_v7();
    let records = log.idempotency();
    let caller = (role != ActorRole::Anonymous).then_some(user_id);
    Commit {
        appends,
        guards: Vec::new(),
        idempotency: Some(NewIdempotencyRecord {
            id: records.id(&user_id.to_string(), &request.to_string()),
            fingerprint: records.fingerprint("POST", "/api/v1/auth/login", request.as_bytes()),
            owner: Some(user_id),
            outcome: serde_json::json!({ "user_id": user_id, "session_id": request }),
        }),
        keys: Vec::new(),
        metadata: Metadata {
            time: Timestamp::new(Utc::now()),
            actor: actor(user_id, caller, role),
            correlation_id: CorrelationId::new(request),
            causation_id: None,
        },
        observed: log.observed(),
    }
}

fn append(stream: StreamId, expected: Expected, event: impl Into<Event>) -> StreamAppend {
    let event = NewEvent { id: EventId::new(Uuid::now_v7()), event: event.into() };
    StreamAppend { stream, expected, events: vec![event] }
}

fn user_stream(user_id: UserId) -> StreamId {
    StreamId::new(StreamType::User, user_id)
}
