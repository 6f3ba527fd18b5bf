//! Preparing a commit, in the task of who appends: sealed and measured, so that the one appender has little left to do.

use std::collections::{BTreeSet, HashMap};

use bson::{Document, RawDocumentBuf};
use events::{CorrelationId, EventId, Position, StoredActor, StoredEvent, StreamId, Timestamp, UserId};
use serde_json::{Value, json};

use crate::chain::CanonicalPieces;
use crate::document::{PLACE_BYTES, document_to_fill_in};
use crate::personal_data::{DataKey, owners_of_open, seal};
use crate::{
    AppendError, Commit, EventLog, Expected, GENESIS_HASH, Guard, KeyChange, LogError, Metadata, NewEvent, StreamAppend,
};

/// A commit, ready to be written but for positions, versions and hashes.
pub(crate) struct Prepared {
    pub(crate) appends: Vec<PreparedAppend>,
    pub(crate) guards: Vec<Guard>,
    /// Id of the idempotency record.
    pub(crate) request: Option<String>,
    /// The record.
    pub(crate) record: Option<RawDocumentBuf>,
    pub(crate) created: Vec<(UserId, DataKey, Document)>,
    pub(crate) destroyed: Vec<UserId>,
    pub(crate) observed: Position,
    pub(crate) time: Timestamp,
    pub(crate) correlation_id: CorrelationId,
    pub(crate) bytes: usize,
}

/// The events of one stream, sealed.
pub(crate) struct PreparedAppend {
    pub(crate) stream: StreamId,
    pub(crate) expected: Expected,
    pub(crate) events: Vec<PreparedEvent>,
}

/// An event with all that can be made of it before it has its place: as bytes, since others let go of it, and a tree of
/// values is dear to let go of on another thread.
pub(crate) struct PreparedEvent {
    pub(crate) id: EventId,
    pub(crate) event_type: &'static str,
    pub(crate) canonical: CanonicalPieces,
    pub(crate) document: RawDocumentBuf,
}

impl EventLog {
    pub(crate) async fn prepare(&self, commit: Commit) -> Result<Prepared, AppendError> {
        let mut opened = Vec::with_capacity(commit.appends.len());
        let mut owners = BTreeSet::new();
        let actor = json!({ "ip": commit.metadata.actor.ip, "user_agent": commit.metadata.actor.user_agent });
        owners_of_open(&actor, &mut owners);
        for StreamAppend { stream, expected, events } in commit.appends {
            let mut with_data = Vec::with_capacity(events.len());
            for event in events {
                let data = event.event.to_data().map_err(|error| LogError::Corrupt(error.to_string()))?;
                owners_of_open(&data, &mut owners);
                with_data.push((event, data));
            }
            opened.push((stream, expected, with_data));
        }
        let (created, mut keys) = self.created_keys(&commit.keys, &mut owners)?;
        keys.extend(self.0.keys.for_sealing(&owners).await?);

        let mut bytes = 0;
        let mut appends = Vec::with_capacity(opened.len());
        for (stream, expected, events) in opened {
            let mut sealed = Vec::with_capacity(events.len());
            for (event, data) in events {
                let (id, event_type) = (event.id, event.event.type_name());
                let stored = stored(&stream, event, data, &actor, &commit.metadata, &keys)?;
                let canonical = CanonicalPieces::of(&stored)?;
                let document = document_to_fill_in(&stored)?;
                bytes += PLACE_BYTES + document.as_bytes().len();
                sealed.push(PreparedEvent { id, event_type, canonical, document });
            }
            appends.push(PreparedAppend { stream, expected, events: sealed });
        }
        let destroyed: Vec<_> = commit
            .keys
            .iter()
            .filter_map(|change| match change {
                KeyChange::Destroy(owner) => Some(*owner),
                KeyChange::Create(_) => None,
            })
            .collect();
        // Who has themselves erased leaves no record of it.
        let recorded =
            commit.idempotency.as_ref().filter(|record| !record.owner.is_some_and(|owner| destroyed.contains(&owner)));
        let record = recorded.map(|record| self.0.idempotency.raw(record));
        bytes += record.as_ref().map_or(0, |record| record.as_bytes().len());
        Ok(Prepared {
            appends,
            guards: commit.guards,
            record,
            request: commit.idempotency.map(|record| record.id),
            created,
            destroyed,
            observed: commit.observed,
            time: commit.metadata.time,
            correlation_id: commit.metadata.correlation_id,
            bytes,
        })
    }

    /// New keys for those who register; they are not asked for among the stored ones.
    #[allow(clippy::type_complexity)] // stored form and key, side by side
    fn created_keys(
        &self,
        changes: &[KeyChange],
        owners: &mut BTreeSet<UserId>,
    ) -> Result<(Vec<(UserId, DataKey, Document)>, HashMap<UserId, DataKey>), LogError> {
        let mut created = Vec::new();
        let mut keys = HashMap::new();
        for change in changes {
            if let KeyChange::Create(owner) = change {
                let key = DataKey::generate();
                created.push((*owner, key.clone(), self.0.keys.wrap(*owner, &key)?));
                keys.insert(*owner, key);
                owners.remove(owner);
            }
        }
        Ok((created, keys))
    }
}

/// An event as it will be stored; position, version and hashes are the appender's to fill in.
fn stored(
    stream: &StreamId,
    new: NewEvent,
    mut data: Value,
    actor: &Value,
    metadata: &Metadata,
    keys: &HashMap<UserId, DataKey>,
) -> Result<StoredEvent, LogError> {
    seal(&mut data, new.id, keys)?;
    Ok(StoredEvent {
        position: 0,
        id: new.id,
        stream_type: stream.stream_type(),
        stream_id: stream.id().to_owned(),
        version: 0,
        event_type: new.event.type_name().to_owned(),
        schema_version: new.event.schema_version(),
        time: metadata.time,
        actor: sealed_actor(actor.clone(), new.id, metadata, keys)?,
        correlation_id: metadata.correlation_id,
        causation_id: metadata.causation_id,
        subject_ids: new.event.subjects(),
        data,
        prev_hash: GENESIS_HASH.to_owned(),
        hash: GENESIS_HASH.to_owned(),
    })
}

fn sealed_actor(
    mut json: Value,
    event: EventId,
    metadata: &Metadata,
    keys: &HashMap<UserId, DataKey>,
) -> Result<StoredActor, LogError> {
    seal(&mut json, event, keys)?;
    Ok(StoredActor {
        user_id: metadata.actor.user_id,
        role: metadata.actor.role,
        ip: json["ip"].take(),
        user_agent: json["user_agent"].take(),
    })
}
