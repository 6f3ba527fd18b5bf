//! The outermost layer: gives the request its context and span, and the answer its error body, headers, log line and
//! figures.

use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{
    self, CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName,
    HeaderValue, REFERRER_POLICY, RETRY_AFTER, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use http::{Method, StatusCode};
use ipnet::IpNet;
use tracing::Instrument;

use super::context::RequestContext;
use super::error::ApiError;
use super::messages::Messages;

/// What the boundary needs to know.
#[derive(Debug)]
pub(super) struct Boundary {
    pub(super) messages: Arc<Messages>,
    pub(super) trusted_proxies: Vec<IpNet>,
}

/// Headers that could not be read; answered further in, so that the answer passes the CORS layer.
#[derive(Clone)]
pub(super) struct BadHeaders(pub(super) ApiError);

pub(super) async fn boundary(State(boundary): State<Arc<Boundary>>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let (mut parts, body) = request.into_parts();
    let (context, headers) = RequestContext::read(&parts, &boundary.trusted_proxies, Arc::clone(&boundary.messages));
    if let Err(error) = headers {
        parts.extensions.insert(BadHeaders(error));
    }
    let method = method_label(&parts.method);
    // The route's pattern, never the path: ids and tokens in it don't belong into logs or labels.
    let route = parts.extensions.get::<MatchedPath>().map_or_else(|| "unmatched".to_owned(), |m| m.as_str().to_owned());
    parts.extensions.insert(context.clone());
    let span = tracing::info_span!(
        "request",
        request_id = &*context.request_id,
        correlation_id = %context.correlation_id,
        method,
        route,
    );
    async move {
        let response = next.run(Request::from_parts(parts, body)).await;
        let error = error_of(&response);
        let mut response = match &error {
            Some(error) => rendered(error, response, &context),
            None => response,
        };
        add_headers(&mut response, &context);
        record(method, route, response.status(), error.as_ref(), started);
        response
    }
    .instrument(span)
    .await
}

/// Labels stay few, whatever methods callers invent.
fn method_label(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "OTHER",
    }
}

/// The error that an answer stands for: the handler's own, or, for a status that the framework answered without a JSON
/// body, the one of that status.
fn error_of(response: &Response) -> Option<ApiError> {
    if let Some(error) = response.extensions().get::<ApiError>() {
        return Some(error.clone());
    }
    let status = response.status();
    let json =
        response.headers().get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"application/json"));
    ((status.is_client_error() || status.is_server_error()) && !json).then(|| ApiError::of_status(status))
}

/// The answer with the error's body; other headers (`Allow`, `Content-Range`, CORS) stay.
fn rendered(error: &ApiError, response: Response, context: &RequestContext) -> Response {
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    parts.headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(context.language.tag()));
    if error.status() == StatusCode::UNAUTHORIZED {
        parts.headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(seconds) = error.retry_after_seconds() {
        parts.headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    // A struct of texts always becomes JSON.
    let body = serde_json::to_vec(&error.body(context)).unwrap_or_default();
    Response::from_parts(parts, Body::from(body))
}

fn add_headers(response: &mut Response, context: &RequestContext) {
    const DEFAULTS: [(HeaderName, &str); 4] = [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    ];
    let headers = response.headers_mut();
    for (name, value) in DEFAULTS {
        if let header::Entry::Vacant(entry) = headers.entry(name) {
            entry.insert(HeaderValue::from_static(value));
        }
    }
    if let Ok(id) = HeaderValue::from_str(&context.request_id) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
}

fn record(method: &'static str, route: String, status: StatusCode, error: Option<&ApiError>, started: Instant) {
    let elapsed = started.elapsed();
    let milliseconds = elapsed.as_secs_f64() * 1_000.0;
    let (code, cause) = error.map_or(("", ""), |error| (error.code(), error.cause().unwrap_or_default()));
    let status = status.as_u16();
    match status {
        500..=599 if status == 503 => tracing::warn!(status, code, cause, milliseconds, "request failed"),
        500..=599 => tracing::error!(status, code, cause, milliseconds, "request failed"),
        400..=499 => tracing::info!(status, code, milliseconds, "request refused"),
        _ => tracing::debug!(status, milliseconds, "request answered"),
    }
    let class = match status / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    };
    let labels = [("method", method.into()), ("route", metrics::SharedString::from(route)), ("status", class.into())];
    metrics::counter!("http_requests_total", labels.to_vec().as_slice()).increment(1);
    metrics::histogram!("http_request_duration_seconds", labels.to_vec().as_slice()).record(elapsed.as_secs_f64());
}
