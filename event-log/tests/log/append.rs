//! Appending: all or nothing, one winner per version, no gaps.

use std::collections::BTreeSet;

use bson::{Document, doc};
use event_log::{AppendError, Commit, Expected, Guard};
use events::{StreamId, StreamType};
use futures::future::join_all;

use crate::support::{Tally, append_to, commit, new_user, register, role_changed, user_stream, with_log};

#[test]
fn a_commit_of_several_streams_happens_whole_or_not_at_all() {
    with_log(async |log| {
        let (ada, eve) = (new_user(), new_user());
        log.log.append(register(&log.log, ada, "ada@example.org")).await.unwrap();
        let both = |eve_at| {
            commit(
                &log.log,
                vec![
                    append_to(&user_stream(ada), Expected::Exactly(1), vec![role_changed(ada), role_changed(ada)]),
                    append_to(&user_stream(eve), Expected::Exactly(eve_at), vec![role_changed(eve)]),
                ],
            )
        };
        log.log.append(register(&log.log, eve, "eve@example.org")).await.unwrap();
        let lost = log.log.append(both(0)).await;
        assert!(matches!(lost, Err(AppendError::Conflict)), "{lost:?}");
        assert_eq!(log.all_checked().await.len(), 2);
        let committed = log.log.append(both(1)).await.unwrap();
        assert_eq!(committed.position(), 5);
        assert_eq!(committed.version_of(&user_stream(ada)), Some(3));
        assert_eq!(committed.version_of(&user_stream(eve)), Some(2));
        assert_eq!(log.all_checked().await.len(), 5);
    });
}

#[test]
fn of_many_writers_one_wins_each_version() {
    with_log(async |log| {
        let second = log.second_process().await;
        let stream = user_stream(new_user());
        let mut won = BTreeSet::new();
        for version in 0..10 {
            let tries = join_all((0..16).map(|n| {
                let process = if n % 2 == 0 { &log } else { &second };
                process.append(&stream, Expected::Exactly(version), vec![role_changed(new_user())])
            }))
            .await;
            let winners: Vec<_> = tries.iter().filter_map(|result| result.as_ref().ok()).collect();
            assert_eq!(winners.len(), 1, "version {}", version + 1);
            assert!(tries.iter().all(|result| matches!(result, Ok(_) | Err(AppendError::Conflict))), "{tries:?}");
            won.insert(winners[0].position());
        }
        assert_eq!(won, (1..=10).collect());
        assert_eq!(log.all_checked().await.len(), 10);
    });
}

#[test]
fn a_guard_that_has_moved_is_a_conflict() {
    with_log(async |log| {
        let (ada, eve) = (new_user(), new_user());
        log.log.append(register(&log.log, ada, "ada@example.org")).await.unwrap();
        let guarded = |version| Commit {
            guards: vec![Guard { stream: user_stream(ada), version }],
            ..commit(&log.log, vec![append_to(&user_stream(eve), Expected::Exactly(0), vec![role_changed(eve)])])
        };
        assert!(matches!(log.log.append(guarded(0)).await, Err(AppendError::Conflict)));
        log.append(&user_stream(ada), Expected::Exactly(1), vec![role_changed(ada)]).await.unwrap();
        assert!(matches!(log.log.append(guarded(1)).await, Err(AppendError::Conflict)));
        log.log.append(guarded(2)).await.unwrap();
    });
}

#[test]
fn a_guard_holds_against_a_commit_of_the_same_batch() {
    with_log(async |log| {
        let ada = new_user();
        log.log.append(register(&log.log, ada, "ada@example.org")).await.unwrap();
        // One moves the stream, the others have read it: those judged after the mover must lose.
        let stream = user_stream(ada);
        let mover = log.append(&stream, Expected::Exactly(1), vec![role_changed(ada)]);
        let readers = join_all((0..8).map(|_| {
            let eve = new_user();
            log.log.append(Commit {
                guards: vec![Guard { stream: user_stream(ada), version: 1 }],
                ..commit(&log.log, vec![append_to(&user_stream(eve), Expected::Exactly(0), vec![role_changed(eve)])])
            })
        }));
        let (moved, readers) = futures::join!(mover, readers);
        let moved_at = moved.unwrap().position();
        for reader in readers {
            match reader {
                Ok(committed) => assert!(committed.position() < moved_at),
                Err(error) => assert!(matches!(error, AppendError::Conflict), "{error:?}"),
            }
        }
        log.all_checked().await;
    });
}

#[test]
fn a_counter_stream_takes_everybody_without_a_gap() {
    with_log(async |log| {
        let second = log.second_process().await;
        let counter = StreamId::new(StreamType::AdminRoster, "counter");
        let appended = join_all((0..64).map(|n| {
            let process = if n % 2 == 0 { &log } else { &second };
            process.append(&counter, Expected::Any, vec![role_changed(new_user())])
        }))
        .await;
        let versions: BTreeSet<_> =
            appended.into_iter().map(|committed| committed.unwrap().version_of(&counter).unwrap()).collect();
        assert_eq!(versions, (1..=64).collect());
        log.all_checked().await;
    });
}

