//! Payments by Stripe, with `localstripe` in its place: purchase, webhook, refund, subscriptions; answers that get lost;
//! and the log held against its book.

use std::collections::HashMap;

use command_api::payments::reconcile::{DifferenceKind, reconcile, release_ended};
use mongodb::bson::{Document, doc};
use serde_json::{Value, json};
use service_kit::settings::{Mode, Settings};
use tests::payments::message;
use tests::people::{PASSWORD, new_course};
use tests::stripe::{Line, LocalStripe, SECRET_KEY};
use tests::{AppOptions, DraftCourse, Person, TestApp, eventually};

/// More than a month, in seconds, and less than two.
const MONTH: i64 = 32 * 24 * 60 * 60;

struct Stage {
    stripe: LocalStripe,
    line: Line,
    settings: HashMap<String, String>,
    app: TestApp,
    learner: Person,
    course: DraftCourse,
}

async fn stage() -> Stage {
    let stripe = LocalStripe::start().await;
    let line = Line::to(stripe.address).await;
    let settings = HashMap::from([
        ("HAR_PAYMENT_GATEWAY".to_owned(), "stripe".to_owned()),
        ("HAR_STRIPE_API_BASE".to_owned(), format!("http://{}", line.address)),
        ("HAR_STRIPE_SECRET_KEY".to_owned(), SECRET_KEY.to_owned()),
    ]);
    let app = TestApp::start(AppOptions { settings: settings.clone(), ..AppOptions::default() }).await;
    stripe.tell(&app).await;
    let admin = app.admin().await;
    let (owner, learner) = (app.instructor(&admin).await, app.learner().await);
    let course = app.published(&owner, &new_course("Excel, par carte")).await;
    Stage { stripe, line, settings, app, learner, course }
}

impl Stage {
    /// What the command line is given.
    fn settings(&self) -> Settings {
        let (mut settings, folder) = (self.settings.clone(), tempfile::tempdir().unwrap());
        settings.insert("HAR_DATA_DIR".to_owned(), folder.path().display().to_string());
        Settings::from_layers(Mode::Dev, settings, None).unwrap()
    }

    /// How the log differs from the stand-in's book.
    async fn differences(&self) -> Vec<DifferenceKind> {
        let found = reconcile(&self.app.log, &self.settings()).await.unwrap();
        assert_eq!(found.entries, Some(self.stripe.payments().await.len()));
        found.differences.iter().map(|difference| difference.kind).collect()
    }

    async fn status(&self, transaction: &Value) -> Value {
        let all = self.app.transactions(&self.learner).await;
        all.into_iter().find(|one| one["_id"] == transaction["_id"]).unwrap()["status"].take()
    }

