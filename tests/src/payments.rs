//! Purchases, and what the provider says of them.

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use uuid::Uuid;

use crate::{Person, Request, TestApp};

/// The key that the provider's messages are signed with, in tests.
pub const WEBHOOK_SECRET: &str = "of no worth";

/// A `Stripe-Signature` of a body at that time, in seconds since 1970.
#[must_use]
pub fn signature(time: i64, body: &[u8], secret: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{time}.").as_bytes());
    mac.update(body);
    format!("t={time},v1={}", hex::encode(mac.finalize().into_bytes()))
}

/// A message of the provider under a name of its own.
#[must_use]
pub fn message(kind: &str, object: &Value) -> Value {
    json!({ "id": format!("evt_{}", Uuid::now_v7().simple()), "type": kind, "data": { "object": object } })
}

impl TestApp {
    /// POST /purchase.
    #[must_use]
    pub fn purchase(&self, by: &Person, course: &str, card: &str) -> Request {
        let body = json!({ "course_id": course, "payment_method": "card", "payment_method_id": card });
        self.post("/purchase").bearer(&by.token).json(&body)
    }

    /// Buys a course; gives the payment.
    pub async fn buy(&self, by: &Person, course: &str) -> Value {
        self.purchase(by, course, "pm_card_visa").send().await.expect(201).data()["transaction"].take()
    }

    /// A message of the provider, signed now.
    #[must_use]
    pub fn delivery(&self, message: &Value) -> Request {
        let body = serde_json::to_vec(message).unwrap();
        let signature = signature(chrono::Utc::now().timestamp(), &body, WEBHOOK_SECRET);
        self.post("/webhook/stripe").header("Stripe-Signature", &signature).bytes(body)
    }

    /// The provider says something, and is heard.
    pub async fn deliver(&self, message: &Value) {
        let answer = self.delivery(message).send().await.expect(200);
        assert_eq!(answer.json(), json!({ "success": true }));
    }

    /// GET /user/:user_id/entitlements of somebody, by themselves.
    pub async fn entitlements(&self, of: &Person) -> Value {
        self.get(&format!("/user/{}/entitlements", of.id)).bearer(&of.token).send().await.expect(200).data()
    }

    /// Whether a course is among those that somebody can open.
    pub async fn is_entitled(&self, of: &Person, course: &str) -> bool {
        self.entitlements(of).await["courses"].as_array().unwrap().iter().any(|id| id == course)
    }

    /// The payments of somebody, newest first, by themselves.
    pub async fn transactions(&self, of: &Person) -> Vec<Value> {
        let answer = self.get("/transactions?limit=100").bearer(&of.token).send().await.expect(200);
        answer.data()["transactions"].as_array().unwrap().clone()
    }
}
