//! Folding one event after the other, and parking what fails.

use std::collections::HashMap;
use std::sync::Arc;

use event_log::Opened;
use events::DecodeError;
use read_models::ParkCause;

use super::{Cache, Documents, FoldError, Parking};
use crate::{DocKey, Projection};

/// A batch being folded.
pub(crate) struct Folding {
    pub(crate) projection: Arc<dyn Projection>,
    pub(crate) cache: Cache,
    pub(crate) parking: Parking,
    /// Documents that MongoDB refused when this batch was written before, and why: events that write them fail.
    pub(crate) refused: HashMap<DocKey, String>,
}

/// The keys of an event, from itself alone, in their order and each once; none when the projection ignores it.
pub(crate) fn keys_of(projection: &dyn Projection, event: &Opened) -> Vec<DocKey> {
    let mut keys = match event {
        Opened::Known(event) => projection.keys(event),
        Opened::Unknown { stored, .. } => {
            let keys = projection.unreadable_keys(stored);
            if keys.is_empty() { vec![DocKey::stream(&stored.stream())] } else { keys }
        }
    };
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// The key of the event's stream, under which events are parked whose documents could not be told.
pub(crate) fn stream_key(event: &Opened) -> DocKey {
    match event {
        Opened::Known(event) => DocKey::stream(&event.stream),
        Opened::Unknown { stored, .. } => DocKey::stream(&stored.stream()),
    }
}

impl Folding {
    /// Takes in one event, whose keys these are ([`keys_of`]): its changes are in the cache, or its keys are parked. Keys
    /// that come back must be loaded first, then the event be given again.
    pub(crate) fn take(&mut self, event: &Opened, keys: &[DocKey]) -> Result<(), Vec<DocKey>> {
        if keys.is_empty() {
            return Ok(());
        }
        let (failure, more) = match self.blocker(event, keys) {
            Some(blocker) => {
                let stream = blocker.is_stream().then(|| blocker.clone());
                (FoldError::Parked(blocker).into(), stream.into_iter().collect())
            }
            None => match self.fold(event)? {
                None => return Ok(()),
                Some(failed) => failed,
            },
        };
        let Failure { cause, error } = failure;
        let keys = keys.iter().cloned().chain(more).collect();
        self.parking.park(&keys, cause, &error, event.position());
        Ok(())
    }

    /// Folds one event. Its changes are kept, or given is why not, and which documents it has touched.
    fn fold(&mut self, event: &Opened) -> Result<Option<(Failure, Vec<DocKey>)>, Vec<DocKey>> {
        let mut documents = Documents::new(&mut self.cache, &self.parking);
        let folded = fold(&*self.projection, event, &mut documents);
        let refused = || documents.changed().find_map(|key| self.refused.get(key));
        let failure = match folded {
            Err(FoldError::NotLoaded(keys)) => return Err(keys),
            Err(error) => error.into(),
            Ok(()) => match refused() {
                Some(reason) => Failure::failed(reason.clone()),
                None => {
                    documents.keep();
                    return Ok(None);
                }
            },
        };
        Ok(Some((failure, documents.touched().cloned().collect())))
    }

    /// The parked key that the event queues behind, if there is one.
    fn blocker(&self, event: &Opened, keys: &[DocKey]) -> Option<DocKey> {
        if self.parking.is_empty() {
            return None;
        }
        std::iter::once(stream_key(event)).chain(keys.iter().cloned()).find(|key| self.parking.holds(key))
    }
}

fn fold(projection: &dyn Projection, event: &Opened, documents: &mut Documents<'_>) -> Result<(), FoldError> {
    match event {
        Opened::Known(known) => projection.fold(known, documents),
        Opened::Unknown { stored, error } => {
            let unreadable = || Err(FoldError::Unreadable(describe(error)));
            projection.fold_unreadable(stored, documents).unwrap_or_else(unreadable)
        }
    }
}

struct Failure {
    cause: ParkCause,
    error: String,
}

impl Failure {
    const fn failed(error: String) -> Self {
        Self { cause: ParkCause::Failed, error }
    }
}

impl From<FoldError> for Failure {
    fn from(error: FoldError) -> Self {
        let cause = match error {
            FoldError::Parked(_) => ParkCause::Behind,
            FoldError::Missing(_)
            | FoldError::Malformed(_)
            | FoldError::Contradiction(_)
            | FoldError::Unreadable(_)
            | FoldError::NotLoaded(_) => ParkCause::Failed,
        };
        Self { cause, error: error.to_string() }
    }
}

/// The error in words. What serde says of malformed data is left out: it quotes values, which may be personal.
fn describe(error: &DecodeError) -> String {
    match error {
        DecodeError::UnknownType { .. } | DecodeError::UnknownVersion(_) => error.to_string(),
        DecodeError::Malformed { event_type, .. } => format!("malformed {event_type}"),
    }
}
