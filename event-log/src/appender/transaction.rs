//! One attempt to write a batch: one transaction.

use std::collections::HashSet;
use std::future::IntoFuture;
use std::time::Duration;

use bson::raw::RawArrayBuf;
use bson::{Document, doc};
use events::{StoredEvent, StreamId, Version};
use mongodb::ClientSession;
use mongodb::error::{Error, ErrorKind, TRANSIENT_TRANSACTION_ERROR, UNKNOWN_TRANSACTION_COMMIT_RESULT};
use mongodb::options::{Acknowledgment, ReadConcern, WriteConcern};

use super::doubt::already_written;
use super::ground::Ground;
use super::insertion::insert;
use super::judge::{Findings, Judged, Memory, Verdict, judge};
use super::placing::{Written, chain, remember};
use super::prepare::Prepared;
use crate::document::{key, signed, stored_from_document};
use crate::mongo::{WRITE_CONFLICT, has_code, is_duplicate_key, within};
use crate::read::any_of;
use crate::{Expected, Head, LogError, schema};

/// How long asking for a turn may take.
const ASK_LIMIT: Duration = Duration::from_millis(200);

/// Why an attempt wrote nothing, or perhaps nothing.
#[derive(Debug)]
pub(super) enum AttemptError {
    /// Try again; the transaction is undone.
    Again(String),
    /// Another process has moved the head, or asks for its turn.
    HeadMoved,
    /// Another process is writing at this moment.
    Contended,
    /// Another process could not get at the head for a while and has asked for its turn.
    Yield,
    /// A unique index refused: somebody has been here who was not seen. Ask the log about everything.
    Duplicate,
    /// The commit was sent and not confirmed.
    Doubt(String),
    /// Trying again would not help.
    Refused(String),
}

impl From<Error> for AttemptError {
    fn from(error: Error) -> Self {
        let words = LogError::from(error.clone()).to_string();
        if is_duplicate_key(&error) {
            Self::Duplicate
        } else if has_code(&error, WRITE_CONFLICT) {
            Self::Contended
        } else if error.contains_label(TRANSIENT_TRANSACTION_ERROR) || is_outage(&error) {
            Self::Again(words)
        } else {
            Self::Refused(words)
        }
    }
}

impl From<LogError> for AttemptError {
    fn from(error: LogError) -> Self {
        match error {
            LogError::Unavailable(words) => Self::Again(words),
            LogError::Corrupt(words) => Self::Refused(words),
        }
    }
}

/// Whether the server was away rather than unwilling.
fn is_outage(error: &Error) -> bool {
    matches!(
        &*error.kind,
        ErrorKind::ServerSelection { .. } | ErrorKind::ConnectionPoolCleared { .. } | ErrorKind::Io(_)
    )
}

/// What the appender carries from one transaction to the next.
pub(super) struct State {
    /// The name of this appender, by which it asks for its turn.
    pub(super) name: String,
    /// It has let another go first already, and does so once for a batch.
    pub(super) yielded: bool,
    /// The head as this process left it; none when it must be read.
    pub(super) head: Option<Head>,
    pub(super) memory: Memory,
    /// Ask the log about everything, also about what memory would answer.
    pub(super) careful: bool,
    /// A commit of this batch was sent and never confirmed: look for its events first.
    pub(super) doubt: bool,
    /// Raised whenever the head was read anew. Batches of one lineage stand on each other: none of them is in the log of
    /// the majority without those before it.
    pub(super) lineage: u64,
}

/// A batch that is written, but perhaps not by the majority yet.
pub(super) struct Staged {
    pub(super) written: Written,
    /// Of the transaction that is still to be confirmed; none when there is nothing to confirm.
    pub(super) session: Option<ClientSession>,
    pub(super) lineage: u64,
}

/// How a batch is committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Durability {
    /// On the primary; [`confirm`] waits for the rest while the next batch is written.
    Later,
    /// By the majority and journaled, which saves who is alone a round trip.
    AtOnce,
}

impl Durability {
    fn write_concern(self) -> WriteConcern {
        match self {
            // Not `j: false`: committing again would take that over, and a majority might hold it in memory only.
            Self::Later => WriteConcern::builder().w(Acknowledgment::Nodes(1)).build(),
            Self::AtOnce => WriteConcern::builder().w(Acknowledgment::Majority).journal(true).build(),
        }
    }
}

