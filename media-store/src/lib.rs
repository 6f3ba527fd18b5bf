//! Uploaded files: their bytes, and the addresses at which browsers may fetch them. What a file is and whose is in the
//! log; here it is bytes under an id.
//!
//! | module | what it does |
//! |---|---|
//! | `store` | a folder or a bucket: reading, removing, listing |
//! | `incoming` | a file on its way in: measured, hashed, its type found, nothing left of it when it is cut off |
//! | `kind` | what a file is, by its first bytes |
//! | `links` | addresses, plain and signed |
//! | `shelf` | both, by the settings: [`Shelf`] |

mod incoming;
mod kind;
mod links;
mod shelf;
mod store;

pub use incoming::{Arrived, Incoming, IncomingError};
pub use kind::kind_of;
pub use links::MediaLinks;
pub use shelf::{Films, Shelf};
pub use store::{MediaStore, StoreError};
