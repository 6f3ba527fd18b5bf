//! POST /webhook/stripe.

use futures::future::join_all;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};
use tests::payments::{WEBHOOK_SECRET, message, signature};
use tests::people::new_course;
use tests::{AppOptions, DraftCourse, Person, TestApp, scaled};
use uuid::Uuid;

async fn stage() -> (TestApp, Person, DraftCourse) {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let owner = app.instructor(&admin).await;
    let course = app.published(&owner, &new_course("Excel, les bases")).await;
    let learner = app.learner().await;
    (app, learner, course)
}

/// A payment that waits for its owner.
async fn pending(app: &TestApp, by: &Person, course: &str) -> Value {
    let answer = app.purchase(by, course, "pm_card_authenticationRequired").send().await.expect(201);
    answer.data()["transaction"].take()
}

async fn status(app: &TestApp, of: &Person) -> Value {
    app.transactions(of).await[0]["status"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_what_is_signed_is_heard() {
    let (app, learner, course) = stage().await;
    let intent = pending(&app, &learner, &course.id).await["stripe_payment_intent_id"].clone();
    let body = serde_json::to_vec(&message("payment_intent.succeeded", &json!({ "id": intent }))).unwrap();
    let now = chrono::Utc::now().timestamp();
    let head = app.head().await;
    let good = signature(now, &body, WEBHOOK_SECRET);
    for header in [
        signature(now, &body, "another key"),
        signature(now - 301, &body, WEBHOOK_SECRET),
        signature(now + 400, &body, WEBHOOK_SECRET),
        signature(now, b"{}", WEBHOOK_SECRET),
        good.replace("v1=", "v0="),
        String::new(),
    ] {
        let refused = app.post("/webhook/stripe").header("Stripe-Signature", &header).bytes(body.clone()).send().await;
        refused.assert_refused(401, "invalid_signature");
    }
    app.post("/webhook/stripe").bytes(body.clone()).send().await.assert_refused(401, "invalid_signature");
    assert_eq!(app.head().await, head);
    let several = good.replacen(",v1=", &format!(",v1={},v1=", "00".repeat(32)), 1);
    let heard = app.post("/webhook/stripe").header("Stripe-Signature", &several).bytes(body).send().await.expect(200);
    assert_eq!(heard.json(), json!({ "success": true }));
    assert_eq!(status(&app, &learner).await, "completed");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_status_goes_on_whatever_comes_late_or_twice() {
    let (app, learner, course) = stage().await;
    let intent = pending(&app, &learner, &course.id).await["stripe_payment_intent_id"].clone();
    let failed = message("payment_intent.payment_failed", &json!({ "id": intent }));
    let paid = message("payment_intent.succeeded", &json!({ "id": intent }));
    let steps =
        [(&failed, "failed"), (&failed, "failed"), (&paid, "completed"), (&failed, "completed"), (&paid, "completed")];
    for (step, (message, expected)) in steps.into_iter().enumerate() {
        app.deliver(message).await;
        assert_eq!(status(&app, &learner).await, expected, "step {step}");
        assert_eq!(app.is_entitled(&learner, &course.id).await, expected == "completed");
    }
    let late = message("payment_intent.payment_failed", &json!({ "id": intent }));
    app.deliver(&late).await;
    assert_eq!(status(&app, &learner).await, "completed");
    let part = json!({ "payment_intent": intent, "amount": 4990, "amount_refunded": 1000, "refunded": false });
    app.deliver(&message("charge.refunded", &part)).await;
    assert!(app.is_entitled(&learner, &course.id).await, "a part changes no access");
    let whole = json!({ "payment_intent": intent, "amount": 4990, "amount_refunded": 4990, "refunded": true });
    app.deliver(&message("charge.refunded", &whole)).await;
    assert_eq!(status(&app, &learner).await, "refunded");
    app.deliver(&message("payment_intent.succeeded", &json!({ "id": intent }))).await;
    assert_eq!(status(&app, &learner).await, "refunded");
    assert!(!app.is_entitled(&learner, &course.id).await);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dispute_suspends_and_its_end_is_final() {
    let (app, learner, course) = stage().await;
    for (outcome, is_open, expected) in [("won", true, "completed"), ("lost", false, "refunded")] {
        let buyer = if outcome == "won" { learner.clone() } else { app.learner().await };
        let paid = app.buy(&buyer, &course.id).await;
        let object = json!({ "payment_intent": paid["stripe_payment_intent_id"] });
        app.deliver(&message("charge.dispute.created", &object)).await;
        assert!(!app.is_entitled(&buyer, &course.id).await);
        app.lesson(&buyer, &course.id, &course.lesson).await.assert_refused(403, "no_access");
        let refused = app.post(&format!("/refund/{}", paid["_id"].as_str().unwrap())).bearer(&buyer.token).send().await;
        refused.assert_refused(400, "refund_not_possible");
        let closed = json!({ "payment_intent": paid["stripe_payment_intent_id"], "status": outcome });
        app.deliver(&message("charge.dispute.closed", &closed)).await;
        assert_eq!(app.is_entitled(&buyer, &course.id).await, is_open, "{outcome}");
        assert_eq!(status(&app, &buyer).await, expected);
        app.deliver(&message("charge.dispute.created", &object)).await;
        assert_eq!(app.is_entitled(&buyer, &course.id).await, is_open, "closed is final");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dispute_may_come_before_the_money() {
    let (app, learner, course) = stage().await;
    let waiting = pending(&app, &learner, &course.id).await;
    // Named by our own name of it.
    let object = json!({ "metadata": { "transaction_id": waiting["_id"] } });
    app.deliver(&message("charge.dispute.created", &object)).await;
    app.deliver(&message("payment_intent.succeeded", &object)).await;
    assert_eq!(status(&app, &learner).await, "completed");
    assert!(!app.is_entitled(&learner, &course.id).await, "suspended from the beginning");
    app.deliver(&message("charge.dispute.closed", &json!({ "metadata": object["metadata"], "status": "won" }))).await;
    assert!(app.is_entitled(&learner, &course.id).await);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_matter_here_is_answered_all_the_same_and_what_is_no_event_is_not() {
    let (app, ..) = stage().await;
    let head = app.head().await;
    for (kind, object) in [
        ("charge.captured", json!({ "id": "ch_1" })),
        ("payment_intent.succeeded", json!({ "id": "pi_unknown" })),
        ("payment_intent.succeeded", json!({ "id": format!("pi_{}", Uuid::now_v7().simple()) })),
        ("payment_intent.succeeded", json!({ "metadata": { "transaction_id": Uuid::now_v7() } })),
        ("charge.refunded", json!({})),
        ("invoice.paid", json!({ "subscription": "sub_unknown" })),
        ("customer.subscription.deleted", json!({ "id": "sub_unknown" })),
    ] {
        app.deliver(&message(kind, &object)).await;
    }
    for body in [json!({}), json!([]), json!("text"), json!({ "id": "evt_1" }), json!({ "id": {}, "type": "x" })] {
        app.delivery(&body).send().await.assert_refused(400, "malformed_body");
    }
    assert_eq!(app.head().await, head);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_of_messages_has_the_effect_of_each_once() {
    let (app, _, course) = stage().await;
    let mut random = StdRng::seed_from_u64(5);
    let (mut buyers, mut deliveries) = (Vec::new(), Vec::new());
    for _ in 0..scaled(300) {
        let buyer = app.learner().await;
        let intent = pending(&app, &buyer, &course.id).await["stripe_payment_intent_id"].clone();
        let object = json!({ "id": intent, "payment_intent": intent });
        let will_return = random.random_ratio(1, 4);
        let mut messages =
            vec![message("payment_intent.succeeded", &object), message("payment_intent.payment_failed", &object)];
        if will_return {
            messages.push(message("charge.refunded", &object));
        }
        for message in messages {
            let times = random.random_range(1..=5);
            deliveries.extend(std::iter::repeat_n(message, times));
        }
        buyers.push((buyer, will_return));
    }
    deliveries.shuffle(&mut random);
    for some in deliveries.chunks(32) {
        let answers = join_all(some.iter().map(|message| async {
            // As the provider does: what is not taken in is sent again.
            loop {
                let answer = app.delivery(message).respond_async().send().await;
                if answer.status == 200 {
                    return;
                }
                answer.assert_refused(409, "conflict");
            }
        }));
        answers.await;
    }
    let events = app.events_after(0).await;
    let count = |name: &str| events.iter().filter(|event| event.event_type == name).count();
    let returned = buyers.iter().filter(|(_, will_return)| *will_return).count();
    assert_eq!(count("AccessGranted"), count("PaymentCompleted"));
    assert_eq!(count("InvoiceIssued"), count("PaymentCompleted"));
    assert_eq!(count("LearnerEnrolled"), count("PaymentCompleted"));
    assert_eq!(count("PaymentRefunded"), returned);
    assert_eq!(count("AccessRevoked"), count("CreditNoteIssued"));
    for (buyer, will_return) in buyers {
        let expected = if will_return { "refunded" } else { "completed" };
        assert_eq!(app.transactions(&buyer).await[0]["status"], expected);
        assert_eq!(app.is_entitled(&buyer, &course.id).await, !will_return);
    }
    app.stop().await;
}
