//! The thread that starts servers.
//!
//! The kernel sends a parent-death signal (prctl(2), `PR_SET_PDEATHSIG`) when the *thread* that forked ends, not the
//! process. A test's or a runtime's thread ends long before its process, so one thread that lives as long as the
//! process does all the forking.

use std::io;
use std::process::{Child, Command};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use tokio::sync::oneshot;

struct Job {
    command: Command,
    reply: oneshot::Sender<io::Result<Child>>,
}

static JOBS: OnceLock<Sender<Job>> = OnceLock::new();

/// Starts the command on the thread that lives as long as the process.
pub(super) async fn spawn(command: Command) -> io::Result<Child> {
    let (reply, answer) = oneshot::channel();
    let gone = || io::Error::other("the thread that starts servers is gone");
    jobs()?.send(Job { command, reply }).map_err(|_| gone())?;
    answer.await.map_err(|_| gone())?
}

fn jobs() -> io::Result<&'static Sender<Job>> {
    if let Some(jobs) = JOBS.get() {
        return Ok(jobs);
    }
    let (sender, receiver) = channel();
    thread::Builder::new().name("server-spawner".to_owned()).spawn(move || work(receiver))?;
    // When two callers get here at once, the loser's sender is dropped and its thread ends without having forked.
    Ok(JOBS.get_or_init(|| sender))
}

fn work(jobs: Receiver<Job>) {
    for Job { mut command, reply } in jobs {
        // A caller that gave up must not leave a server behind.
        if let Err(Ok(mut child)) = reply.send(command.spawn()) {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
