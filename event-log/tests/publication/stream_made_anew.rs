//! A stream that is not the log's is made anew.

use std::time::Duration;

use event_log::{LogNames, Publisher, PublisherSettings};

use crate::support::{Process, fresh_names, own_nats, publish_when_possible, until};

#[tokio::test]
async fn a_store_that_was_wiped_is_filled_again() {
    let (mut nats, _folder) = own_nats().await;
    let process = Process::with_nats(fresh_names(), &nats.url()).await;
    let mut publisher = process.publisher();
    process.append(300).await;
    publisher.publish_pending().await.unwrap();
    nats.wipe_and_restart().await.unwrap();
    process.append(7).await;
    until("connected again", async || process.nats.flush().await.is_ok() && process.published().await == 0).await;
    publish_when_possible(&mut publisher).await;
    process.assert_stream_is_log(1).await;
}

/// Two logs that use one stream: what a restored database, or a wrong setting, looks like.
async fn two_histories(before: usize, after: usize) {
    let old = Process::new().await;
    old.append(before).await;
    old.publisher().publish_pending().await.unwrap();
    let names = LogNames { prefix: old.log.names().prefix.clone(), ..fresh_names() };
    let new = Process::of(names).await;
    new.append(after).await;
    assert_eq!(new.publisher().publish_pending().await.unwrap(), after as u64);
    new.assert_stream_is_log(1).await;
}

#[tokio::test]
async fn a_stream_of_another_history_is_replaced_when_it_is_shorter() {
    two_histories(20, 35).await;
}

#[tokio::test]
async fn a_stream_of_another_history_is_replaced_when_it_is_as_long() {
    two_histories(20, 20).await;
}

#[tokio::test]
async fn a_stream_of_another_history_is_replaced_when_it_is_longer() {
    two_histories(20, 5).await;
}

#[tokio::test]
async fn a_stream_that_somebody_else_wrote_into_is_replaced() {
    let process = Process::new().await;
    process.append(10).await;
    let mut publisher = process.publisher();
    publisher.publish_pending().await.unwrap();
    let subject = process.log.names().subject("user", "Nonsense");
    process.jetstream().publish(subject, "nonsense".into()).await.unwrap().await.unwrap();
    process.append(5).await;
    assert_eq!(publisher.publish_pending().await.unwrap(), 15);
    process.assert_stream_is_log(1).await;
}

/// Replaces the stream by another, with these positions of the log in this order, by a publisher that
/// checks nothing.
async fn fill_blindly(process: &Process, positions: &[usize]) {
    let config = process.stream().await.cached_info().config.clone();
    process.jetstream().delete_stream(&config.name).await.unwrap();
    process.jetstream().create_stream(config).await.unwrap();
    let events = process.everything().await;
    for (position, sequence) in positions.iter().zip(1..) {
        let event = &events[position - 1];
        let mut headers = async_nats::HeaderMap::new();
        headers.insert("Nats-Msg-Id", event.id.to_string());
        let subject = process.log.names().subject(event.stream_type.as_str(), &event.event_type);
        let payload = serde_json::to_vec(event).unwrap();
        let sent = process.jetstream().publish_with_headers(subject, headers, payload.into()).await.unwrap();
        assert_eq!(sent.await.unwrap().sequence, sequence);
    }
}

#[tokio::test]
async fn events_that_are_in_the_stream_in_another_place_are_noticed() {
    let process = Process::new().await;
    process.append(8).await;
    process.publisher().publish_pending().await.unwrap();
    // Its end looks right; that event 7 is in the wrong place shows when it is published.
    fill_blindly(&process, &[1, 2, 3, 7, 5]).await;
    assert_eq!(process.publisher().publish_pending().await.unwrap(), 8);
    process.assert_stream_is_log(1).await;
}

#[tokio::test]
async fn a_stream_that_lost_its_end_is_filled_up() {
    let process = Process::new().await;
    process.append(10).await;
    process.publisher().publish_pending().await.unwrap();
    // What is left of it after a power failure: the first part.
    fill_blindly(&process, &[1, 2, 3, 4]).await;
    let made = process.stream().await.cached_info().created;
    assert_eq!(process.publisher().publish_pending().await.unwrap(), 10);
    process.assert_stream_is_log(1).await;
    assert_eq!(process.stream().await.cached_info().created, made, "it was made anew");
}

#[tokio::test]
async fn settings_that_changed_are_brought_to_the_stream() {
    let process = Process::new().await;
    process.append(1).await;
    process.publisher().publish_pending().await.unwrap();
    let day = Duration::from_secs(24 * 3600);
    let settings = PublisherSettings { retention: day, ..PublisherSettings::default() };
    Publisher::new(&process.log, &process.nats, &settings).publish_pending().await.unwrap();
    assert_eq!(process.stream().await.cached_info().config.max_age, day);
    process.assert_stream_is_log(1).await;
}

#[tokio::test]
async fn what_is_older_than_the_retention_is_not_carried_where_the_server_can_begin_later() {
    let process = Process::new().await;
    process.append(20).await;
    // So short that all events so far are older by the time of the step.
    let settings = PublisherSettings { retention: Duration::from_millis(100), ..PublisherSettings::default() };
    let youngest = process.everything().await.remove(19).time.utc();
    until("old enough", async || chrono::Utc::now() - youngest > chrono::Duration::milliseconds(200)).await;
    let mut publisher = Publisher::new(&process.log, &process.nats, &settings);
    assert_eq!(publisher.publish_pending().await.unwrap(), 20);
    let first = process.stream().await.cached_info().config.first_sequence;
    assert_eq!(first, process.nats.is_server_compatible(2, 10, 0).then_some(21));
    assert_eq!(process.append(2).await, 22);
    assert_eq!(publisher.publish_pending().await.unwrap(), 22);
    assert_eq!(process.published().await, 22);
}
