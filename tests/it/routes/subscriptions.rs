//! POST /subscribe, POST /subscriptions/…, GET /subscriptions/active, and what comes by itself.

use futures::future::join_all;
use serde_json::{Value, json};
use tests::payments::message;
use tests::people::new_course;
use tests::{Answer, AppOptions, DraftCourse, Person, TestApp, eventually, shape};

/// More than a month, in seconds, and less than two.
const MONTH: i64 = 32 * 24 * 60 * 60;

async fn subscribe(app: &TestApp, by: &Person, plan: &str) -> Answer {
    app.post("/subscribe").bearer(&by.token).json(&json!({ "plan": plan })).send().await
}

async fn step(app: &TestApp, by: &Person, step: &str) -> Answer {
    app.post(&format!("/subscriptions/{step}")).bearer(&by.token).send().await
}

async fn active(app: &TestApp, of: &Person) -> Answer {
    app.get("/subscriptions/active").bearer(&of.token).send().await
}

fn by_subscription(title: &str) -> Value {
    let mut course = new_course(title);
    course["pricing_model"] = json!("subscription");
    course
}

struct Stage {
    app: TestApp,
    owner: Person,
    learner: Person,
    course: DraftCourse,
}

async fn stage() -> Stage {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let (owner, learner) = (app.instructor(&admin).await, app.learner().await);
    let course = app.published(&owner, &by_subscription("Excel, par abonnement")).await;
    Stage { app, owner, learner, course }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_opens_its_courses_until_it_does_not() {
    let Stage { app, learner, course, .. } = stage().await;
    active(&app, &learner).await.assert_refused(404, "not_found");
    app.enroll(&learner, &course.id).await.assert_refused(402, "payment_required");
    let answer = subscribe(&app, &learner, "basic").await.expect(201);
    shape::assert_shape(&answer.data(), &json!({ "subscription": shape::subscription() }));
    let begun = answer.data()["subscription"].take();
    assert_eq!(
        (&begun["plan"], &begun["status"], &begun["amount_per_month"]),
        (&json!("basic"), &json!("active"), &json!(9.9))
    );
    assert_eq!(active(&app, &learner).await.expect(200).data()["subscription"], begun);
    assert_eq!(app.entitlements(&learner).await, json!({ "courses": [course.id], "subscription": begun }));
    subscribe(&app, &learner, "pro").await.assert_refused(400, "already_subscribed");
    let _ = app.enroll(&learner, &course.id).await.expect(201);
    let lesson = async |status: u16| drop(app.lesson(&learner, &course.id, &course.lesson).await.expect(status));
    lesson(200).await;
    for (name, status, is_open) in [
        ("pause", "paused", false),
        ("resume", "active", true),
        ("cancel", "cancelled", true),
        ("resume", "active", true),
        ("cancel", "cancelled", true),
    ] {
        let answer = step(&app, &learner, name).await.expect(200);
        shape::assert_shape(&answer.data(), &json!({ "subscription": shape::subscription() }));
        assert_eq!(answer.data()["subscription"]["status"], status);
        assert_eq!(answer.data()["subscription"]["cancelled_date"].is_string(), status == "cancelled");
        assert_eq!(app.is_entitled(&learner, &course.id).await, is_open, "{status}");
        lesson(if is_open { 200 } else { 403 }).await;
        assert_eq!(active(&app, &learner).await.expect(200).data()["subscription"]["status"], status);
    }
    step(&app, &learner, "cancel").await.assert_refused(400, "invalid_status");
    step(&app, &learner, "pause").await.assert_refused(400, "invalid_status");
    subscribe(&app, &learner, "pro").await.assert_refused(400, "already_subscribed");
    // The day comes: it is over at once, noted or not.
    app.clock.shift_to(MONTH);
    let learner = app.login(&learner.email).await;
    app.lesson(&learner, &course.id, &course.lesson).await.assert_refused(403, "no_access");
    active(&app, &learner).await.assert_refused(404, "not_found");
    step(&app, &learner, "resume").await.assert_refused(404, "no_subscription");
    assert!(!app.is_entitled(&learner, &course.id).await);
    let _ = app.progress(&learner, &course.id).await.expect(200);
    let _ = subscribe(&app, &learner, "pro").await.expect(201);
    let _ = app.lesson(&learner, &course.id, &course.lesson).await.expect(200);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn months_are_paid_for_by_themselves_once_each() {
    let Stage { app, learner, .. } = stage().await;
    let begun = subscribe(&app, &learner, "basic").await.expect(201).data()["subscription"].take();
    let start: chrono::DateTime<chrono::Utc> = begun["created_at"].as_str().unwrap().parse().unwrap();
    // Nobody was there for two renewals.
    app.clock.shift_to(2 * MONTH);
    let due = start.checked_add_months(chrono::Months::new(3)).unwrap();
    let learner = app.login(&learner.email).await;
    let date = async || -> chrono::DateTime<chrono::Utc> {
        let found = active(&app, &learner).await.expect(200).data()["subscription"]["renewal_date"].take();
        found.as_str().unwrap().parse().unwrap()
    };
    eventually("both months are paid for", async || date().await >= due).await;
    assert_eq!(date().await, due);
    let renewed = app.events_after(0).await.iter().filter(|event| event.event_type == "SubscriptionRenewed").count();
    assert_eq!(renewed, 2);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_can_not_pay_has_none() {
    let Stage { app, learner, course, .. } = stage().await;
    let with = async |card: &str| {
        let body = json!({ "plan": "basic", "payment_method_id": card });
        app.post("/subscribe").bearer(&learner.token).json(&body).send().await
    };
    for card in ["pm_card_chargeDeclined", "pm_card_authenticationRequired"] {
        with(card).await.assert_refused(402, "payment_failed");
        active(&app, &learner).await.assert_refused(404, "not_found");
    }
    let _ = with("pm_card_chargeCustomerFail").await.expect(201);
    assert!(app.is_entitled(&learner, &course.id).await);
    app.clock.shift_to(MONTH);
    let learner = app.login(&learner.email).await;
    eventually("it is over", async || active(&app, &learner).await.status == 404).await;
    assert!(!app.is_entitled(&learner, &course.id).await);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn plans_open_more_or_less_and_change_at_once() {
    let Stage { app, owner, learner, course } = stage().await;
    let cheap = app.published(&owner, &new_course("Excel, à 49,90")).await;
    let mut dear = new_course("Excel, cher");
    dear["price"] = json!(50.01);
    let dear = app.published(&owner, &dear).await;
    let change = async |plan: &str| {
        app.post("/subscriptions/change-plan").bearer(&learner.token).json(&json!({ "plan": plan })).send().await
    };
    change("pro").await.assert_refused(404, "no_subscription");
    let _ = subscribe(&app, &learner, "basic").await.expect(201);
    for (plan, price, open) in
        [("basic", 9.9, [true, false, false]), ("pro", 19.9, [true, true, false]), ("enterprise", 49.9, [true; 3])]
    {
        let answer = change(plan).await.expect(200);
        assert_eq!(answer.data()["subscription"]["amount_per_month"], json!(price));
        for (id, expected) in [&course.id, &cheap.id, &dear.id].into_iter().zip(open) {
            assert_eq!(app.is_entitled(&learner, id).await, expected, "{plan}");
            assert_eq!(app.enroll(&learner, id).await.code() == "payment_required", !expected, "{plan}");
        }
    }
    change("gold").await.assert_refused(400, "invalid_plan");
    subscribe(&app, &owner, "gold").await.assert_refused(400, "invalid_plan");
    let _ = step(&app, &learner, "pause").await.expect(200);
    change("basic").await.assert_refused(400, "invalid_status");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_provider_renews_ends_and_cancels_too() {
    let Stage { app, learner, course, .. } = stage().await;
    let begun = subscribe(&app, &learner, "basic").await.expect(201).data()["subscription"].take();
    let id = begun["stripe_subscription_id"].clone();
    let shown = async || active(&app, &learner).await.data()["subscription"].take();
    let paid = message("invoice.paid", &json!({ "id": "in_1", "subscription": id }));
    for _ in 0..3 {
        app.deliver(&paid).await;
        app.deliver(&message("invoice.paid", &json!({ "id": "in_1", "subscription": id }))).await;
    }
    let start: chrono::DateTime<chrono::Utc> = begun["created_at"].as_str().unwrap().parse().unwrap();
    let two = start.checked_add_months(chrono::Months::new(2)).unwrap();
    let date: chrono::DateTime<chrono::Utc> = shown().await["renewal_date"].as_str().unwrap().parse().unwrap();
    assert_eq!(date, two, "paid once, whatever was said how often");
    app.deliver(&message(
        "customer.subscription.updated",
        &json!({ "id": id, "status": "active", "cancel_at_period_end": true }),
    ))
    .await;
    assert_eq!(shown().await["status"], "cancelled");
    app.deliver(&message(
        "customer.subscription.updated",
        &json!({ "id": id, "status": "active", "cancel_at_period_end": false }),
    ))
    .await;
    assert_eq!(shown().await["status"], "active");
    app.deliver(&message("invoice.payment_failed", &json!({ "id": "in_2", "subscription": id }))).await;
    assert!(!app.is_entitled(&learner, &course.id).await);
    app.deliver(&message("invoice.paid", &json!({ "id": "in_2", "subscription": id }))).await;
    assert!(app.is_entitled(&learner, &course.id).await);
    app.deliver(&message("customer.subscription.deleted", &json!({ "id": id }))).await;
    active(&app, &learner).await.assert_refused(404, "not_found");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_are_one_and_who_is_erased_has_none() {
    let Stage { app, learner, .. } = stage().await;
    let answers = join_all((0..6).map(|_| subscribe(&app, &learner, "pro"))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1, "{answers:?}");
    let head = app.head().await;
    let password = json!({ "password": tests::people::PASSWORD });
    let _ = app.delete("/auth/profile").bearer(&learner.token).json(&password).send().await.expect(200);
    assert!(app.events_after(head).await.iter().any(|event| event.event_type == "SubscriptionExpired"));
    app.stop().await;
}
