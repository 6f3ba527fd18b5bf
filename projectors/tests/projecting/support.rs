//! A log of its own for each test, on servers that the tests of this binary share.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bson::{Document, doc};
use event_log::{
    AppendError, AppendLimits, Appender, Commit, EventLog, Expected, KeyChange, LogError, LogNames, LogSecrets,
    MasterKey, Metadata, Mongo, NewEvent, StreamAppend, connect_nats,
};
use events::{Actor, CorrelationId, Event, EventId, Position, StoredEvent, StreamId, Timestamp};
use futures::TryStreamExt;
use local_servers::{MongoServer, NatsServer, StartMongo, StartNats, Wanted, find_or_fetch};
use mongodb::options::{Acknowledgment, ClientOptions, ReadConcern, WriteConcern};
use projectors::{BATCH_EVENTS, Projection, Worker, WorkerError};
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Longest wait for a condition; it is met long before.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Documents by collection and id.
pub type Documents = BTreeMap<(String, String), Value>;

struct Addresses {
    mongo: String,
    nats: String,
}

/// Where the shared servers keep their data. Nothing is dropped at the end of a test binary, and the servers die with
/// it, so each run removes what earlier ones have left.
fn shared_folder() -> PathBuf {
    let all = Path::new(env!("CARGO_TARGET_TMPDIR")).join("projecting");
    for left in std::fs::read_dir(&all).into_iter().flatten().flatten() {
        if !Path::new("/proc").join(left.file_name()).exists() {
            let _ = std::fs::remove_dir_all(left.path());
        }
    }
    all.join(std::process::id().to_string())
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

fn shared() -> &'static Addresses {
    static SHARED: OnceLock<Addresses> = OnceLock::new();
    SHARED.get_or_init(|| {
        let (sender, receiver) = std::sync::mpsc::channel();
        // A thread and runtime of its own: the servers must outlive the runtime of the test that came first.
        std::thread::spawn(move || {
            runtime().block_on(async move {
                let binaries = find_or_fetch(&wanted(), false).await.unwrap();
                let folder = shared_folder();
                let mongo = MongoServer::start(StartMongo::new(binaries.mongod, folder.join("mongo"))).await.unwrap();
                let nats = NatsServer::start(StartNats::new(binaries.nats_server, folder.join("nats"))).await.unwrap();
                sender.send(Addresses { mongo: mongo.uri(), nats: nats.url() }).unwrap();
                std::future::pending::<()>().await;
                drop((mongo, nats));
            });
        });
        receiver.recv().unwrap()
    })
}

fn wanted() -> Wanted {
    Wanted {
        mongod: std::env::var_os("HAR_MONGOD").map(Into::into),
        nats_server: std::env::var_os("HAR_NATS_SERVER").map(Into::into),
        cache_dir: None,
    }
}

/// As `event_log::connect`, with the driver's own patience: a machine that is busy with other tests is not down.
async fn patient(uri: &str) -> Mongo {
    let mut options = ClientOptions::parse(uri).await.unwrap();
    options.read_concern = Some(ReadConcern::majority());
    options.write_concern = Some(WriteConcern::builder().w(Acknowledgment::Majority).journal(true).build());
    Mongo::with_options(options).unwrap()
}

/// A log with its read collections.
pub struct Academy {
    pub log: EventLog,
    pub nats: async_nats::Client,
    _appender: Appender,
    stop: CancellationToken,
}

impl Drop for Academy {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Runs a test body with an empty log and the collections of these projections.
pub fn with_academy<F: Future<Output = ()>>(projections: &[Arc<dyn Projection>], body: impl FnOnce(Arc<Academy>) -> F) {
    runtime().block_on(async {
        let academy = Arc::new(Academy::new(&shared().nats).await);
        let collections = projectors::collections(projections);
        read_models::ensure(academy.log.database(), &collections).await.unwrap();
        body(academy).await;
    });
}

impl Academy {
    async fn new(nats: &str) -> Self {
        let id = Uuid::new_v4().simple().to_string();
        let mongo = patient(&shared().mongo).await;
        let secrets = LogSecrets { master_key: MasterKey::new([7; 32]) };
        let names = LogNames::new(&format!("t_{id}"), &format!("t_{id}"));
        let log = EventLog::open(&mongo, names, &secrets).await.unwrap();
        let stop = CancellationToken::new();
        let appender = log.start_appender(AppendLimits::within(PATIENCE), stop.clone());
        let nats = connect_nats(nats, "test").await.unwrap();
        let _ = tokio::time::timeout(Duration::from_secs(2), nats.flush()).await;
        Self { log, nats, _appender: appender, stop }
    }

