//! A mongod that is killed, stopped in its tracks, or cuts the line at the worst moment.

use std::time::{Duration, Instant};

use event_log::{AppendError, LogNames};
use futures::future::join_all;

use crate::support::{TestLog, new_user, register, runtime, start_mongod, user_stream};

#[test]
fn while_mongod_hangs_nothing_is_confirmed_and_the_answer_comes_in_time() {
    runtime().block_on(async {
        let (server, _folder) = start_mongod().await;
        let log = TestLog::open(&server.uri(), LogNames::new("log", "log")).await;
        log.log.append(register(&log.log, new_user(), "ada@example.org")).await.unwrap();
        server.suspend().unwrap();
        let started = Instant::now();
        let hung = log.log.append(register(&log.log, new_user(), "eve@example.org")).await;
        let took = started.elapsed();
        server.resume().unwrap();
        assert!(matches!(hung, Err(AppendError::Unconfirmed(_) | AppendError::Log(_))), "{hung:?}");
        assert!(took < Duration::from_secs(3), "{took:?}");
        until_it_appends(&log).await;
        log.all_checked().await;
    });
}

#[test]
fn a_mongod_that_is_killed_under_load_loses_nothing_that_was_confirmed() {
    runtime().block_on(async {
        let (mut server, _folder) = start_mongod().await;
        let log = TestLog::open(&server.uri(), LogNames::new("log", "log")).await;
        until_it_appends(&log).await;
        let users: Vec<_> = (0..400).map(|_| new_user()).collect();
        let writing =
            join_all(users.iter().map(|user| async {
                (*user, log.log.append(register(&log.log, *user, "x@example.org")).await.is_ok())
            }));
        let kill = async {
            // Not before the first batch is in: that would be killing an idle server.
            while log.log.observed() < 2 {
                tokio::task::yield_now().await;
            }
            server.kill().await.unwrap();
        };
        let (written, ()) = futures::join!(writing, kill);
        server.restart().await.unwrap();
        until_it_appends(&log).await;
        let stored = log.all_checked().await;
        for (user, confirmed) in written {
            let found = stored.iter().filter(|event| event.stream() == user_stream(user)).count();
            assert!(found == 1 || (found == 0 && !confirmed), "confirmed: {confirmed}, found: {found}");
        }
    });
}

#[test]
fn a_commit_whose_answer_is_cut_off_is_found_by_its_ids() {
    runtime().block_on(async {
        let (server, _folder) = start_mongod().await;
        let log = TestLog::open(&server.uri(), LogNames::new("log", "log")).await;
        until_it_appends(&log).await;
        let before = log.all_checked().await.len();
        // The server commits, and says that it does not know; three times, which is as often as it is asked.
        let cut = bson::doc! {
            "configureFailPoint": "failCommand",
            "mode": { "times": 3 },
            "data": {
                "failCommands": ["commitTransaction"],
                "writeConcernError": { "code": 64, "errmsg": "waiting for replication timed out" },
            },
        };
        log.log.client().database("admin").run_command(cut).await.unwrap();
        let ada = new_user();
        let committed = log.log.append(register(&log.log, ada, "ada@example.org")).await.unwrap();
        let stored = log.all_checked().await;
        assert_eq!(stored.len(), before + 1, "once, and no second time");
        let last = stored.last().unwrap();
        assert_eq!((last.stream(), last.position), (user_stream(ada), committed.position()));
        assert_eq!(committed.events[0].id, last.id);
        assert_eq!(committed.version_of(&user_stream(ada)), Some(1));
    });
}

#[test]
fn a_commit_that_never_arrives_is_written_again() {
    runtime().block_on(async {
        let (server, _folder) = start_mongod().await;
        let log = TestLog::open(&server.uri(), LogNames::new("log", "log")).await;
        until_it_appends(&log).await;
        let before = log.all_checked().await.len();
        let cut = bson::doc! {
            "configureFailPoint": "failCommand",
            "mode": { "times": 2 },
            "data": { "failCommands": ["commitTransaction", "insert"], "closeConnection": true },
        };
        log.log.client().database("admin").run_command(cut).await.unwrap();
        log.log.append(register(&log.log, new_user(), "ada@example.org")).await.unwrap();
        assert_eq!(log.all_checked().await.len(), before + 1);
    });
}

/// Appends until it works again; the test's own time limit is the harness's.
async fn until_it_appends(log: &TestLog) {
    while log.log.append(register(&log.log, new_user(), "again@example.org")).await.is_err() {}
}
