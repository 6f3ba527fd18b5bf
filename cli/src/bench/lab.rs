//! Servers, a log and its appender for one benchmark, all of them gone afterwards.

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use event_log::{AppendLimits, Appender, EventLog, LogNames, LogSecrets, MasterKey};
use local_servers::{MongoServer, NatsServer, StartMongo, StartNats, Wanted, find_or_fetch};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

const STOP_LIMIT: Duration = Duration::from_secs(10);

/// What a benchmark works with.
pub struct Lab {
    /// The log, empty, with its appender running.
    pub log: EventLog,
    /// The address of its mongod.
    pub mongodb_uri: String,
    /// The address of its nats-server.
    pub nats_url: String,
    /// Stops what the benchmark starts.
    pub stop: CancellationToken,
    appender: Appender,
    mongo: MongoServer,
    nats: NatsServer,
    folder: TempDir,
}

impl Lab {
    /// Starts everything in a folder of its own below `dir`.
    ///
    /// # Errors
    /// When a server can't be had or started.
    pub async fn open(dir: Option<&Path>) -> anyhow::Result<Self> {
        let wanted = Wanted {
            mongod: std::env::var_os("HAR_MONGOD").map(Into::into),
            nats_server: std::env::var_os("HAR_NATS_SERVER").map(Into::into),
            cache_dir: None,
        };
        let binaries = find_or_fetch(&wanted, true).await?;
        let parent = dir.map_or_else(std::env::temp_dir, Path::to_owned);
        let folder = tempfile::Builder::new().prefix("har-bench-").tempdir_in(&parent);
        let folder = folder.with_context(|| format!("no folder can be made in {}", parent.display()))?;
        let mut mongo = StartMongo::new(binaries.mongod, folder.path().join("mongo"));
        // As where it has a machine for itself: in less it would write out again and again what is about to change.
        mongo.cache_gib = None;
        let mongo = MongoServer::start(mongo).await?;
        let nats = NatsServer::start(StartNats::new(binaries.nats_server, folder.path().join("nats"))).await?;
        let connection = event_log::connect(&mongo.uri(), "har-bench").await?;
        let secrets = LogSecrets { master_key: MasterKey::new(rand::random()) };
        let log = EventLog::open(&connection, LogNames::new("bench", "bench"), &secrets).await?;
        let stop = CancellationToken::new();
        let appender = log.start_appender(AppendLimits::default(), stop.clone());
        Ok(Self { log, mongodb_uri: mongo.uri(), nats_url: nats.url(), stop, appender, mongo, nats, folder })
    }

    /// Stops the servers and removes their data. Without it, as after Ctrl-C, the servers die with the process and the
    /// data stays in the temporary folder.
    ///
    /// # Errors
    /// When a server can't be stopped or the folder not be removed.
    pub async fn close(mut self) -> anyhow::Result<()> {
        self.stop.cancel();
        self.appender.stopped().await;
        self.nats.stop(STOP_LIMIT).await?;
        self.mongo.stop(STOP_LIMIT).await?;
        Ok(self.folder.close()?)
    }
}
