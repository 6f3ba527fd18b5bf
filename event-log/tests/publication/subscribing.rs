//! A subscription gives every event after a position, once and in order, whatever NATS does.

use std::time::{Duration, Instant};

use event_log::{LogError, LogNames, Subscription};
use events::{Position, StoredEvent};

use crate::support::{Process, fresh_names, own_nats, publish_when_possible, until};

const WAIT: Duration = Duration::from_secs(10);
const MANY: usize = 1_000;
const BYTES: usize = 4 * 1024 * 1024;

/// Reads until that position, checking that nothing is missing or doubled.
async fn read_to(subscription: &mut Subscription, last: Position) -> Vec<StoredEvent> {
    let mut got = Vec::new();
    while subscription.position() < last {
        let before = subscription.position();
        let batch = subscription.next_batch(MANY, BYTES, WAIT).await.unwrap();
        assert!(!batch.is_empty(), "nothing came after {before}");
        for (expected, event) in (before + 1..).zip(&batch) {
            assert_eq!(event.position, expected);
        }
        got.extend(batch);
    }
    got
}

/// The shortest of some delays from the end of `send`, which is to add one event, to its arrival. The subscription waits
/// already, and has looked at the log just before: what comes at once has not come by looking.
async fn shortest_delay(subscription: &mut Subscription, mut send: impl AsyncFnMut()) -> Duration {
    let mut shortest = Duration::MAX;
    for _ in 0..8 {
        while !subscription.next_batch(MANY, BYTES, Duration::ZERO).await.unwrap().is_empty() {}
        let sent = async {
            send().await;
            Instant::now()
        };
        let (batch, sent) = tokio::join!(subscription.next_batch(MANY, BYTES, WAIT), sent);
        assert_eq!(batch.unwrap().len(), 1);
        shortest = shortest.min(sent.elapsed());
    }
    shortest
}

#[tokio::test]
async fn what_is_published_comes_as_it_is_stored() {
    let process = Process::new().await;
    let mut publisher = process.publisher();
    process.append(40).await;
    publisher.publish_pending().await.unwrap();
    let mut all = Subscription::new(&process.log, &process.nats, 0);
    let mut tail = Subscription::new(&process.log, &process.nats, 25);
    let mut got = read_to(&mut all, 40).await;
    process.append(60).await;
    publisher.publish_pending().await.unwrap();
    got.extend(read_to(&mut all, 100).await);
    assert_eq!(got, process.everything().await);
    assert_eq!(read_to(&mut tail, 100).await, process.everything().await.split_off(25));
}

#[tokio::test]
async fn live_events_come_over_nats_and_not_by_looking() {
    let process = Process::new().await;
    let mut publisher = process.publisher();
    publisher.publish_pending().await.unwrap();
    let mut subscription = Subscription::new(&process.log, &process.nats, 0);
    let send = async || {
        process.append(1).await;
        publisher.publish_pending().await.unwrap();
    };
    let delay = shortest_delay(&mut subscription, send).await;
    assert!(delay < Duration::from_millis(100), "it took {delay:?}; looking takes up to 500 ms");
}

#[tokio::test]
async fn holes_and_stubs_are_filled_from_the_log() {
    let process = Process::new().await;
    process.append(30).await;
    process.append_large(1_200_000).await;
    process.append(30).await;
    process.publisher().publish_pending().await.unwrap();
    let stream = process.stream().await;
    for lost in [1, 2, 10, 11, 12, 40, 61] {
        assert!(stream.delete_message(lost).await.unwrap());
    }
    let mut subscription = Subscription::new(&process.log, &process.nats, 0);
    assert_eq!(read_to(&mut subscription, 61).await, process.everything().await);
}

#[tokio::test]
async fn messages_of_another_history_are_not_believed() {
    let old = Process::new().await;
    old.append(50).await;
    old.publisher().publish_pending().await.unwrap();
    let new = Process::of(LogNames { prefix: old.log.names().prefix.clone(), ..fresh_names() }).await;
    new.append(30).await;
    // Live, so that it reads what NATS has before the stream is made anew.
    let mut subscription = Subscription::new(&new.log, &new.nats, 0);
    assert_eq!(read_to(&mut subscription, 30).await, new.everything().await);
    assert!(subscription.next_batch(MANY, BYTES, Duration::from_millis(300)).await.unwrap().is_empty());
    new.append(30).await;
    new.publisher().publish_pending().await.unwrap();
    read_to(&mut subscription, 60).await;
    assert_eq!(subscription.position(), 60);
    new.append(1).await;
    assert_eq!(read_to(&mut subscription, 61).await, new.everything().await.split_off(60));
}

