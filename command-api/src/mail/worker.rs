//! One step after the other: read the log on, queue what it calls for, send what is due.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::User;
use domain::user::Account;
use event_log::{EventLog, LogError, Opened, Subscription};
use events::{Event, Position, StoredEvent, StreamEvent as _, StreamType, UserEvent};
use futures::StreamExt as _;
use service_kit::clock::Clock;
use service_kit::settings::Settings;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::MailError;
use super::calls::Call;
use super::letters::{Letter, ResetLink, instructor_rejected, instructor_verified, password_changed, password_reset};
use super::outbox::{LetterState, Outbox, OutboxError, Queued};
use super::transport::{Mailer, Recipient, SendError};
use crate::reset_tokens::ResetTokens;

/// A letter that did not leave within this time of its event never will. So a log that is read for the first time is
/// not answered by letters about its past.
const LIFE: TimeDelta = TimeDelta::hours(24);
/// The most events that are read at a time, and about the most bytes of them.
const BATCH_EVENTS: usize = 1_000;
const BATCH_BYTES: usize = 8 * 1024 * 1024;
/// How often the checkpoint follows a position that moved over events that call for nothing.
const SAVE_EVERY: Duration = Duration::from_secs(1);
/// The most letters of one step, and how many of them leave at a time.
const SEND_MOST: usize = 16;
const SEND_AT_ONCE: usize = 4;
/// How often the outbox is looked at when it is not known to hold anything.
const LOOK_EVERY: TimeDelta = TimeDelta::seconds(30);

/// What letters need: where they come from, and how they leave.
#[derive(Clone)]
pub struct Mail {
    pub(super) log: EventLog,
    pub(super) nats: async_nats::Client,
    outbox: Outbox,
    mailer: Mailer,
    reset_tokens: ResetTokens,
    public_url: String,
    clock: Clock,
}

impl Mail {
    /// Mail about this log that leaves by `mailer`. The outbox is made when it is missing; nothing is sent yet.
    ///
    /// # Errors
    /// [`MailError`]: a secret is missing, or MongoDB away.
    pub async fn open(
        log: &EventLog,
        nats: &async_nats::Client,
        clock: Clock,
        mailer: Mailer,
        settings: &Settings,
    ) -> Result<Self, MailError> {
        let token_key = settings.secrets.token_key()?.expose();
        Ok(Self {
            outbox: Outbox::open(log.client(), log.database()).await?,
            mailer,
            reset_tokens: ResetTokens::new(token_key),
            public_url: settings.network.public_url.clone(),
            clock,
            log: log.clone(),
            nats: nats.clone(),
        })
    }

    /// The letters, as they are queued.
    #[must_use]
    pub const fn outbox(&self) -> &Outbox {
        &self.outbox
    }
}

/// Why a worker must stop. It begins anew from the checkpoint, if it still has the lease.
#[derive(Debug, thiserror::Error)]
pub enum MailWorkerError {
    /// Another worker has taken over.
    #[error("another worker has taken over")]
    Stale,
    /// The log or the database is away.
    #[error(transparent)]
    Log(#[from] LogError),
}

impl From<OutboxError> for MailWorkerError {
    fn from(error: OutboxError) -> Self {
        match error {
            OutboxError::Stale => Self::Stale,
            OutboxError::Log(error) => Self::Log(error),
        }
    }
}

/// What one step did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MailStep {
    /// Letters queued.
    pub queued: usize,
    /// Letters that left.
    pub sent: usize,
    /// Letters that did not, and are tried again.
    pub failed: usize,
    /// Letters that never will.
    pub given_up: usize,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Attempt {
    Sent,
    Failed,
    GivenUp,
    /// Another worker was faster.
    Taken,
}

/// Reads the log for letters, and sends them. Several may exist at a time, but only that of the latest epoch queues, and
/// each attempt to send is one worker's.
///
/// An error, or a step that is broken off, ends it: a new one is made, which begins at the checkpoint.
pub struct MailWorker {
    mail: Mail,
    epoch: i64,
    subscription: Subscription,
    /// Where the checkpoint is.
    saved: Position,
    saved_at: Instant,
    /// When the outbox is to be looked at next, by the process's clock; none: at once.
    look_at: Option<DateTime<Utc>>,
}

impl MailWorker {
    /// Takes over in the epoch of a lease.
    ///
    /// # Errors
    /// [`MailWorkerError::Stale`] when a later epoch is there already; [`MailWorkerError::Log`].
    pub async fn take_over(mail: &Mail, epoch: i64) -> Result<Self, MailWorkerError> {
        let saved = mail.outbox.take_over(epoch).await?.ok_or(MailWorkerError::Stale)?;
        Ok(Self {
            subscription: Subscription::new(&mail.log, &mail.nats, saved),
            mail: mail.clone(),
            epoch,
            saved,
            saved_at: Instant::now(),
            look_at: None,
        })
    }

