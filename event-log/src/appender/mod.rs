//! Appending: one task per process, on a thread of its own, takes all the commits that wait and writes them in one
//! transaction; another waits for the majority to have it; a second thread answers.

mod confirm;
mod doubt;
mod ground;
mod insertion;
mod judge;
mod placing;
mod prepare;
mod queue;
mod settle;
mod transaction;
mod worker;

pub use queue::AppendLimits;
pub(crate) use queue::AppendQueue;
pub use worker::Appender;
