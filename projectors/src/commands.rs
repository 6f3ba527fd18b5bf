//! The commands that make a batch's changes: few, whatever the number of documents. The driver's own bulk write needs a
//! newer server than this product does. Every document is encoded once.

use std::collections::BTreeMap;

use bson::raw::{BindRawBsonRef, RawArrayBuf, cstr};
use bson::{RawDocumentBuf, rawdoc};
use event_log::{LogError, signed};
use read_models::PARKED;

use crate::DocKey;
use crate::difference::Difference;
use crate::folding::{Change, Parked, Slot};
use crate::store::{Changes, CommitError};

/// One command carries no more statements than this, and about so many bytes: it is a document itself, and those end at
/// 16 MiB.
const COMMAND_STATEMENTS: usize = 1_000;
const COMMAND_BYTES: usize = 8 * 1024 * 1024;
/// A document that does not fit into a command of its own is refused here: the server's refusal would name no document.
pub(crate) const DOCUMENT_BYTES: usize = 15 * 1024 * 1024;

/// A command, and the key of each of its statements, by index.
pub(crate) struct Command {
    pub(crate) document: RawDocumentBuf,
    pub(crate) keys: Vec<DocKey>,
    /// Whether each statement must meet a document, or make one.
    pub(crate) must_meet: bool,
}

/// One statement of a command, or one document of an insertion.
struct Statement {
    key: DocKey,
    document: RawDocumentBuf,
}

/// What a command does, in the order in which they are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Delete,
    Insert,
    Update,
    /// Of documents that may be there or not.
    Mark,
}

/// The statements of each kind, by collection.
#[derive(Default)]
struct Statements<'a>(BTreeMap<(Kind, &'a str), Vec<Statement>>);

impl<'a> Statements<'a> {
    fn add(&mut self, kind: Kind, collection: &'a str, key: &DocKey, document: RawDocumentBuf) {
        self.0.entry((kind, collection)).or_default().push(Statement { key: key.clone(), document });
    }

    /// Writes a document over what was there before, as little of it as MongoDB needs. Every index of a collection is
    /// looked at for a document that is replaced, within a transaction twice, and none for fields that none is over.
    fn put(&mut self, key: &'a DocKey, document: &RawDocumentBuf, before: Option<&Slot>) {
        let known = match before {
            Some(Slot::Absent) => return self.add(Kind::Insert, key.collection(), key, document.clone()),
            Some(Slot::Raw(raw)) => Some(raw),
            Some(Slot::Typed(typed)) => typed.raw(),
            None => None,
        };
        let statement = match known.map(|known| Difference::between(known, document)) {
            Some(Difference::Nothing) => return,
            Some(Difference::Fields(fields)) => rawdoc! { "q": { "_id": key.id() }, "u": { "$set": fields } },
            Some(Difference::Shape) | None => replace(key.id(), document),
        };
        self.add(Kind::Update, key.collection(), key, statement);
    }
}

