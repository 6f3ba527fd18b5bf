//! The keys of access tokens: in MongoDB, in generations, each with the time that it counts.
//!
//! | module | what it holds |
//! |---|---|
//! | `document` | [`TokenKey`]: a key as it is stored |
//! | `store` | [`TokenKeyStore`]: the collection |
//! | `ring` | [`TokenKeys`]: the keys that verify now, as a process knows them |

mod document;
mod ring;
mod store;

pub use document::TokenKey;
pub use ring::TokenKeys;
pub use store::TokenKeyStore;
