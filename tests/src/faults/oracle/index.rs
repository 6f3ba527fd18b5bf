//! The index of all events, out of their envelopes.

use anyhow::{Context, Result};
use events::RecordedEvent;
use serde_json::json;

use super::{Documents, at, put};

/// How many positions stand in one block.
const BLOCK: u64 = 1_000;

/// Takes an event in.
pub(super) fn take_in(documents: &mut Documents, event: &RecordedEvent) -> Result<()> {
    let key = |position: u64| format!("{position:019}");
    put(
        documents,
        "audit_events",
        json!({
            "_id": key(event.position), "id": event.id, "stream_type": event.stream.stream_type(),
            "stream_id": event.stream.id(), "version": event.version, "type": event.event.type_name(),
            "time": event.time, "actor_id": event.actor.user_id, "subject_ids": event.subject_ids,
            "correlation_id": event.correlation_id,
        }),
    )?;
    let block = json!(key(event.position - event.position % BLOCK));
    let time = json!(event.time);
    let Ok(known) = at(documents, "audit_blocks", &block) else {
        return put(documents, "audit_blocks", json!({ "_id": block, "earliest": time, "latest": time }));
    };
    // Times of one form: their order is that of their texts.
    let text = time.as_str().context("no time")?;
    if known["earliest"].as_str().is_some_and(|earliest| text < earliest) {
        known["earliest"] = time.clone();
    }
    if known["latest"].as_str().is_some_and(|latest| text > latest) {
        known["latest"] = time;
    }
    Ok(())
}
