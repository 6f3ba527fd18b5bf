//! Personal data: sealed under a key of the person it is about, unreadable once that key is destroyed.

mod cipher;
mod keys;
mod seal;

pub(crate) use cipher::{DataKey, mac};
pub use cipher::{MasterKey, Sealer};
pub use keys::PersonKeys;
pub(crate) use seal::{may_be_sealed, open, owners_of_open, owners_of_sealed, seal};
