//! The two servers that Har Academy stands on, for `har dev` and for the tests: finds or fetches `mongod` and
//! `nats-server`, starts them on loopback, waits until they are ready, and stops them.
//!
//! | what | where |
//! |---|---|
//! | a binary that is there, or fetched into the cache | [`find_or_fetch`], [`fetch()`] |
//! | mongod as a one-node replica set | [`MongoServer`] |
//! | nats-server with JetStream | [`NatsServer`] |
//!
//! Nothing is installed on the machine: what is fetched lies in one cache folder per user, and each server writes only
//! into the folders that it is given. No server outlives the process that started it (see [`MongoServer::start`]).

pub mod error;
pub mod fetch;
pub mod find;
pub mod run;
pub mod server_kind;

pub use error::{FetchError, ProbeError, StartError};
pub use fetch::fetch;
pub use find::{Binaries, Wanted, default_cache_dir, find_or_fetch};
pub use run::free_port;
pub use run::mongo_server::{MongoServer, StartMongo, mongodb_uri};
pub use run::nats_server::{NatsServer, StartNats};
pub use server_kind::{ServerKind, Version};
