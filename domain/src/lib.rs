//! The decisions of Har Academy: what may happen, given what happened. One folder per aggregate, one file per command.
//!
//! Pure: no I/O, no clock, no randomness. Ids, times and facts about other streams come in the command. Folding
//! ([`events::Fold`]) and the value types ([`values`]) are always there; deciding stands behind the feature `decide`,
//! which only the write process turns on.
//!
//! A new command is one file with the command, its errors and its decision, and one line in the `aggregate!` list of
//! its folder.

#[cfg(feature = "decide")]
mod aggregate;
#[cfg(test)]
mod fixtures;

pub mod access;
pub mod admin_roster;
pub mod audit_access;
pub mod certificate;
pub mod course;
pub mod email_claim;
pub mod enrollment;
pub mod invoice;
pub mod media;
pub mod projection_control;
pub mod quiz;
pub mod quiz_attempt;
pub mod review;
pub mod session;
pub mod subscription;
pub mod transaction;
pub mod user;
pub mod values;

pub use access::Access;
pub use admin_roster::AdminRoster;
pub use audit_access::AuditAccess;
pub use certificate::Certificate;
pub use course::Course;
pub use email_claim::EmailClaim;
pub use enrollment::Enrollment;
pub use invoice::InvoiceSeries;
pub use media::Media;
pub use projection_control::ProjectionControl;
pub use quiz::Quiz;
pub use quiz_attempt::QuizAttempt;
pub use review::Review;
pub use session::Session;
pub use subscription::Subscription;
pub use transaction::Transaction;
pub use user::User;
