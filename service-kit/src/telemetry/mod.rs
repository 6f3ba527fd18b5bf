//! What a process tells about itself: log lines on standard output, figures for Prometheus.

mod log;
mod metrics;

pub use log::{TelemetryError, init, init_to};
pub use metrics::{Metrics, MetricsError};
