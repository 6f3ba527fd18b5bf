//! The servers of one fault test, and what stands on them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use event_log::{EventLog, Leases, LogNames, LogSecrets, MasterKey, connect, connect_nats};
use events::Position;
use local_servers::{Binaries, MongoServer, NatsServer, StartError, StartMongo, StartNats, Wanted, find_or_fetch};
use read_models::{Checkpoint, PROJECTIONS};
use tempfile::TempDir;

use super::api::Api;
use super::process::Process;
use super::wait::until;
use super::{Part, Programs};

/// Each of the four keys: 32 bytes, all [`KEY_BYTE`], in base64.
const KEY: &str = "KioqKioqKioqKioqKioqKioqKioqKioqKioqKioqKio=";
const KEY_BYTE: u8 = 42;
/// Where ports are taken from: below those that the system gives to outgoing connections (from 32768 on Linux). A
/// server that is started again must find its port free, also while clients try hard to reach it.
const PORTS: std::ops::Range<u16> = 15_000..32_000;

/// Longest wait for what must come in the end.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A mongod, a nats-server, and the means to start processes on them. Dropped, everything is killed and deleted.
pub struct World {
    programs: Programs,
    /// The database server, to be maltreated.
    pub mongo: MongoServer,
    /// The message carrier, to be maltreated.
    pub nats: NatsServer,
    settings: Vec<(String, String)>,
    folder: TempDir,
}

/// A process and the port that it answers on.
pub struct Running {
    /// The process.
    pub process: Process,
    port: u16,
}

impl Running {
    /// A client of its routes.
    pub fn api(&self) -> Result<Api> {
        Api::new(self.port)
    }
}

impl World {
    /// Starts both servers, empty. Further settings are given to all processes.
    pub async fn start(programs: &Programs, more: &[(&str, &str)]) -> Result<Self> {
        let variable = |name| std::env::var_os(name).map(PathBuf::from);
        let wanted =
            Wanted { mongod: variable("HAR_MONGOD"), nats_server: variable("HAR_NATS_SERVER"), cache_dir: None };
        let binaries = find_or_fetch(&wanted, false).await?;
        let folder = tempfile::tempdir()?;
        let (mongo, nats) = servers(&binaries, folder.path()).await?;
        let mut settings = vec![
            ("HAR_MONGODB_URI".to_owned(), mongo.uri()),
            ("HAR_NATS_URL".to_owned(), nats.url()),
            ("HAR_DATA_DIR".to_owned(), folder.path().join("data").to_string_lossy().into_owned()),
        ];
        settings.extend(base_settings());
        settings.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        std::fs::create_dir_all(folder.path().join("data"))?;
        Ok(Self { programs: programs.clone(), mongo, nats, settings, folder })
    }

    /// Starts a process on a port of its own, and waits until it is ready.
    pub async fn run(&self, part: Part) -> Result<Running> {
        self.run_at(part, free_port()?).await
    }

    /// Kills a process (SIGKILL).
    pub async fn kill(&self, running: Running) -> Result<u16> {
        running.process.kill().await?;
        Ok(running.port)
    }

    /// Starts a process on a certain port, and waits until it is ready.
    pub async fn run_at(&self, part: Part, port: u16) -> Result<Running> {
        let mut settings = self.settings.clone();
        // Projectors answer on the port of the metrics only, the APIs on that of the gateway.
        let named = if part == Part::Projectors { "HAR_METRICS_PORT" } else { "HAR_GATEWAY_PORT" };
        settings.retain(|(name, _)| name != named);
        settings.push((named.to_owned(), port.to_string()));
        let log_file = self.folder.path().join(format!("{}-{port}.log", part.name()));
        let mut process = Process::start(&self.programs, part, &settings, &log_file)?;
        process.ready(port).await?;
        Ok(Running { process, port })
    }

    /// A look at the log of one's own, as one more process would have it.
    pub async fn log(&self) -> Result<EventLog> {
        let mongo = connect(&self.mongo.uri(), "faults").await?;
        let secrets = LogSecrets { master_key: MasterKey::new([KEY_BYTE; 32]) };
        EventLog::open(&mongo, names(), &secrets).await.context("opening the log")
    }

    /// A connection to NATS of one's own.
    pub async fn nats_client(&self) -> Result<async_nats::Client> {
        let client = connect_nats(&self.nats.url(), "faults").await?;
        until("connected to NATS", PATIENCE, async || Ok(client.flush().await.is_ok())).await?;
        Ok(client)
    }
}

/// Both servers, on ports that were really free: between looking and listening somebody else may take one.
async fn servers(binaries: &Binaries, folder: &Path) -> Result<(MongoServer, NatsServer)> {
    const TRIES: usize = 5;
    for attempt in 1..=TRIES {
        // Each has a folder of its own: the other server of a failed attempt may not have let go of it yet.
        let folder = folder.join(format!("servers-{attempt}"));
        let port = Some(free_port()?);
        let mongo = StartMongo { port, ..StartMongo::new(binaries.mongod.clone(), folder.join("mongo")) };
        let port = Some(free_port()?);
        let nats = StartNats { port, ..StartNats::new(binaries.nats_server.clone(), folder.join("nats")) };
        match tokio::try_join!(MongoServer::start(mongo), NatsServer::start(nats)) {
            Err(StartError::PortTaken { .. }) => {}
            started => return Ok(started?),
        }
    }
    anyhow::bail!("no port was free when it was to be used, {TRIES} times")
}

/// The names of the log of every world: each has servers of its own.
pub fn names() -> LogNames {
    LogNames::new("har", "har")
}

/// Settings that do not depend on the servers: each port one that the system chooses, but for the one that is asked.
pub fn base_settings() -> Vec<(String, String)> {
    let mut settings = Vec::new();
    let mut set = |name: &str, value: &str| settings.push((name.to_owned(), value.to_owned()));
    for key in ["HAR_MASTER_KEY", "HAR_EMAIL_KEY", "HAR_TOKEN_KEY", "HAR_HEAD_KEY"] {
        set(key, KEY);
    }
    for port in ["GATEWAY", "AUTH", "COURSE", "PAYMENT", "AI", "METRICS"] {
        set(&format!("HAR_{port}_PORT"), "0");
    }
    for limit in ["LOGIN", "LOGIN_FAILURE", "REGISTER"] {
        set(&format!("HAR_{limit}_LIMIT"), "1000000000");
    }
    // Nobody is there: mail waits, and nothing else may notice.
    set("HAR_SMTP_URL", "smtp://127.0.0.1:9");
    set("HAR_LOG", "warn");
    settings
}

/// A free port that no outgoing connection will take.
pub fn free_port() -> Result<u16> {
    const TRIES: usize = 100;
    for _ in 0..TRIES {
        let port = rand::random_range(PORTS);
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    anyhow::bail!("no free port among {PORTS:?}")
}

/// Where a projection's checkpoint is; 0 before its first.
pub async fn checkpoint(log: &EventLog, projection: &str) -> Result<Position> {
    let checkpoints = log.database().collection::<Checkpoint>(PROJECTIONS.name);
    let found = checkpoints.find_one(bson::doc! { "_id": projection }).await?;
    Ok(found.map_or(0, |checkpoint| checkpoint.position))
}

/// The epoch of a lease and whether somebody holds it; none when nobody ever has.
pub async fn lease(log: &EventLog, name: &str) -> Result<Option<(i64, bool)>> {
    let state = Leases::new(log.database()).state(name).await?;
    Ok(state.map(|state| (state.epoch, state.live)))
}
