//! One mongod for all tests of this binary, one database for each test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::future::Future;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use event_log::{
    AppendError, AppendLimits, Appender, Commit, Committed, EventLog, Expected, KeyChange, LogNames, LogSecrets,
    MasterKey, Metadata, NewEvent, StreamAppend,
};
use events::{
    Actor, CorrelationId, Event, EventId, Fold, Personal, Position, StreamId, StreamType, Timestamp, UserEvent, UserId,
    UserRegistered, UserRoleChanged, Version,
};
use local_servers::{MongoServer, StartMongo, Wanted, find_or_fetch};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How long a commit may take on the shared server, which many tests are at, on a machine that others are at as well.
const PATIENCE: Duration = Duration::from_secs(20);

/// The address of the shared server, which dies with this process.
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
    let binaries = find_or_fetch(&Wanted::default(), false).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let start = StartMongo { failpoints: true, ..StartMongo::new(binaries.mongod, folder.path().join("data")) };
    let server = MongoServer::start(start).await.unwrap();
    (server, folder)
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// A log of a test's own.
pub struct TestLog {
    pub log: EventLog,
    pub names: LogNames,
    uri: String,
    limits: AppendLimits,
    stop: CancellationToken,
    appender: Option<Appender>,
}

impl TestLog {
    /// A new, empty log on the shared server.
    pub async fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let name = format!("log_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        Self::open_within(AppendLimits::within(PATIENCE), shared_uri(), LogNames::new(&name, &name)).await
    }

    /// One on a server of the test's own, with the product's patience.
    pub async fn open(uri: &str, names: LogNames) -> Self {
        Self::open_within(AppendLimits::default(), uri, names).await
    }

    async fn open_within(limits: AppendLimits, uri: &str, names: LogNames) -> Self {
        let mongo = event_log::connect(uri, "test").await.unwrap();
        let secrets = LogSecrets { master_key: MasterKey::new([42; 32]) };
        let log = EventLog::open(&mongo, names.clone(), &secrets).await.unwrap();
        let stop = CancellationToken::new();
        let appender = Some(log.start_appender(limits, stop.clone()));
        Self { log, names, uri: uri.to_owned(), limits, stop, appender }
    }

    /// The same log as another process would open it.
    pub async fn second_process(&self) -> Self {
        Self::open_within(self.limits, &self.uri, self.names.clone()).await
    }

    /// Stops the appender, which writes first what waits.
    pub async fn stop(&mut self) {
        self.stop.cancel();
        if let Some(appender) = self.appender.take() {
            appender.stopped().await;
        }
    }

    /// Appends these events to one stream.
    pub async fn append(
        &self,
        stream: &StreamId,
        expected: Expected,
        events: Vec<Event>,
    ) -> Result<Committed, AppendError> {
        self.log.append(commit(&self.log, vec![append_to(stream, expected, events)])).await
    }

    /// All of the log, sealed, after checks that every test wants: no gaps, and an unbroken chain.
    pub async fn all_checked(&self) -> Vec<events::StoredEvent> {
        let events = self.log.read(0, 100_000).await.unwrap();
        let head = self.log.head().await.unwrap();
        assert_eq!(head.position, events.len() as Position, "the head is the last event");
        let mut prev_hash = event_log::GENESIS_HASH.to_owned();
        for (position, event) in (1..).zip(&events) {
            assert_eq!(event.position, position);
            assert_eq!(event.prev_hash, prev_hash);
            assert_eq!(event.hash, event_log::chain_hash(event).unwrap());
            prev_hash.clone_from(&event.hash);
        }
        assert_eq!(head.hash, prev_hash);
        events
    }
}

/// Runs a test body.
pub fn with_log<F: Future<Output = ()>>(body: impl FnOnce(TestLog) -> F) {
    runtime().block_on(async {
        let log = TestLog::new().await;
        body(log).await;
    });
}

pub fn commit(log: &EventLog, appends: Vec<StreamAppend>) -> Commit {
    Commit {
        appends,
        guards: Vec::new(),
        idempotency: None,
        keys: Vec::new(),
        metadata: Metadata {
            time: Timestamp::new(chrono::Utc::now()),
            actor: Actor::system(),
            correlation_id: CorrelationId::new(Uuid::now_v7()),
            causation_id: None,
        },
        observed: log.observed(),
    }
}

pub fn append_to(stream: &StreamId, expected: Expected, events: Vec<Event>) -> StreamAppend {
    let events = events.into_iter().map(|event| NewEvent { id: EventId::new(Uuid::now_v7()), event }).collect();
    StreamAppend { stream: stream.clone(), expected, events }
}

pub fn user_stream(user: UserId) -> StreamId {
    StreamId::new(StreamType::User, user)
}

pub fn new_user() -> UserId {
    UserId::new(Uuid::now_v7())
}

pub fn registered(user_id: UserId, email: &str) -> Event {
    Event::User(UserEvent::UserRegistered(UserRegistered {
        user_id,
        email: Personal::new(user_id, email.to_owned()),
        first_name: Personal::new(user_id, "Ada".to_owned()),
        last_name: Personal::new(user_id, "Lovelace".to_owned()),
        language: events::Language::Fr,
        password_hash: Personal::new(user_id, "$argon2id$canary".to_owned()),
    }))
}

/// The register of a person: their event, and their key.
pub fn register(log: &EventLog, user: UserId, email: &str) -> Commit {
    let append = append_to(&user_stream(user), Expected::Exactly(0), vec![registered(user, email)]);
    Commit { keys: vec![KeyChange::Create(user)], ..commit(log, vec![append]) }
}

pub fn role_changed(user_id: UserId) -> Event {
    let (from, to) = (events::Role::Learner, events::Role::Instructor);
    Event::User(UserEvent::UserRoleChanged(UserRoleChanged { user_id, from, to }))
}

/// The least state there is: how many events, and the last email.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Tally {
    pub events: Version,
    pub email: Option<String>,
}

impl Fold for Tally {
    type Event = UserEvent;

    fn apply(&mut self, event: &UserEvent) {
        self.events += 1;
        if let UserEvent::UserRegistered(registered) = event {
            self.email = registered.email.value().cloned();
        }
    }
}
