//! A log of its own, on servers that the tests of this binary share.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use async_nats::Client;
use async_nats::jetstream::{self, message::StreamMessage};
use chrono::Utc;
use event_log::{
    AppendError, AppendLimits, Appender, Commit, EventLog, Expected, LogNames, LogSecrets, MasterKey, Metadata,
    NewEvent, Publisher, PublisherSettings, StreamAppend, connect_nats,
};
use events::{
    Actor, CorrelationId, CourseEvent, CourseId, EmailClaimEvent, EmailClaimed, Event, EventId, Lesson, LessonAdded,
    LessonId, LessonType, ModuleId, Position, StoredEvent, StreamId, StreamType, Timestamp, UserId,
};
use local_servers::{Binaries, MongoServer, NatsServer, StartMongo, StartNats, Wanted, find_or_fetch};
use tempfile::TempDir;
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Longest wait for a condition; it is met long before.
const PATIENCE: Duration = Duration::from_secs(20);

struct Shared {
    mongo: MongoServer,
    nats: NatsServer,
}

static SHARED: OnceCell<Shared> = OnceCell::const_new();

async fn binaries() -> Binaries {
    let wanted = Wanted {
        mongod: std::env::var_os("HAR_MONGOD").map(Into::into),
        nats_server: std::env::var_os("HAR_NATS_SERVER").map(Into::into),
        cache_dir: None,
    };
    find_or_fetch(&wanted, false).await.expect("mongod and nats-server")
}

/// Where the shared servers keep their data. Nothing is dropped at the end of a test binary, and the servers die with
/// it, so each run removes what earlier ones have left.
fn shared_folder() -> PathBuf {
    let all = Path::new(env!("CARGO_TARGET_TMPDIR")).join("publication");
    for left in std::fs::read_dir(&all).into_iter().flatten().flatten() {
        if !Path::new("/proc").join(left.file_name()).exists() {
            let _ = std::fs::remove_dir_all(left.path());
        }
    }
    all.join(std::process::id().to_string())
}

async fn shared() -> &'static Shared {
    SHARED
        .get_or_init(|| async {
            let binaries = binaries().await;
            let folder = shared_folder();
            let mongo = StartMongo::new(binaries.mongod, folder.join("mongo"));
            let nats = StartNats::new(binaries.nats_server, folder.join("nats"));
            Shared {
                mongo: MongoServer::start(mongo).await.expect("mongod"),
                nats: NatsServer::start(nats).await.expect("nats-server"),
            }
        })
        .await
}

/// A nats-server for one test, to be killed.
pub async fn own_nats() -> (NatsServer, TempDir) {
    let folder = TempDir::new().unwrap();
    let nats = StartNats::new(binaries().await.nats_server, folder.path().join("nats"));
    (NatsServer::start(nats).await.unwrap(), folder)
}

/// A log, and a connection to NATS, as one process has them.
pub struct Process {
    pub log: EventLog,
    pub nats: Client,
    _appender: Appender,
    stop: CancellationToken,
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Names that nobody else uses.
pub fn fresh_names() -> LogNames {
    let id = Uuid::new_v4().simple().to_string();
    LogNames::new(&format!("t_{id}"), &format!("t_{id}"))
}

impl Process {
    /// A process with a log of its own, on the shared servers.
    pub async fn new() -> Self {
        Self::of(fresh_names()).await
    }

    /// A process with that log, on the shared servers.
    pub async fn of(names: LogNames) -> Self {
        Self::with_nats(names, &shared().await.nats.url()).await
    }

    /// A process with that log, and a nats-server of the test's own.
    pub async fn with_nats(names: LogNames, url: &str) -> Self {
        let mongo = event_log::connect(&shared().await.mongo.uri(), "test").await.unwrap();
        let secrets = LogSecrets { master_key: MasterKey::new([5; 32]) };
        let log = EventLog::open(&mongo, names, &secrets).await.unwrap();
        let stop = CancellationToken::new();
        let appender = log.start_appender(AppendLimits::default(), stop.clone());
        let nats = connect_nats(url, "test").await.unwrap();
        let _ = tokio::time::timeout(Duration::from_secs(2), nats.flush()).await;
        Self { log, nats, _appender: appender, stop }
    }

    pub fn publisher(&self) -> Publisher {
        Publisher::new(&self.log, &self.nats, &PublisherSettings::default())
    }

    pub fn jetstream(&self) -> jetstream::Context {
        jetstream::new(self.nats.clone())
    }

    pub async fn stream(&self) -> jetstream::stream::Stream {
        self.jetstream().get_stream(self.log.names().stream_name()).await.unwrap()
    }

