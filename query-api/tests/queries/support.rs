//! A read side of its own for each test, on a mongod that the tests of this binary share.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::future::Future;
use std::sync::OnceLock;
use std::time::Duration;

use access::{Access, TokenKey, TokenKeyStore, TokenKeys};
use axum::Router;
use axum::body::Body;
use event_log::{
    AppendLimits, Commit, EventLog, Expected, HeadSigner, KeyChange, Leases, LogError, LogNames, LogSecrets, MasterKey,
    Metadata, NewEvent, StreamAppend, connect_nats,
};
use events::{
    Actor, CorrelationId, Event, EventId, Language, Personal, Position, Role, SessionEvent, SessionId, SessionStarted,
    StreamId, StreamType, Timestamp, UserEvent, UserId, UserRegistered,
};
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use local_servers::{MongoServer, StartMongo, Wanted, find_or_fetch};
use query_api::{Auditing, MESSAGES, QueryDeps, routers};
use read_models::{
    COURSES, COURSES_PROJECTION, Checkpoint, LESSONS, MODULES, PROJECTIONS, Positions, ProjectionState, ReadDocument,
    USERS, USERS_PROJECTION, lease_name,
};
use serde_json::{Value, json};
use service_kit::auth::{AccessTokens, SigningKey};
use service_kit::clock::Clock;
use service_kit::http::{HttpOptions, Messages, with_layers};
use service_kit::settings::{Mode, Settings};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;
use uuid::Uuid;

/// How long a GET of these tests waits for the read side.
pub const READ_WAIT: Duration = Duration::from_secs(2);
/// How long requests wait for MongoDB: a machine that is busy with other tests is not down.
const PATIENCE: Duration = Duration::from_secs(20);
pub const TIME: &str = "2026-01-31T08:30:00.000Z";

fn shared_uri() -> &'static str {
    static URI: OnceLock<String> = OnceLock::new();
    URI.get_or_init(|| {
        let (sender, receiver) = std::sync::mpsc::channel();
        // A thread and runtime of its own: the server must outlive the runtime of the test that came first.
        std::thread::spawn(move || {
            runtime().block_on(async move {
                let (server, _folder) = start_mongod().await;
                sender.send(server.uri()).unwrap();
                std::future::pending::<()>().await;
            });
        });
        receiver.recv().unwrap()
    })
}

