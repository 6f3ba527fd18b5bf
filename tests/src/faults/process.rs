//! A process under test: started, waited for, killed.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};

use super::{Part, Programs};

/// How long a process may take to start: generous, for a debug build on a busy machine.
const START_LIMIT: Duration = Duration::from_secs(30);
/// How much of a log is shown when something fails.
const SHOWN_BYTES: u64 = 6_000;

/// A running process. Dropped, it is killed; it dies with this one.
pub struct Process {
    part: Part,
    child: Child,
    log_file: PathBuf,
}

impl Process {
    /// Starts it with these settings and nothing else of the environment that concerns it. Its output is appended to
    /// the log file.
    pub fn start(programs: &Programs, part: Part, settings: &[(String, String)], log_file: &Path) -> Result<Self> {
        let line = programs.line(part);
        let log = File::options().create(true).append(true).open(log_file)?;
        // The parent-death signal goes to what is forked by this thread, which lives as long as the test does.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "--"]).args(line);
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("HAR_")) {
            command.env_remove(name);
        }
        command.envs(settings.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).kill_on_drop(true);
        let child = command.spawn().with_context(|| format!("starting {}", part.name()))?;
        Ok(Self { part, child, log_file: log_file.to_owned() })
    }

    /// Waits until `/health/ready` answers 200 on that port.
    pub async fn ready(&mut self, port: u16) -> Result<()> {
        let url = format!("http://127.0.0.1:{port}/health/ready");
        service_kit::tls::install();
        let client = reqwest::Client::builder().timeout(Duration::from_secs(3)).build()?;
        let started = tokio::time::Instant::now();
        loop {
            if client.get(&url).send().await.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("{} ended with {status} instead of starting:\n{}", self.part.name(), self.log_end());
            }
            if started.elapsed() > START_LIMIT {
                bail!("{} is not ready after {START_LIMIT:?}:\n{}", self.part.name(), self.log_end());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Kills it (SIGKILL) and returns when it is gone.
    pub async fn kill(mut self) -> Result<()> {
        if let Some(status) = self.child.try_wait()? {
            bail!("{} had ended by itself, with {status}:\n{}", self.part.name(), self.log_end());
        }
        self.child.kill().await?;
        Ok(())
    }

    /// Stops it in its tracks (SIGSTOP).
    pub fn suspend(&self) -> Result<()> {
        self.signal(Signal::STOP)
    }

    /// Lets it go on (SIGCONT).
    pub fn resume(&self) -> Result<()> {
        self.signal(Signal::CONT)
    }

    /// How it ends by itself, within a limit.
    pub async fn ended(&mut self, limit: Duration) -> Result<ExitStatus> {
        match tokio::time::timeout(limit, self.child.wait()).await {
            Ok(status) => Ok(status?),
            Err(_) => bail!("{} still runs after {limit:?}:\n{}", self.part.name(), self.log_end()),
        }
    }

    /// The last lines of its log.
    pub fn log_end(&self) -> String {
        log_end(&self.log_file).unwrap_or_else(|error| format!("(no log: {error})"))
    }

    fn signal(&self, signal: Signal) -> Result<()> {
        let pid = self.child.id().and_then(|pid| Pid::from_raw(pid.try_into().ok()?));
        let pid = pid.ok_or_else(|| anyhow!("{} has ended:\n{}", self.part.name(), self.log_end()))?;
        Ok(kill_process(pid, signal)?)
    }
}

fn log_end(path: &Path) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(SHOWN_BYTES)))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
