//! Whatever is done to the log, it shows; and what is restored is what it was.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use bson::{Bson, Document, RawDocumentBuf, doc};
use event_log::{
    EventLog, Expected, Head, HeadSigner, MasterKey, Opened, SignedHead, Verified, VerifyOptions, canonical_document,
    chain_hash, stored_from_document, verify_head,
};
use events::{Event, Timestamp, UserEvent};
use futures::TryStreamExt as _;
use mongodb::Collection;

use crate::support::{TestLog, new_user, register, role_changed, user_stream, with_log};

/// How many attempts: a tenth, or all of them when `HAR_TESTS_WHOLE` is set.
fn attempts() -> usize {
    if std::env::var_os("HAR_TESTS_WHOLE").is_some() { 10_000 } else { 1_000 }
}

async fn filled(log: &TestLog, people: usize) {
    for n in 0..people {
        let user = new_user();
        log.log.append(register(&log.log, user, &format!("ada-{n}@example.org"))).await.unwrap();
        log.append(&user_stream(user), Expected::Exactly(1), vec![role_changed(user)]).await.unwrap();
    }
}

async fn verified(log: &EventLog) -> Verified {
    log.verify(&VerifyOptions { from: 1, to: None, deadline: None, progress: &|_| () }).await.unwrap()
}

/// The events as they are stored, and where.
struct Stored {
    events: Collection<Document>,
    head: Collection<Document>,
    all: Vec<Document>,
}

impl Stored {
    async fn of(log: &EventLog) -> Self {
        let (events, head) = (log.database().collection::<Document>("events"), log.database().collection("log_head"));
        let all = events.find(doc! {}).sort(doc! { "_id": 1 }).await.unwrap().try_collect().await.unwrap();
        Self { events, head, all }
    }

    async fn put(&self, document: &Document) {
        let replace = self.events.replace_one(doc! { "_id": document.get("_id") }, document).upsert(true);
        replace.bypass_document_validation(true).await.unwrap();
    }

    async fn take(&self, document: &Document) {
        self.events.delete_one(doc! { "_id": document.get("_id") }).await.unwrap();
    }

    async fn end_at(&self, document: &Document) {
        let end = doc! { "$set": { "position": document.get("_id"), "hash": document.get("hash") } };
        assert_eq!(self.head.update_one(doc! {}, end).await.unwrap().matched_count, 1);
    }

    fn some(&self) -> usize {
        rand::random_range(0..self.all.len())
    }
}

/// The document with one of its fields altered, anywhere in it but in its `_id`.
fn edited(document: &Document) -> Document {
    let mut document = document.clone();
    let names: Vec<String> = document.keys().filter(|name| *name != "_id").cloned().collect();
    let name = &names[rand::random_range(0..names.len())];
    let inner = document.get_document_mut(name).ok().filter(|inner| !inner.is_empty());
    let (fields, name) = match inner {
        Some(inner) => {
            let names: Vec<String> = inner.keys().cloned().collect();
            (inner, names[rand::random_range(0..names.len())].clone())
        }
        None => (&mut document, name.clone()),
    };
    let other = match fields.get(&name) {
        Some(Bson::String(text)) if text.is_empty() => Bson::from("x"),
        Some(Bson::String(text)) => {
            let mut text: Vec<char> = text.chars().collect();
            let at = rand::random_range(0..text.len());
            text[at] = if text[at] == 'x' { 'y' } else { 'x' };
            Bson::from(text.into_iter().collect::<String>())
        }
        Some(Bson::Int64(number)) => Bson::from(number + 1),
        Some(Bson::Null) => Bson::from("something"),
        Some(_) | None => Bson::Null,
    };
    fields.insert(name, other);
    document
}

/// The document with another event's data, and a hash that fits.
fn forged(document: &Document) -> Document {
    let mut event = stored_from_document(document.clone()).unwrap();
    event.data["user_id"] = serde_json::json!(new_user());
    event.hash = chain_hash(&event).unwrap();
    canonical_document(&event).unwrap()
}

