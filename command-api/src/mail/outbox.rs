//! The letters that are to be sent, and how far the log has been read for them: collections of this process's own.
//!
//! `mail_outbox` holds `{_id: <event id>, user_id, letter, position, state, attempts, next_at, until, ended_at}`, no
//! personal data; what ended leaves after 30 days. `mail_checkpoint` holds one document `{_id, epoch, position}`. A
//! letter is queued in the transaction that moves the checkpoint past its event: none is forgotten, none queued twice.

use std::future::IntoFuture as _;
use std::time::Duration;

use bson::{Document, doc};
use chrono::{DateTime, TimeDelta, Utc};
use event_log::{LogError, commit_transaction, ensure_collection, ensure_expiry, is_duplicate_key, signed, within};
use events::{EventId, Position, UserId};
use futures::TryStreamExt as _;
use mongodb::error::Error;
use mongodb::options::{IndexOptions, ReturnDocument};
use mongodb::{Client, Collection, Database, IndexModel};
use serde::{Deserialize, Serialize};

use super::calls::LetterKind;

const OUTBOX: &str = "mail_outbox";
const CHECKPOINT: &str = "mail_checkpoint";
/// The only checkpoint's id.
const CHECKPOINT_ID: &str = "mail";
/// How long what was sent or given up is kept.
const KEPT: Duration = Duration::from_secs(30 * 86_400);
/// Limits of one call, of one transaction, of making an index at start.
const CALL_LIMIT: Duration = Duration::from_secs(5);
const COMMIT_LIMIT: Duration = Duration::from_secs(20);
const START_LIMIT: Duration = Duration::from_secs(30);
/// Pauses between attempts to send; the last one repeats.
const BACK_OFF: [TimeDelta; 5] =
    [TimeDelta::seconds(5), TimeDelta::seconds(30), TimeDelta::minutes(2), TimeDelta::minutes(10), TimeDelta::hours(1)];

/// How it stands with a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LetterState {
    /// It is to be sent.
    Due,
    /// It has left.
    Sent,
    /// It never will: too late, refused for good, or of no use any more.
    GivenUp,
}

impl LetterState {
    /// The word in documents.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Sent => "sent",
            Self::GivenUp => "given_up",
        }
    }
}

/// A letter in the outbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queued {
    /// The event that calls for it.
    #[serde(rename = "_id")]
    pub event: EventId,
    /// Whom it is for.
    pub user_id: UserId,
    /// Which one; none when this code did not know the event when it was queued.
    pub letter: Option<LetterKind>,
    /// Where the event is in the log.
    pub position: Position,
    /// How it stands.
    pub state: LetterState,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is to be tried next.
    pub next_at: bson::DateTime,
    /// From when on it is of no use.
    pub until: bson::DateTime,
}

impl Queued {
    /// A letter that is to be sent at once, and until then at the latest.
    #[must_use]
    pub fn new(
        event: EventId,
        user_id: UserId,
        letter: Option<LetterKind>,
        position: Position,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Self {
        let (next_at, until) = (now.into(), until.into());
        Self { event, user_id, letter, position, state: LetterState::Due, attempts: 0, next_at, until }
    }
}

/// Why the outbox could not be written.
#[derive(Debug, thiserror::Error)]
pub enum OutboxError {
    /// The checkpoint is not where this worker left it: another one has taken over.
    #[error("another worker has taken over")]
    Stale,
    /// MongoDB is away, or another transaction was in the way; whether anything was written is not known.
    #[error(transparent)]
    Log(#[from] LogError),
}

impl From<Error> for OutboxError {
    fn from(error: Error) -> Self {
        Self::Log(error.into())
    }
}

/// The outbox.
#[derive(Clone)]
pub struct Outbox {
    client: Client,
    letters: Collection<Queued>,
    checkpoints: Collection<Document>,
}

impl Outbox {
    /// The outbox in a log's database; collections and indexes that are missing are made.
    ///
    /// # Errors
    /// [`LogError`] when MongoDB is away.
    pub async fn open(client: &Client, database: &Database) -> Result<Self, LogError> {
        // Transactions can't make collections safely.
        for name in [OUTBOX, CHECKPOINT] {
            ensure_collection(database, name, None).await?;
        }
        let letters = database.collection::<Queued>(OUTBOX);
        let due = IndexOptions::builder().name("due".to_owned()).build();
        let due = IndexModel::builder().keys(doc! { "state": 1, "next_at": 1 }).options(due).build();
        within(START_LIMIT, letters.create_index(due).into_future()).await?;
        ensure_expiry(database, OUTBOX, "ended", ("ended_at", KEPT)).await?;
        Ok(Self { client: client.clone(), letters, checkpoints: database.collection(CHECKPOINT) })
    }

    /// Puts the epoch of a lease into the checkpoint, after which no worker of an earlier one can queue; gives the
    /// position up to which the log was read. None when a later epoch is there already.
    ///
    /// # Errors
    /// [`LogError`].
    pub async fn take_over(&self, epoch: i64) -> Result<Option<Position>, LogError> {
        let filter = doc! { "_id": CHECKPOINT_ID, "epoch": { "$lte": epoch } };
        let update = doc! { "$set": { "epoch": epoch }, "$setOnInsert": { "position": 0_i64 } };
        let call = self
            .checkpoints
            .find_one_and_update(filter, update)
            .upsert(true)
            .return_document(ReturnDocument::After)
            .into_future();
        match tokio::time::timeout(CALL_LIMIT, call).await {
            Ok(Ok(checkpoint)) => checkpoint.map(|checkpoint| position_of(&checkpoint)).transpose(),
            Ok(Err(error)) if is_duplicate_key(&error) => Ok(None),
            Ok(Err(error)) => Err(error.into()),
            Err(_) => Err(LogError::Unavailable(format!("no checkpoint within {CALL_LIMIT:?}"))),
        }
    }

