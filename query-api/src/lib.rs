//! The read process: every GET that is answered from the read collections. It decides nothing and grants nothing; who
//! may see what is asked of the log ([`access`]). The one thing that it writes is that somebody has read the audit trail.
//!
//! One file per query:
//!
//! | Route | File |
//! |---|---|
//! | GET /auth/verify-jwt | `auth/verify_jwt.rs` |
//! | GET /auth/profile | `auth/show_profile.rs` |
//! | GET /auth/sessions | `auth/list_sessions.rs` |
//! | GET /auth/users/{id} | `auth/show_user.rs` |
//! | GET /admin/users | `admin/list_users.rs` |
//! | GET /admin/users/{id} | `admin/show_user.rs` |
//! | GET /admin/audit/events | `audit/list_events.rs` |
//! | GET /admin/audit/streams/{type}/{id}, …/state | `audit/show_stream.rs`, `audit/show_state.rs` |
//! | GET /admin/audit/access | `audit/explain_access.rs` |
//! | GET /admin/audit/verify, /admin/audit/head | `audit/verify_log.rs`, `audit/show_head.rs` |
//! | GET /admin/audit/stream | `audit/tail_events.rs` |
//! | GET /admin/projections, …/{name}/rebuild | `admin/list_projections.rs`, `admin/show_rebuild.rs` |
//! | GET /auth/export | `auth/export_data.rs` |
//! | GET /courses | `courses/list_courses.rs`; its parameters: `courses/catalogue.rs` |
//! | GET /courses/{id} | `courses/show_course.rs` |
//! | GET /transactions, /transactions/{id}/invoice | `payments/list_transactions.rs`, `show_invoice.rs` |
//! | GET /subscriptions/active, /user/{user_id}/entitlements | `payments/show_subscription.rs`, `show_entitlements.rs` |
//! | GET /courses/{id}/faq | `courses/list_faq.rs` |
//! | GET /courses/{id}/reviews | `courses/list_reviews.rs` |
//! | GET /courses/{id}/certificate, /certificates/{code} | `courses/show_certificate.rs`, `check_certificate.rs` |
//! | GET /instructor/courses | `courses/list_instructor_courses.rs` |
//! | GET /courses/{id}/lessons | `courses/list_lessons.rs` |
//! | GET /courses/{id}/lessons/{lesson_id} | `courses/show_lesson.rs` |
//! | GET /courses/{id}/progress | `courses/show_progress.rs` |
//! | GET /media/{id} | `media/show_media.rs` |
//! | GET /quizzes/{id} | `quizzes/show_quiz.rs` |
//! | GET /quizzes/{id}/attempts | `quizzes/list_attempts.rs` |
//! | GET /enrollments | `courses/list_enrollments.rs` |
//! | POST /ai/chat | `ai/chat.rs` |
//! | POST /ai/generate-quiz | `ai/generate_quiz.rs` |
//! | POST /ai/recommendations | `ai/recommendations.rs` |
//!
//! `pdf` says who wants a paper in place of JSON; `audit` says what of an event is shown to whom; `reads` says how far the read collections are, and waits for them; `process` runs it all.

mod admin;
mod ai;
mod audit;
mod auth;
mod courses;
mod media;
mod payments;
mod pdf;
mod process;
mod quizzes;
mod reads;

use std::time::Duration;

use access::{Access, in_time};
use axum::extract::FromRef;
use axum::middleware::from_fn_with_state;
use event_log::{EventLog, HeadSigner};
use gateway::ServiceRouters;
use media_store::{Films, Shelf, StoreError};
use read_models::Positions;
use service_kit::clock::Clock;
use service_kit::settings::Settings;
use tokio_util::sync::CancellationToken;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use ai::{Adviser, Library};
use audit::{Readings, Tails};

pub use process::run;
pub use reads::Reads;

/// The texts of codes that base tables do not have: code, French, English.
pub const MESSAGES: &[(&str, &str, &str)] = &[
    ("user_suspended", "Ce compte est suspendu.", "This account is suspended."),
    ("no_access", "Vous n'avez pas accès à ce contenu.", "You have no access to this content."),
    ("not_enrolled", "Vous n'êtes pas inscrit à ce cours.", "You are not enrolled in this course."),
    (
        "invalid_content",
        "Ce texte est trop court pour en tirer des questions.",
        "There is too little in this text to ask about.",
    ),
    ("too_many_items", "Trop d'éléments.", "Too many items."),
    ("too_many_decimals", "Deux décimales au plus.", "At most two decimals."),
];

/// What the queries need; each handler names the part that it uses.
#[derive(Clone, FromRef)]
pub struct QueryDeps {
    access: Access,
    reads: Reads,
    clock: Clock,
    readings: Readings,
    signer: HeadSigner,
    tails: Tails,
    adviser: Adviser,
    library: Library,
    shelf: Shelf,
    films: Films,
    public: PublicUrl,
    #[from_ref(skip)]
    patience: Duration,
}

