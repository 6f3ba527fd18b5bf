//! One step after the other: everything is in the stream, once, in its place.

use std::time::Duration;

use event_log::PublicationError;
use events::StoredEvent;
use serde_json::Value;

use crate::support::{Process, header};

#[tokio::test]
async fn everything_is_published_once_and_in_its_place() {
    let process = Process::new().await;
    let mut publisher = process.publisher();
    assert_eq!(publisher.publish_pending().await.unwrap(), 0);
    process.append(1_300).await;
    assert_eq!(publisher.publish_pending().await.unwrap(), 1_300);
    assert_eq!(publisher.publish_pending().await.unwrap(), 1_300);
    process.append(3).await;
    // One that starts anew, as after a crash, and knows nothing.
    assert_eq!(process.publisher().publish_pending().await.unwrap(), 1_303);
    process.assert_stream_is_log(1).await;
}

#[tokio::test]
async fn a_message_is_the_stored_event_and_a_cloud_event() {
    let process = Process::new().await;
    process.append(2).await;
    process.publisher().publish_pending().await.unwrap();
    let event = process.everything().await.remove(1);
    let message = process.stream().await.get_raw_message(2).await.unwrap();
    assert_eq!(serde_json::from_slice::<StoredEvent>(&message.payload).unwrap(), event);
    assert_eq!(message.subject.as_str(), process.log.names().subject("email-claim", "EmailClaimed"));
    for (name, value) in [
        ("ce-specversion", "1.0".to_owned()),
        ("ce-id", event.id.to_string()),
        ("ce-source", "/har-academy".to_owned()),
        ("ce-type", "EmailClaimed".to_owned()),
        ("ce-time", event.time.to_string()),
        ("ce-subject", format!("email-claim/{}", event.stream_id)),
        ("ce-position", "2".to_owned()),
        ("content-type", "application/json".to_owned()),
        ("X-Correlation-Id", event.correlation_id.to_string()),
        ("Nats-Expected-Last-Sequence", "1".to_owned()),
    ] {
        assert_eq!(header(&message, name), value, "{name}");
    }
}

#[tokio::test]
async fn two_publishers_at_a_time_neither_double_nor_reorder() {
    let process = Process::new().await;
    let other = Process::of(process.log.names().clone()).await;
    let (mut first, mut second) = (process.publisher(), other.publisher());
    let total = 1_500;
    let publish_all = async |publisher: &mut event_log::Publisher| {
        loop {
            match publisher.publish_pending().await {
                Ok(position) if position == total => return,
                Ok(_) | Err(PublicationError::OutOfStep(_)) => tokio::time::sleep(Duration::from_millis(1)).await,
                Err(error) => panic!("{error}"),
            }
        }
    };
    tokio::join!(process.append(900), other.append(600), publish_all(&mut first), publish_all(&mut second));
    process.assert_stream_is_log(1).await;
}

#[tokio::test]
async fn one_that_slept_and_believes_the_stream_empty_does_no_harm() {
    let process = Process::new().await;
    let mut zombie = process.publisher();
    assert_eq!(zombie.publish_pending().await.unwrap(), 0);
    process.append(5).await;
    process.publisher().publish_pending().await.unwrap();
    assert_eq!(zombie.publish_pending().await.unwrap(), 5);
    process.assert_stream_is_log(1).await;
}

#[tokio::test]
async fn position_one_is_refused_where_it_is_even_when_its_id_is_forgotten() {
    let process = Process::new().await;
    process.append(2).await;
    process.publisher().publish_pending().await.unwrap();
    let first = process.stream().await.get_raw_message(1).await.unwrap();
    let mut headers = first.headers.clone();
    headers.insert("Nats-Msg-Id", "one-that-the-server-does-not-remember");
    let sent = process.jetstream().publish_with_headers(first.subject, headers, first.payload).await.unwrap();
    assert!(sent.await.is_err());
    process.assert_stream_is_log(1).await;
}

#[tokio::test]
async fn what_nats_does_not_take_whole_goes_as_a_stub() {
    let process = Process::new().await;
    process.append(1).await;
    process.append_large(1_200_000).await;
    process.append(1).await;
    assert_eq!(process.publisher().publish_pending().await.unwrap(), 3);
    process.assert_stream_is_log(1).await;
    let message = process.stream().await.get_raw_message(2).await.unwrap();
    let stub: Value = serde_json::from_slice(&message.payload).unwrap();
    let event = process.everything().await.remove(1);
    assert_eq!(stub, serde_json::json!({ "position": 2, "id": event.id, "stub": true }));
}

#[tokio::test]
async fn a_step_that_is_broken_off_leaves_nothing_undone() {
    let process = Process::new().await;
    process.append(400).await;
    let mut publisher = process.publisher();
    // Polled so often, then dropped; more often each time, so that it is cut in different places.
    for polls in 1..60 {
        let step = publisher.publish_pending();
        tokio::pin!(step);
        for _ in 0..polls {
            if futures::poll!(&mut step).is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(publisher.publish_pending().await.unwrap(), 400);
    process.assert_stream_is_log(1).await;
}