/// Writes a batch in one transaction.
pub(super) async fn attempt(
    log: &Ground,
    state: &mut State,
    batch: &[&Prepared],
    durability: Durability,
) -> Result<Staged, AttemptError> {
    let mut session = log.client.start_session().await?;
    let transaction = session.start_transaction().read_concern(ReadConcern::snapshot());
    transaction.write_concern(durability.write_concern()).await?;
    let staged = stage(log, state, &mut session, batch).await;
    match staged {
        Ok((written, _)) if written.judged.verdicts.iter().all(|verdict| matches!(verdict, Verdict::Lost(_))) => {
            session.abort_transaction().await.ok();
            Ok(Staged { written, session: None, lineage: state.lineage })
        }
        Ok((written, head)) => {
            // Also when all that was won had been written by an earlier attempt: committing the head's lock waits for the
            // majority, which that attempt may not have been seen by yet.
            // Whatever ends this future from here on, the commit may have happened.
            state.doubt = true;
            commit(&mut session).await?;
            state.doubt = false;
            state.careful = false;
            remember(&mut state.memory, batch, &written);
            state.head = Some(head);
            let session = (durability == Durability::Later).then_some(session);
            Ok(Staged { written, session, lineage: state.lineage })
        }
        Err(error) => {
            session.abort_transaction().await.ok();
            Err(error)
        }
    }
}

/// Waits until a committed transaction, and all that it stands on, is the majority's and journaled.
///
/// Committing again changes nothing, and the driver asks for the majority when it does so (MongoDB's transactions
/// specification, on calling `commitTransaction` again). A majority has it in its journals, unless a replica set was
/// configured otherwise (`writeConcernMajorityJournalDefault`, true by default).
pub(super) async fn confirm(session: &mut ClientSession) -> Result<(), AttemptError> {
    commit(session).await
}

async fn commit(session: &mut ClientSession) -> Result<(), AttemptError> {
    const TRIES: usize = 3;
    let mut last = String::new();
    for _ in 0..TRIES {
        match session.commit_transaction().await {
            Ok(()) => return Ok(()),
            Err(error) if error.contains_label(UNKNOWN_TRANSACTION_COMMIT_RESULT) => last = error.to_string(),
            Err(error) if error.contains_label(TRANSIENT_TRANSACTION_ERROR) => return Err(error.into()),
            Err(error) => return Err(AttemptError::Doubt(error.to_string())),
        }
    }
    Err(AttemptError::Doubt(last))
}

/// Does everything but commit.
async fn stage(
    log: &Ground,
    state: &mut State,
    session: &mut ClientSession,
    batch: &[&Prepared],
) -> Result<(Written, Head), AttemptError> {
    let known = state.head.clone().filter(|_| !state.careful && !state.doubt);
    let by_memory = batch.iter().all(|commit| judged_by_memory(&state.memory, commit));
    if let (Some(head), true) = (known, by_memory) {
        let judged = judge(&state.memory, &Findings::default(), batch, Vec::new());
        // When memory refuses everything, nothing is written that would show whether somebody else has written meanwhile:
        // then it is not for memory to refuse.
        if judged.winners(batch).next().is_some() {
            return write(log, session, batch, judged, &head, false).await;
        }
    }
    let (head, waiting) = lock(log, session).await?;
    if waiting.is_some_and(|other| other != state.name) && !state.yielded {
        return Err(AttemptError::Yield);
    }
    if state.head.as_ref() != Some(&head) {
        state.memory.start_at(head.position);
        state.head = Some(head.clone());
        state.lineage += 1;
    }
    let done = if state.doubt { already_written(log, session, batch).await? } else { Vec::new() };
    let findings = find(log, session, state, batch).await?;
    let judged = judge(&state.memory, &findings, batch, done);
    write(log, session, batch, judged, &head, true).await
}

/// Writes the winners of a batch after the head, and moves it.
async fn write(
    log: &Ground,
    session: &mut ClientSession,
    batch: &[&Prepared],
    judged: Judged,
    head: &Head,
    turn: bool,
) -> Result<(Written, Head), AttemptError> {
    let mut records = RawArrayBuf::new();
    judged.winners(batch).filter_map(|commit| commit.record.as_deref()).for_each(|record| records.push(record));
    // No record has a hash in it: while MongoDB inserts them, this thread makes the chain.
    let inserted = insert(&log.database, schema::IDEMPOTENCY, records, session);
    let (inserted, chained) = tokio::join!(inserted, chain(batch, &judged, head));
    inserted?;
    let chained = chained?;
    if !chained.places.is_empty() {
        advance(log, session, head, &chained.head, turn).await?;
        insert(&log.database, schema::EVENTS, chained.documents, session).await?;
        change_keys(log, session, batch, &judged).await?;
    }
    let written = Written { judged, places: chained.places, after: head.hash.clone() };
    Ok((written, chained.head))
}

fn judged_by_memory(memory: &Memory, commit: &Prepared) -> bool {
    let covered = memory.covers(commit.observed);
    commit.guards.iter().all(|guard| covered || memory.version(&guard.stream).is_some())
        && commit.appends.iter().all(|append| match append.expected {
            Expected::Exactly(_) => covered || memory.version(&append.stream).is_some(),
            Expected::Any => memory.version(&append.stream).is_some(),
        })
}

