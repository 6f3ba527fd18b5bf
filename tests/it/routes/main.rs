//! Every route, from the outside: HTTP in, HTTP out, on real servers.
//!
//! | module | what it holds |
//! |---|---|
//! | `register`, `login`, `profile` | accounts |
//! | `logout`, `refresh_token`, `sessions` | sessions |
//! | `change_password`, `request_password_reset`, `reset_password` | passwords |
//! | `audit`, `audit_access`, `audit_state`, `audit_tail` | the audit trail |
//! | `projections` | how far the read side is; rebuilds, retries |
//! | `export_data` | all that is held on somebody |
//! | `limits` | how often one may try |
//! | `courses`, `change_course`, `outline`, `change_outline`, `publish`, `archive_course`, `catalogue`, `faq` | courses |
//! | `enroll`, `learn`, `grants`, `reviews`, `certificates` | learners in courses |
//! | `media` | uploaded files |
//! | `instructor_courses` | what teachers see of their courses |
//! | `purchase`, `refund`, `webhook`, `subscriptions`, `entitlements`, `invoices` | payments, and what they open |
//! | `stripe` | payments by Stripe |
//! | `quizzes`, `quiz_attempts` | quizzes, and who answers them |
//! | `generate_quiz`, `chat`, `recommendations` | AI Core |
//! | `mail` | letters, by whatever happens to the server and the sender |
//! | `update_profile`, `apply_as_instructor`, `erase_user`, `show_user`, `list_users` | what accounts say, and who is gone |
//! | `admin_users` | what admins do |
//! | `authorization` | one table: each documented route × who calls |
//! | `ports` | what answers where; 404 and 405 |
//! | `headers`, `reading` | what every answer carries; who wrote it reads it |
//! | `idempotency`, `races` | one effect, whatever is repeated or comes at once |
//! | `strong_reads`, `without_projections` | the read side grants nothing, and may be away |
//! | `token_keys`, `token_attacks` | keys of access tokens and their rotation; forged tokens |
//! | `bad_input`, `any_input` | listed and random nonsense |
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod admin_users;
mod any_input;
mod apply_as_instructor;
mod archive_course;
mod audit;
mod audit_access;
mod audit_state;
mod audit_tail;
mod authorization;
mod bad_input;
mod catalogue;
mod certificates;
mod change_course;
mod change_outline;
mod change_password;
mod chat;
mod courses;
mod enroll;
mod entitlements;
mod erase_user;
mod erased_for_good;
mod export_data;
mod faq;
mod generate_quiz;
mod grants;
mod headers;
mod idempotency;
mod indexes;
mod instructor_courses;
mod invoices;
mod learn;
mod lesson_media;
mod limits;
mod list_users;
mod login;
mod logout;
mod mail;
mod media;
mod outline;
mod ports;
mod profile;
mod projections;
mod publish;
mod purchase;
mod quiz_attempts;
mod quizzes;
mod races;
mod reading;
mod recommendations;
mod refresh_token;
mod refund;
mod register;
mod request_password_reset;
mod reset_password;
mod reviews;
mod sessions;
mod show_user;
mod stripe;
mod strong_reads;
mod subscriptions;
mod token_attacks;
mod token_keys;
mod update_profile;
mod webhook;
mod without_projections;
