//! The read-model writers: each projection is one worker that folds the event log into its collections.
//!
//! | module | what it does |
//! |---|---|
//! | [`projection`] | what a projection is: [`Projection`], [`DocKey`] |
//! | `projections` | the projections, one file each |
//! | `folding` | pure: events in, changed documents and parked keys out |
//! | `store` | documents and checkpoint, in one transaction, fenced |
//! | `commands`, `difference` | the commands of such a transaction: of each document what has changed |
//! | `worker` | one projection, one batch after the other: [`Worker`]; read this first |
//! | `draft` | the batch in the making |
//! | `writing` | the batch that is being written meanwhile |
//! | `carried` | documents carried along from batch to batch |
//! | `control` | what operators ask: rebuilds and retries |
//! | `rebuild` | folded anew from the log, beside what serves, and put in its place |
//! | `retry` | parked documents, folded anew from the log |
//! | `announcer` | tells the APIs how far the projection is |
//! | `running` | leases, restarts, all workers: [`start`] |
//! | `process` | the process: [`run`] |

mod announcer;
mod carried;
mod commands;
mod control;
mod difference;
mod draft;
mod folding;
mod process;
pub mod projection;
mod projections;
mod rebuild;
mod retry;
mod running;
mod store;
mod worker;
mod writing;

pub use folding::{Documents, FoldError};
pub use process::run;
pub use projection::{DocKey, Projection};
pub use projections::{
    Audit, Certificates, Courses, Enrollments, Entitlements, Quizzes, Subscriptions, Transactions, Users, all,
    collections,
};
pub use rebuild::RebuildOptions;
pub use retry::Retried;
pub use running::{Projectors, start, start_rebuilders, start_with};
pub use worker::{BATCH_EVENTS, Step, Worker, WorkerError};
