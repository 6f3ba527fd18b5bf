//! One effect per idempotency key.

use std::time::Duration;

use event_log::{Answer, AppendError, Commit, Expected, KeyChange, NewIdempotencyRecord};
use futures::future::join_all;
use serde_json::json;

use crate::support::{TestLog, append_to, commit, new_user, register, role_changed, user_stream, with_log};

/// How long what happens by itself may take.
const PATIENCE: Duration = Duration::from_secs(20);

fn record(log: &TestLog, owner: Option<events::UserId>) -> NewIdempotencyRecord {
    NewIdempotencyRecord {
        id: log.log.idempotency().id("caller", "key"),
        fingerprint: log.log.idempotency().fingerprint("POST", "/courses", b"{}"),
        owner,
        outcome: json!({ "course_id": "c" }),
    }
}

#[test]
fn of_many_commits_with_one_key_one_happens() {
    with_log(async |log| {
        let second = log.second_process().await;
        let tries = join_all((0..20).map(|n| {
            let process = if n % 2 == 0 { &log } else { &second };
            let commit = register(&process.log, new_user(), "ada@example.org");
            process.log.append(Commit { idempotency: Some(record(process, None)), ..commit })
        }))
        .await;
        assert_eq!(tries.iter().filter(|result| result.is_ok()).count(), 1, "{tries:?}");
        assert!(tries.iter().all(|result| matches!(result, Ok(_) | Err(AppendError::DuplicateRequest))), "{tries:?}");
        assert_eq!(log.all_checked().await.len(), 1);
    });
}

#[test]
fn the_answer_comes_back_as_it_was_given() {
    with_log(async |log| {
        let ada = new_user();
        let (records, keys) = (log.log.idempotency(), log.log.keys());
        let record = record(&log, Some(ada));
        assert_eq!(records.find(&record.id, keys).await.unwrap(), None);
        let commit = register(&log.log, ada, "ada@example.org");
        log.log.append(Commit { idempotency: Some(record.clone()), ..commit }).await.unwrap();
        let found = records.find(&record.id, keys).await.unwrap().unwrap();
        assert_eq!((found.outcome, found.answer), (record.outcome.clone(), None));
        let answer = Answer {
            status: 201,
            headers: vec![("x-position".into(), "7".into())],
            body: r#"{"success":true,"data":{"name":"canary"}}"#.into(),
        };
        records.answer(&record, &answer, keys).await.unwrap();
        let found = records.find(&record.id, keys).await.unwrap().unwrap();
        assert_eq!(found.answer, Some(answer));
        let raw = log.log.database().collection::<bson::Document>("idempotency");
        let raw = raw.find_one(bson::doc! { "_id": &record.id }).await.unwrap().unwrap();
        assert!(!raw.to_string().contains("canary"), "the answer is sealed: {raw}");
    });
}

#[test]
fn a_refusal_is_recorded_without_an_event() {
    with_log(async |log| {
        let (records, keys) = (log.log.idempotency(), log.log.keys());
        let record = NewIdempotencyRecord { outcome: json!(null), ..record(&log, None) };
        let answer = Answer { status: 400, headers: vec![], body: "{}".into() };
        records.answer(&record, &answer, keys).await.unwrap();
        assert_eq!(records.find(&record.id, keys).await.unwrap().unwrap().answer, Some(answer));
        let late = register(&log.log, new_user(), "ada@example.org");
        let late = log.log.append(Commit { idempotency: Some(record), ..late }).await;
        assert!(matches!(late, Err(AppendError::DuplicateRequest)), "{late:?}");
        assert!(log.all_checked().await.is_empty());
    });
}

#[test]
fn another_caller_or_request_has_another_record() {
    with_log(async |log| {
        let records = log.log.idempotency();
        assert_ne!(records.id("ada", "key"), records.id("eve", "key"));
        assert_ne!(records.id("a", "bc"), records.id("ab", "c"));
        assert_ne!(records.fingerprint("POST", "/a", b"1"), records.fingerprint("POST", "/a", b"2"));
        assert_ne!(records.fingerprint("POST", "/a", b"1"), records.fingerprint("PUT", "/a", b"1"));
    });
}