#[tokio::test]
async fn nonsense_and_repeats_in_the_stream_are_skipped() {
    let process = Process::new().await;
    process.append(5).await;
    process.publisher().publish_pending().await.unwrap();
    let mut subscription = Subscription::new(&process.log, &process.nats, 0);
    read_to(&mut subscription, 5).await;
    let subject = process.log.names().subject("email-claim", "EmailClaimed");
    let first = process.everything().await.remove(0);
    for payload in [serde_json::to_vec(&first).unwrap(), b"nonsense".to_vec(), Vec::new()] {
        process.jetstream().publish(subject.clone(), payload.into()).await.unwrap().await.unwrap();
    }
    assert!(subscription.next_batch(MANY, BYTES, Duration::from_millis(200)).await.unwrap().is_empty());
    process.append(5).await;
    assert_eq!(read_to(&mut subscription, 10).await, process.everything().await.split_off(5));
}

#[tokio::test]
async fn without_nats_the_log_is_read() {
    let names = fresh_names();
    let nowhere = format!("nats://127.0.0.1:{}", local_servers::free_port().unwrap());
    let process = Process::with_nats(names, &nowhere).await;
    let mut subscription = Subscription::new(&process.log, &process.nats, 0);
    process.append(60).await;
    read_to(&mut subscription, 60).await;
    let send = async || {
        process.append(1).await;
    };
    let delay = shortest_delay(&mut subscription, send).await;
    assert!(delay < Duration::from_millis(250), "it took {delay:?}");
}

#[tokio::test]
async fn nats_may_die_and_come_back_empty_while_events_come() {
    let (mut nats, _folder) = own_nats().await;
    let process = Process::with_nats(fresh_names(), &nats.url()).await;
    let mut publisher = process.publisher();
    let mut subscription = Subscription::new(&process.log, &process.nats, 0);
    process.append(20).await;
    publisher.publish_pending().await.unwrap();
    let mut got = read_to(&mut subscription, 20).await;
    nats.kill().await.unwrap();
    process.append(20).await;
    got.extend(read_to(&mut subscription, 40).await);
    nats.wipe_and_restart().await.unwrap();
    process.append(20).await;
    got.extend(read_to(&mut subscription, 60).await);
    until("connected", async || process.nats.flush().await.is_ok()).await;
    publish_when_possible(&mut publisher).await;
    process.append(20).await;
    publisher.publish_pending().await.unwrap();
    got.extend(read_to(&mut subscription, 80).await);
    assert_eq!(got, process.everything().await);
    // And it hears again.
    let send = async || {
        process.append(1).await;
        publisher.publish_pending().await.unwrap();
    };
    let delay = shortest_delay(&mut subscription, send).await;
    assert!(delay < Duration::from_millis(100), "it took {delay:?}; looking takes up to 500 ms");
}

#[tokio::test]
async fn a_stream_that_nobody_fills_costs_time_only() {
    let process = Process::new().await;
    process.publisher().publish_pending().await.unwrap();
    let mut subscription = Subscription::new(&process.log, &process.nats, 0);
    process.append(10).await;
    read_to(&mut subscription, 10).await;
    process.append(10).await;
    assert_eq!(read_to(&mut subscription, 20).await, process.everything().await.split_off(10));
}

#[tokio::test]
async fn a_frozen_nats_costs_time_only() {
    let (nats, _folder) = own_nats().await;
    let process = Process::with_nats(fresh_names(), &nats.url()).await;
    process.append(10).await;
    process.publisher().publish_pending().await.unwrap();
    let mut subscription = Subscription::new(&process.log, &process.nats, 0);
    read_to(&mut subscription, 10).await;
    nats.suspend().unwrap();
    process.append(10).await;
    assert_eq!(read_to(&mut subscription, 20).await, process.everything().await.split_off(10));
    nats.resume().unwrap();
}

