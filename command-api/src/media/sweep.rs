//! Files that nobody knows: what a process that died has left of them, before the last byte or between it and the commit.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::Media;
use media_store::Shelf;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::commands::Commands;

/// How often they are looked for.
const EVERY: Duration = Duration::from_secs(3_600);
/// What is younger may still be on its way.
const YOUNG: TimeDelta = TimeDelta::hours(24);

/// Removes files that no event knows, from time to time, until `cancel`. The first look is at all of them; the others at
/// those that have come of age since.
pub fn start_sweeping(commands: &Commands, shelf: &Shelf, cancel: CancellationToken) -> JoinHandle<()> {
    let (commands, shelf) = (commands.clone(), shelf.clone());
    tokio::spawn(async move {
        let mut looked = None;
        loop {
            let until = Utc::now() - YOUNG;
            match sweep(&commands, &shelf, looked, until).await {
                Ok(removed) => {
                    looked = Some(until);
                    if removed > 0 {
                        tracing::info!(removed, "files that nobody knew were removed");
                    }
                }
                Err(error) => tracing::warn!(%error, "files that nobody knows were not looked for"),
            }
            tokio::select! {
                () = cancel.cancelled() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    })
}

/// Looks once at the files that came between the two times; tells how many were removed.
///
/// # Errors
/// When the store or the log is away.
pub async fn sweep(
    commands: &Commands,
    shelf: &Shelf,
    since: Option<DateTime<Utc>>,
    until: DateTime<Utc>,
) -> Result<usize, Box<dyn std::error::Error + Send + Sync>> {
    let mut removed = shelf.store.remove_torn(until).await?;
    for id in shelf.store.came_between(since, until).await? {
        if commands.log().load::<Media>(id).await?.state.upload.is_none() {
            shelf.store.remove(id).await?;
            removed += 1;
        }
    }
    Ok(removed)
}
