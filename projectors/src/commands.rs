//! The commands that make a batch's changes: few, whatever the number of documents. The driver's own bulk write needs a
//! newer server than this product does. Every document is encoded once.

use std::collections::BTreeMap;

use bson::raw::{BindRawBsonRef, RawArrayBuf, cstr};
use bson::{RawDocumentBuf, rawdoc};
use event_log::{LogError, signed};
use read_models::PARKED;

use crate::DocKey;
use crate::folding::{Change, Parked};
use crate::store::{Changes, CommitError};

/// One `update` command carries no more statements than this, and about so many bytes: it is a document itself, and
/// those end at 16 MiB.
const COMMAND_STATEMENTS: usize = 1_000;
const COMMAND_BYTES: usize = 8 * 1024 * 1024;
/// A document that does not fit into a command of its own is refused here: the server's refusal would name no document.
pub(crate) const DOCUMENT_BYTES: usize = 15 * 1024 * 1024;

/// A command, and the key of each of its statements, by index.
pub(crate) struct Command {
    pub(crate) document: RawDocumentBuf,
    pub(crate) keys: Vec<DocKey>,
}

/// One statement of a command.
struct Statement {
    key: DocKey,
    document: RawDocumentBuf,
}

type ByCollection<'a> = BTreeMap<&'a str, Vec<Statement>>;

/// The commands for a projection's changes.
pub(crate) fn commands(projection: &str, changes: &Changes) -> Result<Vec<Command>, CommitError> {
    let mut puts = ByCollection::new();
    let mut deletes = ByCollection::new();
    for (key, change) in &changes.documents {
        match change {
            Change::Put(document) => {
                let Some(raw) = document.encode() else {
                    return Err(CommitError::Refused { key: key.clone(), reason: "it has no BSON form".into() });
                };
                add(&mut puts, key.collection(), key, replace(key.id(), &raw));
            }
            Change::Delete => add(&mut deletes, key.collection(), key, delete(key.id())),
        }
    }
    for key in changes.stale.iter().filter(|key| !key.is_stream()) {
        let document = rawdoc! { "q": { "_id": key.id() }, "u": { "$set": { "stale": true } } };
        add(&mut puts, key.collection(), key, document);
    }
    for (key, parked) in &changes.parked {
        let record = record(projection, key, parked)?;
        let raw = bson::serialize_to_document(&record).ok().and_then(|record| RawDocumentBuf::try_from(&record).ok());
        let raw = raw.ok_or_else(|| LogError::Corrupt("a park record without BSON form".into()))?;
        add(&mut puts, PARKED.name, key, replace(&record.id, &raw));
    }
    for key in &changes.unparked {
        let id = read_models::Parked::id_of(projection, key.collection(), key.id());
        add(&mut deletes, PARKED.name, key, delete(&id));
    }
    let mut commands = Vec::new();
    for (collection, statements) in deletes {
        chunk(Kind::Delete, collection, statements, &mut commands)?;
    }
    for (collection, statements) in puts {
        chunk(Kind::Update, collection, statements, &mut commands)?;
    }
    Ok(commands)
}

fn add<'a>(statements: &mut ByCollection<'a>, collection: &'a str, key: &DocKey, document: RawDocumentBuf) {
    statements.entry(collection).or_default().push(Statement { key: key.clone(), document });
}

fn replace(id: &str, document: &RawDocumentBuf) -> RawDocumentBuf {
    let mut statement = rawdoc! { "q": { "_id": id } };
    statement.append(cstr!("u"), document);
    statement.append(cstr!("upsert"), true);
    statement
}

fn delete(id: &str) -> RawDocumentBuf {
    rawdoc! { "q": { "_id": id }, "limit": 1 }
}

/// What is parked as it is stored, under the name of a projection.
pub(crate) fn record(projection: &str, key: &DocKey, parked: &Parked) -> Result<read_models::Parked, LogError> {
    signed(parked.last_position)?;
    Ok(read_models::Parked {
        id: read_models::Parked::id_of(projection, key.collection(), key.id()),
        projection: projection.to_owned(),
        collection: key.collection().to_owned(),
        key: key.id().to_owned(),
        cause: parked.cause,
        error: parked.error.clone(),
        position: parked.position,
        last_position: parked.last_position,
        events: parked.events,
        since: parked.since,
    })
}

#[derive(Clone, Copy)]
enum Kind {
    Delete,
    Update,
}

impl Kind {
    fn command(self, collection: &str, statements: impl BindRawBsonRef) -> RawDocumentBuf {
        let (name, list) = match self {
            Self::Delete => (cstr!("delete"), cstr!("deletes")),
            Self::Update => (cstr!("update"), cstr!("updates")),
        };
        let mut document = RawDocumentBuf::new();
        document.append(name, collection);
        document.append(list, statements);
        document.append(cstr!("ordered"), true);
        document
    }
}

fn chunk(
    kind: Kind,
    collection: &str,
    statements: Vec<Statement>,
    commands: &mut Vec<Command>,
) -> Result<(), CommitError> {
    let mut keys = Vec::new();
    let mut chunk = RawArrayBuf::new();
    let mut bytes = 0;
    let mut flush = |keys: &mut Vec<DocKey>, chunk: &mut RawArrayBuf| {
        let document = kind.command(collection, std::mem::take(chunk));
        commands.push(Command { document, keys: std::mem::take(keys) });
    };
    for Statement { key, document } in statements {
        let size = document.as_bytes().len();
        if size >= DOCUMENT_BYTES {
            return Err(CommitError::Refused { key, reason: "it is too large".into() });
        }
        if !keys.is_empty() && (keys.len() >= COMMAND_STATEMENTS || bytes + size > COMMAND_BYTES) {
            flush(&mut keys, &mut chunk);
            bytes = 0;
        }
        keys.push(key);
        chunk.push(document);
        bytes += size;
    }
    flush(&mut keys, &mut chunk);
    Ok(())
}