    /// The position up to which the log was read.
    #[must_use]
    pub fn position(&self) -> Position {
        self.subscription.position()
    }

    /// One step: takes what events there are, waiting at most `wait` for the first; queues what they call for; sends what
    /// is due, until cancelled.
    ///
    /// # Errors
    /// [`MailWorkerError`], after which the worker must be made anew. A letter that does not leave is none.
    pub async fn run_once(&mut self, wait: Duration, cancel: &CancellationToken) -> Result<MailStep, MailWorkerError> {
        let events = self.subscription.next_batch(BATCH_EVENTS, BATCH_BYTES, wait).await?;
        let queued = self.take(events).await?;
        if self.saved_at.elapsed() >= SAVE_EVERY {
            self.save().await?;
        }
        Ok(MailStep { queued, ..self.send_due(cancel).await? })
    }

    /// Brings the checkpoint to where the worker is.
    ///
    /// # Errors
    /// [`MailWorkerError`].
    pub async fn save(&mut self) -> Result<(), MailWorkerError> {
        if self.saved < self.position() {
            self.queue(&[]).await?;
        }
        self.saved_at = Instant::now();
        Ok(())
    }

    async fn take(&mut self, mut events: Vec<StoredEvent>) -> Result<usize, MailWorkerError> {
        let now = self.mail.clock.now();
        events.retain(|event| event.stream_type == StreamType::User && event.time.utc() + LIFE > now);
        let opened = self.mail.log.open_events(events).await?;
        let letters: Vec<Queued> = opened.iter().filter_map(|event| queued(event, now)).collect();
        if !letters.is_empty() {
            self.queue(&letters).await?;
            self.look_at = None;
        }
        Ok(letters.len())
    }

    async fn queue(&mut self, letters: &[Queued]) -> Result<(), MailWorkerError> {
        let to = self.position();
        self.mail.outbox.queue(self.epoch, self.saved, to, letters).await?;
        (self.saved, self.saved_at) = (to, Instant::now());
        Ok(())
    }