    async fn renewals(&self) -> usize {
        self.app.events_after(0).await.iter().filter(|event| event.event_type == "SubscriptionRenewed").count()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_course_is_paid_for_and_the_money_goes_back() {
    let stage = stage().await;
    let Stage { stripe, app, learner, course, .. } = &stage;
    let bought = app.buy(learner, &course.id).await;
    assert_eq!(bought["status"], "completed");
    let [payment] = &stripe.payments().await[..] else { panic!("one payment") };
    for (field, value) in [
        ("id", bought["stripe_payment_intent_id"].clone()),
        ("amount", json!(4_990)),
        ("currency", json!("eur")),
        ("status", json!("succeeded")),
        ("metadata", json!({ "transaction_id": bought["_id"] })),
    ] {
        assert_eq!(payment[field], value, "{field}");
    }
    assert!(app.is_entitled(learner, &course.id).await);
    let path = format!("/refund/{}", bought["_id"].as_str().unwrap());
    let refunded = app.post(&path).bearer(&learner.token).send().await.expect(200);
    assert_eq!(refunded.data()["transaction"]["status"], "refunded");
    assert!(!app.is_entitled(learner, &course.id).await);
    let refunds = stripe.get("/v1/refunds").await["data"].take();
    assert_eq!((refunds.as_array().unwrap().len(), &refunds[0]["amount"]), (1, &json!(4_990)));
    assert_eq!(stage.differences().await, []);
    stage.app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bank_that_asks_is_answered_to_stripe_and_a_webhook_tells() {
    let stage = stage().await;
    let Stage { stripe, app, learner, course, .. } = &stage;
    let card = stripe.asking_card().await;
    let answer = app.purchase(learner, &course.id, &card).send().await.expect(201).data();
    let (transaction, secret) = (&answer["transaction"], answer["client_secret"].as_str().unwrap());
    let intent = transaction["stripe_payment_intent_id"].as_str().unwrap();
    assert!(secret.starts_with(intent) && transaction["status"] == "pending");
    assert!(!app.is_entitled(learner, &course.id).await);
    let path = format!("/v1/payment_intents/{intent}/_authenticate");
    let _ = stripe.post(&path, &json!({ "client_secret": secret, "success": true })).await;
    eventually("the webhook", async || stage.status(transaction).await == "completed").await;
    assert!(app.is_entitled(learner, &course.id).await);
    let completed = app.events_after(0).await.into_iter().find(|event| event.event_type == "PaymentCompleted");
    assert!(completed.unwrap().data["provider_event_id"].as_str().unwrap().starts_with("evt_"));
    assert_eq!(stage.differences().await, []);
    stage.app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_card_that_stripe_declines_or_does_not_know_pays_nothing() {
    let stage = stage().await;
    let Stage { app, learner, course, .. } = &stage;
    for card in ["pm_card_chargeCustomerFail", "pm_unheard_of"] {
        app.purchase(learner, &course.id, card).send().await.assert_refused(402, "payment_failed");
    }
    let failed = app.events_after(0).await.into_iter().filter(|event| event.event_type == "PaymentFailed");
    let codes: Vec<_> = failed.map(|event| event.data["code"].clone()).collect();
    assert_eq!(codes, ["card_declined", "payment_failed"]);
    app.purchase(learner, &course.id, "visa").send().await.assert_refused(400, "validation_failed");
    let subscribe = |card: &str| {
        let body = json!({ "plan": "basic", "payment_method_id": card });
        app.post("/subscribe").bearer(&learner.token).json(&body)
    };
    // The one can't be kept, the other can't pay.
    for card in ["pm_card_visa_chargeDeclined", "pm_card_chargeCustomerFail", "pm_unheard_of"] {
        subscribe(card).send().await.assert_refused(402, "payment_failed");
    }
    let asking = stage.stripe.asking_card().await;
    subscribe(&asking).send().await.assert_refused(402, "payment_failed");
    assert_eq!(stage.stripe.payments().await.last().unwrap()["status"], "canceled", "nobody is there to be asked");
    assert!(!app.is_entitled(learner, &course.id).await);
    assert_eq!(stage.differences().await, []);
    stage.app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_is_lost_is_asked_for_again_and_nobody_pays_twice() {
    let stage = stage().await;
    let Stage { stripe, line, app, learner, course, .. } = &stage;
    line.cut(true);
    app.purchase(learner, &course.id, "pm_card_visa").send().await.assert_refused(503, "unavailable");
    app.purchase(learner, &course.id, "pm_card_visa").send().await.assert_refused(400, "purchase_pending");
    let subscribed = app.post("/subscribe").bearer(&learner.token).json(&json!({ "plan": "basic" })).send().await;
    subscribed.assert_refused(503, "unavailable");
    let [open] = &app.transactions(learner).await[..] else { panic!("one purchase") };
    assert_eq!((&open["status"], stripe.payments().await.len()), (&json!("pending"), 1));
    line.cut(false);
    app.clock.shift_to(60);
    eventually("Stripe is asked again", async || stage.status(open).await == "completed").await;
    let active = async || app.get("/subscriptions/active").bearer(&learner.token).send().await;
    eventually("also for the month", async || active().await.status == 200).await;
    assert_eq!(stripe.payments().await.len(), 2, "one for the course, one for the month");

    line.cut(true);
    let path = format!("/refund/{}", open["_id"].as_str().unwrap());
    app.post(&path).bearer(&learner.token).send().await.assert_refused(503, "unavailable");
    line.cut(false);
    app.clock.shift_to(120);
    eventually("Stripe is asked again", async || stage.status(open).await == "refunded").await;
    stage.app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refund_that_was_just_asked_for_is_not_asked_for_beside_it() {
    let stage = stage().await;
    let Stage { stripe, line, app, learner, course, .. } = &stage;
    let bought = app.buy(learner, &course.id).await;
    let other = app.published(&app.instructor(&app.admin().await).await, &new_course("R, par carte")).await;
    line.cut(true);
    app.purchase(learner, &other.id, "pm_card_visa").send().await.assert_refused(503, "unavailable");
    let waiting = app.transactions(learner).await.swap_remove(0);
    app.clock.shift_to(60);
    let path = format!("/refund/{}", bought["_id"].as_str().unwrap());
    app.post(&path).bearer(&learner.token).send().await.assert_refused(503, "unavailable");
    let known = app.log.database().collection::<Document>("transactions");
    let on_its_way = async || known.count_documents(doc! { "refund_requested": true }).await.unwrap() == 1;
    eventually("who bills can see it", on_its_way).await;
    line.cut(false);
    // Both are found at one look; the older one has waited for long enough.
    eventually("Stripe is asked again", async || stage.status(&waiting).await == "completed").await;
    let refunds = async || stripe.get("/v1/refunds").await["data"].as_array().unwrap().len();
    assert_eq!((refunds().await, stage.status(&bought).await), (1, json!("completed")));
    app.clock.shift_to(120);
    eventually("also of the money that goes back", async || stage.status(&bought).await == "refunded").await;
    stage.app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn months_are_asked_of_stripe_one_by_one() {
    let stage = stage().await;
    let Stage { stripe, app, learner, .. } = &stage;
    let _ = app.post("/subscribe").bearer(&learner.token).json(&json!({ "plan": "basic" })).send().await.expect(201);
    app.clock.shift_to(MONTH);
    eventually("the second month", async || stage.renewals().await == 1).await;
    // A message of Stripe's own about this subscription finds it by its customer.
    let payments = stripe.payments().await;
    let customer = payments[0]["customer"].as_str().unwrap();
    let months: Vec<_> = payments.iter().map(|one| (&one["metadata"]["month"], &one["amount"])).collect();
    assert_eq!(months, [(&json!("1"), &json!(990)), (&json!("2"), &json!(990))]);
    assert!(payments.iter().all(|one| one["customer"] == customer && one["status"] == "succeeded"));
    assert_eq!(stage.differences().await, []);
    // Their card is gone: no money, no month.
    let cards = stripe.get(&format!("/v1/payment_methods?customer={customer}&type=card")).await["data"].take();
    for card in cards.as_array().unwrap() {
        let _ = stripe.post(&format!("/v1/payment_methods/{}/detach", card["id"].as_str().unwrap()), &json!({})).await;
    }
    app.clock.shift_to(2 * MONTH);
    let expired = async || app.events_after(0).await.iter().any(|event| event.event_type == "SubscriptionExpired");
    eventually("the end", expired).await;
    assert_eq!((stripe.payments().await.len(), stage.differences().await), (2, Vec::new()));
    stage.app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_card_of_a_former_subscriber_is_forgotten() {
    let stage = stage().await;
    let Stage { stripe, app, learner, .. } = &stage;
    let other = app.learner().await;
    for person in [learner, &other] {
        let body = json!({ "plan": "basic" });
        let _ = app.post("/subscribe").bearer(&person.token).json(&body).send().await.expect(201);
    }
    let settings = stage.settings();
    assert_eq!(release_ended(&app.log, &settings).await.unwrap(), 0);
    let customers = async || stripe.get("/v1/customers").await["data"].as_array().unwrap().len();
    assert_eq!(customers().await, 2);
    let password = json!({ "password": PASSWORD });
    let _ = app.delete("/auth/profile").bearer(&learner.token).json(&password).send().await.expect(200);
    assert_eq!(release_ended(&app.log, &settings).await.unwrap(), 1);
    assert_eq!((customers().await, release_ended(&app.log, &settings).await.unwrap()), (1, 0));
    stage.app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_differs_from_stripes_book_is_found() {
    let stage = stage().await;
    let Stage { stripe, app, learner, course, .. } = &stage;
    let bought = app.buy(learner, &course.id).await;
    let intent = bought["stripe_payment_intent_id"].as_str().unwrap();
    let pay = |metadata: Value| json!({ "amount": 700, "currency": "eur", "payment_method": "pm_card_visa", "confirm": true, "metadata": metadata });
    let _ = stripe.post("/v1/payment_intents", &pay(json!({}))).await;
    assert_eq!(stage.differences().await, [DifferenceKind::UnknownToLog]);
    let _ = stripe.post("/v1/payment_intents", &pay(json!({ "transaction_id": bought["_id"] }))).await;
    assert_eq!(stage.differences().await, [DifferenceKind::UnknownToLog, DifferenceKind::PaidTwice]);
    let _ = stripe.post("/v1/refunds", &json!({ "payment_intent": intent, "amount": 90 })).await;
    let differences = stage.differences().await;
    assert!(differences.contains(&DifferenceKind::Returned), "{differences:?}");
    // Once the log is told it is no difference any more; of money that is no money the log hears nothing.
    let charge = json!({ "payment_intent": intent, "amount": 4_990, "amount_refunded": 90, "refunded": false });
    let mut real = message("charge.refunded", &charge);
    real["livemode"] = json!(true);
    app.deliver(&real).await;
    assert!(stage.differences().await.contains(&DifferenceKind::Returned));
    real["livemode"] = json!(false);
    app.deliver(&real).await;
    assert!(!stage.differences().await.contains(&DifferenceKind::Returned));
    stage.app.stop().await;
}