#[test]
fn two_processes_interleave_in_one_order() {
    with_log(async |log| {
        let second = log.second_process().await;
        let appended = join_all((0..200).map(|n| {
            let process = if n % 2 == 0 { &log } else { &second };
            process.log.append(register(&process.log, new_user(), "x@example.org"))
        }))
        .await;
        let positions: BTreeSet<_> = appended.into_iter().map(|committed| committed.unwrap().position()).collect();
        assert_eq!(positions, (1..=200).collect());
        log.all_checked().await;
    });
}

#[test]
fn who_knows_the_head_lets_another_go_first_who_has_asked_for_a_turn() {
    with_log(async |log| {
        let heads = log.log.database().collection::<Document>("log_head");
        let turns = async || heads.find_one(doc! {}).await.unwrap().unwrap().get_i64("turns").unwrap();
        log.log.append(register(&log.log, new_user(), "ada@example.org")).await.unwrap();
        let read_once = turns().await;
        log.log.append(register(&log.log, new_user(), "bob@example.org")).await.unwrap();
        assert_eq!(turns().await, read_once, "nobody else has written");
        heads.update_one(doc! {}, doc! { "$set": { "waiting": "another" } }).await.unwrap();
        log.log.append(register(&log.log, new_user(), "eve@example.org")).await.unwrap();
        assert_eq!(turns().await, read_once + 1, "it has stood back, and read the head anew");
        assert!(!heads.find_one(doc! {}).await.unwrap().unwrap().contains_key("waiting"));
        assert_eq!(log.all_checked().await.len(), 3);
    });
}

#[test]
fn a_load_sees_what_another_process_has_just_written() {
    with_log(async |log| {
        let second = log.second_process().await;
        let ada = new_user();
        log.log.append(register(&log.log, ada, "ada@example.org")).await.unwrap();
        for version in 1..5 {
            let loaded = second.log.load::<Tally>(ada).await.unwrap();
            assert_eq!((loaded.version, loaded.state.events), (version, version));
            assert!(!second.log.moved(&[(&loaded.stream, version)]).await.unwrap());
            log.append(&user_stream(ada), Expected::Exactly(version), vec![role_changed(ada)]).await.unwrap();
            assert!(second.log.moved(&[(&loaded.stream, version)]).await.unwrap());
        }
        assert_eq!(second.log.load::<Tally>(new_user()).await.unwrap().version, 0);
    });
}

#[test]
fn a_stale_load_in_one_process_conflicts_with_the_write_of_another() {
    with_log(async |log| {
        let second = log.second_process().await;
        let ada = new_user();
        // The second process believes itself alone, and has the stream in its memory.
        second.log.append(register(&second.log, ada, "ada@example.org")).await.unwrap();
        let stale = second.log.observed();
        log.append(&user_stream(ada), Expected::Exactly(1), vec![role_changed(ada)]).await.unwrap();
        let append = append_to(&user_stream(ada), Expected::Exactly(1), vec![role_changed(ada)]);
        let late = second.log.append(Commit { observed: stale, ..commit(&second.log, vec![append]) }).await;
        assert!(matches!(late, Err(AppendError::Conflict)), "{late:?}");
        log.all_checked().await;
    });
}

#[test]
fn who_has_read_what_another_process_wrote_into_their_own_stream_writes_after_it() {
    with_log(async |log| {
        let second = log.second_process().await;
        let ada = new_user();
        // In this process's memory the stream has one event.
        log.log.append(register(&log.log, ada, "ada@example.org")).await.unwrap();
        second.append(&user_stream(ada), Expected::Exactly(1), vec![role_changed(ada)]).await.unwrap();
        assert_eq!(log.log.load::<Tally>(ada).await.unwrap().version, 2);
        log.append(&user_stream(ada), Expected::Exactly(2), vec![role_changed(ada)]).await.unwrap();
        log.all_checked().await;
    });
}

#[test]
fn what_is_accepted_before_the_stop_is_written() {
    with_log(async |mut log| {
        let handle = log.log.clone();
        let appends = join_all((0..50).map(|_| handle.append(register(&handle, new_user(), "x@example.org"))));
        let (results, ()) = futures::join!(appends, log.stop());
        let written = results.into_iter().filter(|result| result.is_ok()).count();
        assert_eq!(log.all_checked().await.len(), written);
        assert!(handle.append(register(&handle, new_user(), "x@example.org")).await.is_err());
    });
}

#[test]
fn a_commit_over_the_limit_is_refused_alone() {
    with_log(async |log| {
        let ada = new_user();
        let large = "x".repeat(9 * 1024 * 1024);
        let refused = log.log.append(register(&log.log, ada, &large)).await;
        assert!(matches!(refused, Err(AppendError::TooLarge)), "{refused:?}");
        log.log.append(register(&log.log, ada, "ada@example.org")).await.unwrap();
    });
}
