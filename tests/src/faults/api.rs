//! A client of the product, as fault tests need it: every answer with its time, and the death of a request as what it
//! is.

use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use crate::payments::{WEBHOOK_SECRET, signature};

/// A password that every account has.
const PASSWORD: &str = "Correct-horse-1";
/// How long a client waits for an answer: longer than any is expected to take, so that what is too slow is seen.
const PATIENCE: Duration = Duration::from_secs(60);
/// What a client waits before it sends a request again.
const PAUSE: Duration = Duration::from_millis(50);

/// A client of one process.
#[derive(Clone)]
pub struct Api {
    client: reqwest::Client,
    base: String,
}

/// An answer.
pub struct Answer {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Body; null when it is no JSON.
    pub body: Value,
    /// From the first byte sent to the last received.
    pub took: Duration,
}

impl Answer {
    /// A header as a number.
    pub fn number(&self, header: &str) -> Result<u64> {
        let value = self.headers.get(header).with_context(|| format!("no {header} in {}", self.shown()))?;
        Ok(value.to_str()?.parse()?)
    }

    /// Whether the read side had not been seen to have caught up.
    pub fn is_pending(&self) -> bool {
        self.headers.get("x-projection").is_some_and(|value| value == "pending")
    }

    /// Code of the error.
    pub fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }

    /// A text in the body, by its JSON pointer.
    pub fn text(&self, pointer: &str) -> Result<&str> {
        let value = self.body.pointer(pointer).and_then(Value::as_str);
        value.ok_or_else(|| anyhow!("no {pointer} in {}", self.shown()))
    }

    /// The answer in a line, without the personal data of a success.
    pub fn shown(&self) -> String {
        format!("{} `{}` after {:?}", self.status, self.code(), self.took)
    }
}

impl Api {
    /// A client of the process that answers on that port.
    pub fn new(port: u16) -> Result<Self> {
        service_kit::tls::install();
        let client = reqwest::Client::builder().timeout(PATIENCE).build()?;
        Ok(Self { client, base: format!("http://127.0.0.1:{port}/api/v1") })
    }

    /// Registers a person; an error when no answer came.
    pub async fn register(&self, email: &str, key: Option<&str>) -> Result<Answer> {
        self.post("/auth/register", None, key, newcomer(email)).await
    }

    /// Signs somebody in.
    pub async fn login(&self, email: &str, key: Option<&str>) -> Result<Answer> {
        self.post("/auth/login", None, key, json!({ "email": email, "password": PASSWORD })).await
    }

    /// Begins a course.
    pub async fn create_course(&self, token: &str, key: Option<&str>) -> Result<Answer> {
        let body = json!({
            "title": "Probing for trouble", "description": "A course that tries whether courses can be begun.",
            "domain": "Other", "price": 0, "pricing_model": "one-time",
        });
        self.post("/courses", Some(token), key, body).await
    }

    /// Sends a command.
    pub async fn post(&self, path: &str, token: Option<&str>, key: Option<&str>, body: Value) -> Result<Answer> {
        let request = self.client.post(format!("{}{path}", self.base)).json(&body);
        let request = if let Some(key) = key { request.header("Idempotency-Key", key) } else { request };
        send(if let Some(token) = token { request.bearer_auth(token) } else { request }).await
    }

    /// Sends a request of any method, with a body where it has one, until it is answered: on a busy machine it is told to
    /// come again (503), and does, the same with the same key; 409 while an earlier try is under way.
    pub async fn insist(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: Option<&Value>,
    ) -> Result<Answer> {
        let (key, started) = (Uuid::now_v7().to_string(), Instant::now());
        loop {
            let request = self.client.request(method.clone(), format!("{}{path}", self.base));
            let request = request.header("Idempotency-Key", &key);
            let request = if let Some(body) = body { request.json(body) } else { request };
            let answer = send(if let Some(token) = token { request.bearer_auth(token) } else { request }).await?;
            let again = [StatusCode::SERVICE_UNAVAILABLE, StatusCode::CONFLICT].contains(&answer.status);
            if !again || started.elapsed() > PATIENCE {
                return Ok(answer);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Sends a message of the payment provider, signed now.
    pub async fn deliver(&self, message: &Value) -> Result<Answer> {
        let body = serde_json::to_vec(message)?;
        let signed = signature(chrono::Utc::now().timestamp(), &body, WEBHOOK_SECRET);
        let request = self.client.post(format!("{}/webhook/stripe", self.base)).body(body);
        send(request.header("Stripe-Signature", signed)).await
    }

    /// Asks a query.
    pub async fn get(&self, path: &str, token: Option<&str>, min_position: Option<u64>) -> Result<Answer> {
        let request = self.client.get(format!("{}{path}", self.base));
        let request = if let Some(least) = min_position { request.header("X-Min-Position", least) } else { request };
        send(if let Some(token) = token { request.bearer_auth(token) } else { request }).await
    }
}

/// What a person sends to register.
pub fn newcomer(email: &str) -> Value {
    json!({ "email": email, "password": PASSWORD, "first_name": "Ada", "last_name": "Lovelace", "language": "en" })
}

async fn send(request: reqwest::RequestBuilder) -> Result<Answer> {
    let started = Instant::now();
    let response = request.send().await?;
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = response.bytes().await?;
    let body = serde_json::from_slice(&bytes).unwrap_or_default();
    Ok(Answer { status, headers, body, took: started.elapsed() })
}
