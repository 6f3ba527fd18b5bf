//! Documents are the fold of the log, whatever is delivered twice, left out, or killed.

use std::sync::Arc;
use std::time::Duration;

use projectors::{
    Certificates, Courses, Enrollments, Entitlements, Projection, Quizzes, Subscriptions, Transactions, Users, Worker,
};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::support::{Academy, PATIENCE, assert_same, with_academy};
use crate::{history, oracle};

fn all() -> Vec<Arc<dyn Projection>> {
    vec![
        Arc::new(Users),
        Arc::new(Courses),
        Arc::new(Enrollments),
        Arc::new(Entitlements),
        Arc::new(Quizzes),
        Arc::new(Certificates),
        Arc::new(Transactions),
        Arc::new(Subscriptions),
    ]
}

async fn assert_folded(academy: &Academy, what: &str) {
    let (users, courses) = oracle::expected(academy).await;
    assert!(users.len() > 10 && courses.len() > 10, "the history is worth the name");
    assert_same(&academy.documents(&Users).await, &users, what);
    assert_same(&academy.documents(&Courses).await, &courses, what);
    let (enrollments, entitlements) = oracle::expected_of_learners(academy).await;
    assert!(enrollments.len() > 10 && entitlements.len() > 2, "the history is worth the name");
    assert_same(&academy.documents(&Enrollments).await, &enrollments, what);
    assert_same(&academy.documents(&Entitlements).await, &entitlements, what);
    let quizzes = oracle::expected_of_quizzes(academy).await;
    assert!(quizzes.len() > 5, "the history is worth the name");
    assert_same(&academy.documents(&Quizzes).await, &quizzes, what);
    let certificates = oracle::expected_of_certificates(academy).await;
    assert!(!certificates.is_empty(), "the history is worth the name");
    assert_same(&academy.documents(&Certificates).await, &certificates, what);
    let (payments, subscriptions) = oracle::expected_of_payments(academy).await;
    assert!(payments.len() > 10 && subscriptions.len() > 2, "the history is worth the name");
    assert_same(&academy.documents(&Transactions).await, &payments, what);
    assert_same(&academy.documents(&Subscriptions).await, &subscriptions, what);
}

#[test]
fn batches_of_any_size_give_the_fold_of_the_log() {
    for seed in [1, 2] {
        with_academy(&all(), |academy| async move {
            history::with_trade(&academy, seed, 350).await;
            let mut random = StdRng::seed_from_u64(seed);
            for projection in all() {
                let mut worker = academy.worker(projection, 1).await;
                let mut events = academy.events().await;
                while !events.is_empty() {
                    let size = random.random_range(1..60).min(events.len());
                    let rest = events.split_off(size);
                    worker.apply(events).await.unwrap();
                    events = rest;
                }
            }
            assert_folded(&academy, &format!("seed {seed}")).await;
        });
    }
}

#[test]
fn one_by_one_gives_the_same() {
    with_academy(&all(), |academy| async move {
        history::with_trade(&academy, 3, 260).await;
        for projection in all() {
            let mut worker = academy.worker(projection, 1).await;
            for event in academy.events().await {
                worker.apply(vec![event]).await.unwrap();
            }
        }
        assert_folded(&academy, "one by one").await;
    });
}

#[test]
fn repeats_are_skipped_and_holes_are_read_again() {
    with_academy(&all(), |academy| async move {
        history::with_trade(&academy, 4, 290).await;
        let events = academy.events().await;
        for projection in all() {
            let mut worker = academy.worker(projection.clone(), 1).await;
            worker.apply(events[..40].to_vec()).await.unwrap();
            // Everything again, and ten more.
            assert_eq!(worker.apply(events[..50].to_vec()).await.unwrap().events, 10);
            // A hole: what is before it is taken, what is after it is not.
            let holed = [&events[50..60], &events[65..70]].concat();
            assert_eq!(worker.apply(holed).await.unwrap().events, 10);
            assert_eq!(worker.position(), 60);
            // Backwards: only the one that comes next counts.
            let backwards: Vec<_> = events[55..70].iter().rev().cloned().collect();
            assert_eq!(worker.apply(backwards).await.unwrap().events, 0);
            academy.catch_up(&mut worker).await;
            assert_eq!(worker.apply(events.clone()).await.unwrap().events, 0);
        }
        assert_folded(&academy, "with repeats and holes").await;
    });
}

#[test]
fn killed_anywhere_it_goes_on_from_the_checkpoint() {
    with_academy(&all(), |academy| async move {
        history::with_trade(&academy, 5, 290).await;
        let head = academy.log.head().await.unwrap().position;
        let mut random = StdRng::seed_from_u64(5);
        let mut kills = 0;
        for projection in all() {
            let mut epoch = 0;
            loop {
                epoch += 1;
                let small = random.random_range(1..20);
                let worker = Worker::take_over(projection.clone(), &academy.log, &academy.nats, epoch, small).await;
                let mut worker = worker.unwrap();
                // The future is dropped wherever it is: before, within or after its transaction. The longer it does not
                // get on, on a busy machine, the longer it may live.
                let longest = 40_000 + 200 * u64::try_from(epoch).unwrap();
                let life = Duration::from_micros(random.random_range(0..longest));
                let working = async {
                    while worker.position() < head {
                        worker.run_once(Duration::from_millis(100)).await.unwrap();
                    }
                };
                match tokio::time::timeout(life, working).await {
                    Ok(()) => break,
                    Err(_) => kills += 1,
                }
                assert!(epoch < 2_000, "it never gets on");
            }
        }
        assert!(kills > 3 * all().len(), "only {kills} kills");
        assert_folded(&academy, "after kills").await;
    });
}

#[test]
fn ignored_events_move_the_position() {
    with_academy(&all(), |academy| async move {
        let user = history::register(&academy, "Ada").await;
        let mut worker = academy.worker(Arc::new(Courses), 1).await;
        academy.catch_up(&mut worker).await;
        let before = academy.checkpoint("courses").await.unwrap();
        let last = academy.append(vec![history::signed_in(user)], Vec::new()).await;
        academy.catch_up(&mut worker).await;
        assert_eq!(worker.position(), last);
        assert_eq!(academy.checkpoint("courses").await.unwrap().position, before.position, "no write for nothing");
        // The checkpoint follows by itself, a second later.
        let following = async {
            while academy.checkpoint("courses").await.unwrap().position < last {
                worker.run_once(Duration::from_millis(100)).await.unwrap();
            }
        };
        tokio::time::timeout(PATIENCE, following).await.expect("the checkpoint follows");
    });
}