/// The commands for a projection's changes.
pub(crate) fn commands(projection: &str, changes: &Changes) -> Result<Vec<Command>, CommitError> {
    let mut statements = Statements::default();
    for (key, change) in &changes.documents {
        match change {
            Change::Put { document, before } => {
                let Some(raw) = document.raw() else {
                    return Err(CommitError::Refused { key: key.clone(), reason: "it has no BSON form".into() });
                };
                if raw.as_bytes().len() >= DOCUMENT_BYTES {
                    return Err(CommitError::Refused { key: key.clone(), reason: "it is too large".into() });
                }
                statements.put(key, raw, before.as_ref());
            }
            Change::Delete => statements.add(Kind::Delete, key.collection(), key, delete(key.id())),
        }
    }
    for key in changes.stale.iter().filter(|key| !key.is_stream()) {
        let document = rawdoc! { "q": { "_id": key.id() }, "u": { "$set": { "stale": true } } };
        statements.add(Kind::Mark, key.collection(), key, document);
    }
    for (key, parked) in &changes.parked {
        let record = record(projection, key, parked)?;
        let raw = bson::serialize_to_document(&record).ok().and_then(|record| RawDocumentBuf::try_from(&record).ok());
        let raw = raw.ok_or_else(|| LogError::Corrupt("a park record without BSON form".into()))?;
        statements.add(Kind::Update, PARKED.name, key, replace(&record.id, &raw));
    }
    for key in &changes.unparked {
        let id = read_models::Parked::id_of(projection, key.collection(), key.id());
        statements.add(Kind::Delete, PARKED.name, key, delete(&id));
    }
    let mut commands = Vec::new();
    for ((kind, collection), statements) in statements.0 {
        chunk(kind, collection, statements, &mut commands);
    }
    Ok(commands)
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

impl Kind {
    fn command(self, collection: &str, statements: impl BindRawBsonRef) -> RawDocumentBuf {
        let (name, list) = match self {
            Self::Delete => (cstr!("delete"), cstr!("deletes")),
            Self::Insert => (cstr!("insert"), cstr!("documents")),
            Self::Update | Self::Mark => (cstr!("update"), cstr!("updates")),
        };
        let mut document = RawDocumentBuf::new();
        document.append(name, collection);
        document.append(list, statements);
        document.append(cstr!("ordered"), true);
        document
    }

    const fn must_meet(self) -> bool {
        match self {
            Self::Insert | Self::Update => true,
            Self::Delete | Self::Mark => false,
        }
    }
}

fn chunk(kind: Kind, collection: &str, statements: Vec<Statement>, commands: &mut Vec<Command>) {
    let mut keys = Vec::new();
    let mut chunk = RawArrayBuf::new();
    let mut bytes = 0;
    let mut flush = |keys: &mut Vec<DocKey>, chunk: &mut RawArrayBuf| {
        let document = kind.command(collection, std::mem::take(chunk));
        commands.push(Command { document, keys: std::mem::take(keys), must_meet: kind.must_meet() });
    };
    for Statement { key, document } in statements {
        let size = document.as_bytes().len();
        if !keys.is_empty() && (keys.len() >= COMMAND_STATEMENTS || bytes + size > COMMAND_BYTES) {
            flush(&mut keys, &mut chunk);
            bytes = 0;
        }
        keys.push(key);
        chunk.push(document);
        bytes += size;
    }
    flush(&mut keys, &mut chunk);
}

#[cfg(test)]
mod tests {
    use bson::{Document, doc, serialize_to_raw_document_buf};
    use chrono::DateTime;
    use events::{CourseId, Timestamp, UserId};
    use read_models::UserCourse;
    use serde::de::DeserializeOwned;
    use uuid::Uuid;

    use super::*;
    use crate::folding::{Cache, Documents, Parking};

    fn id<T: DeserializeOwned>(number: u128) -> T {
        serde_json::from_value(Uuid::from_u128(number).to_string().into()).unwrap()
    }

    fn course(number: u128, published: bool) -> UserCourse {
        UserCourse { id: id::<CourseId>(number), instructor_id: id::<UserId>(9), published, stale: false }
    }

    fn key(number: u128) -> DocKey {
        DocKey::of::<UserCourse>(id::<CourseId>(number))
    }

    fn raw(document: &UserCourse) -> RawDocumentBuf {
        serialize_to_raw_document_buf(&bson::serde_helpers::HumanReadable(document)).unwrap()
    }

    /// What is to be run for the cache's changes, as name, documents or statements, and whether all must be met.
    fn of(cache: &Cache, stale: Vec<DocKey>) -> Vec<(String, Vec<Document>, bool)> {
        let changes = Changes { documents: cache.changes(), stale, ..Changes::default() };
        let read = |command: Command| {
            let document = Document::try_from(&command.document).unwrap();
            let (name, collection) = document.iter().next().unwrap();
            assert_eq!(collection.as_str(), Some("user_courses"));
            let list = document.iter().nth(1).unwrap().1.as_array().unwrap();
            assert_eq!(list.len(), command.keys.len());
            let list = list.iter().map(|one| one.as_document().unwrap().clone()).collect();
            (name.clone(), list, command.must_meet)
        };
        commands("users", &changes).unwrap_or_else(|error| panic!("{error}")).into_iter().map(read).collect()
    }

    fn fold(cache: &mut Cache, with: impl FnOnce(&mut Documents<'_>)) {
        let parking = Parking::none(Timestamp::new(DateTime::UNIX_EPOCH));
        let mut documents = Documents::new(cache, &parking);
        with(&mut documents);
        documents.keep();
    }

    #[test]
    fn what_was_not_there_is_inserted_and_of_what_was_only_what_changed_is_set() {
        let mut cache = Cache::of_what_serves();
        cache.fill(key(1), Slot::Absent);
        cache.fill(key(2), Slot::Raw(raw(&course(2, false))));
        cache.fill(key(3), Slot::Raw(raw(&course(3, true))));
        cache.fill(key(4), Slot::Raw(raw(&course(4, true))));
        fold(&mut cache, |documents| {
            documents.put(course(1, false)).unwrap();
            // The one that was read counts, also when it was read as what it is.
            documents.require::<UserCourse>(id::<CourseId>(2)).unwrap();
            documents.put(course(2, true)).unwrap();
            documents.put(course(3, true)).unwrap();
            documents.delete::<UserCourse>(id::<CourseId>(4)).unwrap();
        });
        // What the batch itself has put there is not what was there before it.
        fold(&mut cache, |documents| documents.put(course(1, true)).unwrap());
        let new = Document::try_from(&raw(&course(1, true))).unwrap();
        let (second, fourth) = (key(2).id().to_owned(), key(4).id().to_owned());
        assert_eq!(
            of(&cache, vec![key(5)]),
            [
                ("delete".to_owned(), vec![doc! { "q": { "_id": fourth }, "limit": 1 }], false),
                ("insert".to_owned(), vec![new], true),
                (
                    "update".to_owned(),
                    vec![doc! { "q": { "_id": second }, "u": { "$set": { "published": true } } }],
                    true
                ),
                (
                    "update".to_owned(),
                    vec![doc! { "q": { "_id": key(5).id() }, "u": { "$set": { "stale": true } } }],
                    false
                ),
            ]
        );
    }

    #[test]
    fn what_is_carried_from_the_batch_before_is_what_that_has_written() {
        let mut cache = Cache::of_what_serves();
        cache.fill(key(1), Slot::Absent);
        fold(&mut cache, |documents| documents.put(course(1, false)).unwrap());
        of(&cache, Vec::new());
        let written = cache.slot(&key(1)).cloned().unwrap();

        let mut next = Cache::of_what_serves();
        next.fill(key(1), written);
        fold(&mut next, |documents| documents.put(course(1, true)).unwrap());
        let set = doc! { "q": { "_id": key(1).id() }, "u": { "$set": { "published": true } } };
        assert_eq!(of(&next, Vec::new()), [("update".to_owned(), vec![set], true)]);
    }

    #[test]
    fn where_it_is_not_known_what_is_there_and_where_that_has_other_fields_the_whole_is_put() {
        let whole = Document::try_from(&raw(&course(1, true))).unwrap();
        let replaced = doc! { "q": { "_id": key(1).id() }, "u": whole, "upsert": true };
        let unknown = Cache::new(crate::folding::Uncached::Absent);
        let mut other = Cache::of_what_serves();
        let mut old = raw(&course(1, false));
        old.append(cstr!("more"), 1);
        other.fill(key(1), Slot::Raw(old));
        for mut cache in [unknown, other] {
            fold(&mut cache, |documents| documents.put(course(1, true)).unwrap());
            assert_eq!(of(&cache, Vec::new()), [("update".to_owned(), vec![replaced.clone()], true)]);
        }
    }
}
