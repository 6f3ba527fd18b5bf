//! Where each use case answers.

use std::time::Duration;

use access::{Access, in_time};
use axum::extract::FromRef;
use axum::middleware::from_fn_with_state;
use event_log::{EventLog, LogError};
use gateway::ServiceRouters;
use media_store::{Shelf, StoreError};
use read_models::Positions;
use service_kit::clock::Clock;
use service_kit::settings::{Settings, SettingsError};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::request_password_reset::ConcealAccounts;
use crate::commands::{Commands, Idempotency, idempotent};
use crate::limits::Limiter;
use crate::passwords::Passwords;
use crate::payments::{OpenStripeError, Payments};
use crate::reset_tokens::ResetTokens;
use crate::signing_keys::SigningKeys;
use crate::tokens::{EmailNames, Tokens};
use crate::{admin, auth, courses, media, payments, quizzes};

/// What the handlers are given; each names the parts that it uses.
#[derive(Clone, FromRef)]
pub struct CommandApi {
    /// Runs commands.
    pub commands: Commands,
    /// Who calls.
    pub access: Access,
    /// Hashes passwords.
    pub passwords: Passwords,
    /// Mints tokens.
    pub tokens: Tokens,
    /// Makes and reads the tokens of links to set another password.
    pub reset_tokens: ResetTokens,
    /// Names email claims.
    pub emails: EmailNames,
    /// What payments need.
    pub payments: Payments,
    /// Takes in files.
    pub shelf: Shelf,
    /// Counts attempts.
    pub limiter: Limiter,
    /// Whether nobody learns which addresses have accounts.
    pub conceal_accounts: ConcealAccounts,
    /// How long a request waits for MongoDB in all.
    #[from_ref(skip)]
    pub patience: Duration,
}

impl CommandApi {
    /// The write process over this log, with the secrets and limits of the settings. Its own collections are made when
    /// they are missing.
    ///
    /// # Errors
    /// [`StartError`]: a secret is missing or no key; MongoDB is away.
    pub async fn new(
        log: &EventLog,
        positions: Positions,
        access: Access,
        signing: SigningKeys,
        clock: Clock,
        settings: &Settings,
    ) -> Result<Self, StartError> {
        let secret = settings.secrets.token_key()?.expose();
        let shelf = Shelf::open(settings, gateway::api_url(&settings.network))?;
        Ok(Self {
            limiter: Limiter::open(log.database(), settings, clock.clone()).await?,
            commands: Commands::new(log.clone(), positions, clock.clone(), settings.read_wait)
                .with_plans(access.plans())
                .with_films(shelf.films(clock)),
            shelf,
            payments: Payments::open(&settings.payment, secret)?,
            passwords: Passwords::new().map_err(|error| StartError::NoRandomness(error.code()))?,
            tokens: Tokens::new(signing, secret),
            reset_tokens: ResetTokens::new(secret),
            emails: EmailNames::new(settings.secrets.email.expose()),
            conceal_accounts: ConcealAccounts(settings.conceal_accounts),
            patience: settings.mongodb.patience,
            access,
        })
    }
}

