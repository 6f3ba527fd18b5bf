//! Files that are to go: those that nobody knows, which a process that died has left before the last byte or between it
//! and the commit; and those of erased people, unless a course shows them to whoever holds it.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::media::{RemoveMedia, Upload};
use domain::{Media, User};
use event_log::LogError;
use events::{Fold as _, MediaId, Role, Timestamp};
use media_store::{Shelf, StoreError};
use read_models::COURSES_PROJECTION;
use read_models::views::{courses_pictured, lessons_with_upload};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::Refusal;
use crate::commands::{Commands, Origin, UnitOfWork, UseCase};

/// How often they are looked for.
const EVERY: Duration = Duration::from_secs(3_600);
/// What is younger may still be on its way.
const YOUNG: TimeDelta = TimeDelta::hours(24);

/// Removes files that are to go, from time to time, until `cancel`.
pub fn start_sweeping(commands: &Commands, shelf: &Shelf, cancel: CancellationToken) -> JoinHandle<()> {
    let (commands, shelf) = (commands.clone(), shelf.clone());
    tokio::spawn(async move {
        loop {
            match sweep(&commands, &shelf, Utc::now() - YOUNG).await {
                Ok(0) => {}
                Ok(removed) => tracing::info!(removed, "files that nobody needs were removed"),
                Err(error) => tracing::warn!(%error, "files that nobody needs were not looked for"),
            }
            tokio::select! {
                () = cancel.cancelled() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    })
}

/// Why a look was broken off.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// The files can't be had.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// MongoDB is away.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The removal can't be appended.
    #[error("a removal was refused: {0:?}")]
    Refused(Refusal),
}

/// Looks once at the files that came before a time; tells how many were removed.
///
/// # Errors
/// [`SweepError`] says what was away.
pub async fn sweep(commands: &Commands, shelf: &Shelf, until: DateTime<Utc>) -> Result<usize, SweepError> {
    let mut removed = shelf.store.remove_torn(until).await?;
    for id in shelf.store.came_before(until).await? {
        let is_needed = match &commands.log().load::<Media>(id).await?.state.upload {
            Some(upload) => !is_orphan(commands, shelf, upload).await? || !remove(commands, upload).await?,
            None => false,
        };
        if !is_needed {
            shelf.store.remove(id).await?;
            removed += 1;
        }
    }
    Ok(removed)
}

/// Whether a file's owner is erased and no course shows it. The read collections tell of the courses, once they show all
/// that is in the log.
async fn is_orphan(commands: &Commands, shelf: &Shelf, upload: &Upload) -> Result<bool, SweepError> {
    let (id, owner) = (upload.media_id, upload.owner_id);
    if commands.log().load::<User>(owner).await?.state.present().is_some() {
        return Ok(false);
    }
    if !commands.caught_up(&[COURSES_PROJECTION]).await.map_err(SweepError::Refused)? {
        return Ok(false);
    }
    let database = commands.log().database();
    let is_cover = !courses_pictured(database, owner, &shelf.links.url(id)).await?.is_empty();
    Ok(!is_cover && lessons_with_upload(database, owner, id).await?.is_empty())
}

/// Says in the log that a file is gone; false when its owner is there after all.
async fn remove(commands: &Commands, upload: &Upload) -> Result<bool, SweepError> {
    let use_case = RemoveOrphan { id: upload.media_id };
    // Its owner's last event is that they were erased.
    let origin = Origin::because_of_last(commands.log(), &User::stream(upload.owner_id)).await?;
    Ok(commands.run(&origin, &use_case).await.map_err(SweepError::Refused)?.outcome)
}

struct RemoveOrphan {
    id: MediaId,
}

impl UseCase for RemoveOrphan {
    /// Whether it is gone.
    type Outcome = bool;

    async fn decide(&self, work: &mut UnitOfWork<'_>, _now: Timestamp) -> Result<bool, Refusal> {
        let mut media = work.load::<Media>(self.id).await?;
        let Some(owner_id) = media.state().upload.as_ref().map(|upload| upload.owner_id) else { return Ok(true) };
        if work.load::<User>(owner_id).await?.state().present().is_some() {
            return Ok(false);
        }
        // In the name of who can't ask any more.
        media.decide(RemoveMedia { by: owner_id, role: Role::Learner }).await?;
        work.put(media);
        Ok(true)
    }
}
