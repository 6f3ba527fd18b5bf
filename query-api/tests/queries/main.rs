//! The queries over a real mongod, on read documents that the tests write themselves.

mod catalogue;
mod course;
mod faults;
mod freshness;
mod profile;
mod support;
