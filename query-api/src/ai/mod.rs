//! AI Core: no language model; what `ai-core` makes of what the academy holds.
//!
//! | file | route |
//! |---|---|
//! | `chat` | POST /ai/chat |
//! | `generate_quiz` | POST /ai/generate-quiz |
//!
//! `library` is what is known of the courses, read in the background.

mod chat;
mod generate_quiz;
mod library;

pub(crate) use library::Library;
use service_kit::http::Language;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::QueryDeps;

pub(crate) fn router() -> OpenApiRouter<QueryDeps> {
    OpenApiRouter::new().routes(routes!(generate_quiz::generate_quiz)).routes(routes!(chat::chat))
}

/// The language of a request, for texts that tell none.
const fn language(language: Language) -> ai_core::Language {
    match language {
        Language::Fr => ai_core::Language::Fr,
        Language::En => ai_core::Language::En,
    }
}