#[test]
fn every_edit_deletion_reordering_and_truncation_is_found() {
    with_log(async |log| {
        filled(&log, 20).await;
        let signer = HeadSigner::new(&[7; 32]);
        let kept = signer.sign(&log.log.head().await.unwrap(), Timestamp::new(chrono::Utc::now())).unwrap();
        let stored = Stored::of(&log.log).await;
        let last = stored.all.len() - 1;
        for attempt in 0..attempts() {
            let at = stored.some();
            let document = &stored.all[at];
            match attempt % 5 {
                0 => {
                    stored.put(&edited(document)).await;
                    assert_eq!(verified(&log.log).await.first_bad, Some(at as u64 + 1), "{document}");
                    stored.put(document).await;
                }
                1 => {
                    stored.take(document).await;
                    assert_eq!(verified(&log.log).await.first_bad, Some(at as u64 + 1));
                    stored.put(document).await;
                }
                2 => {
                    let other = &stored.all[(at + 1 + rand::random_range(0..last)) % stored.all.len()];
                    let placed = |content: &Document, place: &Document| {
                        let mut content = content.clone();
                        content.insert("_id", place.get("_id").cloned().unwrap());
                        content
                    };
                    stored.take(other).await;
                    stored.put(&placed(other, document)).await;
                    stored.put(&placed(document, other)).await;
                    let first = at.min(stored.all.iter().position(|one| one == other).unwrap());
                    assert_eq!(verified(&log.log).await.first_bad, Some(first as u64 + 1));
                    stored.take(document).await;
                    stored.put(other).await;
                    stored.put(document).await;
                }
                3 => {
                    // A hash that fits does not fit into the chain, nor the last one to the head.
                    stored.put(&forged(document)).await;
                    let found = verified(&log.log).await.first_bad.unwrap();
                    assert!((at as u64 + 1..=at as u64 + 2).contains(&found), "{found} for {at}");
                    stored.put(document).await;
                }
                _ => cut(&log.log, &stored, at.max(1), (&kept, &signer)).await,
            }
        }
        assert_eq!(verified(&log.log).await.first_bad, None);
    });
}

/// Cuts the log before an event, head and all: the chain is whole, and the head that was kept tells.
async fn cut(log: &EventLog, stored: &Stored, at: usize, (kept, signer): (&SignedHead, &HeadSigner)) {
    let from = doc! { "_id": { "$gte": stored.all[at].get("_id") } };
    stored.events.delete_many(from).await.unwrap();
    stored.end_at(&stored.all[at - 1]).await;
    let found = verified(log).await;
    assert_eq!((found.first_bad, found.to), (None, at as u64), "by itself it is whole");
    assert_eq!(verify_head(kept, &signer.public_key()), Ok(()));
    assert!(log.read(kept.position - 1, 1).await.unwrap().is_empty(), "what was signed is gone");
    stored.events.insert_many(&stored.all[at..]).await.unwrap();
    stored.end_at(stored.all.last().unwrap()).await;
}

#[test]
fn a_part_is_verified_and_a_head_that_is_ahead_is_found() {
    with_log(async |log| {
        assert_eq!(verified(&log.log).await.head, Head::genesis());
        filled(&log, 3).await;
        let part = VerifyOptions { from: 3, to: Some(4), deadline: None, progress: &|_| () };
        let found = log.log.verify(&part).await.unwrap();
        assert_eq!((found.from, found.to, found.checked, found.first_bad), (3, 4, 2, None));
        let stored = Stored::of(&log.log).await;
        stored.take(stored.all.last().unwrap()).await;
        assert_eq!(verified(&log.log).await.first_bad, Some(6));
        let mut beyond = stored.all[5].clone();
        stored.put(&beyond).await;
        beyond.insert("_id", 7_i64);
        beyond.insert("key", "user/x/0000000001");
        stored.put(&beyond).await;
        assert_eq!(verified(&log.log).await.first_bad, Some(7));
    });
}

#[test]
fn what_is_restored_is_what_it_was_byte_by_byte() {
    with_log(async |log| {
        filled(&log, 5).await;
        let raw = |log: &EventLog| log.database().collection::<RawDocumentBuf>("events");
        let bytes = async |log: &EventLog| -> Vec<RawDocumentBuf> {
            raw(log).find(doc! {}).sort(doc! { "_id": 1 }).await.unwrap().try_collect().await.unwrap()
        };
        let events = log.log.read(0, 1_000).await.unwrap();
        let travelling = MasterKey::new([9; 32]);
        let keys = log.log.keys().rewrapped(&travelling).await.unwrap();
        for with_keys in [true, false] {
            let other = TestLog::new().await;
            for chunk in events.chunks(3) {
                other.log.restore(chunk.to_vec()).await.unwrap();
            }
            assert!(other.log.restore(events[..1].to_vec()).await.is_err(), "there is one already");
            other.log.restored().await.unwrap();
            if with_keys {
                assert!(other.log.keys().restore(&MasterKey::new([8; 32]), &keys).await.is_err(), "another key");
                assert_eq!(other.log.keys().restore(&travelling, &keys).await.unwrap(), 5);
            }
            assert_eq!(bytes(&other.log).await, bytes(&log.log).await);
            assert_eq!(other.log.head().await.unwrap(), log.log.head().await.unwrap());
            assert_eq!(verified(&other.log).await.first_bad, None);
            let opened = other.log.open_events(events.clone()).await.unwrap();
            let Opened::Known(event) = &opened[0] else { panic!("{opened:?}") };
            let Event::User(UserEvent::UserRegistered(registered)) = &event.event else { panic!("{event:?}") };
            assert_eq!(registered.email.value().is_some(), with_keys);
            // And it goes on.
            filled(&other, 1).await;
            assert_eq!(verified(&other.log).await.first_bad, None);
            let stats = other.log.stats().await.unwrap();
            assert_eq!((stats.events, stats.streams), (12, 6));
            assert_eq!(stats.by_type["UserRegistered"], 6);
        }
    });
}
