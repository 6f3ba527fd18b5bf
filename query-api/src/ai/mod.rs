//! AI Core: no language model; what `ai-core` makes of what the academy holds.
//!
//! | file | route |
//! |---|---|
//! | `generate_quiz` | POST /ai/generate-quiz |

mod generate_quiz;

use service_kit::http::Language;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::QueryDeps;

pub(crate) fn router() -> OpenApiRouter<QueryDeps> {
    OpenApiRouter::new().routes(routes!(generate_quiz::generate_quiz))
}

/// The language of a request, for texts that tell none.
const fn language(language: Language) -> ai_core::Language {
    match language {
        Language::Fr => ai_core::Language::Fr,
        Language::En => ai_core::Language::En,
    }
}
