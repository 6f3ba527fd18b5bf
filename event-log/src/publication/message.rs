//! An event as a NATS message: the payload is the stored event's JSON, the headers are CloudEvents 1.0 in binary mode
//! (<https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/nats-protocol-binding.md>).

use async_nats::HeaderMap;
use async_nats::header::{HeaderValue, NATS_EXPECTED_LAST_MESSAGE_ID, NATS_EXPECTED_LAST_SEQUENCE, NATS_MESSAGE_ID};
use async_nats::jetstream::message::PublishMessage;
use events::{EventId, StoredEvent};
use serde_json::json;

use crate::outgoing::Outgoing;

/// `source` of the CloudEvents.
const SOURCE: &str = "/har-academy";

/// The message of an event. Its headers make the server refuse it anywhere but in its place: after so many messages,
/// and after the event `previous`. The second matters when many are on the way: were a stranger's message to take the
/// place of one, the sequence alone would let those behind it in. It is left out (none) for the first after a look at
/// the stream's last message, since a restarted server has forgotten an id that is older than its duplicate window.
///
/// Position 1 expects sequence 0, which nats-server before 2.9 took for no expectation at all; 2.9 and later refuse it
/// where there is anything, also when the message id is forgotten. Should a message slip through all the same, no
/// reader trusts one whose sequence is not its position, and the next look at the stream's end finds it.
pub fn whole(event: &Outgoing, previous: Option<EventId>) -> PublishMessage {
    PublishMessage::build().headers(headers(event, previous)).payload(event.json.clone())
}

/// What is sent in place of an event that is larger than the server takes: where to find it in the log.
pub fn stub(event: &Outgoing, previous: Option<EventId>) -> PublishMessage {
    let payload = json!({ "position": event.position, "id": event.id, "stub": true });
    let mut headers = headers(event, previous);
    headers.insert("ce-stub", "true");
    PublishMessage::build().headers(headers).payload(payload.to_string().into())
}

/// The event in a message of the stream; none when it must be read from the log: a stub, or anything else that is not
/// the event of that position.
pub fn event_of(sequence: u64, payload: &[u8]) -> Option<StoredEvent> {
    let event: StoredEvent = serde_json::from_slice(payload).ok()?;
    (event.position == sequence).then_some(event)
}

fn headers(event: &Outgoing, previous: Option<EventId>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(NATS_EXPECTED_LAST_SEQUENCE, HeaderValue::from(event.position.saturating_sub(1)));
    if let Some(previous) = previous {
        headers.insert(NATS_EXPECTED_LAST_MESSAGE_ID, HeaderValue::from(previous.to_string()));
    }
    let mut put = |name: &'static str, value: String| {
        // A line break is the one thing that a header can't carry; none of these values ever has one.
        if let Ok(value) = value.parse::<HeaderValue>() {
            headers.insert(name, value);
        }
    };
    put("ce-specversion", "1.0".to_owned());
    put("ce-id", event.id.to_string());
    put("ce-source", SOURCE.to_owned());
    put("ce-type", event.event_type.to_string());
    put("ce-time", event.time.to_string());
    put("ce-subject", event.stream.to_string());
    put("ce-position", event.position.to_string());
    put("content-type", "application/json".to_owned());
    put("X-Correlation-Id", event.correlation_id.to_string());
    headers.insert(NATS_MESSAGE_ID, HeaderValue::from(event.id.to_string()));
    headers
}
