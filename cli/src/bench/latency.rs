//! How long things took.

use std::time::Duration;

use serde::Serialize;

/// Percentiles and rate of what was done in a time.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Figures {
    /// How many were done.
    pub count: usize,
    /// How many per second.
    pub rate: f64,
    /// Median, in milliseconds.
    pub p50_ms: f64,
    /// 99th percentile, in milliseconds.
    pub p99_ms: f64,
}

impl Figures {
    /// The figures of these samples, which all fell into `elapsed`.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "counts of samples are far below 2^52")]
    pub fn of(mut samples: Vec<Duration>, elapsed: Duration) -> Self {
        samples.sort_unstable();
        Self {
            count: samples.len(),
            rate: samples.len() as f64 / elapsed.as_secs_f64().max(f64::EPSILON),
            p50_ms: percentile(&samples, 50),
            p99_ms: percentile(&samples, 99),
        }
    }
}

/// The smallest sample that at least `percent` of a hundred samples do not exceed (nearest rank); 0 without samples.
fn percentile(sorted: &[Duration], percent: usize) -> f64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).map_or(0.0, |sample| sample.as_secs_f64() * 1_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_samples_by_nearest_rank() {
        let samples: Vec<Duration> = (1..=200).rev().map(Duration::from_millis).collect();
        let figures = Figures::of(samples, Duration::from_secs(2));
        assert_eq!((figures.count, figures.rate), (200, 100.0));
        assert_eq!((figures.p50_ms, figures.p99_ms), (100.0, 198.0));
        let one = Figures::of(vec![Duration::from_millis(7)], Duration::from_secs(1));
        assert_eq!((one.p50_ms, one.p99_ms), (7.0, 7.0));
        assert_eq!(Figures::of(Vec::new(), Duration::from_secs(1)).p99_ms, 0.0);
    }
}
