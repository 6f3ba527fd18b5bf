//! Judging a batch: which of its commits still stand on streams that have not moved.
//!
//! What this process has written itself it remembers. As long as the head shows that nobody else has written since a
//! commit's streams were loaded, that memory is all there is to know; otherwise the log is asked, once for the batch.

use std::collections::{HashMap, HashSet, VecDeque};

use events::{Position, StreamId, Version};
use foldhash::fast::RandomState;

use super::prepare::Prepared;
use crate::document::key;
use crate::{AppendError, Expected};

/// How many streams are remembered with the version that this process gave them.
const REMEMBERED: usize = 100_000;

/// What this process knows of streams without asking.
pub(super) struct Memory {
    /// Only this process has written after this position; none before it is known.
    sole_since: Option<Position>,
    /// What was written up to here may have been forgotten.
    floor: Position,
    versions: HashMap<StreamId, (Position, Version), RandomState>,
    order: VecDeque<(Position, StreamId)>,
}

impl Memory {
    pub(super) fn new() -> Self {
        Self { sole_since: None, floor: 0, versions: HashMap::default(), order: VecDeque::new() }
    }

    /// Somebody else has written, or might have: what stands after `position` is known from now on only.
    pub(super) fn start_at(&mut self, position: Position) {
        *self = Self { sole_since: Some(position), floor: position, ..Self::new() };
    }

    /// Nothing is known any more.
    pub(super) fn forget(&mut self) {
        *self = Self::new();
    }

    /// This process has written.
    pub(super) fn wrote(&mut self, position: Position, stream: StreamId, version: Version) {
        self.versions.insert(stream.clone(), (position, version));
        self.order.push_back((position, stream));
        while self.order.len() > REMEMBERED {
            let Some((oldest, stream)) = self.order.pop_front() else { break };
            self.floor = oldest;
            // When it has been written again since, it is remembered by its later entry.
            if self.versions.get(&stream).is_some_and(|(written, _)| *written == oldest) {
                self.versions.remove(&stream);
            }
        }
    }

    /// Whether memory alone can judge what was loaded when the head stood at `observed`.
    pub(super) fn covers(&self, observed: Position) -> bool {
        self.sole_since.is_some_and(|since| observed >= since.max(self.floor))
    }

    pub(super) fn version(&self, stream: &StreamId) -> Option<Version> {
        self.versions.get(stream).map(|(_, version)| *version)
    }
}

/// What the log answered about a batch's streams.
#[derive(Default)]
pub(super) struct Findings {
    /// Keys of the batch's next versions that are taken.
    pub(super) taken: HashSet<String>,
    /// Latest versions of counter streams.
    pub(super) latest: HashMap<StreamId, Version>,
    /// Idempotency records that exist.
    pub(super) records: HashSet<String>,
}

/// Judges the commits of a batch in their order.
pub(super) struct Judge<'a> {
    memory: &'a Memory,
    findings: &'a Findings,
    /// Where the batch's own commits, accepted so far, have brought the streams.
    overlay: HashMap<StreamId, Version, RandomState>,
    records: HashSet<String, RandomState>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(memory: &'a Memory, findings: &'a Findings) -> Self {
        Self { memory, findings, overlay: HashMap::default(), records: HashSet::default() }
    }

    /// The version that each of the commit's streams stands at before it.
    ///
    /// # Errors
    /// `Conflict` when a stream has moved, `DuplicateRequest` when its idempotency record exists.
    pub(super) fn judge(&mut self, commit: &Prepared) -> Result<Vec<Version>, AppendError> {
        if let Some(request) = &commit.request
            && (self.findings.records.contains(request) || self.records.contains(request))
        {
            return Err(AppendError::DuplicateRequest);
        }
        if !commit.guards.iter().all(|guard| self.stands_at(&guard.stream, guard.version)) {
            return Err(AppendError::Conflict);
        }
        let mut bases = Vec::with_capacity(commit.appends.len());
        for append in &commit.appends {
            bases.push(match append.expected {
                Expected::Any => self.latest(&append.stream),
                Expected::Exactly(version) if self.stands_at(&append.stream, version) => version,
                Expected::Exactly(_) => return Err(AppendError::Conflict),
            });
        }
        for (append, base) in commit.appends.iter().zip(&bases) {
            self.overlay.insert(append.stream.clone(), base + append.events.len() as Version);
        }
        self.records.extend(commit.request.clone());
        Ok(bases)
    }

    fn known(&self, stream: &StreamId) -> Option<Version> {
        self.overlay.get(stream).copied().or_else(|| self.memory.version(stream))
    }

    fn stands_at(&self, stream: &StreamId, version: Version) -> bool {
        match self.known(stream) {
            Some(known) => known == version,
            None if self.findings.taken.is_empty() => true,
            None => !self.findings.taken.contains(&key(stream, version + 1)),
        }
    }

    fn latest(&self, stream: &StreamId) -> Version {
        self.known(stream).or_else(|| self.findings.latest.get(stream).copied()).unwrap_or(0)
    }
}
