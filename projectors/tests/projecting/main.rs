//! The runner and the projections, against a real mongod and nats-server.

mod accounts;
mod altered;
mod audit;
mod carrying;
mod collections;
mod courses;
mod differences;
mod erasure;
mod exactly_once;
mod fencing;
mod history;
mod oracle;
mod parking;
mod positions;
mod quizzes;
mod rebuilding;
mod search;
mod support;