    /// Appends events in one commit; gives the position of the last.
    pub async fn append(&self, events: Vec<(StreamId, Event)>, keys: Vec<KeyChange>) -> Position {
        let mut appends: Vec<StreamAppend> = Vec::new();
        for (stream, event) in events {
            let event = NewEvent { id: EventId::new(Uuid::now_v7()), event };
            match appends.iter_mut().find(|append| append.stream == stream) {
                Some(append) => append.events.push(event),
                None => appends.push(StreamAppend { stream, expected: Expected::Any, events: vec![event] }),
            }
        }
        let metadata = Metadata {
            time: Timestamp::new(chrono::Utc::now()),
            actor: Actor::system(),
            correlation_id: CorrelationId::new(Uuid::now_v7()),
            causation_id: None,
        };
        let observed = self.log.observed();
        let commit = Commit { appends, guards: Vec::new(), idempotency: None, keys, metadata, observed };
        let last = commit.appends.last().unwrap().events.last().unwrap().id;
        let started = tokio::time::Instant::now();
        loop {
            // A machine that is busy with other tests may be too slow for the log's limits, which is not what these
            // tests are about.
            match self.log.append(commit.clone()).await {
                Ok(committed) => return committed.position(),
                Err(AppendError::Unconfirmed(_) | AppendError::Log(LogError::Unavailable(_)))
                    if started.elapsed() < PATIENCE =>
                {
                    if let Ok(events) = self.log.read(observed, 1_000).await
                        && let Some(event) = events.iter().find(|event| event.id == last)
                    {
                        return event.position;
                    }
                }
                Err(error) => panic!("not appended: {error}"),
            }
        }
    }

    /// All of the log, as it is stored.
    pub async fn events(&self) -> Vec<StoredEvent> {
        self.log.read(0, 100_000).await.unwrap()
    }

    /// A worker that has taken over in that epoch.
    pub async fn worker(&self, projection: Arc<dyn Projection>, epoch: i64) -> Worker {
        Worker::take_over(projection, &self.log, &self.nats, epoch, BATCH_EVENTS).await.unwrap()
    }

    /// Steps until the worker has come to the end of the log.
    pub async fn catch_up(&self, worker: &mut Worker) {
        let head = self.log.head().await.unwrap().position;
        let catching_up = async {
            while worker.position() < head {
                worker.run_once(Duration::from_millis(100)).await.unwrap();
            }
        };
        tokio::time::timeout(PATIENCE, catching_up).await.expect("caught up in time");
    }

    /// All documents of a projection, by collection and id.
    pub async fn documents(&self, projection: &dyn Projection) -> Documents {
        let mut all = BTreeMap::new();
        for collection in projection.collections() {
            let found = self.log.database().collection::<Document>(collection.name).find(doc! {}).await.unwrap();
            for document in found.try_collect::<Vec<_>>().await.unwrap() {
                let id = document.get_str("_id").unwrap().to_owned();
                all.insert((collection.name.to_owned(), id), bson::Bson::Document(document).into_relaxed_extjson());
            }
        }
        all
    }

    /// All park records.
    pub async fn parked(&self) -> Vec<read_models::Parked> {
        let parked = self.log.database().collection::<read_models::Parked>("parked");
        parked.find(doc! {}).sort(doc! { "position": 1, "collection": 1 }).await.unwrap().try_collect().await.unwrap()
    }

    /// The checkpoint of a projection.
    pub async fn checkpoint(&self, name: &str) -> Option<read_models::Checkpoint> {
        self.log.database().collection("projections").find_one(doc! { "_id": name }).await.unwrap()
    }
}

/// Says which documents differ, without drowning the reader in those that don't.
#[track_caller]
pub fn assert_same(found: &Documents, expected: &Documents, what: &str) {
    for key in found.keys().chain(expected.keys()) {
        assert_eq!(found.get(key), expected.get(key), "{what}: {key:?}");
    }
}

/// Steps until an error ends the worker.
pub async fn until_error(worker: &mut Worker) -> WorkerError {
    let working = async {
        loop {
            if let Err(error) = worker.run_once(Duration::from_millis(100)).await {
                return error;
            }
        }
    };
    tokio::time::timeout(PATIENCE, working).await.expect("an error in time")
}

/// Waits until a condition holds.
pub async fn eventually<F: Future<Output = bool>>(what: &str, mut condition: impl FnMut() -> F) {
    let waiting = async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, waiting).await.is_ok(), "{what}");
}
