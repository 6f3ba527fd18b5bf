//! A log as an academy has it after some years: people who come back, courses, and what learners do in them.
//!
//! The same seed gives the same history but for the ids. Each commit holds what several people did one after the other,
//! so that a million events are there in minutes.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use event_log::{Commit, EventLog, Expected, KeyChange, Metadata, NewEvent, StreamAppend};
use events::{
    Actor, ActorRole, CorrelationId, CourseId, Event, EventId, LessonId, QuestionId, QuizId, StreamId, Timestamp,
    UserId,
};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use uuid::Uuid;

use crate::bench::commits::actor;

/// Events of one commit, about.
const COMMIT_EVENTS: usize = 250;
/// The time that the history covers.
const YEARS: i64 = 3;
/// Events for each course, about: a million events have five hundred courses.
const EVENTS_PER_COURSE: u32 = 2_000;
const SEED: u64 = 20;

/// A course that people learn in.
pub(super) struct Course {
    pub(super) id: CourseId,
    pub(super) lessons: Vec<LessonId>,
    pub(super) quiz_id: QuizId,
    pub(super) question_ids: Vec<QuestionId>,
}

/// Somebody in a course.
pub(super) struct Learning {
    pub(super) user_id: UserId,
    pub(super) course: usize,
    /// Lessons that they have completed: the first ones.
    pub(super) done: usize,
    pub(super) reviewed: bool,
}

/// The history, as far as it has been told.
pub(super) struct History {
    pub(super) random: StdRng,
    pub(super) people: Vec<UserId>,
    pub(super) courses: Vec<Course>,
    pub(super) learning: Vec<Learning>,
    /// Who has entered which course.
    pub(super) entered: HashSet<(UserId, usize)>,
    /// Correlation ids of some commits, to be searched by.
    pub(super) correlations: Vec<Uuid>,
    now: DateTime<Utc>,
    events: u32,
}

/// A commit in the making.
#[derive(Default)]
pub(super) struct Draft {
    streams: BTreeMap<StreamId, Vec<NewEvent>>,
    keys: Vec<KeyChange>,
    events: usize,
}

impl Draft {
    /// One event more.
    pub(super) fn push(&mut self, stream: StreamId, event: impl Into<Event>) {
        let event = NewEvent { id: EventId::new(Uuid::now_v7()), event: event.into() };
        self.streams.entry(stream).or_default().push(event);
        self.events += 1;
    }

    /// A person more, whose key is made.
    pub(super) fn create_key(&mut self, user_id: UserId) {
        self.keys.push(KeyChange::Create(user_id));
    }

    fn commit(self, log: &EventLog, metadata: Metadata) -> Commit {
        let appends = self.streams.into_iter();
        let appends = appends.map(|(stream, events)| StreamAppend { stream, expected: Expected::Any, events });
        Commit {
            appends: appends.collect(),
            guards: Vec::new(),
            idempotency: None,
            keys: self.keys,
            metadata,
            observed: log.observed(),
        }
    }
}

impl History {
    /// One that has not begun.
    pub(super) fn new() -> Self {
        Self {
            random: StdRng::seed_from_u64(SEED),
            people: Vec::new(),
            courses: Vec::new(),
            learning: Vec::new(),
            entered: HashSet::new(),
            correlations: Vec::new(),
            now: Utc::now() - TimeDelta::days(YEARS * 365),
            events: 0,
        }
    }

    /// Appends about so many events.
    ///
    /// # Errors
    /// When a commit fails.
    pub(super) async fn tell(&mut self, log: &EventLog, events: u32, progress: impl Fn(u64)) -> anyhow::Result<()> {
        let step = TimeDelta::days(YEARS * 365) / i32::try_from(events.max(1)).unwrap_or(i32::MAX);
        let courses = (events / EVENTS_PER_COURSE).max(1) as usize;
        let mut appending = None;
        while self.events < events {
            let mut draft = Draft::default();
            while draft.events < COMMIT_EVENTS {
                self.step(&mut draft, courses);
            }
            let count = u32::try_from(draft.events).unwrap_or(u32::MAX);
            self.events += count;
            self.now += step * i32::try_from(count).unwrap_or(i32::MAX);
            let metadata = self.metadata();
            // The next one is made while this one is being written; no more, or their order would not be sure.
            let commit = draft.commit(log, metadata);
            if let Some(appending) = appending.take() {
                finished(appending).await?;
            }
            let log = log.clone();
            appending = Some(tokio::spawn(async move { log.append(commit).await }));
            progress(u64::from(self.events));
        }
        if let Some(appending) = appending {
            finished(appending).await?;
        }
        Ok(())
    }

    /// The time that an event had which happened after so much of the history.
    pub(super) fn time_at(&self, share: f64) -> Timestamp {
        let whole = TimeDelta::days(YEARS * 365).num_seconds();
        #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "seconds of three years")]
        let seconds = (whole as f64 * (1.0 - share)) as i64;
        Timestamp::new(self.now - TimeDelta::seconds(seconds))
    }

    /// When it is, in the history.
    pub(super) fn now(&self) -> Timestamp {
        Timestamp::new(self.now)
    }

    fn metadata(&mut self) -> Metadata {
        let correlation = Uuid::now_v7();
        if self.random.random_ratio(1, 10) {
            self.correlations.push(correlation);
        }
        let user_id = self.someone();
        Metadata {
            time: self.now(),
            actor: user_id.map_or_else(Actor::system, |user_id| actor(user_id, Some(user_id), ActorRole::Learner)),
            correlation_id: CorrelationId::new(correlation),
            causation_id: None,
        }
    }

    /// What happens next.
    fn step(&mut self, draft: &mut Draft, courses: usize) {
        // The first people write courses; the others come to learn.
        if self.people.len() < 20 {
            return self.register(draft);
        }
        if self.courses.len() < courses.min(1 + self.people.len() / 20) {
            return self.write_course(draft);
        }
        match self.random.random_range(0..1_000) {
            0..25 => self.register(draft),
            25..110 => self.sign_in(draft),
            110..165 => self.enroll(draft),
            165..180 => self.buy(draft),
            180..210 => self.attempt(draft),
            210..225 => self.review(draft),
            _ => self.go_on(draft),
        }
    }

    /// Somebody at random, if anybody is there.
    pub(super) fn someone(&mut self) -> Option<UserId> {
        let count = self.people.len();
        (count > 0).then(|| self.random.random_range(0..count)).and_then(|index| self.people.get(index).copied())
    }

    /// Somebody in some course, if anybody is.
    pub(super) fn some_learning(&mut self) -> Option<usize> {
        let count = self.learning.len();
        (count > 0).then(|| self.random.random_range(0..count))
    }
}

async fn finished(
    appending: tokio::task::JoinHandle<Result<event_log::Committed, event_log::AppendError>>,
) -> anyhow::Result<()> {
    appending.await??;
    Ok(())
}