    /// Moves the checkpoint, of that epoch, from one position to another and queues letters, all or nothing.
    ///
    /// # Errors
    /// [`OutboxError`], after which the worker must begin anew from the checkpoint.
    pub async fn queue(&self, epoch: i64, from: Position, to: Position, letters: &[Queued]) -> Result<(), OutboxError> {
        tokio::time::timeout(COMMIT_LIMIT, self.transaction(epoch, from, to, letters)).await.unwrap_or_else(|_| {
            Err(LogError::Unavailable(format!("letters were not queued within {COMMIT_LIMIT:?}")).into())
        })
    }

    async fn transaction(
        &self,
        epoch: i64,
        from: Position,
        to: Position,
        letters: &[Queued],
    ) -> Result<(), OutboxError> {
        let filter = doc! { "_id": CHECKPOINT_ID, "epoch": epoch, "position": signed(from)? };
        let update = doc! { "$set": { "position": signed(to)? } };
        let mut session = self.client.start_session().await?;
        // A session that is dropped on the way, by an error or a kill, aborts its transaction.
        session.start_transaction().await?;
        let moved = self.checkpoints.update_one(filter, update).session(&mut session).await?;
        if moved.matched_count == 0 {
            session.abort_transaction().await?;
            return Err(OutboxError::Stale);
        }
        for letter in letters {
            let document = bson::serialize_to_document(letter)
                .map_err(|_| LogError::Corrupt("a letter without BSON form".into()))?;
            let id = doc! { "_id": letter.event.to_string() };
            let call = self.letters.update_one(id, doc! { "$setOnInsert": document }).upsert(true);
            call.session(&mut session).await?;
        }
        Ok(commit_transaction(&mut session).await?)
    }

    /// The letters that are to be tried now, the longest waiting first; at most so many.
    ///
    /// # Errors
    /// [`LogError`].
    pub async fn due(&self, now: DateTime<Utc>, most: usize) -> Result<Vec<Queued>, LogError> {
        let filter = doc! { "state": LetterState::Due.as_str(), "next_at": { "$lte": bson::DateTime::from(now) } };
        within(CALL_LIMIT, async {
            let limit = i64::try_from(most).unwrap_or(i64::MAX);
            self.letters.find(filter).sort(doc! { "next_at": 1 }).limit(limit).await?.try_collect().await
        })
        .await
    }

    /// When the next letter is to be tried; none when none waits.
    ///
    /// # Errors
    /// [`LogError`].
    pub async fn next_due(&self) -> Result<Option<DateTime<Utc>>, LogError> {
        let find = self.letters.find_one(doc! { "state": LetterState::Due.as_str() }).sort(doc! { "next_at": 1 });
        Ok(within(CALL_LIMIT, find.into_future()).await?.map(|letter| letter.next_at.to_chrono()))
    }

    /// Takes an attempt upon oneself: it counts, and the next one is set, before anything is sent. None when another
    /// worker was faster; else when the next attempt is.
    ///
    /// # Errors
    /// [`LogError`].
    pub async fn claim(&self, letter: &Queued, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, LogError> {
        let tried = usize::try_from(letter.attempts).unwrap_or(usize::MAX);
        let next_at = now + BACK_OFF[tried.min(BACK_OFF.len() - 1)];
        let filter = doc! {
            "_id": letter.event.to_string(), "state": LetterState::Due.as_str(), "attempts": i64::from(letter.attempts),
        };
        let update = doc! { "$inc": { "attempts": 1_i64 }, "$set": { "next_at": bson::DateTime::from(next_at) } };
        let updated = within(CALL_LIMIT, self.letters.update_one(filter, update).into_future()).await?;
        Ok((updated.matched_count == 1).then_some(next_at))
    }

    /// Notes the end of a letter.
    ///
    /// # Errors
    /// [`LogError`].
    pub async fn end(&self, event: EventId, state: LetterState, now: DateTime<Utc>) -> Result<(), LogError> {
        let update = doc! { "$set": { "state": state.as_str(), "ended_at": bson::DateTime::from(now) } };
        let call = self.letters.update_one(doc! { "_id": event.to_string() }, update);
        within(CALL_LIMIT, call.into_future()).await.map(drop)
    }

    /// The letter that an event called for.
    ///
    /// # Errors
    /// [`LogError`].
    pub async fn letter(&self, event: EventId) -> Result<Option<Queued>, LogError> {
        within(CALL_LIMIT, self.letters.find_one(doc! { "_id": event.to_string() }).into_future()).await
    }
}

fn position_of(checkpoint: &Document) -> Result<Position, LogError> {
    let position = checkpoint.get_i64("position").ok().and_then(|position| Position::try_from(position).ok());
    position.ok_or_else(|| LogError::Corrupt("a checkpoint of mail without position".into()))
}