    /// Appends so many small events, in commits of at most 50; returns the last position.
    pub async fn append(&self, count: usize) -> Position {
        let mut last = 0;
        for size in (0..count).step_by(50).map(|done| 50.min(count - done)) {
            let user_id = UserId::new(Uuid::new_v4());
            let claimed = || Event::from(EmailClaimEvent::from(EmailClaimed { user_id }));
            let stream = StreamId::new(StreamType::EmailClaim, Uuid::new_v4().simple());
            last = self.commit(stream, (0..size).map(|_| claimed()).collect()).await;
        }
        last
    }

    /// Appends an event with a text of so many bytes.
    pub async fn append_large(&self, bytes: usize) -> Position {
        let course_id = CourseId::new(Uuid::now_v7());
        let lesson = Lesson {
            lesson_id: LessonId::new(Uuid::now_v7()),
            title: "Large".into(),
            description: None,
            lesson_type: LessonType::Text,
            video: None,
            content: Some("x".repeat(bytes)),
            quiz_id: None,
            preview: false,
        };
        let added = LessonAdded { course_id, module_id: ModuleId::new(Uuid::now_v7()), lesson, order: 1 };
        self.commit(StreamId::new(StreamType::Course, course_id), vec![CourseEvent::from(added).into()]).await
    }

    async fn commit(&self, stream: StreamId, happened: Vec<Event>) -> Position {
        let events = happened.into_iter().map(|event| NewEvent { id: EventId::new(Uuid::now_v7()), event }).collect();
        let commit = Commit {
            appends: vec![StreamAppend { stream: stream.clone(), expected: Expected::Exactly(0), events }],
            guards: vec![],
            idempotency: None,
            keys: vec![],
            metadata: Metadata {
                time: Timestamp::new(Utc::now()),
                actor: Actor::system(),
                correlation_id: CorrelationId::new(Uuid::new_v4()),
                causation_id: None,
            },
            observed: self.log.observed(),
        };
        let begun = Instant::now();
        loop {
            match self.log.append(commit.clone()).await {
                Ok(committed) => return committed.position(),
                // The stream is this commit's own: an attempt that was not confirmed has written it.
                Err(AppendError::Conflict) => {
                    return self.log.read_stream(&stream, 0).await.unwrap().pop().unwrap().position;
                }
                // Other tests have the machine too.
                Err(error) => assert!(begun.elapsed() < PATIENCE, "{error}"),
            }
        }
    }

    /// Every event of the log.
    pub async fn everything(&self) -> Vec<StoredEvent> {
        let mut all: Vec<StoredEvent> = Vec::new();
        loop {
            let chunk = self.log.read(all.len() as Position, 1_000).await.unwrap();
            if chunk.is_empty() {
                return all;
            }
            all.extend(chunk);
        }
    }

    /// Last sequence of the stream; 0 when there is none, or NATS is away.
    pub async fn published(&self) -> Position {
        let stream = self.jetstream().get_stream(self.log.names().stream_name()).await;
        stream.map_or(0, |stream| stream.cached_info().state.last_sequence)
    }

    /// Waits until the stream ends at that position.
    pub async fn until_published(&self, position: Position) {
        until("published", async || self.published().await == position).await;
    }

    /// Checks that the stream is the log from `first` on: each event once, at the sequence that is its position.
    pub async fn assert_stream_is_log(&self, first: Position) {
        let stream = self.stream().await;
        let log = self.everything().await;
        let state = &stream.cached_info().state;
        assert_eq!(state.last_sequence, log.len() as Position, "last sequence");
        assert_eq!(state.messages, (log.len() as Position + 1).saturating_sub(first), "number of messages");
        for event in log.iter().filter(|event| event.position >= first) {
            let message = stream.get_raw_message(event.position).await.unwrap();
            assert_eq!(header(&message, "Nats-Msg-Id"), event.id.to_string(), "at {}", event.position);
        }
    }
}

pub fn header(message: &StreamMessage, name: &str) -> String {
    message.headers.get(name).map(|value| value.as_str().to_owned()).unwrap_or_default()
}

/// Publishes after NATS was away: the first steps may find it so still.
pub async fn publish_when_possible(publisher: &mut Publisher) {
    let published = tokio::time::timeout(PATIENCE, async {
        while publisher.publish_pending().await.is_err() {
            tokio::task::yield_now().await;
        }
    });
    assert!(published.await.is_ok(), "NATS never came back for the publisher");
}

/// Waits until a condition holds; fails when it does not come.
pub async fn until<F: Future<Output = bool>>(what: &str, condition: impl Fn() -> F) {
    let waited = tokio::time::timeout(PATIENCE, async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    assert!(waited.await.is_ok(), "never came: {what}");
}
