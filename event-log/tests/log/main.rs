//! The log against a real mongod: appending, loading, sealing, and what happens when two meet.

mod append;
mod faults;
mod idempotency;
mod personal_data;
mod schema;
mod support;
mod verify;
