//! Parked documents, folded anew from the log.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::Utc;
use event_log::Opened;
use events::{Position, Timestamp};
use read_models::Parked as ParkRecord;

use crate::folding::{Cache, Change, Folding, Parked, Parking, Uncached, keys_of, stream_key};
use crate::store::{Changes, CommitError};
use crate::{DocKey, Worker, WorkerError};

/// Events that a scan opens at a time.
const SCAN_EVENTS: usize = 1_000;

/// How a retry ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Retried {
    /// There is no such park record in this projection.
    NotParked,
    /// The document, and all that is connected with it, follows the log again.
    Done {
        /// How many documents were folded anew.
        documents: usize,
    },
    /// It fails as before, or otherwise: the record has the new error.
    StillParked {
        /// Why.
        error: String,
    },
}

impl Worker {
    /// Since when something is parked; none when nothing of that id is.
    pub(crate) fn parked_since(&self, id: &str) -> Option<Timestamp> {
        let name = self.projection.name();
        let mut parked = self.parked.iter();
        parked.find(|(key, _)| ParkRecord::id_of(name, key.collection(), key.id()) == id).map(|(_, found)| found.since)
    }

    /// Folds a parked document anew, together with all that the events' keys connect with it, and puts all of them in
    /// place of what was there, in one transaction; nothing is changed when any of their events still fails.
    ///
    /// What is being written or waits is written first. The documents that were carried along are forgotten: these are
    /// newer.
    ///
    /// It reads the whole log up to the checkpoint, at least three times, and holds the connected documents in memory.
    ///
    /// # Errors
    /// [`WorkerError`], after which the worker must be made anew.
    pub async fn retry(&mut self, id: &str) -> Result<Retried, WorkerError> {
        let id_of = |key: &DocKey| ParkRecord::id_of(self.projection.name(), key.collection(), key.id());
        let Some((key, record)) = self.parked.iter().find(|(key, _)| id_of(key) == id) else {
            return Ok(Retried::NotParked);
        };
        let (key, record) = (key.clone(), record.clone());
        self.save().await?;
        let connected = self.connected(&key).await?;
        let refolded = self.refold(&connected).await?;
        let error = match refolded {
            Ok(changes) => {
                let documents = changes.documents.len();
                match self.store.commit(self.fence(), self.saved, &changes).await {
                    Ok(()) => {
                        let mut parked = HashMap::clone(&self.parked);
                        changes.unparked.iter().for_each(|key| _ = parked.remove(key));
                        self.begin_anew(parked);
                        return Ok(Retried::Done { documents });
                    }
                    Err(CommitError::Refused { key, reason }) => format!("{key}: {reason}"),
                    Err(error) => return Err(error.into()),
                }
            }
            Err(error) => error,
        };
        self.note(key, record, &error).await?;
        Ok(Retried::StillParked { error })
    }

    /// Every key that events connect with `key`, directly or through others.
    async fn connected(&self, key: &DocKey) -> Result<BTreeSet<DocKey>, WorkerError> {
        let mut connected = BTreeSet::from([key.clone()]);
        loop {
            let before = connected.len();
            let mut after = 0;
            while let Some(events) = self.scan(&mut after).await? {
                for event in &events {
                    let keys = keys_of(&*self.projection, event);
                    if touches(&connected, event, &keys) {
                        connected.extend(keys);
                    }
                }
            }
            if connected.len() == before {
                return Ok(connected);
            }
        }
    }

    /// Folds the events of these keys from nothing. The inner error is that of the first event that fails.
    async fn refold(&self, connected: &BTreeSet<DocKey>) -> Result<Result<Changes, String>, WorkerError> {
        let mut folding = Folding {
            projection: self.projection.clone(),
            cache: Cache::new(Uncached::Absent),
            parking: Parking::none(Timestamp::new(Utc::now())),
            refused: HashMap::new(),
        };
        let mut after = 0;
        while let Some(events) = self.scan(&mut after).await? {
            for event in &events {
                let keys = keys_of(&*self.projection, event);
                if !touches(connected, event, &keys) {
                    continue;
                }
                if folding.take(event, &keys).is_err() {
                    return Ok(Err(format!("event {} asks for what is not loaded", event.position())));
                }
                if let Some((_, parked)) = folding.parking.changed().first_key_value() {
                    return Ok(Err(parked.error.clone()));
                }
            }
        }
        let mut documents = folding.cache.changes();
        if let Some(stranger) = documents.keys().find(|key| !connected.contains(key)) {
            // A defect of the projection: its keys do not connect what its fold does. Replacing the stranger would lose
            // the events that are its own.
            return Ok(Err(format!("{stranger} is changed, and no event's keys connect it")));
        }
        for key in connected.iter().filter(|key| !key.is_stream()) {
            documents.entry(key.clone()).or_insert(Change::Delete);
        }
        let unparked = self.parked.keys().filter(|key| connected.contains(key)).cloned().collect();
        Ok(Ok(Changes { documents, unparked, ..Changes::default() }))
    }

    /// The next events up to the checkpoint, opened, of the streams that concern the projection; none at the end.
    async fn scan(&self, after: &mut Position) -> Result<Option<Vec<Opened>>, WorkerError> {
        if *after >= self.saved {
            return Ok(None);
        }
        let mut events = self.log.read(*after, SCAN_EVENTS).await?;
        events.retain(|event| event.position <= self.saved);
        let Some(last) = events.last() else { return Ok(None) };
        *after = last.position;
        events.retain(|event| self.projection.handles(event.stream_type));
        Ok(Some(self.log.open_to_fold(events).await?))
    }

    /// Writes the new error into the record.
    async fn note(&mut self, key: DocKey, record: Parked, error: &str) -> Result<(), WorkerError> {
        let record = Parked { error: error.to_owned(), ..record };
        let changes = Changes { parked: BTreeMap::from([(key.clone(), record.clone())]), ..Changes::default() };
        self.store.commit(self.fence(), self.saved, &changes).await?;
        let mut parked = HashMap::clone(&self.parked);
        parked.insert(key, record);
        self.begin_anew(parked);
        Ok(())
    }
}

fn touches(connected: &BTreeSet<DocKey>, event: &Opened, keys: &[DocKey]) -> bool {
    keys.iter().any(|key| connected.contains(key)) || connected.contains(&stream_key(event))
}