/// Where people reach the API, with its prefix; no slash at the end.
#[derive(Clone, Debug)]
pub(crate) struct PublicUrl(String);

/// What the audit trail takes beside the read collections.
pub struct Auditing {
    /// To hear of events as they happen.
    pub nats: async_nats::Client,
    /// Signs the head of the log.
    pub signer: HeadSigner,
    /// Ends the answers that have no end of their own.
    pub stop: CancellationToken,
}

impl QueryDeps {
    /// The log must have an appender: reading the audit trail is written down. Of the settings it takes how
    /// long a GET waits for the read collections and for MongoDB, and where uploaded files are.
    ///
    /// # Errors
    /// [`StoreError`] when uploaded files can't be had.
    pub fn new(
        access: Access,
        log: &EventLog,
        positions: Positions,
        settings: &Settings,
        auditing: Auditing,
    ) -> Result<Self, StoreError> {
        let clock = access.clock().clone();
        let Auditing { nats, signer, stop } = auditing;
        let public = PublicUrl(gateway::api_url(&settings.network));
        let shelf = Shelf::open(settings, public.0.clone())?;
        Ok(Self {
            public,
            films: shelf.films(clock.clone()),
            shelf,
            access,
            readings: Readings::new(log.clone(), clock.clone()),
            clock,
            adviser: Adviser::start(log.database().clone(), stop.clone()),
            library: Library::start(log.database().clone(), positions.clone(), stop.clone()),
            reads: Reads::new(log.clone(), positions, settings.read_wait),
            signer,
            tails: Tails { nats, stop },
            patience: settings.mongodb.patience,
        })
    }
}

/// The routes of the read process, by service.
#[must_use]
pub fn routers(deps: &QueryDeps) -> ServiceRouters {
    let ServiceRouters { auth, course, payment, ai, admin } = routes();
    let timely = |router: OpenApiRouter<QueryDeps>| router.layer(from_fn_with_state(deps.patience, in_time));
    let routers = ServiceRouters {
        auth: timely(auth),
        course: timely(course),
        payment: timely(payment),
        ai: timely(ai),
        admin: timely(admin),
    };
    routers.with_state(deps)
}

/// What the routes of the read process are, without anything that they need: a part for [`gateway::document`].
#[must_use]
pub fn openapi() -> OpenApi {
    routes().openapi()
}

fn routes() -> ServiceRouters<QueryDeps> {
    ServiceRouters {
        admin: admin::router().merge(audit::router()),
        ai: ai::router(),
        auth: auth::router(),
        course: courses::router().merge(quizzes::router()).merge(media::router()),
        payment: payments::router(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_route_is_in_the_document_with_its_answers() {
        let document = serde_json::to_value(gateway::document("Har Academy", [super::openapi()])).unwrap();
        let paths = document["paths"].as_object().unwrap();
        let expected = [
            "/admin/audit/access",
            "/admin/audit/events",
            "/admin/audit/head",
            "/admin/audit/stream",
            "/admin/audit/streams/{type}/{id}",
            "/admin/audit/streams/{type}/{id}/state",
            "/admin/audit/verify",
            "/admin/projections",
            "/admin/projections/{name}/rebuild",
            "/admin/users",
            "/admin/users/{id}",
            "/ai/chat",
            "/ai/generate-quiz",
            "/ai/recommendations",
            "/auth/export",
            "/auth/profile",
            "/auth/sessions",
            "/auth/users/{id}",
            "/auth/verify-jwt",
            "/certificates/{code}",
            "/courses",
            "/courses/{id}",
            "/courses/{id}/certificate",
            "/courses/{id}/faq",
            "/courses/{id}/lessons",
            "/courses/{id}/lessons/{lesson_id}",
            "/courses/{id}/progress",
            "/courses/{id}/reviews",
            "/enrollments",
            "/instructor/courses",
            "/media/{id}",
            "/quizzes/{id}",
            "/quizzes/{id}/attempts",
            "/subscriptions/active",
            "/transactions",
            "/transactions/{id}/invoice",
            "/user/{user_id}/entitlements",
        ];
        assert!(paths.keys().eq(expected.map(|path| format!("/api/v1{path}")).iter()), "{:?}", paths.keys());
        for (path, item) in paths {
            let method = if path.contains("/ai/") { "post" } else { "get" };
            assert!(item[method]["responses"]["200"]["content"].is_object(), "{path}");
            assert!(item[method]["responses"]["503"]["content"].is_object(), "{path}");
        }
        let course = &document["components"]["schemas"]["Course"];
        assert!(course.to_string().contains("modules"), "{course}");
        let lesson = &document["components"]["schemas"]["Lesson"]["properties"];
        assert_eq!(lesson["type"]["enum"], serde_json::json!(["video", "text", "quiz", "exercise"]));
    }
}
