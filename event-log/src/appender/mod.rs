//! Appending: one task per process takes all the commits that wait and writes them in one transaction.

mod doubt;
mod judge;
mod prepare;
mod queue;
mod transaction;
mod worker;

pub use queue::AppendLimits;
pub(crate) use queue::AppendQueue;
pub use worker::Appender;