/// A mongod of one's own, to be maltreated.
pub async fn start_mongod() -> (MongoServer, tempfile::TempDir) {
    let wanted = Wanted { mongod: std::env::var_os("HAR_MONGOD").map(Into::into), ..Wanted::default() };
    let binaries = find_or_fetch(&wanted, false).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let server = MongoServer::start(StartMongo::new(binaries.mongod, folder.path().join("data"))).await.unwrap();
    (server, folder)
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// Runs a test body with an empty read side, both projections at position 0 and without workers.
pub fn with_academy<F: Future<Output = ()>>(body: impl FnOnce(Academy) -> F) {
    runtime().block_on(async { body(Academy::open(shared_uri(), Some(PATIENCE)).await).await });
}

/// A log, read collections, and the API over them. NATS is not there: positions come from the checkpoints.
pub struct Academy {
    pub log: EventLog,
    app: Router,
    signing: SigningKey,
    tokens: AccessTokens,
    stop: CancellationToken,
}

impl Drop for Academy {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// What a start-up step gives, once it succeeds: on a busy machine MongoDB may not answer in time at first.
async fn patiently<T>(step: impl AsyncFn() -> Result<T, LogError>) -> T {
    let trying = async {
        loop {
            match step().await {
                Ok(done) => return done,
                Err(LogError::Unavailable(_)) => tokio::task::yield_now().await,
                Err(error) => panic!("{error}"),
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), trying).await.expect("MongoDB answers")
}

/// The store with this key in it, as the write side would have made it, and what the read side knows of it.
async fn token_keys(client: &mongodb::Client, names: &LogNames, key: &SigningKey) -> Result<TokenKeys, LogError> {
    let store = TokenKeyStore::open(client, names).await?;
    let public = key.verifying();
    let key = TokenKey {
        generation: 1,
        kid: public.kid().to_owned(),
        public: public.x(),
        sealed: "sealed".to_owned(),
        created_at: bson::DateTime::now(),
        signs_from: bson::DateTime::now(),
        verifies_until: None,
    };
    store.add_first(&key).await?;
    TokenKeys::open(store, Clock::new(0)).await
}

/// Somebody who is signed in.
pub struct SignedIn {
    pub user: UserId,
    pub token: String,
    /// Position of the sign-in.
    pub position: Position,
}

/// Those of a process whose files are in a folder that the system forgets.
fn settings(name: &str, patience: Option<Duration>) -> Settings {
    let folder = std::env::temp_dir().join("har-academy-tests").join(name);
    let settings = [
        ("HAR_DATA_DIR", folder.display().to_string()),
        ("HAR_READ_WAIT_MS", READ_WAIT.as_millis().to_string()),
        // A blank setting is one that is not set.
        ("HAR_MONGODB_PATIENCE_MS", patience.map(|time| time.as_millis().to_string()).unwrap_or_default()),
    ];
    let settings = settings.map(|(name, value)| (name.to_owned(), value));
    Settings::from_layers(Mode::Dev, settings.into(), None).unwrap()
}

impl Academy {
    /// Requests wait so long for MongoDB; by default as long as in a deployment.
    pub async fn open(uri: &str, patience: Option<Duration>) -> Self {
        let name = format!("q_{}", Uuid::new_v4().simple());
        let settings = settings(&name, patience);
        let mongo = event_log::connect(uri, "test").await.unwrap();
        let secrets = LogSecrets { master_key: MasterKey::new([7; 32]) };
        let names = LogNames::new(&name, &name);
        let log = patiently(async || EventLog::open(&mongo, names.clone(), &secrets).await).await;
        let collections = [USERS, COURSES, MODULES, LESSONS, PROJECTIONS];
        patiently(async || read_models::ensure(log.database(), &collections).await).await;
        let stop = CancellationToken::new();
        let _ = log.start_appender(AppendLimits::within(settings.mongodb.patience), stop.clone());
        let signing = SigningKey::from_seed(&[9; 32]).unwrap();
        let keys = patiently(async || token_keys(mongo.client(), &names, &signing).await).await;
        let tokens = keys.tokens().clone();
        let nats = connect_nats("nats://127.0.0.1:1", "test").await.unwrap();
        let auditing = Auditing { nats: nats.clone(), signer: HeadSigner::new(&[5; 32]), stop: stop.clone() };
        let positions = Positions::start(&log, nats, stop.clone());
        let access = Access::new(log.clone(), keys, Clock::new(0));
        let services = routers(&QueryDeps::new(access, &log, positions, &settings, auditing).unwrap());
        let routes: Router = services.auth.merge(services.course).into();
        let app = with_layers(routes, &HttpOptions::new(Messages::base().with(MESSAGES)));
        let academy = Self { log, app, signing, tokens, stop };
        academy.checkpoint(USERS_PROJECTION, 0).await;
        academy.checkpoint(COURSES_PROJECTION, 0).await;
        academy
    }

    /// Says that a projection has come so far.
    pub async fn checkpoint(&self, projection: &str, position: Position) {
        let checkpoint = Checkpoint {
            name: projection.to_owned(),
            version: 1,
            position,
            epoch: 1,
            state: ProjectionState::Live,
            generation: 0,
            updated_at: TIME.parse::<chrono::DateTime<chrono::Utc>>().map(Timestamp::new).unwrap(),
        };
        let all = self.log.database().collection::<Checkpoint>(PROJECTIONS.name);
        all.replace_one(bson::doc! { "_id": projection }, checkpoint).upsert(true).await.unwrap();
    }

    /// Gives a projection a worker, as far as its lease tells.
    pub async fn lease(&self, projection: &str) {
        let leases = Leases::new(self.log.database());
        leases.acquire(&lease_name(projection), "test").await.unwrap().unwrap();
    }

    /// Writes a document as its projection would.
    pub async fn put<D: ReadDocument>(&self, document: Value) {
        let document: D = serde_json::from_value(document).unwrap();
        self.log.database().collection::<D>(D::COLLECTION).insert_one(document).await.unwrap();
    }

    /// Registers somebody and signs them in, in the log only.
    pub async fn sign_in(&self, role: Role) -> SignedIn {
        let (user, session) = (UserId::new(Uuid::now_v7()), SessionId::new(Uuid::now_v7()));
        let text = |text: &str| Personal::new(user, text.to_owned());
        let registered = UserEvent::UserRegistered(UserRegistered {
            user_id: user,
            email: text("ada@example.org"),
            first_name: text("Ada"),
            last_name: text("Lovelace"),
            language: Language::Fr,
            password_hash: text("none"),
        });
        let mut of_user = vec![Event::User(registered)];
        if role != Role::Learner {
            let changed = events::UserRoleChanged { user_id: user, from: Role::Learner, to: role };
            of_user.push(Event::User(UserEvent::UserRoleChanged(changed)));
        }
        let now = chrono::Utc::now();
        let started = SessionEvent::SessionStarted(SessionStarted {
            session_id: session,
            user_id: user,
            password_generation: 0,
            expires_at: Timestamp::new(now + chrono::TimeDelta::days(7)),
        });
        let append = |stream: StreamId, events: Vec<Event>| StreamAppend {
            stream,
            expected: Expected::Exactly(0),
            events: events.into_iter().map(|event| NewEvent { id: EventId::new(Uuid::now_v7()), event }).collect(),
        };
        let commit = Commit {
            appends: vec![
                append(StreamId::new(StreamType::User, user), of_user),
                append(StreamId::new(StreamType::Session, session), vec![Event::Session(started)]),
            ],
            guards: Vec::new(),
            idempotency: None,
            keys: vec![KeyChange::Create(user)],
            metadata: Metadata {
                time: Timestamp::new(now),
                actor: Actor::system(),
                correlation_id: CorrelationId::new(Uuid::now_v7()),
                causation_id: None,
            },
            observed: self.log.observed(),
        };
        let position = self.log.append(commit).await.unwrap().position();
        let life = chrono::TimeDelta::hours(24);
        let claims = self.tokens.claims(user.uuid(), session.uuid(), role.as_str(), now, life);
        SignedIn { user, token: self.signing.sign(&claims).unwrap(), position }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[]).await
    }

    pub async fn get_as(&self, path: &str, who: &SignedIn) -> Answer {
        self.get_with(path, &[("authorization", &format!("Bearer {}", who.token))]).await
    }

    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let request = headers.iter().fold(Request::get(path), |request, (name, value)| request.header(*name, *value));
        let response = self.app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer { status: parts.status, headers: parts.headers, body: serde_json::from_slice(&bytes).unwrap() }
    }
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    #[track_caller]
    pub fn data(&self) -> &Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.body);
        &self.body["data"]
    }

    #[track_caller]
    pub fn assert_refused(&self, status: u16, code: &str) {
        assert_eq!((self.status.as_u16(), &self.body["error"]["code"]), (status, &json!(code)), "{}", self.body);
    }

    #[track_caller]
    pub fn titles(&self) -> Vec<String> {
        let courses = self.data()["courses"].as_array().unwrap().iter();
        courses.map(|course| course["title"].as_str().unwrap().to_owned()).collect()
    }
}

