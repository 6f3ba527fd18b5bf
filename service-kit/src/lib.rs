//! What every process needs, whatever it serves: settings, clock, logs and metrics, the HTTP boundary with its error
//! body, access tokens, health, API documents, shutdown. No noun of the product enters this crate.
//!
//! | Module | Use |
//! |---|---|
//! | [`settings`] | `Settings::load(Mode::Service)?`: defaults < file < environment; names every wrong setting at once |
//! | [`clock`] | one [`clock::Clock`] per process; rules that depend on time read it |
//! | [`telemetry`] | `telemetry::init(&settings.log)?`, `Metrics::install()?`, `/metrics` |
//! | [`http`] | `with_layers(router, &options)`, `serve(listener, router, shutdown)`, extractors, [`http::ApiError`], [`http::Success`] |
//! | [`auth`] | sign and verify access tokens (EdDSA), the JWKS document |
//! | [`health`] | `/health/live`, `/health/ready` from named checks |
//! | [`openapi`] | `/openapi.json` and `/docs` |
//! | [`tls`] | how connections to other services are encrypted |
//! | [`shutdown`] | a token cancelled by SIGINT or SIGTERM, and [`shutdown::Tasks`] |
//!
//! A process comes up like this:
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use service_kit::{health::Health, http, settings::{Mode, Settings}, shutdown, telemetry};
//!
//! let settings = Settings::load(Mode::Service)?;
//! telemetry::init(&settings.log)?;
//! let shutdown = shutdown::on_signal()?;
//! let options = http::HttpOptions::of(&settings.network, http::Messages::base())?;
//! let router = http::with_layers(axum::Router::new().merge(Health::new().router()), &options);
//! let listener = tokio::net::TcpListener::bind((settings.network.bind, settings.network.auth_port)).await?;
//! http::serve(listener, router, shutdown).await;
//! # Ok(())
//! # }
//! ```

mod allocator;
pub mod auth;
pub mod clock;
pub mod health;
pub mod http;
pub mod openapi;
pub mod settings;
pub mod shutdown;
pub mod telemetry;
pub mod tls;
