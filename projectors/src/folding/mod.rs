//! Pure folding: events and documents in, changed documents and parked keys out. No I/O: what is not loaded yet is
//! asked for, and the event folded again.

mod batch;
mod cache;
mod documents;
mod parking;

pub use documents::{Documents, FoldError};

pub(crate) use batch::{Folding, keys_of, stream_key};
pub(crate) use cache::{Cache, Change, Outcome, Slot, Typed, Uncached};
pub(crate) use parking::{Parked, Parking};
