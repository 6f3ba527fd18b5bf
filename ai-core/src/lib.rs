//! AI Core without a language model: patterns, statistics, retrieval.
//!
//! Pure, as `domain` is: no I/O, no clock, no randomness; the same input gives the same output. `query-api` reads what
//! this crate works on, and keeps what it has learnt.
//!
//! | Module | What it does |
//! |---|---|
//! | `text` | reading: blocks, sentences, words, stems, languages |
//! | [`quiz`] | questions from a lesson's text |

mod hash;
pub mod quiz;
mod text;

pub use text::Language;