/// Why the write process can't start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A setting is missing.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// MongoDB is away.
    #[error(transparent)]
    Log(#[from] LogError),
    /// Files can't be stored.
    #[error(transparent)]
    Media(#[from] StoreError),
    /// The settings ask for Stripe, and it can't be spoken to.
    #[error(transparent)]
    Stripe(#[from] OpenStripeError),
    /// The machine gave no salt.
    #[error("no randomness for a salt: {0}")]
    NoRandomness(&'static str),
}

/// The routes of the write process, by service.
#[must_use]
pub fn routers(api: &CommandApi) -> ServiceRouters {
    let idempotency = Idempotency {
        log: api.commands.log().clone(),
        access: api.access.clone(),
        upload_limit: api.shelf.store.limit(),
    };
    let once = |router: OpenApiRouter<CommandApi>| {
        router
            .layer(from_fn_with_state(idempotency.clone(), idempotent))
            .layer(from_fn_with_state(api.patience, in_time))
    };
    let ServiceRouters { auth, course, payment, ai, admin } = routes();
    let routers = ServiceRouters {
        auth: once(auth),
        course: once(course),
        payment: once(payment),
        ai: once(ai),
        admin: once(admin),
    };
    routers.with_state(api)
}

/// What the routes of the write process are, without anything that they need: a part for [`gateway::document`].
#[must_use]
pub fn openapi() -> OpenApi {
    routes().openapi()
}

fn routes() -> ServiceRouters<CommandApi> {
    ServiceRouters {
        auth: OpenApiRouter::new()
            .routes(routes!(auth::register::register))
            .routes(routes!(auth::login::login))
            .routes(routes!(auth::logout::logout))
            .routes(routes!(auth::refresh_token::refresh_token))
            .routes(routes!(auth::revoke_session::revoke_session))
            .routes(routes!(auth::change_password::change_password))
            .routes(routes!(auth::request_password_reset::request_password_reset))
            .routes(routes!(auth::reset_password::reset_password))
            .routes(routes!(auth::update_profile::update_profile, auth::delete_profile::delete_profile))
            .routes(routes!(auth::apply_as_instructor::apply_as_instructor)),
        course: OpenApiRouter::new()
            .routes(routes!(courses::create_course::create_course))
            .routes(routes!(courses::add_module::add_module))
            .routes(routes!(courses::add_lesson::add_lesson))
            .routes(routes!(courses::change_course::change_course, courses::archive_course::archive_course))
            .routes(routes!(courses::change_module::change_module, courses::remove_module::remove_module))
            .routes(routes!(courses::change_lesson::change_lesson, courses::remove_lesson::remove_lesson))
            .routes(routes!(courses::arrange_outline::arrange_outline))
            .routes(routes!(courses::add_faq::add_faq))
            .routes(routes!(courses::change_faq::change_faq, courses::remove_faq::remove_faq))
            .routes(routes!(courses::publish_course::publish_course))
            .routes(routes!(courses::unpublish_course::unpublish_course))
            .routes(routes!(courses::restore_course::restore_course))
            .routes(routes!(courses::enroll_learner::enroll_learner))
            .routes(routes!(courses::drop_enrollment::drop_enrollment))
            .routes(routes!(courses::record_progress::record_progress))
            .routes(routes!(courses::write_review::write_review, courses::remove_review::remove_review))
            .routes(routes!(media::upload_media::upload_media))
            .routes(routes!(quizzes::create_quiz::create_quiz))
            .routes(routes!(quizzes::change_quiz::change_quiz, quizzes::remove_quiz::remove_quiz))
            .routes(routes!(quizzes::submit_attempt::submit_attempt)),
        payment: OpenApiRouter::new()
            .routes(routes!(payments::purchase::purchase))
            .routes(routes!(payments::refund::refund))
            .routes(routes!(payments::subscribe::subscribe))
            .routes(routes!(payments::subscription_steps::cancel_subscription))
            .routes(routes!(payments::subscription_steps::pause_subscription))
            .routes(routes!(payments::subscription_steps::resume_subscription))
            .routes(routes!(payments::change_plan::change_plan))
            .routes(routes!(payments::webhook::hear_stripe)),
        admin: OpenApiRouter::new()
            .routes(routes!(admin::confirm_transfer::confirm_transfer))
            .routes(routes!(admin::update_user::update_user))
            .routes(routes!(admin::decide_application::decide_application))
            .routes(routes!(admin::grant_access::grant_access))
            .routes(routes!(admin::revoke_access::revoke_access))
            .routes(routes!(admin::rebuild_projection::rebuild_projection, admin::cancel_rebuild::cancel_rebuild))
            .routes(routes!(admin::retry_parked::retry_parked)),
        ..ServiceRouters::default()
    }
}