#[test]
fn with_its_owner_a_record_is_gone_answered_or_not() {
    with_log(async |log| {
        let ada = new_user();
        let (records, keys) = (log.log.idempotency(), log.log.keys());
        log.log.append(register(&log.log, ada, "ada@example.org")).await.unwrap();
        let of = |key| NewIdempotencyRecord { id: records.id("caller", key), ..record(&log, Some(ada)) };
        let change = |version, key, changes| Commit {
            keys: changes,
            idempotency: Some(of(key)),
            ..commit(&log.log, vec![append_to(&user_stream(ada), Expected::Exactly(version), vec![role_changed(ada)])])
        };
        for (version, key) in [(1, "answered"), (2, "unanswered")] {
            log.log.append(change(version, key, vec![])).await.unwrap();
        }
        let answer = Answer { status: 200, headers: vec![], body: "{}".into() };
        records.answer(&of("answered"), &answer, keys).await.unwrap();
        log.log.append(change(3, "erasing", vec![KeyChange::Destroy(ada)])).await.unwrap();
        let left = async || {
            let raw = log.log.database().collection::<bson::Document>("idempotency");
            raw.distinct("_id", bson::doc! {}).await.unwrap()
        };
        assert_eq!(left().await, vec![bson::Bson::String(of("unanswered").id)]);
        assert_eq!(records.find(&of("unanswered").id, keys).await.unwrap(), None);
        assert!(left().await.is_empty());
        // The key may be used again, as if nothing had been.
        let again = Commit { idempotency: Some(of("unanswered")), ..register(&log.log, new_user(), "eve@example.org") };
        log.log.append(again).await.unwrap();
    });
}

#[test]
fn a_record_is_found_for_a_day_and_not_for_good() {
    with_log(async |log| {
        let raw = log.log.database().collection::<bson::Document>("idempotency");
        let now = bson::DateTime::now();
        let made = |name: String, hours: i64| {
            let created_at = bson::DateTime::from_millis(now.timestamp_millis() - hours * 3_600_000);
            bson::doc! { "_id": name, "created_at": created_at }
        };
        let old = (0..2_500).map(|number| made(format!("old {number}"), 27));
        let young = [made("of yesterday".to_owned(), 25), made("restored".to_owned(), 27)];
        raw.insert_many(old.chain(young)).await.unwrap();
        log.log
            .append(Commit {
                idempotency: Some(record(&log, None)),
                ..register(&log.log, new_user(), "ada@example.org")
            })
            .await
            .unwrap();
        let records = log.log.idempotency();
        assert_eq!(records.expire(now).await.unwrap(), 2_500);
        assert_eq!(raw.count_documents(bson::doc! {}).await.unwrap(), 3);
        let later = |hours: i64| bson::DateTime::from_millis(now.timestamp_millis() + hours * 3_600_000);
        assert_eq!(records.expire(later(2)).await.unwrap(), 2, "with the one that lay before it");
        assert_eq!(records.expire(later(25)).await.unwrap(), 0);
        assert!(records.find(&record(&log, None).id, log.log.keys()).await.unwrap().is_some());
        assert_eq!(records.expire(later(27)).await.unwrap(), 1);
    });
}

#[test]
fn who_appends_has_records_expire() {
    with_log(async |log| {
        let raw = log.log.database().collection::<bson::Document>("idempotency");
        let index = bson::doc! { "created_at": 1 };
        let of_earlier_versions = mongodb::IndexModel::builder().keys(index);
        let named = mongodb::options::IndexOptions::builder().name("expiry".to_owned()).build();
        raw.create_index(of_earlier_versions.options(named).build()).await.unwrap();
        raw.insert_one(bson::doc! { "_id": "old", "created_at": bson::DateTime::from_millis(0) }).await.unwrap();
        let second = log.second_process().await;
        let all_gone = async { while raw.count_documents(bson::doc! {}).await.unwrap() > 0 {} };
        tokio::time::timeout(PATIENCE, all_gone).await.expect("it looks at once");
        assert_eq!(raw.list_index_names().await.unwrap(), ["_id_", "owner_of_answer"]);
        drop(second);
    });
}
