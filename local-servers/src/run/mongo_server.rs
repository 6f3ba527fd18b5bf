//! mongod as a one-node replica set on loopback.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use rustix::process::Signal;

use crate::error::StartError;
use crate::run::process::ServerProcess;
use crate::run::ready::{Attempt, on_a_port};
use crate::run::replica_set::{SET_NAME, become_primary};
use crate::server_kind::ServerKind;

const KIND: ServerKind = ServerKind::Mongod;

/// How long [`MongoServer::restart`] waits for an orderly end before it kills.
const STOP_LIMIT: Duration = Duration::from_secs(10);

/// How to start mongod.
#[derive(Debug, Clone)]
pub struct StartMongo {
    /// The binary, as [`crate::find_or_fetch`] gives it.
    pub binary: PathBuf,
    /// The database's folder; made when absent, kept when the server stops.
    pub data_dir: PathBuf,
    /// The port on 127.0.0.1; a free one when not given.
    pub port: Option<u16>,
    /// Where the server's output is appended.
    pub log_file: PathBuf,
    /// WiredTiger's cache in GiB (0.25 is the least that mongod accepts); none for mongod's own choice, which is about
    /// half of the machine's memory.
    pub cache_gib: Option<f64>,
    /// The oplog's size in MiB. Nothing here reads the oplog; mongod's own choice is a share of the disk.
    pub oplog_mib: u32,
    /// For how many seconds what was can still be read, and files of what was dropped are kept. 300 is mongod's own
    /// choice; who makes and drops many databases would run out of open files with it.
    pub history_seconds: u32,
    /// Whether the server takes `configureFailPoint`, with which a test cuts the line at the worst moment.
    pub failpoints: bool,
}

impl StartMongo {
    /// The least memory, a small oplog, a free port, the log beside the data folder (`<data_dir>.log`).
    pub fn new(binary: impl Into<PathBuf>, data_dir: impl Into<PathBuf>) -> Self {
        let data_dir = data_dir.into();
        let mut log_file = OsString::from(data_dir.as_os_str());
        log_file.push(".log");
        Self {
            binary: binary.into(),
            data_dir,
            port: None,
            log_file: log_file.into(),
            cache_gib: Some(0.25),
            oplog_mib: 512,
            history_seconds: 300,
            failpoints: false,
        }
    }
}

/// A mongod that this process started. Dropped, it is killed.
#[derive(Debug)]
pub struct MongoServer {
    settings: StartMongo,
    port: u16,
    process: Option<ServerProcess>,
}

impl MongoServer {
    /// Starts mongod, makes it a replica set of one (`rs0`) when its data is new, and returns once it is primary and
    /// takes writes. Data that was last served on another port is told its new address.
    ///
    /// It runs in a process group of its own, and dies (SIGKILL) when this process dies, however that happens.
    pub async fn start(settings: StartMongo) -> Result<Self, StartError> {
        fs::create_dir_all(&settings.data_dir).map_err(|source| StartError::Files {
            kind: KIND,
            path: settings.data_dir.clone(),
            source,
        })?;
        let (port, process) = on_a_port(KIND, settings.port, async |port| run(&settings, port).await).await?;
        Ok(Self { settings, port, process: Some(process) })
    }

    /// The connection string: `mongodb://127.0.0.1:<port>/?replicaSet=rs0`; the same after a restart.
    pub fn uri(&self) -> String {
        mongodb_uri(self.port)
    }

    /// The port on 127.0.0.1; the same after a restart.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The process id; none after [`Self::kill`] and [`Self::stop`].
    pub fn pid(&self) -> Option<u32> {
        self.process.as_ref().map(ServerProcess::pid)
    }

    /// Kills it (SIGKILL) and returns when it is gone. No error when it is not running.
    pub async fn kill(&mut self) -> Result<(), StartError> {
        match self.process.take() {
            Some(process) => process.kill().await,
            None => Ok(()),
        }
    }

    /// Asks it to end (SIGTERM) and returns when it is gone; kills it after `limit`. Says whether it ended in order.
    /// No error when it is not running.
    pub async fn stop(&mut self, limit: Duration) -> Result<bool, StartError> {
        match self.process.take() {
            Some(process) => process.stop(limit).await,
            None => Ok(true),
        }
    }

    /// Starts it again on the same port and data, after a stop if it is running; returns once it takes writes.
    pub async fn restart(&mut self) -> Result<(), StartError> {
        self.stop(STOP_LIMIT).await?;
        self.process = Some(run(&self.settings, self.port).await?.1);
        Ok(())
    }

    /// Stops it in its tracks (SIGSTOP) and returns when it stands still: connections stay open, nothing is answered.
    pub fn suspend(&self) -> Result<(), StartError> {
        self.process.as_ref().ok_or(StartError::NotRunning { kind: KIND })?.suspend()
    }

    /// Lets it go on (SIGCONT).
    pub fn resume(&self) -> Result<(), StartError> {
        self.signal(Signal::CONT)
    }

    fn signal(&self, signal: Signal) -> Result<(), StartError> {
        self.process.as_ref().ok_or(StartError::NotRunning { kind: KIND })?.signal(signal)
    }
}

async fn run(settings: &StartMongo, port: u16) -> Result<(u16, ServerProcess), StartError> {
    let (port_text, oplog) = (port.to_string(), settings.oplog_mib.to_string());
    let history = format!("minSnapshotHistoryWindowInSeconds={}", settings.history_seconds);
    let cache = settings.cache_gib.map(|gib| ["--wiredTigerCacheSizeGB".to_owned(), gib.to_string()]);
    let arguments: Vec<&OsStr> = [
        OsStr::new("--dbpath"),
        settings.data_dir.as_os_str(),
        OsStr::new("--port"),
        OsStr::new(&port_text),
        OsStr::new("--oplogSize"),
        OsStr::new(&oplog),
        OsStr::new("--setParameter"),
        OsStr::new(&history),
    ]
    .into_iter()
    .chain(cache.iter().flatten().map(OsStr::new))
    .chain(FIXED_ARGUMENTS.iter().map(OsStr::new))
    .chain(FAILPOINT_ARGUMENTS.iter().filter(|_| settings.failpoints).map(OsStr::new))
    .collect();
    let mut attempt = Attempt::start(KIND, &settings.binary, &arguments, port, &settings.log_file).await?;
    become_primary(&mut attempt).await?;
    Ok((port, attempt.process))
}

/// Loopback only; no socket file; no diagnostic files that would grow without end; at a stop no waiting for other
/// members, of which there are none.
const FIXED_ARGUMENTS: [&str; 12] = [
    "--bind_ip",
    "127.0.0.1",
    "--replSet",
    SET_NAME,
    "--nounixsocket",
    "--quiet",
    "--setParameter",
    "diagnosticDataCollectionEnabled=false",
    "--setParameter",
    "shutdownTimeoutMillisForSignaledShutdown=100",
    // A transaction whose process was killed holds what it has written, the log's head among it, until it expires.
    "--setParameter",
    "transactionLifetimeLimitSeconds=5",
];
const FAILPOINT_ARGUMENTS: [&str; 2] = ["--setParameter", "enableTestCommands=1"];

/// Where a mongod listens that was started on this port.
#[must_use]
pub fn mongodb_uri(port: u16) -> String {
    format!("mongodb://127.0.0.1:{port}/?replicaSet={SET_NAME}")
}
