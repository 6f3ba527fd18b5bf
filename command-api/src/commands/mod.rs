//! How every command runs: load, decide, append, wait for the read side.

mod idempotency;
mod looks;
mod origin;
mod run;
mod spool;
mod unit_of_work;

pub(crate) use idempotency::{DuplicateRequest, Final};
pub use idempotency::{Idempotency, Ticket, Unrecorded, idempotent};
pub(crate) use looks::Looks;
pub use origin::{CommandContext, Origin};
pub use run::{Commands, Done, UseCase};
pub use unit_of_work::{Held, UnitOfWork};
