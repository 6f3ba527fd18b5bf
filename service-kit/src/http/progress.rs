//! How long a request may take: the usual time, and longer while a large body keeps coming.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::body::{Body, HttpBody as _};
use http_body_util::BodyExt as _;

/// Bytes a second that a body must come at, beyond the time that every request has.
const LEAST_RATE: u64 = 64 * 1024;

/// The deadline of one request. Each byte of its body moves it on by as long as the byte may take at the least rate, but
/// never further than the usual time from now: who has sent a lot has earned nothing for the time when they stall.
///
/// It stands in the request's extensions, for handlers that read a large body more than once.
#[derive(Clone, Debug)]
pub struct Progress {
    started: Instant,
    timeout: Duration,
    /// Milliseconds after the start.
    deadline: Arc<AtomicU64>,
    /// Whether the whole body has come.
    complete: Arc<AtomicBool>,
}

impl Progress {
    /// Of a request that starts now and has this time when it has no body.
    #[must_use]
    pub fn start(timeout: Duration) -> Self {
        let deadline = Arc::new(AtomicU64::new(millis(timeout)));
        Self { started: Instant::now(), timeout, deadline, complete: Arc::default() }
    }

    /// The time that is left; none when it is over.
    pub(super) fn left(&self) -> Option<Duration> {
        let deadline = Duration::from_millis(self.deadline.load(Ordering::Relaxed));
        deadline.checked_sub(self.started.elapsed()).filter(|left| !left.is_zero())
    }

    /// So many bytes more have come, or been read again.
    pub fn came(&self, bytes: u64) {
        let furthest = millis(self.started.elapsed() + self.timeout);
        let earned = bytes.saturating_mul(1_000).div_ceil(LEAST_RATE);
        let moved = |deadline: u64| Some(deadline.saturating_add(earned).min(furthest).max(deadline));
        // The closure always gives a value, so there is no refusal to hear of.
        let _ = self.deadline.fetch_update(Ordering::Relaxed, Ordering::Relaxed, moved);
    }

    /// The body, whose bytes count as they are read.
    pub fn watching(&self, body: Body) -> Body {
        let progress = self.clone();
        let complete = Arc::clone(&self.complete);
        complete.store(body.is_end_stream(), Ordering::Relaxed);
        let counted = body.map_frame(move |frame| {
            progress.came(frame.data_ref().map_or(0, |data| data.len() as u64));
            frame
        });
        // What would come last is asked for once all else has come.
        Body::new(counted.with_trailers(async move {
            complete.store(true, Ordering::Relaxed);
            None
        }))
    }

    /// Whether the body has been read to its end: what is late then is not the caller.
    pub(super) fn is_complete(&self) -> bool {
        self.complete.load(Ordering::Relaxed)
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_moves_on_with_the_bytes_and_no_further_than_the_usual_time() {
        let progress = Progress::start(Duration::from_secs(30));
        let left = || progress.left().unwrap();
        assert!(left() <= Duration::from_secs(30));
        progress.came(u64::MAX);
        assert!(left() <= Duration::from_secs(30), "a burst earns nothing: {:?}", left());
        let late =
            Progress { started: Instant::now() - Duration::from_secs(29), ..Progress::start(Duration::from_secs(30)) };
        let before = late.left().unwrap();
        assert!(before <= Duration::from_secs(1));
        late.came(10 * LEAST_RATE);
        let after = late.left().unwrap();
        assert!(after > before + Duration::from_secs(9) && after <= Duration::from_secs(11), "{after:?}");
        let over =
            Progress { started: Instant::now() - Duration::from_secs(31), ..Progress::start(Duration::from_secs(30)) };
        assert_eq!(over.left(), None);
    }
}
