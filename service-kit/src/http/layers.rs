//! All layers of a router, in one place and order.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCEPT, ACCEPT_LANGUAGE, AUTHORIZATION, CONNECTION, CONTENT_DISPOSITION, CONTENT_LANGUAGE, CONTENT_RANGE,
    CONTENT_TYPE, ETAG, HeaderName, IF_MATCH, RANGE, RETRY_AFTER,
};
use http::{HeaderValue, Method, StatusCode};
use ipnet::IpNet;
use tokio::sync::Semaphore;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::CorsLayer;

use super::boundary::{BadHeaders, Boundary, boundary};
use super::error::ApiError;
use super::messages::Messages;
use super::progress::Progress;
use crate::settings::Network;

/// Limits and lists of a router's layers.
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// Texts behind the codes.
    pub messages: Messages,
    /// Proxies whose `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<IpNet>,
    /// Origins whose pages may read answers; none: no CORS headers at all.
    pub cors_origins: Vec<HeaderValue>,
    /// Bytes of a body; a route may set another `DefaultBodyLimit` of its own.
    pub body_limit: usize,
    /// Time until the head of the answer, longer while a large body comes fast enough; then 503 `timeout`, or 408
    /// when the body has not come to its end.
    pub request_timeout: Duration,
    /// Requests handled at once; above, 503 `overloaded` at once.
    pub max_in_flight: usize,
}

/// A setting names an origin that can't stand in a header.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an origin: {0}")]
pub struct InvalidOrigin(String);

impl HttpOptions {
    /// The usual limits (1 MiB, 30 s, 2,048 at once) with these texts, no proxies and no origins.
    #[must_use]
    pub fn new(messages: Messages) -> Self {
        Self {
            messages,
            trusted_proxies: Vec::new(),
            cors_origins: Vec::new(),
            body_limit: 1 << 20,
            request_timeout: Duration::from_secs(30),
            max_in_flight: 2_048,
        }
    }

    /// The usual limits with the settings' proxies and origins.
    ///
    /// # Errors
    /// [`InvalidOrigin`] when one can't stand in a header.
    pub fn of(network: &Network, messages: Messages) -> Result<Self, InvalidOrigin> {
        let origin = |text: &String| HeaderValue::from_str(text).map_err(|_| InvalidOrigin(text.clone()));
        Ok(Self {
            trusted_proxies: network.trusted_proxies.clone(),
            cors_origins: network.cors_origins.iter().map(origin).collect::<Result<_, _>>()?,
            ..Self::new(messages)
        })
    }
}

struct Guard {
    slots: Semaphore,
    timeout: Duration,
}

/// Puts everything around a finished router: context and error bodies, CORS, panics, limits, the 404 of unknown routes
/// and the 405 with `Allow` of wrong methods. Merge routers first, and set no fallback of your own.
pub fn with_layers(router: Router, options: &HttpOptions) -> Router {
    let guard = Arc::new(Guard { slots: Semaphore::new(options.max_in_flight), timeout: options.request_timeout });
    let edge = Arc::new(Boundary {
        messages: Arc::new(options.messages.clone()),
        trusted_proxies: options.trusted_proxies.clone(),
    });
    // The last layer added is the outermost one.
    let router = router
        .fallback(|| async { ApiError::not_found() })
        .layer(DefaultBodyLimit::max(options.body_limit))
        .layer(from_fn_with_state(guard, admit))
        .layer(CatchPanicLayer::custom(panicked));
    let router = if options.cors_origins.is_empty() { router } else { router.layer(cors(&options.cors_origins)) };
    router.layer(from_fn_with_state(edge, boundary))
}

async fn admit(State(guard): State<Arc<Guard>>, mut request: Request, next: Next) -> Response {
    if let Some(BadHeaders(error)) = request.extensions_mut().remove() {
        return error.into_response();
    }
    // A busy process is alive: its health must not be shed with the load.
    let health = request.uri().path().starts_with("/health/");
    let slot = guard.slots.try_acquire();
    if slot.is_err() && !health {
        return ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "overloaded").retry_after(1).into_response();
    }
    let progress = Progress::start(guard.timeout);
    request.extensions_mut().insert(progress.clone());
    let request = request.map(|body| progress.watching(body));
    let mut answering = std::pin::pin!(next.run(request));
    // A large body takes its time; one that trickles does not get it.
    while let Some(left) = progress.left() {
        if let Ok(response) = tokio::time::timeout(left, &mut answering).await {
            return response;
        }
    }
    if progress.is_complete() {
        return ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "timeout").retry_after(1).into_response();
    }
    // The caller has not said all: that is no fault of the product's (RFC 9110 §15.5.9).
    let mut response = ApiError::new(StatusCode::REQUEST_TIMEOUT, "timeout").into_response();
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

/// What the panic said is left out: it may quote what it choked on.
#[allow(clippy::needless_pass_by_value, reason = "the layer's signature")]
fn panicked(_: Box<dyn Any + Send>) -> Response {
    ApiError::internal("a handler panicked").into_response()
}

fn cors(origins: &[HeaderValue]) -> CorsLayer {
    let named = HeaderName::from_static;
    CorsLayer::new()
        .allow_origin(origins.to_vec())
        .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([
            ACCEPT,
            ACCEPT_LANGUAGE,
            AUTHORIZATION,
            CONTENT_TYPE,
            IF_MATCH,
            RANGE,
            named("idempotency-key"),
            named("last-event-id"),
            named("prefer"),
            named("x-correlation-id"),
            named("x-min-position"),
            named("x-request-id"),
        ])
        .expose_headers([
            CONTENT_DISPOSITION,
            CONTENT_LANGUAGE,
            CONTENT_RANGE,
            ETAG,
            RETRY_AFTER,
            named("idempotent-replayed"),
            named("x-position"),
            named("x-projection"),
            named("x-request-id"),
        ])
        .max_age(Duration::from_secs(600))
}
