//! The write process: every route that changes something.
//!
//! | module | what it does |
//! |---|---|
//! | `commands` | how every command runs: load, decide, append, wait for the read side; idempotency |
//! | `auth`, `courses`, `quizzes`, `admin` | one file per use case: its body, its handler, its unit of work |
//! | `payments` | purchases, refunds, subscriptions; the provider and its messages; what comes by itself |
//! | `media` | uploaded files, while they come and what is left of those that don't |
//! | `limits` | how often one may try to log in, register, have a mail sent |
//! | `refusal` | the one place where a decision's refusal becomes a status and a code |
//! | `passwords`, `tokens`, `reset_tokens` | what signing in needs |
//! | `mail` | letters that the log calls for |
//! | `signing_keys` | what tokens are signed with; its rotation |
//! | `views` | what commands answer with |

pub mod admin;
pub mod auth;
pub mod commands;
pub mod courses;
mod fields;
pub mod limits;
pub mod mail;
pub mod media;
mod messages;
pub mod passwords;
pub mod payments;
mod process;
pub mod quizzes;
mod refusal;
pub mod reset_tokens;
mod routes;
pub mod signing_keys;
pub mod tokens;
mod views;

pub use messages::MESSAGES;
pub use process::run;
pub use refusal::Refusal;
pub use routes::{CommandApi, StartError, openapi, routers};
