//! `/health/live` and `/health/ready`: the first says that the process answers, the second whether what it leans on is up.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use futures::future::{BoxFuture, join_all};
use serde::Serialize;

use crate::http::{ApiError, Success};

const CHECK_LIMIT: Duration = Duration::from_secs(1);
const RETRY_AFTER_SECONDS: u64 = 2;

type Check = Box<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// The named checks of a process.
pub struct Health {
    limit: Duration,
    checks: Vec<(&'static str, Check)>,
}

#[derive(Serialize)]
struct Report {
    status: &'static str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    checks: BTreeMap<&'static str, &'static str>,
}

impl Default for Health {
    fn default() -> Self {
        Self::new()
    }
}

impl Health {
    /// No checks: always ready.
    #[must_use]
    pub fn new() -> Self {
        Self { limit: CHECK_LIMIT, checks: Vec::new() }
    }

    /// Adds a check. All run at once at each `/health/ready`; one that takes over a second counts as down. What it
    /// fails with goes to the log, not into the answer.
    #[must_use]
    pub fn check<F, Fut, E>(mut self, name: &'static str, check: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), E>> + Send + 'static,
        E: Display,
    {
        let boxed: Check = Box::new(move || {
            let running = check();
            Box::pin(async move { running.await.map_err(|error| error.to_string()) })
        });
        self.checks.push((name, boxed));
        self
    }

    /// The two routes, at the root. Ready: 200 with each check `up`. Not ready: 503 `unavailable`, `Retry-After`, and
    /// one detail per check that is down.
    pub fn router(self) -> Router {
        Router::new().route("/health/live", get(live)).route("/health/ready", get(ready)).with_state(Arc::new(self))
    }
}

async fn live() -> Success<Report> {
    Success::data(Report { status: "live", checks: BTreeMap::new() })
}

async fn ready(State(health): State<Arc<Health>>) -> Result<Success<Report>, ApiError> {
    let limit = health.limit;
    let outcomes = join_all(health.checks.iter().map(|(name, check)| async move {
        let outcome = tokio::time::timeout(limit, check()).await;
        (*name, outcome.unwrap_or_else(|_| Err("no answer in time".to_owned())))
    }))
    .await;
    let mut checks = BTreeMap::new();
    let mut causes = Vec::new();
    let mut error = ApiError::unavailable("not ready").retry_after(RETRY_AFTER_SECONDS);
    for (name, outcome) in outcomes {
        match outcome {
            Ok(()) => {
                checks.insert(name, "up");
            }
            Err(cause) => {
                causes.push(format!("{name}: {cause}"));
                error = error.detail(name, "down");
            }
        }
    }
    if causes.is_empty() {
        Ok(Success::data(Report { status: "ready", checks }))
    } else {
        Err(error.caused_by(causes.join("; ")))
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;
    use crate::http::test_client::{app, get as fetch};

    #[tokio::test]
    async fn ready_when_all_is_up() {
        let health = Health::new().check("store", || async { Ok::<(), String>(()) });
        let answer = fetch(&app(health.router()), "/health/ready").await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(
            answer.json(),
            serde_json::json!({"success": true, "data": {"status": "ready", "checks": {"store": "up"}}})
        );
    }

    #[tokio::test]
    async fn names_what_is_down_and_does_not_hang() {
        let health = Health::new()
            .check("store", || async { Ok::<(), String>(()) })
            .check("carrier", || async { Err("secret address refused") })
            .check("stuck", std::future::pending::<Result<(), String>>);
        let app = app(Health { limit: Duration::from_millis(20), ..health }.router());
        let answer = fetch(&app, "/health/ready").await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answer.headers["retry-after"], "2");
        let body = answer.json();
        assert_eq!(body["error"]["code"], "unavailable");
        assert_eq!(body["error"]["details"][0]["field"], "carrier");
        assert_eq!(body["error"]["details"][1]["field"], "stuck");
        assert!(!answer.text().contains("secret address"));
        assert_eq!(fetch(&app, "/health/live").await.status, StatusCode::OK);
    }
}
