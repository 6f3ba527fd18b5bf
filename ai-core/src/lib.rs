//! AI Core without a language model: patterns, statistics, retrieval.
//!
//! Pure, as `domain` is: no I/O, no clock, no randomness; the same input gives the same output. `query-api` reads what
//! this crate works on, and keeps what it has learnt.
//!
//! | Module | What it does |
//! |---|---|
//! | `text` | reading: blocks, sentences, words, stems, languages |
//! | [`quiz`] | questions from a lesson's text |
//! | [`chat`] | answers to questions, from a course's FAQ and lessons |
//! | [`recommend`] | courses for somebody, from histories and what courses are about |
//! | [`eval`] | how good they are |

pub mod chat;
pub mod eval;
mod hash;
pub mod quiz;
pub mod recommend;
mod text;

pub use text::Language;