/// Takes the head for this transaction: whoever else writes it now gets a write conflict. Order of positions is thereby
/// order of commits, and an abort leaves no gap.
async fn lock(log: &Ground, session: &mut ClientSession) -> Result<(Head, Option<String>), AttemptError> {
    change_head(log, session, doc! { "$inc": { "turns": 1_i64 } }).await
}

/// Changes the head in this transaction; tells where it stood, and who had asked for a turn.
///
/// It is found by its id and nothing else: for any other condition MongoDB would make a plan, each time anew.
async fn change_head(
    log: &Ground,
    session: &mut ClientSession,
    change: Document,
) -> Result<(Head, Option<String>), AttemptError> {
    let before = log.head.find_one_and_update(doc! { "_id": schema::HEAD_ID }, change).session(session).await?;
    let before = before.ok_or_else(|| LogError::Corrupt("the head document is gone".into()))?;
    Ok((Head::from_document(&before)?, before.get_str("waiting").ok().map(str::to_owned)))
}

/// Asks for a turn. Two transactions that meet at the head don't queue: the later one fails at once, and a busy process
/// could keep another from the head for good. A write outside of a transaction does get in between two of them; it makes
/// the busy one see that somebody waits.
pub(super) async fn ask_for_turn(log: &Ground, name: &str) {
    let ask = log.head.update_one(doc! { "_id": schema::HEAD_ID }, doc! { "$set": { "waiting": name } });
    if let Err(error) = within(ASK_LIMIT, ask.into_future()).await {
        tracing::debug!(%error, "could not ask for a turn at the head");
    }
}

/// Moves the head, provided that it stood where this process believes, and that nobody waits unless it is this process's
/// turn.
async fn advance(
    log: &Ground,
    session: &mut ClientSession,
    from: &Head,
    to: &Head,
    turn: bool,
) -> Result<(), AttemptError> {
    let there = doc! { "position": signed(to.position)?, "hash": &to.hash };
    let (before, waiting) = change_head(log, session, doc! { "$set": there, "$unset": { "waiting": "" } }).await?;
    if before == *from && (turn || waiting.is_none()) { Ok(()) } else { Err(AttemptError::HeadMoved) }
}

/// Asks the log, in one query, about every stream of the batch that memory does not cover.
async fn find(
    log: &Ground,
    session: &mut ClientSession,
    state: &State,
    batch: &[&Prepared],
) -> Result<Findings, AttemptError> {
    let mut findings = Findings::default();
    let mut asked: HashSet<String> = HashSet::new();
    let mut counters: HashSet<&StreamId> = HashSet::new();
    for commit in batch {
        let mut ask = |stream: &StreamId, version: Version| {
            if state.memory.version(stream).is_none() && !state.memory.covers(commit.observed) {
                asked.insert(key(stream, version + 1));
            }
        };
        commit.guards.iter().for_each(|guard| ask(&guard.stream, guard.version));
        for append in &commit.appends {
            match append.expected {
                Expected::Exactly(version) => ask(&append.stream, version),
                Expected::Any => {
                    counters.insert(&append.stream);
                }
            }
        }
    }
    if !asked.is_empty() {
        let filter = doc! { "key": { "$in": asked.into_iter().collect::<Vec<_>>() } };
        let projection = doc! { "_id": 0, "key": 1 };
        let mut cursor = log.events.find(filter).projection(projection).session(&mut *session).await?;
        while let Some(document) = cursor.next(session).await.transpose()? {
            findings.taken.extend(document.get_str("key").ok().map(str::to_owned));
        }
    }
    for stream in counters.into_iter().filter(|stream| state.memory.version(stream).is_none()) {
        if let Some(event) = latest(log, session, stream).await? {
            findings.latest.insert(stream.clone(), event.version);
        }
    }
    if state.careful || state.doubt {
        let ids: Vec<&str> = batch.iter().filter_map(|commit| commit.request.as_deref()).collect();
        findings.records = log.idempotency.taken(session, &ids).await?;
    }
    Ok(findings)
}

async fn latest(
    log: &Ground,
    session: &mut ClientSession,
    stream: &StreamId,
) -> Result<Option<StoredEvent>, AttemptError> {
    let document = log.events.find_one(any_of(stream)).sort(doc! { "key": -1 }).session(session).await?;
    Ok(document.map(stored_from_document).transpose()?)
}

/// The winners' keys come and go.
async fn change_keys(
    log: &Ground,
    session: &mut ClientSession,
    batch: &[&Prepared],
    judged: &Judged,
) -> Result<(), AttemptError> {
    let winners = || judged.winners(batch);
    let created: Vec<Document> =
        winners().flat_map(|commit| commit.created.iter().map(|(_, _, document)| document.clone())).collect();
    let destroyed: Vec<_> = winners().flat_map(|commit| commit.destroyed.iter().copied()).collect();
    log.keys.change(session, &created, &destroyed).await?;
    log.idempotency.erase(session, &destroyed).await?;
    Ok(())
}
