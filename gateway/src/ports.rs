//! Which router a port gets.

use axum::Router;
use service_kit::http::{HttpOptions, Messages, with_layers};
use service_kit::openapi;
use service_kit::settings::Network;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::{ServiceRouters, document};

/// What every route of a service stands under.
pub const PREFIX: &str = "/api/v1";

/// Where people reach the API, with its prefix; no slash at the end.
#[must_use]
pub fn api_url(network: &Network) -> String {
    format!("{}{PREFIX}", network.public_url)
}

/// What stands at the root of every port, and what answers are made with.
pub struct Root {
    /// `/health/live` and `/health/ready`: [`Health::router`](service_kit::health::Health::router).
    pub health: Router,
    /// `/.well-known/jwks.json`: [`VerifyingKeys::router`](service_kit::auth::VerifyingKeys::router).
    pub jwks: Router,
    /// Texts behind the codes of all routes.
    pub messages: Messages,
    /// Title of the OpenAPI document.
    pub title: &'static str,
}

/// One finished router per port.
pub(crate) struct Ports {
    pub(crate) gateway: Router,
    pub(crate) auth: Router,
    pub(crate) course: Router,
    pub(crate) payment: Router,
    pub(crate) ai: Router,
}

impl Ports {
    pub(crate) fn new(services: ServiceRouters, root: &Root, options: &HttpOptions) -> Self {
        let document = document(root.title, [services.openapi()]);
        let port = |routes: OpenApiRouter| with_layers(with_root(routes.into(), root, &document), options);
        let ServiceRouters { auth, course, payment, ai, admin } = services;
        let all = auth.clone().merge(course.clone()).merge(payment.clone()).merge(ai.clone()).merge(admin);
        Self { gateway: port(all), auth: port(auth), course: port(course), payment: port(payment), ai: port(ai) }
    }
}

fn with_root(routes: Router, root: &Root, document: &OpenApi) -> Router {
    Router::new()
        .nest(PREFIX, routes)
        .merge(root.health.clone())
        .merge(root.jwks.clone())
        .merge(openapi::router(document.clone()))
}
