//! Requests and answers.

use std::net::SocketAddr;
use std::time::Duration;

use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use serde::Serialize;
use serde_json::Value;

/// Longer than anything that the product may take.
const LIMIT: Duration = Duration::from_secs(60);

/// Sends requests to one address.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    address: SocketAddr,
}

impl Client {
    /// A client of that port.
    #[must_use]
    pub fn new(address: SocketAddr) -> Self {
        service_kit::tls::install();
        let http = reqwest::Client::builder().no_proxy().timeout(LIMIT).build().unwrap();
        Self { http, address }
    }

    /// The same client for another port.
    #[must_use]
    pub fn at(&self, address: SocketAddr) -> Self {
        Self { http: self.http.clone(), address }
    }

    /// A request to a path at the root of the port (`/health/live`).
    #[must_use]
    pub fn root(&self, method: Method, path: &str) -> Request {
        Request(self.http.request(method, format!("http://{}{path}", self.address)))
    }

    /// A request to a path behind `/api/v1`.
    #[must_use]
    pub fn request(&self, method: Method, path: &str) -> Request {
        self.root(method, &format!("{}{path}", gateway::PREFIX))
    }

    /// GET.
    #[must_use]
    pub fn get(&self, path: &str) -> Request {
        self.request(Method::GET, path)
    }

    /// POST.
    #[must_use]
    pub fn post(&self, path: &str) -> Request {
        self.request(Method::POST, path)
    }

    /// DELETE.
    #[must_use]
    pub fn delete(&self, path: &str) -> Request {
        self.request(Method::DELETE, path)
    }

    /// PUT.
    #[must_use]
    pub fn put(&self, path: &str) -> Request {
        self.request(Method::PUT, path)
    }

    /// PATCH.
    #[must_use]
    pub fn patch(&self, path: &str) -> Request {
        self.request(Method::PATCH, path)
    }
}

/// A request under construction.
#[derive(Debug)]
pub struct Request(reqwest::RequestBuilder);

impl Request {
    /// A JSON body.
    #[must_use]
    pub fn json(self, body: &(impl Serialize + ?Sized)) -> Self {
        Self(self.0.json(body))
    }

    /// These bytes as the body, called JSON.
    #[must_use]
    pub fn bytes(self, body: impl Into<Vec<u8>>) -> Self {
        Self(self.0.header(CONTENT_TYPE, "application/json").body(body.into()))
    }

    /// These bytes as the body, called what is told, or nothing.
    #[must_use]
    pub fn body(self, content_type: Option<&str>, body: impl Into<Vec<u8>>) -> Self {
        let typed = match content_type {
            Some(content_type) => self.0.header(CONTENT_TYPE, content_type),
            None => self.0,
        };
        Self(typed.body(body.into()))
    }

    /// An access token.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header(AUTHORIZATION.as_str(), &format!("Bearer {token}"))
    }

    /// A header.
    #[must_use]
    pub fn header(self, name: &str, value: &str) -> Self {
        Self(self.0.header(name, value))
    }

    /// A header of any bytes that may stand in one.
    #[must_use]
    pub fn header_bytes(self, name: &str, value: &[u8]) -> Self {
        Self(self.0.header(name, value))
    }

    /// `Prefer: respond-async`.
    #[must_use]
    pub fn respond_async(self) -> Self {
        self.header("Prefer", "respond-async")
    }

    /// `Idempotency-Key`.
    #[must_use]
    pub fn key(self, key: &str) -> Self {
        self.header("Idempotency-Key", key)
    }

    /// Sends it, and reads the whole answer.
    pub async fn send(self) -> Answer {
        self.try_send().await.unwrap()
    }

    /// Sends it, and waits for the head of the answer only; what was refused is read whole.
    ///
    /// # Errors
    /// The answer, when it is no 200.
    pub async fn open(self) -> Result<EventSource, Answer> {
        let response = self.0.send().await.unwrap();
        if response.status() == reqwest::StatusCode::OK {
            return Ok(EventSource { response, text: String::new() });
        }
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Err(Answer { status, headers, bytes: response.bytes().await.unwrap().to_vec() })
    }

    /// Sends it, to where there may be nobody.
    ///
    /// # Errors
    /// When there was no whole answer.
    pub async fn try_send(self) -> reqwest::Result<Answer> {
        let response = self.0.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Answer { status, headers, bytes: response.bytes().await?.to_vec() })
    }
}

