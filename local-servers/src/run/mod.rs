//! Runs the servers: start, readiness, signals, stop.

mod log_end;
pub mod mongo_server;
pub mod nats_server;
mod port;
mod process;
mod ready;
mod replica_set;
mod spawner;

pub use port::free_port;
