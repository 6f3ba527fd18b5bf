//! A person can be made unreadable, and the chain still holds.
#![allow(clippy::unwrap_used, clippy::panic)]

use event_log::{Commit, EventLog, Expected, KeyChange, Opened, Scanned};
use events::{Actor, ActorRole, Event, Personal, RecordedEvent, StreamType, UserEvent};
use futures::TryStreamExt as _;

use crate::support::{Tally, append_to, commit, new_user, register, role_changed, user_stream, with_log};

#[test]
fn the_log_shows_nothing_personal_and_opens_it_to_its_readers() {
    with_log(async |log| {
        let ada = new_user();
        log.log.append(register(&log.log, ada, "canary@example.org")).await.unwrap();
        let stored = log.all_checked().await;
        let text = serde_json::to_string(&stored).unwrap();
        assert!(!text.contains("canary") && !text.contains("Lovelace") && !text.contains("argon2"), "{text}");
        assert_eq!(stored[0].subject_ids, [ada]);
        let opened = log.log.open_events(stored).await.unwrap();
        let Opened::Known(event) = &opened[0] else { panic!("{opened:?}") };
        let Event::User(UserEvent::UserRegistered(registered)) = &event.event else { panic!("{event:?}") };
        assert_eq!(registered.email.value().map(String::as_str), Some("canary@example.org"));
        assert_eq!(log.log.load::<Tally>(ada).await.unwrap().state.email.as_deref(), Some("canary@example.org"));
    });
}

fn known(opened: Vec<Opened>) -> Vec<RecordedEvent> {
    let known = |opened| if let Opened::Known(event) = opened { event } else { panic!("{opened:?}") };
    opened.into_iter().map(known).collect()
}

async fn scanned(log: &EventLog, to: u64) -> Vec<RecordedEvent> {
    let batches: Vec<Vec<Scanned>> = log.scan((0, to), StreamType::ALL, 1).try_collect().await.unwrap();
    known(batches.into_iter().flatten().map(|scanned| scanned.event).collect())
}

#[test]
fn what_is_folded_is_the_same_live_and_rebuilt_and_does_not_say_where_the_actor_sat() {
    with_log(async |log| {
        let ada = new_user();
        let mut commit = register(&log.log, ada, "canary@example.org");
        let personal = |value: &str| Some(Personal::new(ada, value.to_owned()));
        let actor = Actor {
            user_id: Some(ada),
            role: ActorRole::Learner,
            ip: personal("192.0.2.7"),
            user_agent: personal("a browser"),
        };
        commit.metadata.actor = actor.clone();
        log.log.append(commit).await.unwrap();
        let change = append_to(&user_stream(ada), Expected::Exactly(1), vec![role_changed(ada)]);
        log.log.append(crate::support::commit(&log.log, vec![change])).await.unwrap();
        let stored = log.all_checked().await;
        let whole = known(log.log.open_events(stored.clone()).await.unwrap());
        assert_eq!((&whole[0].actor, &whole[1].actor), (&actor, &Actor::system()));
        let without = |event: RecordedEvent| RecordedEvent {
            actor: Actor { ip: None, user_agent: None, ..event.actor },
            ..event
        };
        let expected: Vec<_> = whole.into_iter().map(without).collect();
        assert_eq!(known(log.log.open_to_fold(stored).await.unwrap()), expected);
        assert_eq!(scanned(&log.log, 2).await, expected);
    });
}

#[test]
fn an_unknown_event_of_a_scan_is_whole() {
    with_log(async |log| {
        log.log.append(register(&log.log, new_user(), "ada@example.org")).await.unwrap();
        let events = log.log.database().collection::<bson::Document>("events");
        let (one, later) = (bson::doc! { "_id": 1_i64 }, bson::doc! { "$set": { "type": "UserDreamt" } });
        events.update_one(one, later).await.unwrap();
        let batches: Vec<Vec<Scanned>> = log.log.scan((0, 1), StreamType::ALL, 10).try_collect().await.unwrap();
        let Opened::Unknown { stored, .. } = &batches[0][0].event else { panic!("{batches:?}") };
        assert_eq!(vec![stored.clone()], log.log.read(0, 10).await.unwrap());
    });
}

#[test]
fn without_their_key_a_person_is_unreadable_everywhere_and_the_chain_verifies() {
    with_log(async |log| {
        let second = log.second_process().await;
        let ada = new_user();
        log.log.append(register(&log.log, ada, "canary@example.org")).await.unwrap();
        let erase = append_to(&user_stream(ada), Expected::Exactly(1), vec![role_changed(ada)]);
        log.log.append(Commit { keys: vec![KeyChange::Destroy(ada)], ..commit(&log.log, vec![erase]) }).await.unwrap();
        assert!(!log.log.keys().exists(ada).await.unwrap());
        let stored = log.all_checked().await;
        for process in [&log, &second] {
            let opened = process.log.open_events(stored.clone()).await.unwrap();
            let Opened::Known(event) = &opened[0] else { panic!("{opened:?}") };
            let Event::User(UserEvent::UserRegistered(registered)) = &event.event else { panic!("{event:?}") };
            assert_eq!(registered.email.value(), None);
        }
    });
}

#[test]
fn a_lost_commit_leaves_no_key() {
    with_log(async |log| {
        let (ada, eve) = (new_user(), new_user());
        log.log.append(register(&log.log, ada, "ada@example.org")).await.unwrap();
        let taken = append_to(&user_stream(ada), Expected::Exactly(0), vec![role_changed(eve)]);
        let lost = Commit { keys: vec![KeyChange::Create(eve)], ..commit(&log.log, vec![taken]) };
        assert!(log.log.append(lost).await.is_err());
        assert!(!log.log.keys().exists(eve).await.unwrap());
    });
}
