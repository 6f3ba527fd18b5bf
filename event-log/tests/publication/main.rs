//! The log on NATS and off it again, against a real mongod and nats-server, which are killed, wiped and lied to.

// Helpers outside of test functions fail tests too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod heads;
mod leases;
mod publishing;
mod stream_made_anew;
mod subscribing;
mod support;
mod working;
