//! What a request carries besides its route and body.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use http::header::{HeaderName, IF_MATCH, USER_AGENT};
use http::request::Parts;
use http::{HeaderMap, Method};
use ipnet::IpNet;
use uuid::Uuid;

use super::client_ip::client_ip;
use super::error::ApiError;
use super::fields::Fields;
use super::language::Language;
use super::messages::Messages;

const MAX_REQUEST_ID: usize = 128;
const MAX_IDEMPOTENCY_KEY: usize = 255;
const MAX_USER_AGENT_CHARS: usize = 512;

/// Namespace of the correlation ids made from texts; any fixed UUID would do.
const CORRELATION_NAMESPACE: Uuid = Uuid::from_u128(0x6f1d_2c54_8a0b_4b3e_9c47_51e2_d07a_93f6);

/// Facts of one request, made once by the boundary layer; an extractor for handlers.
#[derive(Clone)]
pub struct RequestContext {
    /// `X-Request-Id` when it is 1 to 128 visible ASCII characters, else a new UUIDv7.
    pub request_id: Arc<str>,
    /// `X-Correlation-Id`, carried into what the request causes: a UUID as it is; any other text becomes the UUIDv5 of
    /// it, so that the same text always gives the same id; a new UUIDv7 without one.
    pub correlation_id: Uuid,
    /// Language of messages.
    pub language: Language,
    /// Address of the caller, trusted proxies looked through.
    pub client_ip: IpAddr,
    /// `User-Agent`, cut at 512 characters.
    pub user_agent: Option<Arc<str>>,
    /// `Prefer: respond-async` (RFC 7240 §4.1).
    pub prefer_async: bool,
    /// `X-Min-Position`: the position that the answer must have reached.
    pub min_position: Option<u64>,
    /// The version in `If-Match: "<version>"`; only read where something is changed.
    pub if_match: Option<u64>,
    /// `Idempotency-Key`; only read where something is changed.
    pub idempotency_key: Option<Arc<str>>,
    messages: Arc<Messages>,
}

impl RequestContext {
    /// Reads the facts. Headers that can't be read are collected into the second value (400 `validation_failed`), so
    /// that the answer to it has an id and a language too.
    pub(super) fn read(parts: &Parts, trusted: &[IpNet], messages: Arc<Messages>) -> (Self, Result<(), ApiError>) {
        let headers = &parts.headers;
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip());
        let changes = !matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE);
        let mut fields = Fields::new();
        let mut single = |name: HeaderName, read: bool| one(headers, name, read, &mut fields);
        let min_position = single(HeaderName::from_static("x-min-position"), true);
        let if_match = single(IF_MATCH, changes);
        let key = single(HeaderName::from_static("idempotency-key"), changes);
        let context = Self {
            request_id: request_id(headers),
            correlation_id: correlation_id(headers),
            language: Language::preferred(headers),
            client_ip: client_ip(peer, headers, trusted),
            user_agent: headers.get(USER_AGENT).map(|value| {
                String::from_utf8_lossy(value.as_bytes()).chars().take(MAX_USER_AGENT_CHARS).collect::<String>().into()
            }),
            prefer_async: prefers_async(headers),
            min_position: fields.optional("X-Min-Position", min_position, |text| number(&text)),
            if_match: fields.optional("If-Match", if_match, |text| version(&text)),
            idempotency_key: fields.optional("Idempotency-Key", key, idempotency_key),
            messages,
        };
        (context, fields.finish())
    }

    /// The text of `code` in the request's language.
    #[must_use]
    pub fn text(&self, code: &str) -> &'static str {
        self.messages.text(code, self.language)
    }
}

impl fmt::Debug for RequestContext {
    /// Leaves out what tells who the caller is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestContext")
            .field("request_id", &self.request_id)
            .field("correlation_id", &self.correlation_id)
            .field("language", &self.language)
            .finish_non_exhaustive()
    }
}

impl<S: Sync> FromRequestParts<S> for RequestContext {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| ApiError::internal("the router has no boundary layer"))
    }
}

/// The value of a header that may come once. One that is no text or comes twice is reported.
fn one(headers: &HeaderMap, name: HeaderName, read: bool, fields: &mut Fields) -> Option<String> {
    let mut values = headers.get_all(&name).iter().filter(|_| read);
    let first = values.next()?;
    let text = first.to_str().ok().filter(|_| values.next().is_none());
    if text.is_none() {
        fields.reject(shown(&name), "invalid");
    }
    text.map(|text| text.trim().to_owned())
}

/// The header's name as people write it.
fn shown(name: &HeaderName) -> &'static str {
    match name.as_str() {
        "x-min-position" => "X-Min-Position",
        "if-match" => "If-Match",
        _ => "Idempotency-Key",
    }
}

fn visible(text: &str, max: usize) -> bool {
    (1..=max).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok()).filter(|value| visible(value, MAX_REQUEST_ID))
}

fn request_id(headers: &HeaderMap) -> Arc<str> {
    text(headers, "x-request-id").map_or_else(|| Uuid::now_v7().to_string().into(), Into::into)
}

fn correlation_id(headers: &HeaderMap) -> Uuid {
    text(headers, "x-correlation-id").and_then(correlation_id_of).unwrap_or_else(Uuid::now_v7)
}

/// The id that a caller's `X-Correlation-Id` becomes: itself when it is a UUID, else one that it leads to each time. None
/// of what can't stand in the header.
#[must_use]
pub fn correlation_id_of(given: &str) -> Option<Uuid> {
    let named = || Uuid::new_v5(&CORRELATION_NAMESPACE, given.as_bytes());
    visible(given, MAX_REQUEST_ID).then(|| Uuid::parse_str(given).unwrap_or_else(|_| named()))
}

fn prefers_async(headers: &HeaderMap) -> bool {
    let values = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split([',', ';'])).any(|part| part.trim().eq_ignore_ascii_case("respond-async"))
}

/// Digits only: `parse` alone would take a leading plus sign.
fn number(text: &str) -> Result<u64, &'static str> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().map_err(|_| "invalid") } else { Err("invalid") }
}

fn version(text: &str) -> Result<u64, &'static str> {
    number(text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).ok_or("invalid")?)
}

fn idempotency_key(text: String) -> Result<Arc<str>, &'static str> {
    match text.len() {
        0 => Err("required"),
        length if length > MAX_IDEMPOTENCY_KEY => Err("too_long"),
        _ if text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) => Ok(text.into()),
        _ => Err("invalid"),
    }
}
