//! Calls the routes in memory, with the layers that every request passes.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use gateway::PREFIX;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

/// Where the calls come from: this machine, and yet not the address of who tries the product out, whose few logins per
/// ten minutes are not to be used up. Each process has its own: a first start that was broken off may be gone on with.
fn peer() -> SocketAddr {
    let [.., high, low] = std::process::id().to_be_bytes();
    SocketAddr::from((Ipv4Addr::new(127, 72, high, low), 0))
}

/// How long the product may be unavailable, and how often it is asked again meanwhile.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(250);

/// A client of the routes. Clones share what they know of the log's end.
#[derive(Clone)]
pub struct Client {
    router: Router,
    position: Arc<AtomicU64>,
    token: Option<Arc<str>>,
}

/// An answer: its status, and its `data` or, for a failure, its `error`.
pub struct Answer {
    /// Status.
    pub status: StatusCode,
    /// What it says.
    pub value: Value,
}

impl Answer {
    /// The code of a failure; empty for a success.
    pub fn code(&self) -> &str {
        self.value["code"].as_str().unwrap_or_default()
    }

    /// A text in it, by JSON pointer (RFC 6901).
    ///
    /// # Errors
    /// When there is none.
    pub fn text(&self, pointer: &str) -> anyhow::Result<String> {
        let text = self.value.pointer(pointer).and_then(Value::as_str);
        text.map(str::to_owned).with_context(|| format!("an answer without {pointer}"))
    }
}

impl Client {
    /// Nobody in particular, on a log that ends at `position`.
    pub fn new(router: Router, position: u64) -> Self {
        Self { router, position: Arc::new(AtomicU64::new(position)), token: None }
    }

    /// The same client, signed in.
    pub fn signed_in(&self, token: &str) -> Self {
        Self { token: Some(token.into()), ..self.clone() }
    }

    /// POSTs; with the same `key` again, it has one effect all the same. Does not wait for the read side.
    ///
    /// # Errors
    /// When the answer can't be read, or the product stays unavailable.
    pub async fn post(&self, path: &str, key: Option<&str>, body: &Value) -> anyhow::Result<Answer> {
        self.send(Method::POST, path, key, Some(body)).await
    }

    /// POSTs what must succeed.
    ///
    /// # Errors
    /// When it does not.
    pub async fn must_post(&self, path: &str, key: &str, body: &Value) -> anyhow::Result<Answer> {
        succeeded(path, self.post(path, Some(key), body).await?)
    }

    /// PATCHes what must succeed, and may be done twice. Does not wait for the read side.
    ///
    /// # Errors
    /// When it does not.
    pub async fn must_patch(&self, path: &str, body: &Value) -> anyhow::Result<Answer> {
        succeeded(path, self.send(Method::PATCH, path, None, Some(body)).await?)
    }

    /// GETs, once the read side shows all that this client and its clones have written.
    ///
    /// # Errors
    /// When the read side does not get there, or the answer can't be read.
    pub async fn must_get(&self, path: &str) -> anyhow::Result<Answer> {
        succeeded(path, self.send(Method::GET, path, None, None).await?)
    }

    /// Sends, again while the product is unavailable: on a machine that is busy compiling, a disk may be away for
    /// seconds, and the first start should get over that as any client does.
    async fn send(
        &self,
        method: Method,
        path: &str,
        key: Option<&str>,
        body: Option<&Value>,
    ) -> anyhow::Result<Answer> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answer = self.send_once(self.request(&method, path, key, body)?).await?;
            if answer.status != StatusCode::SERVICE_UNAVAILABLE || Instant::now() >= deadline {
                return Ok(answer);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn request(
        &self,
        method: &Method,
        path: &str,
        key: Option<&str>,
        body: Option<&Value>,
    ) -> anyhow::Result<Request<Body>> {
        let mut request =
            Request::builder().method(method).uri(format!("{PREFIX}{path}")).extension(ConnectInfo(peer()));
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        Ok(match body {
            Some(body) => request
                .header("prefer", "respond-async")
                .header(CONTENT_TYPE, "application/json")
                .body(Body::from(body.to_string()))?,
            None => request.header("x-min-position", self.position.load(Ordering::Relaxed)).body(Body::empty())?,
        })
    }

    async fn send_once(&self, request: Request<Body>) -> anyhow::Result<Answer> {
        let (head, body) = self.router.clone().oneshot(request).await?.into_parts();
        let written = head.headers.get("x-position").and_then(|position| position.to_str().ok()?.parse().ok());
        self.position.fetch_max(written.unwrap_or(0), Ordering::Relaxed);
        let mut body: Value = serde_json::from_slice(&body.collect().await?.to_bytes())?;
        let part = if head.status.is_success() { "data" } else { "error" };
        Ok(Answer { status: head.status, value: body.get_mut(part).map(Value::take).unwrap_or_default() })
    }
}

/// The answer, unless it is a failure. The words of one name fields and codes, and no values.
fn succeeded(path: &str, answer: Answer) -> anyhow::Result<Answer> {
    if !answer.status.is_success() {
        bail!("{path}: {} {}", answer.status, answer.value);
    }
    Ok(answer)
}