#[tokio::test]
async fn a_large_backlog_is_read_from_the_log_and_continued_over_nats() {
    let process = Process::new().await;
    process.append(4_500).await;
    let mut publisher = process.publisher();
    let mut subscription = Subscription::new(&process.log, &process.nats, 0);
    // Nothing is published yet, and there is no stream.
    let mut got = read_to(&mut subscription, 3_000).await;
    publisher.publish_pending().await.unwrap();
    got.extend(read_to(&mut subscription, 4_500).await);
    process.append(10).await;
    publisher.publish_pending().await.unwrap();
    got.extend(read_to(&mut subscription, 4_510).await);
    assert_eq!(got, process.everything().await);
}

#[tokio::test]
async fn batches_keep_to_their_limits_and_take_what_is_here() {
    let process = Process::new().await;
    process.append(100).await;
    process.publisher().publish_pending().await.unwrap();
    let mut subscription = Subscription::new(&process.log, &process.nats, 0);
    assert_eq!(subscription.next_batch(7, BYTES, WAIT).await.unwrap().len(), 7);
    let one = subscription.next_batch(1, 1, WAIT).await.unwrap();
    assert_eq!(one.len(), 1);
    // Once the messages are here, bytes are counted: some at a time, one at least.
    read_to(&mut subscription, 100).await;
    process.append(100).await;
    process.publisher().publish_pending().await.unwrap();
    let size = serde_json::to_vec(&one[0]).unwrap().len();
    while subscription.position() < 200 {
        let batch = subscription.next_batch(MANY, size * 10 + size / 2, WAIT).await.unwrap();
        assert!((1..=11).contains(&batch.len()), "{}", batch.len());
    }
}

#[tokio::test]
async fn a_wait_that_is_broken_off_loses_nothing() {
    let process = Process::new().await;
    let mut publisher = process.publisher();
    let mut subscription = Subscription::new(&process.log, &process.nats, 0);
    let mut got = Vec::new();
    let mut round = 0_u32;
    while subscription.position() < 300 {
        if process.log.head().await.unwrap().position < 300 {
            process.append(10).await;
            publisher.publish_pending().await.unwrap();
        }
        round += 1;
        let wait = subscription.next_batch(7, BYTES, WAIT);
        tokio::pin!(wait);
        for _ in 0..round % 40 {
            if let std::task::Poll::Ready(batch) = futures::poll!(&mut wait) {
                got.extend(batch.unwrap());
                break;
            }
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(got, process.everything().await);
}

#[tokio::test]
async fn one_that_is_ahead_of_the_log_is_told_so() {
    let process = Process::new().await;
    process.append(3).await;
    let mut subscription = Subscription::new(&process.log, &process.nats, 9);
    let told = subscription.next_batch(MANY, BYTES, Duration::ZERO).await;
    assert!(matches!(told, Err(LogError::Corrupt(_))), "{told:?}");
}

#[tokio::test]
async fn all_of_a_process_share_a_consumer_and_one_that_is_slow_misses_nothing() {
    let process = Process::new().await;
    let mut publisher = process.publisher();
    let mut quick = Subscription::new(&process.log, &process.nats, 0);
    let mut slow = Subscription::new(&process.log, &process.nats, 0);
    process.append(10).await;
    publisher.publish_pending().await.unwrap();
    for subscription in [&mut quick, &mut slow] {
        read_to(subscription, 10).await;
    }
    // More than is kept for the slow one.
    process.append(3_000).await;
    publisher.publish_pending().await.unwrap();
    let last = process.log.head().await.unwrap().position;
    let mut later = Subscription::new(&process.log, &process.nats, 1_500);
    let all = process.everything().await;
    assert_eq!(read_to(&mut quick, last).await, all[10..]);
    assert_eq!(read_to(&mut slow, last).await, all[10..]);
    assert_eq!(read_to(&mut later, last).await, all[1_500..]);
    let mut stream = process.jetstream().get_stream(process.log.names().stream_name()).await.unwrap();
    assert_eq!(stream.info().await.unwrap().state.consumer_count, 1);
    // Each of them hears.
    for subscription in [&mut quick, &mut slow, &mut later] {
        let send = async || {
            process.append(1).await;
            publisher.publish_pending().await.unwrap();
        };
        let delay = shortest_delay(subscription, send).await;
        assert!(delay < Duration::from_millis(100), "it took {delay:?}; looking takes up to 500 ms");
    }
}
