//! What runs in the process, and the order in which it ends.

use std::time::Duration;

use futures::future::{FutureExt as _, select_all};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How long one part may take to end.
const END_LIMIT: Duration = Duration::from_secs(15);

struct Part {
    name: &'static str,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

/// The running parts. They end in the order in which they were added: whoever depends on others comes first.
#[derive(Default)]
pub struct Parts(Vec<Part>);

impl Parts {
    /// Adds a task, which ends when `stop` is cancelled.
    pub fn add(&mut self, name: &'static str, stop: CancellationToken, task: JoinHandle<()>) {
        self.0.push(Part { name, stop, task });
    }

    /// Adds others, which end after those that are there.
    pub fn append(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// Waits until one of them ends without having been asked to; tells which.
    pub async fn first_to_fail(&mut self) -> &'static str {
        let ends = self.0.iter_mut().map(|part| {
            let name = part.name;
            (&mut part.task).map(move |_| name).boxed()
        });
        select_all(ends).await.0
    }

    /// Ends them, each after the one before has ended.
    pub async fn stop(self) {
        for Part { name, stop, mut task } in self.0 {
            stop.cancel();
            if task.is_finished() {
                continue;
            }
            match tokio::time::timeout(END_LIMIT, &mut task).await {
                Ok(Ok(())) => tracing::debug!(name, "ended"),
                Ok(Err(error)) => tracing::error!(name, %error, "ended abnormally"),
                Err(_) => {
                    tracing::warn!(name, "did not end in time");
                    task.abort();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[tokio::test]
    async fn parts_end_one_after_the_other() {
        let ended = Arc::new(Mutex::new(Vec::new()));
        let mut parts = Parts::default();
        for name in ["first", "second", "third"] {
            let (stop, ended) = (CancellationToken::new(), Arc::clone(&ended));
            let stopped = stop.clone();
            let task = tokio::spawn(async move {
                stopped.cancelled().await;
                tokio::task::yield_now().await;
                ended.lock().unwrap().push(name);
            });
            parts.add(name, stop, task);
        }
        parts.stop().await;
        assert_eq!(*ended.lock().unwrap(), ["first", "second", "third"]);
    }

    #[tokio::test]
    async fn a_part_that_ends_by_itself_is_told() {
        let mut parts = Parts::default();
        parts.add("steady", CancellationToken::new(), tokio::spawn(std::future::pending()));
        parts.add("broken", CancellationToken::new(), tokio::spawn(async {}));
        assert_eq!(parts.first_to_fail().await, "broken");
    }
}
