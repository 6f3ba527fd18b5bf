//! The servers are found or fetched, started, hurt and stopped for real.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod crash;
mod find;
mod mongo;
mod nats;

use std::time::{Duration, Instant};

use local_servers::{Binaries, Wanted, find_or_fetch};

/// The binaries that this machine has, or the user's cache.
async fn binaries() -> Binaries {
    find_or_fetch(&Wanted::default(), true).await.unwrap()
}

/// Whether a process runs (or is suspended); one that only waits to be reaped does not.
fn runs(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The state follows the name, which stands in parentheses (proc(5)).
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}

/// Waits for the condition; panics with the words when it does not come.
async fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !condition() {
        assert!(Instant::now() < deadline, "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
