//! AI Core: no language model; what `ai-core` makes of what the academy holds.
//!
//! | file | route |
//! |---|---|
//! | `chat` | POST /ai/chat |
//! | `generate_quiz` | POST /ai/generate-quiz |
//! | `recommendations` | POST /ai/recommendations |
//!
//! `library` is what is known of the courses, `adviser` what was learnt of who takes what: both in the background.

mod adviser;
mod chat;
mod generate_quiz;
mod library;
mod recommendations;

pub(crate) use adviser::Adviser;
pub(crate) use library::Library;
use service_kit::http::Language;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::QueryDeps;

pub(crate) fn router() -> OpenApiRouter<QueryDeps> {
    OpenApiRouter::new()
        .routes(routes!(generate_quiz::generate_quiz))
        .routes(routes!(chat::chat))
        .routes(routes!(recommendations::recommendations))
}

/// The language of a request, for texts that tell none.
const fn language(language: Language) -> ai_core::Language {
    match language {
        Language::Fr => ai_core::Language::Fr,
        Language::En => ai_core::Language::En,
    }
}

/// An id in a body; none for a text that is none, which names nothing.
fn id<Id: std::str::FromStr>(text: &str) -> Result<Option<Id>, &'static str> {
    const LONGEST: usize = 64;
    if text.len() > LONGEST {
        return Err("too_long");
    }
    if text.chars().any(char::is_control) { Err("control_character") } else { Ok(text.parse().ok()) }
}
