//! Starting until ready: one attempt on a port, and attempts on other ports while the chosen one turns out taken.

use std::ffi::OsStr;
use std::fs;
use std::net::Ipv4Addr;
use std::path::Path;
use std::time::{Duration, Instant};

use tokio::net::TcpStream;

use crate::error::StartError;
use crate::run::log_end::{log_end, says_port_taken};
use crate::run::port::free_port;
use crate::run::process::{POLL, ServerProcess};
use crate::server_kind::ServerKind;

/// How long a server may take to become ready. A journal to replay on a busy machine takes seconds, not minutes.
const READY_LIMIT: Duration = Duration::from_secs(60);

/// How often another free port is tried.
const PORT_TRIES: usize = 10;

/// One attempt to start: a process that is watched while it is asked whether it is ready.
pub(super) struct Attempt<'a> {
    pub(super) kind: ServerKind,
    pub(super) process: ServerProcess,
    pub(super) port: u16,
    log_file: &'a Path,
    log_from: u64,
    deadline: Instant,
    last: String,
}

impl<'a> Attempt<'a> {
    /// Starts the process and waits until something listens on its port.
    pub(super) async fn start(
        kind: ServerKind,
        binary: &Path,
        arguments: &[&OsStr],
        port: u16,
        log_file: &'a Path,
    ) -> Result<Self, StartError> {
        let log_from = fs::metadata(log_file).map_or(0, |data| data.len());
        let process = ServerProcess::start(kind, binary, arguments, log_file).await?;
        // The log may have been set aside by the start; then this start's part is all of it.
        let log_from = if fs::metadata(log_file).is_ok_and(|data| data.len() < log_from) { 0 } else { log_from };
        let deadline = Instant::now() + READY_LIMIT;
        let mut attempt = Self { kind, process, port, log_file, log_from, deadline, last: String::new() };
        while let Err(error) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await {
            attempt.wait(|| format!("nothing listens on port {port}: {error}")).await?;
        }
        Ok(attempt)
    }

    /// Waits a moment for the next question; an error once the process has ended or the time is up.
    pub(super) async fn wait(&mut self, missing: impl FnOnce() -> String) -> Result<(), StartError> {
        self.last = missing();
        self.check_alive()?;
        if Instant::now() >= self.deadline {
            return Err(StartError::NotReady {
                kind: self.kind,
                after: READY_LIMIT,
                last: std::mem::take(&mut self.last),
                log: log_end(self.log_file, self.log_from),
            });
        }
        tokio::time::sleep(POLL).await;
        Ok(())
    }

    /// An error once the process has ended. Asked also when something answered on the port, which may be a stranger's.
    pub(super) fn check_alive(&mut self) -> Result<(), StartError> {
        let Some(status) = self.process.exited()? else { return Ok(()) };
        let log = log_end(self.log_file, self.log_from);
        let (kind, port) = (self.kind, self.port);
        if says_port_taken(&log) {
            Err(StartError::PortTaken { kind, port })
        } else {
            Err(StartError::Exited { kind, status, log })
        }
    }
}

/// Runs `start` on the fixed port, or on free ones until one was really free.
pub(super) async fn on_a_port<T>(
    kind: ServerKind,
    fixed: Option<u16>,
    mut start: impl AsyncFnMut(u16) -> Result<T, StartError>,
) -> Result<T, StartError> {
    if let Some(port) = fixed {
        return start(port).await;
    }
    let mut tries = 0;
    loop {
        let port = free_port().map_err(|source| StartError::Spawn { kind, source })?;
        tries += 1;
        match start(port).await {
            Err(StartError::PortTaken { .. }) if tries < PORT_TRIES => {}
            other => return other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn another_port_is_tried_when_the_free_one_was_taken_but_a_fixed_one_is_not_replaced() {
        let kind = ServerKind::NatsServer;
        let mut seen = Vec::new();
        let port = on_a_port(kind, None, async |port| {
            seen.push(port);
            if seen.len() < 3 { Err(StartError::PortTaken { kind, port }) } else { Ok(port) }
        });
        assert!(port.await.is_ok());
        assert_eq!(seen.len(), 3);
        let fixed: Result<u16, _> =
            on_a_port(kind, Some(1), async |port| Err(StartError::PortTaken { kind, port })).await;
        assert!(matches!(fixed, Err(StartError::PortTaken { port: 1, .. })));
    }
}
