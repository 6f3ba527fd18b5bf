//! Letters to people: what the log calls for is queued, and sent until it has left.
//!
//! | module | what it does |
//! |---|---|
//! | `calls` | which facts call for which letter |
//! | `letters` | what people are written |
//! | `outbox` | what is to be sent, and how far the log has been read |
//! | `worker` | one step: read, queue, send |
//! | `running` | the task that takes the steps while it has the lease |
//! | `transport` | by SMTP, or into a folder |
//!
//! A letter leaves at least once. Its `Message-ID` is made of the event that calls for it, so that receivers can see a
//! repetition as one. With the mail server away letters wait, and nothing else notices.

mod calls;
mod letters;
mod outbox;
mod running;
mod transport;
mod worker;

pub use calls::LetterKind;
pub use outbox::{LetterState, Outbox, Queued};
pub use running::{MAIL_LEASE, start_mail};
pub use transport::{MailSettingsError, Mailer};
pub use worker::{Mail, MailStep, MailWorker, MailWorkerError};

/// Why mail can't be had.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// A secret is missing.
    #[error(transparent)]
    Settings(#[from] service_kit::settings::SettingsError),
    /// MongoDB is away.
    #[error(transparent)]
    Log(#[from] event_log::LogError),
}
