//! Waiting for a condition.

use std::time::Duration;

use anyhow::{Result, bail};
use tokio::time::Instant;

/// How often a condition is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Waits until `condition` holds; an error that names `what` when it does not come within `patience`, or when the
/// condition itself fails.
pub async fn until(
    what: &str,
    patience: Duration,
    mut condition: impl AsyncFnMut() -> Result<bool>,
) -> Result<Duration> {
    let started = Instant::now();
    while !condition().await? {
        if started.elapsed() > patience {
            bail!("within {patience:?} it never came to this: {what}");
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(started.elapsed())
}
