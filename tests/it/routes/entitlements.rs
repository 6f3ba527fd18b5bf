//! GET /user/:user_id/entitlements, and that what is open is what was paid for, after every step of any life.

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};
use tests::learners::free_course;
use tests::payments::message;
use tests::people::{PASSWORD, new_course};
use tests::{AppOptions, Person, TestApp, scaled};
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn they_are_for_oneself_and_for_admins() {
    let app = TestApp::start(AppOptions::default()).await;
    let (admin, learner, other) = (app.admin().await, app.learner().await, app.learner().await);
    let ask = async |by: &Person, id: &str| app.get(&format!("/user/{id}/entitlements")).bearer(&by.token).send().await;
    for by in [&admin, &learner] {
        assert_eq!(ask(by, &learner.id).await.expect(200).data(), json!({ "courses": [], "subscription": null }));
    }
    ask(&other, &learner.id).await.assert_refused(403, "forbidden");
    ask(&admin, &Uuid::now_v7().to_string()).await.assert_refused(404, "not_found");
    ask(&admin, "x").await.assert_refused(404, "not_found");
    // Nobody comes any more for what somebody had who is erased.
    let course = app.published(&admin, &free_course("Excel, les bases")).await;
    let _ = app.enroll(&other, &course.id).await.expect(201);
    assert_eq!(ask(&admin, &other.id).await.expect(200).data()["courses"], json!([course.id]));
    let erase = app.delete("/auth/profile").bearer(&other.token).json(&json!({ "password": PASSWORD }));
    let _ = erase.send().await.expect(200);
    assert_eq!(ask(&admin, &other.id).await.expect(200).data(), json!({ "courses": [], "subscription": null }));
    app.stop().await;
}

/// What must be so, by another account than the product's: who has what.
#[derive(Default)]
struct Model {
    /// Payments for the course: name, whether their money is there, went back, is disputed.
    payments: Vec<Paid>,
    /// The subscription: whether it rests, and the day it is paid until, in days since the beginning.
    plan: Option<Plan>,
    day: i64,
}

struct Paid {
    id: Value,
    intent: Value,
    there: bool,
    back: bool,
    disputed: Option<bool>,
}

struct Plan {
    rests: bool,
    cancelled: bool,
    until: i64,
}

impl Model {
    fn bought(&self) -> bool {
        self.payments.iter().any(|paid| paid.there && !paid.back && paid.disputed != Some(true))
    }

    fn by_plan(&self) -> bool {
        self.plan.as_ref().is_some_and(|plan| !plan.rests && self.day < plan.until)
    }
}

/// A life: each step something that the buyer, the bank or the calendar does.
async fn live(app: &TestApp, learner: &mut Person, courses: [&str; 2], seed: u64, steps: usize) {
    let mut random = StdRng::seed_from_u64(seed);
    let mut model = Model::default();
    for step in 0..steps {
        let kind = random.random_range(0..10);
        if kind < 5 {
            pay(app, learner, courses[0], &mut model, (kind, &mut random)).await;
        } else {
            subscribe(app, learner, &mut model, kind).await;
        }
        let shown = app.entitlements(learner).await["courses"].as_array().unwrap().clone();
        let shown = courses.map(|course| shown.iter().any(|id| id == course));
        assert_eq!(shown, [model.bought(), model.by_plan()], "step {step} of {seed}, kind {kind}");
    }
}

/// The course is bought, or something happens to a payment for it.
async fn pay(app: &TestApp, learner: &Person, course: &str, model: &mut Model, (kind, random): (usize, &mut StdRng)) {
    if kind < 2 {
        let answer = app.purchase(learner, course, "pm_card_visa").send().await;
        if answer.status == 201 {
            let paid = answer.data()["transaction"].take();
            let (id, intent) = (paid["_id"].clone(), paid["stripe_payment_intent_id"].clone());
            model.payments.push(Paid { id, intent, there: true, back: false, disputed: None });
        } else {
            assert_eq!(answer.code(), "already_owned");
        }
        return;
    }
    if model.payments.is_empty() {
        return;
    }
    let at = random.random_range(0..model.payments.len());
    let paid = &mut model.payments[at];
    match kind {
        2 => {
            let path = format!("/refund/{}", paid.id.as_str().unwrap());
            paid.back |= app.post(&path).bearer(&learner.token).send().await.status == 200;
        }
        3 => {
            app.deliver(&message("charge.dispute.created", &json!({ "payment_intent": paid.intent }))).await;
            if paid.disputed.is_none() && !paid.back {
                paid.disputed = Some(true);
            }
        }
        _ => {
            let won = random.random_bool(0.5);
            let object = json!({ "payment_intent": paid.intent, "status": if won { "won" } else { "lost" } });
            app.deliver(&message("charge.dispute.closed", &object)).await;
            if !paid.back && paid.disputed != Some(false) {
                paid.disputed = Some(false);
                paid.back = !won;
            }
        }
    }
}

/// Something happens to the subscription.
async fn subscribe(app: &TestApp, learner: &mut Person, model: &mut Model, kind: usize) {
    match kind {
        5 => {
            let body = json!({ "plan": "basic" });
            if app.post("/subscribe").bearer(&learner.token).json(&body).send().await.status == 201 {
                model.plan = Some(Plan { rests: false, cancelled: false, until: model.day + 31 });
            }
        }
        6..=8 => {
            let name = ["pause", "resume", "cancel"][kind - 6];
            let answer = app.post(&format!("/subscriptions/{name}")).bearer(&learner.token).send().await;
            if let (200, Some(plan)) = (answer.status, &mut model.plan) {
                plan.rests = name == "pause";
                plan.cancelled = name == "cancel";
            }
        }
        // Past the end of what is paid for; a month is less than that.
        _ if model.plan.as_ref().is_some_and(|plan| plan.cancelled) => {
            model.day += 40;
            app.clock.shift_to(model.day * 86_400);
            *learner = app.login(&learner.email).await;
        }
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_open_is_what_was_paid_for_after_every_step() {
    for seed in 0..scaled(30) as u64 {
        let app = TestApp::start(AppOptions::default()).await;
        let admin = app.admin().await;
        let owner = app.instructor(&admin).await;
        let bought = app.published(&owner, &new_course("Excel, acheté")).await;
        let mut by_plan = new_course("Excel, par abonnement");
        by_plan["pricing_model"] = json!("subscription");
        let by_plan = app.published(&owner, &by_plan).await;
        let mut learner = app.learner().await;
        live(&app, &mut learner, [&bought.id, &by_plan.id], seed, 60).await;
        app.stop().await;
    }
}