/// Server-sent events, as they come.
#[derive(Debug)]
pub struct EventSource {
    response: reqwest::Response,
    text: String,
}

impl EventSource {
    /// The next event: its id, and its data as JSON; none when the answer has ended.
    pub async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            while let Some((event, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    let mut lines = event.lines();
                    lines.find_map(|line| line.strip_prefix(name)).map(|value| value.trim().to_owned())
                };
                let (id, data) = (field("id:"), field("data:"));
                self.text = rest.to_owned();
                // Comments keep the connection alive.
                if let (Some(id), Some(data)) = (id, data) {
                    return Some((id, serde_json::from_str(&data).unwrap()));
                }
            }
            let chunk = tokio::time::timeout(LIMIT, self.response.chunk()).await.unwrap();
            self.text.push_str(std::str::from_utf8(&chunk.ok()??).unwrap());
        }
    }
}

/// A whole answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub bytes: Vec<u8>,
}

impl Answer {
    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The body as JSON; null when it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }

    /// What stands under `data`.
    #[must_use]
    pub fn data(&self) -> Value {
        self.json()["data"].take()
    }

    /// The error's code; empty when it is none.
    #[must_use]
    pub fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or_default().to_owned()
    }

    /// The error's details as `field: code`, sorted.
    #[must_use]
    pub fn details(&self) -> Vec<String> {
        let json = self.json();
        let details = json["error"]["details"].as_array().cloned().unwrap_or_default();
        let text = |detail: &Value, name: &str| detail[name].as_str().unwrap_or("?").to_owned();
        let mut shown: Vec<String> =
            details.iter().map(|detail| format!("{}: {}", text(detail, "field"), text(detail, "code"))).collect();
        shown.sort();
        shown
    }

    /// A header as text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// `X-Position`.
    #[track_caller]
    #[must_use]
    pub fn position(&self) -> u64 {
        self.header("x-position").and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("no X-Position: {self}"))
    }

    /// Whether the read side was not waited for, or not to the end.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.header("x-projection") == Some("pending")
    }

    /// The answer, when it has this status.
    #[track_caller]
    #[must_use]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self}");
        self
    }

    /// Checks a refusal: status, code, and the form that every refusal has.
    #[track_caller]
    pub fn assert_refused(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.code().as_str()), (status, code), "{self}");
        self.assert_error_body();
    }

    /// Checks a refusal for bad fields, each as `field: code`, all of them in this order.
    #[track_caller]
    pub fn assert_invalid(&self, code: &str, details: &[&str]) {
        self.assert_refused(400, code);
        assert_eq!(self.details(), details, "{self}");
    }

    /// Checks the form that every refusal has.
    #[track_caller]
    pub fn assert_error_body(&self) {
        let body = self.json();
        assert_eq!(self.header("content-type"), Some("application/json"), "{self}");
        assert_eq!(body["success"], false, "{self}");
        let error = &body["error"];
        let text = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
        assert!(text(&error["code"]) && text(&error["message"]), "{self}");
        assert_eq!(error["request_id"].as_str(), self.header("x-request-id"), "{self}");
        for detail in error["details"].as_array().into_iter().flatten() {
            // A field may have no name: `{"": 1}` has such a one.
            assert!(detail["field"].is_string() && text(&detail["code"]) && text(&detail["message"]), "{self}");
        }
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:?}\n{}", self.status, self.headers, self.text())
    }
}
