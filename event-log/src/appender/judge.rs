//! Judging a batch: which of its commits still stand on streams that have not moved.
//!
//! What this process has written itself it remembers. As long as the head shows that nobody else has written since a
//! commit's streams were loaded, that memory is all there is to know; otherwise the log is asked, once for the batch.

use std::collections::{HashMap, HashSet, VecDeque};

use events::{Position, StreamId, Version};
use foldhash::fast::RandomState;

use super::prepare::Prepared;
use crate::document::key;
use crate::{AppendError, Committed, Expected};

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

/// What becomes of a commit.
pub(super) enum Verdict {
    /// Its streams stand where they must: it is written.
    Won,
    /// An earlier attempt, never confirmed, has written it.
    Done(Committed),
    /// A stream has moved, or its idempotency record exists.
    Lost(AppendError),
}

/// A batch that has been judged.
pub(super) struct Judged {
    /// One for each of its commits.
    pub(super) verdicts: Vec<Verdict>,
    /// The version that a stream stands at, for each stream of the commits that have won, in their order.
    pub(super) bases: Vec<Version>,
}

/// Judges the commits of a batch in their order. `done` has those that an earlier attempt has written; without such an
/// attempt it may be empty.
pub(super) fn judge(memory: &Memory, findings: &Findings, batch: &[&Prepared], done: Vec<Option<Committed>>) -> Judged {
    let mut judge = Judge { memory, findings, overlay: HashMap::default(), records: HashSet::default() };
    let mut judged = Judged { verdicts: Vec::with_capacity(batch.len()), bases: Vec::with_capacity(batch.len()) };
    for (commit, done) in batch.iter().zip(done.into_iter().chain(std::iter::repeat_with(|| None))) {
        judged.verdicts.push(match done {
            Some(committed) => Verdict::Done(committed),
            None => match judge.judge(commit) {
                Ok(bases) => {
                    judged.bases.extend(bases);
                    Verdict::Won
                }
                Err(lost) => Verdict::Lost(lost),
            },
        });
    }
    judged
}

impl Judged {
    /// The commits that have won.
    pub(super) fn winners<'a>(&self, batch: &[&'a Prepared]) -> impl Iterator<Item = &'a Prepared> {
        let judged = batch.iter().zip(&self.verdicts);
        judged.filter(|(_, verdict)| matches!(verdict, Verdict::Won)).map(|(commit, _)| *commit)
    }
}

struct Judge<'a> {
    memory: &'a Memory,
    findings: &'a Findings,
    /// Where the batch's own commits, accepted so far, have brought the streams.
    overlay: HashMap<&'a StreamId, Version, RandomState>,
    /// Of those commits.
    records: HashSet<&'a str, RandomState>,
}

impl<'a> Judge<'a> {
    /// The version that each of the commit's streams stands at before it.
    ///
    /// # Errors
    /// `Conflict` when a stream has moved, `DuplicateRequest` when its idempotency record exists.
    fn judge(&mut self, commit: &'a Prepared) -> Result<Vec<Version>, AppendError> {
        let request = commit.request.as_deref();
        if request.is_some_and(|id| self.findings.records.contains(id) || self.records.contains(id)) {
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
            self.overlay.insert(&append.stream, base + append.events.len() as Version);
        }
        self.records.extend(request);
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
