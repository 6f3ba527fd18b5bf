//! nats-server with JetStream on loopback.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rustix::process::Signal;

use crate::error::StartError;
use crate::run::process::ServerProcess;
use crate::run::ready::{Attempt, on_a_port};
use crate::server_kind::ServerKind;

const KIND: ServerKind = ServerKind::NatsServer;

/// How long [`NatsServer::restart`] waits for an orderly end before it kills.
const STOP_LIMIT: Duration = Duration::from_secs(5);

/// Limit of one question to a server on this machine.
const ASK_LIMIT: Duration = Duration::from_secs(2);

/// How many servers this process has started, for their names.
static STARTS: AtomicU64 = AtomicU64::new(0);

/// What a JetStream answer holds when it is an error.
const ERROR: &[u8] = b"\"error\":";

/// How to start nats-server.
#[derive(Debug, Clone)]
pub struct StartNats {
    /// The binary, as [`crate::find_or_fetch`] gives it.
    pub binary: PathBuf,
    /// JetStream's folder; made when absent, kept when the server stops.
    pub store_dir: PathBuf,
    /// The port on 127.0.0.1; a free one when not given.
    pub port: Option<u16>,
    /// Where the server's output is appended.
    pub log_file: PathBuf,
}

impl StartNats {
    /// A free port, the log beside the store's folder (`<store_dir>.log`).
    pub fn new(binary: impl Into<PathBuf>, store_dir: impl Into<PathBuf>) -> Self {
        let store_dir = store_dir.into();
        let mut log_file = OsString::from(store_dir.as_os_str());
        log_file.push(".log");
        Self { binary: binary.into(), store_dir, port: None, log_file: log_file.into() }
    }
}

/// A nats-server that this process started. Dropped, it is killed.
#[derive(Debug)]
pub struct NatsServer {
    settings: StartNats,
    port: u16,
    process: Option<ServerProcess>,
}

impl NatsServer {
    /// Starts nats-server and returns once JetStream answers.
    ///
    /// It runs in a process group of its own, and dies (SIGKILL) when this process dies, however that happens.
    pub async fn start(settings: StartNats) -> Result<Self, StartError> {
        let (port, process) = on_a_port(KIND, settings.port, async |port| run(&settings, port).await).await?;
        Ok(Self { settings, port, process: Some(process) })
    }

    /// The server's address: `nats://127.0.0.1:<port>`; the same after a restart.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
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

    /// Starts it again on the same port and store, after a stop if it is running; returns once JetStream answers.
    pub async fn restart(&mut self) -> Result<(), StartError> {
        self.stop(STOP_LIMIT).await?;
        self.process = Some(run(&self.settings, self.port).await?.1);
        Ok(())
    }

    /// Kills it, deletes all that JetStream has stored, and starts it again on the same port.
    pub async fn wipe_and_restart(&mut self) -> Result<(), StartError> {
        self.kill().await?;
        match fs::remove_dir_all(&self.settings.store_dir) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                return Err(StartError::Files { kind: KIND, path: self.settings.store_dir.clone(), source });
            }
            _ => {}
        }
        self.restart().await
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

async fn run(settings: &StartNats, port: u16) -> Result<(u16, ServerProcess), StartError> {
    fs::create_dir_all(&settings.store_dir).map_err(|source| StartError::Files {
        kind: KIND,
        path: settings.store_dir.clone(),
        source,
    })?;
    // The name tells this server from another one that may have taken the port, from this process or elsewhere.
    let start = STARTS.fetch_add(1, Ordering::Relaxed);
    let (port_text, name) = (port.to_string(), format!("har-{}-{start}", std::process::id()));
    let arguments = [
        OsStr::new("--jetstream"),
        OsStr::new("--store_dir"),
        settings.store_dir.as_os_str(),
        OsStr::new("--addr"),
        OsStr::new("127.0.0.1"),
        OsStr::new("--port"),
        OsStr::new(&port_text),
        OsStr::new("--name"),
        OsStr::new(&name),
    ];
    let mut attempt = Attempt::start(KIND, &settings.binary, &arguments, port, &settings.log_file).await?;
    while let Err(missing) = answers(port, &name).await {
        attempt.wait(|| missing).await?;
    }
    attempt.check_alive()?;
    Ok((port, attempt.process))
}

/// An error in words while JetStream does not answer.
async fn answers(port: u16, name: &str) -> Result<(), String> {
    let asked = async {
        let options = async_nats::ConnectOptions::new().connection_timeout(ASK_LIMIT).max_reconnects(1);
        let client = options.connect(format!("nats://127.0.0.1:{port}")).await.map_err(|error| error.to_string())?;
        if client.server_info().server_name != name {
            return Err("another nats-server answers on this port".to_owned());
        }
        // Asked without the client's type for the answer, which servers before 2.10 do not fill.
        match client.request("$JS.API.INFO", "".into()).await {
            Ok(answer) if !answer.payload.windows(ERROR.len()).any(|part| part == ERROR) => Ok(()),
            Ok(answer) => Err(format!("JetStream answers: {}", String::from_utf8_lossy(&answer.payload))),
            Err(error) => Err(format!("JetStream does not answer: {error}")),
        }
    };
    tokio::time::timeout(ASK_LIMIT, asked).await.unwrap_or_else(|_| Err("no answer in time".to_owned()))
}
