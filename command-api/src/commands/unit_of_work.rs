//! A unit of work: what one command loads, decides and changes, to be committed whole or not at all.

use std::sync::{Mutex, PoisonError};

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use domain::subscription::Plans;
use event_log::{EventLog, Expected, Guard, KeyChange, LogError, NewEvent, StreamAppend};
use events::{Event, EventId, Fold, Position, StreamId, StreamType, UserId, Version};
use uuid::Uuid;

/// Hands a state that was decided upon to the log's cache, once it is committed.
pub(super) type Remember = Box<dyn FnOnce(&EventLog) + Send + Sync>;

/// What a command has touched so far.
pub struct UnitOfWork<'a> {
    log: &'a EventLog,
    pub(super) observed: Position,
    pub(super) appends: Vec<StreamAppend>,
    pub(super) guards: Vec<Guard>,
    pub(super) keys: Vec<KeyChange>,
    pub(super) remember: Vec<Remember>,
    plans: &'a Plans,
    /// Every stream that was loaded, as it stood then.
    loaded: Mutex<Vec<(StreamId, Version)>>,
}

impl<'a> UnitOfWork<'a> {
    /// Begins. What is known of the head must be noted before anything is loaded.
    pub(super) fn new(log: &'a EventLog, plans: &'a Plans) -> Self {
        Self {
            log,
            observed: log.observed(),
            appends: Vec::new(),
            guards: Vec::new(),
            keys: Vec::new(),
            remember: Vec::new(),
            plans,
            loaded: Mutex::default(),
        }
    }

    /// What may be subscribed to, and which courses that opens.
    #[must_use]
    pub const fn plans(&self) -> &'a Plans {
        self.plans
    }

    /// The kinds of the streams that were loaded.
    pub(super) fn loaded_types(&self) -> Vec<StreamType> {
        let loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        loaded.iter().map(|(stream, _)| stream.stream_type()).collect()
    }

    /// Adds an event to a series, whatever others add to it: its place in it is given by the log.
    pub fn add(&mut self, series: StreamId, event: Event) {
        let events = vec![NewEvent { id: EventId::new(Uuid::now_v7()), event }];
        self.appends.push(StreamAppend { stream: series, expected: Expected::Any, events });
    }

    /// Loads an aggregate to read it, and perhaps to decide on it. It takes part in the commit once it is
    /// [`put`](Self::put) back.
    ///
    /// # Errors
    /// [`LogError`].
    pub async fn load<A: Fold>(&self, id: impl std::fmt::Display) -> Result<Held<A>, LogError> {
        let loaded = self.log.load::<A>(id).await?;
        let state = A::clone(&loaded.state);
        let seen = (loaded.stream.clone(), loaded.version);
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner).push(seen);
        Ok(Held { stream: loaded.stream, version: loaded.version, state, events: Vec::new() })
    }

    /// Puts an aggregate back: what was decided on it is appended; when nothing was, it must not have moved at the
    /// moment of the commit.
    pub fn put<A: Fold>(&mut self, held: Held<A>) {
        let Held { stream, version, state, events } = held;
        if events.is_empty() {
            self.guards.push(Guard { stream, version });
            return;
        }
        let after = version + events.len() as Version;
        self.appends.push(StreamAppend { stream: stream.clone(), expected: Expected::Exactly(version), events });
        self.remember.push(Box::new(move |log| log.remember(&stream, after, state)));
    }

    /// The person is new: their key is made in the same commit.
    pub fn create_key(&mut self, person: UserId) {
        self.keys.push(KeyChange::Create(person));
    }

    /// The person is erased: their key is destroyed in the same commit.
    pub fn destroy_key(&mut self, person: UserId) {
        self.keys.push(KeyChange::Destroy(person));
    }

    /// Whether what was loaded may never have been so at one moment: there are several streams, and one has moved since.
    /// A commit finds that out by itself; who refuses, or has nothing to commit, must ask.
    ///
    /// # Errors
    /// [`LogError`].
    pub(super) async fn is_torn(&mut self) -> Result<bool, LogError> {
        let loaded = self.loaded.get_mut().unwrap_or_else(PoisonError::into_inner);
        let streams: Vec<_> = loaded.iter().map(|(stream, version)| (stream, *version)).collect();
        if streams.len() < 2 { Ok(false) } else { self.log.moved(&streams).await }
    }

    /// Where a stream that was put back stood when it was loaded; none for any other stream.
    pub(super) fn loaded_version(&self, stream: &StreamId) -> Option<Version> {
        let guarded = self.guards.iter().find(|guard| guard.stream == *stream).map(|guard| guard.version);
        let appended = self.appends.iter().find(|append| append.stream == *stream);
        guarded.or_else(|| match appended?.expected {
            Expected::Exactly(version) => Some(version),
            Expected::Any => None,
        })
    }
}

/// An aggregate in the hands of a command: a copy, which the log takes over only with the commit.
#[derive(Debug)]
pub struct Held<A> {
    stream: StreamId,
    version: Version,
    state: A,
    events: Vec<NewEvent>,
}

impl<A> Held<A> {
    /// As it is after what was decided so far.
    pub const fn state(&self) -> &A {
        &self.state
    }

    /// Its stream.
    pub const fn stream(&self) -> &StreamId {
        &self.stream
    }

    /// Its version when it was loaded; 0 when it does not exist.
    pub const fn version(&self) -> Version {
        self.version
    }
}

impl<A> Held<A>
where
    A: Aggregate<Services = ()> + Fold<Event = <A as Aggregate>::Event>,
    <A as Aggregate>::Event: Into<Event>,
{
    /// Hands a command to the aggregate, and keeps what it decides.
    ///
    /// # Errors
    /// The aggregate's refusal; nothing is changed then.
    pub async fn decide(&mut self, command: impl Into<A::Command>) -> Result<(), A::Error> {
        let sink = EventSink::default();
        self.state.handle(command.into(), &(), &sink).await?;
        let new = |event: <A as Aggregate>::Event| NewEvent { id: EventId::new(Uuid::now_v7()), event: event.into() };
        self.events.extend(sink.collect().await.into_iter().map(new));
        Ok(())
    }
}
