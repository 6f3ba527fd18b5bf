//! Strong reads: who may, answered by the write side.
//!
//! Read collections lag by milliseconds and must never grant by lagging. So every authenticated request, on both APIs,
//! asks the log whether what it knows of its user and session has moved; a revocation, a suspension or a change of role
//! holds on the very next request, whether NATS and the projectors are up or not. So does what of a course opens to a
//! caller: [`Access::content`].

mod caller;
mod content;
mod failure;
mod health;
mod in_time;
mod plans;
mod token_keys;

pub use caller::{Access, Caller, MaybeCaller};
pub use content::Content;
pub use failure::log_failure;
pub use health::health;
pub use in_time::in_time;
pub use plans::{PlansError, load_plans};
pub use token_keys::{TokenKey, TokenKeyStore, TokenKeys};
