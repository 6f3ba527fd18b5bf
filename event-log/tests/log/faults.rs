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

/// Appends until it works again; the test's own time limit is the harness's.
async fn until_it_appends(log: &TestLog) {
    while log.log.append(register(&log.log, new_user(), "again@example.org")).await.is_err() {}
}
