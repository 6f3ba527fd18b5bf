//! Figures for Prometheus.

use std::convert::Infallible;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use http::header::CONTENT_TYPE;
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use tokio_util::sync::CancellationToken;

/// From half a millisecond (a cached answer) to half a minute (the request limit).
const SECONDS: [f64; 15] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// Sizes of batches, in items.
const SIZES: [f64; 10] = [1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1_000.0];

const UPKEEP: Duration = Duration::from_secs(5);

static INSTALLED: Mutex<Option<PrometheusHandle>> = Mutex::new(None);

/// The recorder can't be installed.
#[derive(Debug, thiserror::Error)]
#[error("cannot record metrics: {0}")]
pub struct MetricsError(#[from] BuildError);

/// The process's recorder of what the macros of the crate `metrics` report. Histograms whose names end in `_seconds` or
/// `_size` have buckets for times and batches.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Metrics {
    /// Installs the recorder, or finds the one that this process has.
    ///
    /// # Errors
    /// [`MetricsError`] when another recorder was installed before.
    pub fn install() -> Result<Self, MetricsError> {
        let mut installed = INSTALLED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(handle) = &*installed {
            return Ok(Self { handle: handle.clone() });
        }
        let handle = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?
            .set_buckets_for_metric(Matcher::Suffix("_size".to_owned()), &SIZES)?
            .install_recorder()?;
        *installed = Some(handle.clone());
        Ok(Self { handle })
    }

    /// All figures in the text format of Prometheus.
    #[must_use]
    pub fn render(&self) -> String {
        self.handle.render()
    }

    /// `GET /metrics`, for a port of its own.
    pub fn router(&self) -> Router {
        let metrics = self.clone();
        let page =
            move || async move { ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], metrics.render()) };
        Router::new().route("/metrics", get(page))
    }

    /// Folds what histograms have gathered, every 5 s until `stop`: without it they would grow while nobody reads
    /// `/metrics`. A task for [`Tasks`](crate::shutdown::Tasks).
    ///
    /// # Errors
    /// None; the type fits `Tasks`.
    pub async fn upkeep(self, stop: CancellationToken) -> Result<(), Infallible> {
        while tokio::time::timeout(UPKEEP, stop.cancelled()).await.is_err() {
            self.handle.run_upkeep();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::test_client::{app, get as fetch};

    #[tokio::test]
    async fn requests_are_counted_by_route_and_not_by_path() {
        let metrics = Metrics::install().unwrap();
        let app = app(Metrics::install().unwrap().router().route("/counted/{id}", get(|| async { "" })));
        fetch(&app, "/counted/secret-id?token=secret").await;
        fetch(&app, "/unknown-secret").await;
        let page = fetch(&app, "/metrics").await.text();
        assert!(page.contains(r#"http_requests_total{method="GET",route="/counted/{id}",status="2xx"} 1"#), "{page}");
        assert!(page.contains(r#"route="unmatched",status="4xx""#));
        assert!(page.contains("http_request_duration_seconds_bucket"));
        assert!(!page.contains("secret"));
        assert!(metrics.render().contains(r#"le="0.0005""#));
    }
}
