//! The harness of the tests: real servers, the product in this process on ports of its own, an HTTP client.
//!
//! | module | what it gives |
//! |---|---|
//! | [`servers`] | one mongod and one nats-server for a test binary |
//! | [`app`] | [`TestApp`]: the whole product on a database of its own, HTTP in, HTTP out |
//! | [`canaries`] | looking for personal data wherever it might be |
//! | [`client`] | requests and answers |
//! | [`learners`] | learners in courses, through the API |
//! | [`mail`] | letters, and a mail server to receive them |
//! | [`people`] | accounts and courses, made through the API |
//! | [`quizzes`] | quizzes, through the API |
//! | [`faults`] | real processes, killed and frozen: for `cargo test` and for `har prove` |
//! | [`stripe`] | a stand-in for Stripe, and a line to it that may be cut |
//! | [`uploads`] | bodies in parts, and files that are what they say |
//! | [`shape`] | what an answer must look like |
//!
//! ```no_run
//! # async fn run() {
//! let app = tests::TestApp::start(tests::AppOptions::default()).await;
//! let learner = app.learner().await;
//! let answer = app.get("/auth/profile").bearer(&learner.token).send().await;
//! assert_eq!(answer.status, 200);
//! app.stop().await;
//! # }
//! ```
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::missing_panics_doc)]

pub mod app;
pub mod canaries;
pub mod client;
pub mod faults;
pub mod learners;
pub mod mail;
pub mod payments;
pub mod people;
pub mod quizzes;
pub mod servers;
pub mod shape;
pub mod stripe;
pub mod uploads;

pub use app::{AppOptions, TestApp};
pub use client::{Answer, Client, EventSource, Request};
pub use mail::{Manner, Received, SmtpSink};
pub use people::{DraftCourse, Person};
pub use servers::Servers;

/// The longest wait for a condition; it is met long before.
pub const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);

/// How often a repeated test repeats: a tenth of `whole`, and all of it when `HAR_TESTS_WHOLE` is set.
#[must_use]
pub fn scaled(whole: usize) -> usize {
    if std::env::var_os("HAR_TESTS_WHOLE").is_some() { whole } else { whole.div_ceil(10) }
}

/// Waits until a condition holds.
pub async fn eventually<F: Future<Output = bool>>(what: &str, mut condition: impl FnMut() -> F) {
    let waiting = async {
        while !condition().await {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, waiting).await.is_ok(), "in vain waited for: {what}");
}