/// An id that is the same each time.
pub fn id(number: u32) -> String {
    format!("0190a5b0-0000-7000-8000-{number:012}")
}

/// A published course; fields of `with` replace its own.
pub fn course(number: u32, title: &str, with: Value) -> Value {
    let words = read_models::search::CourseWords::new(title, &["tableau".to_owned()], "Des données", None);
    let mut course = json!({
        "_id": id(number), "title": title, "description": "Des données", "short_description": null, "domain": "Excel",
        "stack": ["Excel"], "price": { "minor": 4990, "currency": "EUR", "pricing_model": "one-time" },
        "instructor_id": id(900), "instructor_name": "Ada Lovelace", "status": "published", "modules": [],
        "total_lessons": 0, "total_duration_seconds": 0, "enrollments_count": 0, "average_rating": 0.0,
        "reviews_count": 0, "ratings": { "count": 0, "stars": 0 }, "keywords": ["tableau"], "image_url": null, "category": null, "language": "fr",
        "created_at": TIME, "updated_at": TIME, "published_at": TIME, "version": 4, "search": words,
    });
    merge(&mut course, with);
    course
}

pub fn module(number: u32, course: u32, lessons: &[u32]) -> Value {
    let lessons: Vec<String> = lessons.iter().copied().map(id).collect();
    json!({
        "_id": id(number), "course_id": id(course), "title": format!("Module {number}"), "description": null,
        "order": 1, "lessons": lessons, "created_at": TIME,
    })
}

/// A video lesson with texts that not everybody may read.
pub fn lesson(number: u32, module: u32, course: u32, with: Value) -> Value {
    let mut lesson = json!({
        "_id": id(number), "module_id": id(module), "course_id": id(course), "title": format!("Lesson {number}"),
        "description": null, "type": "video", "order": 1, "content": "<p>secret</p>", "media_ids": [],
        "quiz_id": null,
        "video": {
            "url": "https://example.org/secret", "media_id": null, "duration_seconds": 60, "transcript": "secret", "thumbnail_url": null,
        },
        "preview": false, "created_at": TIME, "updated_at": TIME,
    });
    merge(&mut lesson, with);
    lesson
}

pub fn user(id: UserId) -> Value {
    json!({
        "_id": id, "email": "ada@example.org", "first_name": "Ada", "last_name": "Lovelace", "avatar_url": null,
        "role": "learner", "status": "active", "language": "fr", "created_at": TIME, "updated_at": TIME,
        "last_login_at": TIME,
        "instructor": {
            "bio": null, "expertise_tags": [], "total_courses": 0, "rating": 0.0, "ratings": { "count": 0, "stars": 0 },
            "verification_status": "unverified",
        },
        "notification_settings": { "email_notifications": true, "marketing_emails": false, "newsletter": false },
        "version": 1,
    })
}

fn merge(document: &mut Value, with: Value) {
    if let (Value::Object(document), Value::Object(with)) = (document, with) {
        document.extend(with);
    }
}
