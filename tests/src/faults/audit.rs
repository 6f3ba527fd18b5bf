//! What must hold of log and stream, whatever happened.

use std::collections::HashMap;

use anyhow::{Context, Result, anyhow, ensure};
use event_log::{EventLog, GENESIS_HASH, Opened, chain_hash};
use events::{Event, Position, RecordedEvent, StoredEvent, StreamId, UserEvent, Version};
use futures::{StreamExt, TryStreamExt};

use super::load::Acknowledged;
use super::wait::until;
use super::world::PATIENCE;

/// How many events are read at a time.
const CHUNK: usize = 1_000;
/// Addresses that begin so may be registered or not: nobody was told.
pub const PERHAPS: &str = "perhaps-";
/// How many messages are asked for at a time.
const AT_A_TIME: usize = 64;

/// The whole log: positions without gaps, versions without gaps, the chain unbroken up to the head.
pub async fn whole_log(log: &EventLog) -> Result<Vec<StoredEvent>> {
    let head = log.head().await?;
    let mut events: Vec<StoredEvent> = Vec::new();
    loop {
        let chunk = log.read(events.len() as Position, CHUNK).await?;
        if chunk.is_empty() {
            break;
        }
        events.extend(chunk);
    }
    let mut previous = GENESIS_HASH;
    let mut versions: HashMap<StreamId, Version> = HashMap::new();
    for (position, event) in (1..).zip(&events) {
        ensure!(event.position == position, "position {} stands where {position} should", event.position);
        ensure!(event.prev_hash == previous, "the chain is broken before {position}");
        ensure!(event.hash == chain_hash(event)?, "the hash of {position} is not its own");
        previous = &event.hash;
        let version = versions.entry(event.stream()).or_default();
        *version += 1;
        ensure!(event.version == *version, "{} has version {} after {}", event.stream(), event.version, *version - 1);
    }
    ensure!(
        head.position == events.len() as Position,
        "the head is at {}, the log ends at {}",
        head.position,
        events.len()
    );
    ensure!(head.hash == previous, "the head has another hash than the last event");
    Ok(events)
}

/// The log's events, opened; each must be known.
pub async fn opened(log: &EventLog, events: &[StoredEvent]) -> Result<Vec<RecordedEvent>> {
    let mut known = Vec::with_capacity(events.len());
    for chunk in events.chunks(CHUNK) {
        for event in log.open_events(chunk.to_vec()).await? {
            match event {
                Opened::Known(event) => known.push(event),
                Opened::Unknown { stored, error } => anyhow::bail!("position {}: {error}", stored.position),
            }
        }
    }
    Ok(known)
}

/// Every acknowledged registration is in the log exactly once, as it was answered, and there is no other but for
/// [`PERHAPS`], once as well.
pub async fn registered_once(log: &EventLog, events: &[StoredEvent], acknowledged: &[Acknowledged]) -> Result<()> {
    let mut registered: HashMap<String, Vec<(String, Position)>> = HashMap::new();
    let mut claims = 0;
    for recorded in opened(log, events).await? {
        match &recorded.event {
            Event::User(UserEvent::UserRegistered(event)) => {
                let email = event.email.value().context("an email that can't be read")?.clone();
                registered.entry(email).or_default().push((event.user_id.to_string(), recorded.position));
            }
            Event::EmailClaim(_) => claims += 1,
            Event::User(_)
            | Event::Session(_)
            | Event::Course(_)
            | Event::AdminRoster(_)
            | Event::Transaction(_)
            | Event::Subscription(_)
            | Event::InvoiceSeries(_)
            | Event::Quiz(_)
            | Event::QuizAttempt(_)
            | Event::Enrollment(_)
            | Event::Access(_)
            | Event::Review(_)
            | Event::Certificate(_)
            | Event::Media(_)
            | Event::AuditAccess(_)
            | Event::ProjectionControl(_) => {}
        }
    }
    let unknown = registered.iter().filter(|(email, _)| email.starts_with(PERHAPS));
    let unknown = unknown.map(|(email, found)| if found.len() == 1 { Ok(()) } else { Err(email) });
    let unknown =
        unknown.collect::<Result<Vec<()>, _>>().map_err(|email| anyhow!("{email} is registered twice"))?.len();
    for command in acknowledged {
        let found = registered.get(&command.email).map_or(&[][..], Vec::as_slice);
        let [(user_id, position)] = found else {
            anyhow::bail!("{} was acknowledged and is in the log {} times", command.email, found.len());
        };
        ensure!(*user_id == command.user_id, "{} was acknowledged with another id", command.email);
        ensure!(*position <= command.position, "{} was acknowledged before it happened", command.email);
    }
    ensure!(
        registered.len() == acknowledged.len() + unknown && claims == registered.len(),
        "{} acknowledged, {} registered, {claims} addresses claimed",
        acknowledged.len(),
        registered.len()
    );
    Ok(())
}

/// The stream on NATS is the log: waits until it is as long, then compares message by message.
pub async fn stream_is_log(nats: &async_nats::Client, log: &EventLog, events: &[StoredEvent]) -> Result<()> {
    let context = async_nats::jetstream::new(nats.clone());
    let (name, length) = (log.names().stream_name(), events.len() as Position);
    until("the stream is as long as the log", PATIENCE, async || {
        let stream = context.get_stream(&name).await;
        Ok(stream.is_ok_and(|stream| stream.cached_info().state.last_sequence >= length))
    })
    .await?;
    let stream = context.get_stream(&name).await?;
    let state = &stream.cached_info().state;
    ensure!(
        state.last_sequence == length && state.messages == length,
        "the log has {length} events; the stream has {} messages and ends at {}",
        state.messages,
        state.last_sequence
    );
    let stream = &stream;
    futures::stream::iter(events)
        .map(|event| async move {
            let message = stream.get_raw_message(event.position).await?;
            let id = message.headers.get("Nats-Msg-Id").map_or("", |value| value.as_str());
            ensure!(id == event.id.to_string(), "another event stands in the stream at {}", event.position);
            let carried: StoredEvent = serde_json::from_slice(&message.payload)?;
            ensure!(carried == *event, "the event at {} is carried otherwise than it is stored", event.position);
            Ok(())
        })
        .buffer_unordered(AT_A_TIME)
        .try_collect::<()>()
        .await
}
