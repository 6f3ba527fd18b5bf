//! A running server process: its own process group, killed when dropped or when its starter dies.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::error::StartError;
use crate::fetch::shared_libraries;
use crate::find::on_path;
use crate::run::spawner;
use crate::server_kind::ServerKind;

/// How often a condition is looked at while waiting.
pub(super) const POLL: Duration = Duration::from_millis(15);

/// How long a suspended process is given until all its threads stand still.
const SUSPEND_LIMIT: Duration = Duration::from_secs(5);

/// A log that has grown past this many bytes is set aside (`<name>.old`) at the next start.
const LOG_LIMIT: u64 = 16 * 1024 * 1024;

/// A server process that has not been reaped, so that its process id is its own.
#[derive(Debug)]
pub(super) struct ServerProcess {
    kind: ServerKind,
    child: Child,
}

impl ServerProcess {
    /// Starts the binary with output to the log file (appended).
    pub(super) async fn start(
        kind: ServerKind,
        binary: &Path,
        arguments: &[&OsStr],
        log_file: &Path,
    ) -> Result<Self, StartError> {
        let log = open_log(log_file).map_err(|source| StartError::Files { kind, path: log_file.to_owned(), source })?;
        let spawned = async { spawner::spawn(command(binary, arguments, log)?).await };
        let child = spawned.await.map_err(|source| StartError::Spawn { kind, source })?;
        Ok(Self { kind, child })
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// How it ended; none while it runs.
    pub(super) fn exited(&mut self) -> Result<Option<ExitStatus>, StartError> {
        self.child.try_wait().map_err(|source| StartError::Signal { kind: self.kind, source })
    }

    pub(super) fn signal(&self, signal: Signal) -> Result<(), StartError> {
        kill_process(Pid::from_child(&self.child), signal)
            .map_err(|error| StartError::Signal { kind: self.kind, source: error.into() })
    }

    /// Stops it (SIGSTOP) and waits until each of its threads has stopped: on a busy machine one may run on for a while.
    pub(super) fn suspend(&self) -> Result<(), StartError> {
        self.signal(Signal::STOP)?;
        let deadline = Instant::now() + SUSPEND_LIMIT;
        while !is_stopped(self.child.id()) && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    /// Kills it and waits until it is gone.
    pub(super) async fn kill(mut self) -> Result<(), StartError> {
        self.child.kill().map_err(|source| StartError::Signal { kind: self.kind, source })?;
        while self.exited()?.is_none() {
            tokio::time::sleep(POLL).await;
        }
        Ok(())
    }

    /// Asks it to end, waits so long, then kills it. Says whether it ended by itself.
    pub(super) async fn stop(mut self, limit: Duration) -> Result<bool, StartError> {
        if self.exited()?.is_some() {
            return Ok(true);
        }
        self.signal(Signal::TERM)?;
        // A suspended server takes the signal only once it runs again.
        self.signal(Signal::CONT)?;
        let deadline = Instant::now() + limit;
        while Instant::now() < deadline {
            if self.exited()?.is_some() {
                return Ok(true);
            }
            tokio::time::sleep(POLL).await;
        }
        self.kill().await?;
        Ok(false)
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        // Both fail only when it has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(binary: &Path, arguments: &[&OsStr], log: File) -> io::Result<Command> {
    let mut command = match on_path("setpriv").into_iter().next() {
        Some(setpriv) => die_with_parent(&setpriv, binary),
        None => {
            tracing::warn!("setpriv (util-linux) is not installed: a server may outlive a crash of this process");
            Command::new(binary)
        }
    };
    command.args(arguments).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    // Ctrl-C in the terminal reaches only the parent, which then stops its servers in order.
    command.process_group(0);
    if let Some(folders) = shared_libraries::library_path(binary) {
        command.env("LD_LIBRARY_PATH", folders);
    }
    Ok(command)
}

/// `setpriv` sets the parent-death signal and then becomes the server (exec: same process id). It is SIGKILL, which
/// alone ends a suspended server too; mongod's journal is made for it.
fn die_with_parent(setpriv: &Path, binary: &Path) -> Command {
    let mut command = Command::new(setpriv);
    command.args(["--pdeathsig", "KILL", "--"]).arg(binary);
    command
}

fn open_log(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    if fs::metadata(path).is_ok_and(|data| data.len() > LOG_LIMIT) {
        let mut old = PathBuf::from(path).into_os_string();
        old.push(".old");
        fs::rename(path, old)?;
    }
    File::options().create(true).append(true).open(path)
}

/// Whether every thread of a process is stopped (state `T` in proc(5)).
fn is_stopped(pid: u32) -> bool {
    let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else { return true };
    threads.flatten().all(|thread| {
        let Ok(stat) = fs::read_to_string(thread.path().join("stat")) else { return true };
        // The name before it, in brackets, may hold anything, blanks and brackets too.
        stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with('T'))
    })
}