    async fn send_due(&mut self, cancel: &CancellationToken) -> Result<MailStep, MailWorkerError> {
        let now = self.mail.clock.now();
        if self.look_at.is_some_and(|at| at > now) {
            return Ok(MailStep::default());
        }
        let due = self.mail.outbox.due(now, SEND_MOST).await?;
        let mail = &self.mail;
        // One letter's failure is not another's, and an end does not wait for those that have not begun.
        let attempts: Vec<_> = due.iter().map(|letter| mail.attempt(letter)).collect();
        let attempts: Vec<Result<Attempt, LogError>> = futures::stream::iter(attempts)
            .take_until(cancel.clone().cancelled_owned())
            .buffer_unordered(SEND_AT_ONCE)
            .collect()
            .await;
        let mut step = MailStep::default();
        for attempt in attempts {
            match attempt? {
                Attempt::Sent => step.sent += 1,
                Attempt::Failed => step.failed += 1,
                Attempt::GivenUp => step.given_up += 1,
                Attempt::Taken => {}
            }
        }
        self.look_at = Some(mail.outbox.next_due().await?.unwrap_or(now + LOOK_EVERY));
        Ok(step)
    }
}

/// What is queued for an event. One that this code does not know may call for a letter: the code that sends it may know
/// it.
fn queued(event: &Opened, now: DateTime<Utc>) -> Option<Queued> {
    match event {
        Opened::Known(event) => {
            let Event::User(user_event) = &event.event else { return None };
            let call = Call::of(user_event)?;
            let user_id = event.subject_ids.first().copied()?;
            let age = event.time.utc() + LIFE;
            let until = call.expiry().map_or(age, |expiry| expiry.utc().min(age));
            Some(Queued::new(event.id, user_id, Some(call.kind()), event.position, now, until))
        }
        Opened::Unknown { stored, error } => {
            tracing::warn!(position = stored.position, %error, "an event that may call for a letter is not known");
            let user_id = stored.subject_ids.first().copied()?;
            let until = stored.time.utc() + LIFE;
            Some(Queued::new(stored.id, user_id, None, stored.position, now, until))
        }
    }
}

/// Why an attempt did not lead to a letter that left.
#[derive(Debug, thiserror::Error)]
enum Unsent {
    #[error(transparent)]
    Send(#[from] SendError),
    #[error(transparent)]
    Log(#[from] LogError),
    #[error("the event is not known")]
    UnknownEvent,
}

impl Mail {
    /// Tries once to send a letter.
    async fn attempt(&self, queued: &Queued) -> Result<Attempt, LogError> {
        let now = self.clock.now();
        if queued.until.to_chrono() <= now {
            return self.give_up(queued, "too late").await;
        }
        let Some(next_at) = self.outbox.claim(queued, now).await? else { return Ok(Attempt::Taken) };
        let error = match self.write_and_send(queued, now).await {
            Ok(true) => {
                self.outbox.end(queued.event, LetterState::Sent, self.clock.now()).await?;
                count(queued, "sent");
                return Ok(Attempt::Sent);
            }
            Ok(false) => {
                // Nobody is to be told, and nothing is wrong.
                self.outbox.end(queued.event, LetterState::GivenUp, now).await?;
                count(queued, "dropped");
                return Ok(Attempt::GivenUp);
            }
            Err(error) => error,
        };
        let is_final = matches!(&error, Unsent::Send(error) if error.is_final());
        if is_final || next_at >= queued.until.to_chrono() {
            return self.give_up(queued, &error.to_string()).await;
        }
        count(queued, "failed");
        tracing::warn!(event = %queued.event, attempts = queued.attempts + 1, %next_at, %error, "a letter has not left");
        Ok(Attempt::Failed)
    }

    async fn give_up(&self, queued: &Queued, why: &str) -> Result<Attempt, LogError> {
        self.outbox.end(queued.event, LetterState::GivenUp, self.clock.now()).await?;
        count(queued, "given_up");
        tracing::error!(event = %queued.event, letter = name(queued), attempts = queued.attempts, why, "a letter was given up");
        Ok(Attempt::GivenUp)
    }

    /// Writes a letter by what the log says now, and sends it; false when nobody is to be written to any more.
    async fn write_and_send(&self, queued: &Queued, now: DateTime<Utc>) -> Result<bool, Unsent> {
        let Some(call) = self.call(queued).await? else { return Ok(false) };
        let user = self.log.load::<User>(queued.user_id).await?;
        let Some(account) = user.state.present() else { return Ok(false) };
        let Some(letter) = self.letter(&call, account) else { return Ok(false) };
        let (Some(email), Some(last_name)) = (account.email.value(), account.last_name.value()) else {
            return Ok(false);
        };
        let name = format!("{} {last_name}", letter.first_name);
        self.mailer.send(queued.event, Recipient { name: &name, email }, &letter, now).await?;
        Ok(true)
    }

    /// What the event calls for, read again: the outbox holds nothing personal.
    async fn call(&self, queued: &Queued) -> Result<Option<Call>, Unsent> {
        let events = self.log.read(queued.position - 1, 1).await?;
        match self.log.open_events(events).await?.pop() {
            Some(Opened::Known(event)) if event.id == queued.event => {
                Ok(UserEvent::from_event(event.event).and_then(|event| Call::of(&event)))
            }
            Some(Opened::Unknown { .. }) => Err(Unsent::UnknownEvent),
            Some(Opened::Known(_)) | None => Err(LogError::Corrupt("the log holds another event".into()).into()),
        }
    }

    /// The letter; none when it would be of no use. Who is suspended may set another password, and stays suspended.
    fn letter(&self, call: &Call, account: &Account) -> Option<Letter> {
        let (language, first_name) = (account.language, account.first_name.value()?.as_str());
        match call {
            Call::PasswordReset { password_generation, expires_at } => {
                // The password has become another one since: the link would open nothing.
                if *password_generation != account.password_generation {
                    return None;
                }
                let token = self.reset_tokens.mint(account.user_id, *password_generation, *expires_at);
                let link = ResetLink { public_url: &self.public_url, token: &token, expires_at: *expires_at };
                Some(password_reset(language, first_name, link))
            }
            Call::PasswordChanged => Some(password_changed(language, first_name)),
            Call::InstructorVerified => Some(instructor_verified(language, first_name)),
            Call::InstructorRejected { reason } => Some(instructor_rejected(language, first_name, reason.as_deref()?)),
        }
    }
}

fn name(queued: &Queued) -> &'static str {
    queued.letter.map_or("unknown", super::calls::LetterKind::as_str)
}

/// `mail_letters_total{letter, outcome}`: sent, failed (to be tried again), dropped (of no use any more), given_up (an
/// alarm: somebody waits in vain).
fn count(queued: &Queued, outcome: &'static str) {
    metrics::counter!("mail_letters_total", "letter" => name(queued), "outcome" => outcome).increment(1);
}
