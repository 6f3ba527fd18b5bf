//! Stopping: one token for the whole process, and the tasks that must end when it is cancelled.

use std::collections::HashMap;
use std::fmt::Display;
use std::future::Future;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::task::{Id, JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

/// A token that SIGINT or SIGTERM cancels. Must be called inside a tokio runtime.
///
/// # Errors
/// When the operating system refuses a signal handler.
pub fn on_signal() -> std::io::Result<CancellationToken> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let token = CancellationToken::new();
    let cancel = token.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("stopping");
        cancel.cancel();
    });
    Ok(token)
}

/// What went wrong in a task: it failed, panicked, or did not end in time.
#[derive(Debug, thiserror::Error)]
#[error("task {task}: {cause}")]
pub struct TaskError {
    /// The name given to [`Tasks::spawn`].
    pub task: &'static str,
    /// What happened, for the log.
    pub cause: String,
}

/// The long-running tasks of a process. One that fails or panics cancels the token: half a process is worse than none,
/// since whoever supervises it would not start it again.
#[derive(Debug)]
pub struct Tasks {
    token: CancellationToken,
    set: JoinSet<Result<(), String>>,
    names: HashMap<Id, &'static str>,
}

impl Tasks {
    /// No tasks yet; `token` is what they stop at.
    #[must_use]
    pub fn new(token: CancellationToken) -> Self {
        Self { token, set: JoinSet::new(), names: HashMap::new() }
    }

    /// The token that the tasks watch.
    #[must_use]
    pub fn token(&self) -> CancellationToken {
        self.token.clone()
    }

    /// Starts `task` under `name`. Must be called inside a tokio runtime.
    pub fn spawn<F, E>(&mut self, name: &'static str, task: F)
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Display + 'static,
    {
        let handle = self.set.spawn(async move { task.await.map_err(|error| error.to_string()) });
        self.names.insert(handle.id(), name);
    }

    /// Runs until the token is cancelled (or a task fails, which cancels it), then gives the tasks `limit` to end;
    /// aborts those that have not.
    ///
    /// # Errors
    /// One entry for each task that failed, panicked or had to be aborted.
    pub async fn wait(mut self, limit: Duration) -> Result<(), Vec<TaskError>> {
        let mut errors = Vec::new();
        while !self.token.is_cancelled() {
            tokio::select! {
                () = self.token.cancelled() => {}
                Some(ended) = self.set.join_next_with_id() => self.record(ended, &mut errors),
                else => self.token.cancelled().await,
            }
        }
        let deadline = tokio::time::Instant::now() + limit;
        while let Ok(Some(ended)) = tokio::time::timeout_at(deadline, self.set.join_next_with_id()).await {
            self.record(ended, &mut errors);
        }
        self.set.abort_all();
        errors.extend(self.names.into_values().map(|task| TaskError { task, cause: "did not end in time".to_owned() }));
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    fn record(&mut self, ended: Result<(Id, Result<(), String>), JoinError>, errors: &mut Vec<TaskError>) {
        let (id, cause) = match ended {
            Ok((id, Ok(()))) => (id, None),
            Ok((id, Err(cause))) => (id, Some(cause)),
            Err(error) => (error.id(), Some("panicked".to_owned())),
        };
        let task = self.names.remove(&id).unwrap_or("unnamed");
        if let Some(cause) = cause {
            tracing::error!(task, cause, "task failed");
            errors.push(TaskError { task, cause });
            self.token.cancel();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    #[tokio::test]
    async fn tasks_end_with_the_token() {
        let mut tasks = Tasks::new(CancellationToken::new());
        let token = tasks.token();
        let watched = token.clone();
        tasks.spawn("watcher", async move {
            watched.cancelled().await;
            Ok::<(), Infallible>(())
        });
        token.cancel();
        tasks.wait(Duration::from_secs(5)).await.unwrap();
    }

    #[tokio::test]
    async fn a_failing_task_stops_the_process() {
        let mut tasks = Tasks::new(CancellationToken::new());
        let token = tasks.token();
        tasks.spawn("broken", async { Err("no") });
        let errors = tasks.wait(Duration::from_secs(5)).await.unwrap_err();
        assert!(token.is_cancelled());
        assert_eq!((errors.len(), errors[0].task, errors[0].cause.as_str()), (1, "broken", "no"));
    }

    #[tokio::test]
    async fn a_task_that_hangs_is_named_and_aborted() {
        let mut tasks = Tasks::new(CancellationToken::new());
        tasks.token().cancel();
        tasks.spawn("stuck", std::future::pending::<Result<(), Infallible>>());
        let errors = tasks.wait(Duration::from_millis(20)).await.unwrap_err();
        assert_eq!(errors[0].task, "stuck");
    }
}
