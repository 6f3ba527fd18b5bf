//! Files that nobody knows: what a process that died has left between the last byte and the commit.

use std::time::Duration;

use chrono::TimeDelta;
use domain::Media;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::Uploads;
use crate::commands::Commands;

/// How often they are looked for.
const EVERY: Duration = Duration::from_secs(3_600);
/// What is younger may still be on its way.
const YOUNG: TimeDelta = TimeDelta::hours(24);

/// Removes files that no event knows, from time to time, until `cancel`.
pub fn start_sweeping(commands: &Commands, uploads: &Uploads, cancel: CancellationToken) -> JoinHandle<()> {
    let (commands, uploads) = (commands.clone(), uploads.clone());
    tokio::spawn(async move {
        loop {
            match sweep(&commands, &uploads).await {
                Ok(0) => {}
                Ok(removed) => tracing::info!(removed, "files that nobody knew were removed"),
                Err(error) => tracing::warn!(%error, "files that nobody knows were not looked for"),
            }
            tokio::select! {
                () = cancel.cancelled() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    })
}

/// Looks once; tells how many were removed.
///
/// # Errors
/// When the store or the log is away.
async fn sweep(commands: &Commands, uploads: &Uploads) -> Result<usize, Box<dyn std::error::Error + Send + Sync>> {
    let mut removed = 0;
    for id in uploads.store.older_than(chrono::Utc::now() - YOUNG).await? {
        if commands.log().load::<Media>(id).await?.state.upload.is_none() {
            uploads.store.remove(id).await?;
            removed += 1;
        }
    }
    Ok(removed)
}
