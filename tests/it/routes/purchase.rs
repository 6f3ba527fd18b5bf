//! POST /purchase, GET /transactions, POST /admin/transactions/:id/confirm.

use std::collections::BTreeSet;

use futures::future::join_all;
use serde_json::{Value, json};
use tests::learners::free_course;
use tests::people::{id_of, new_course};
use tests::{Answer, AppOptions, DraftCourse, Person, TestApp, shape};
use uuid::Uuid;

struct Stage {
    app: TestApp,
    admin: Person,
    owner: Person,
    learner: Person,
    course: DraftCourse,
}

async fn stage() -> Stage {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let (owner, learner) = (app.instructor(&admin).await, app.learner().await);
    let course = app.published(&owner, &new_course("Excel, les bases")).await;
    Stage { app, admin, owner, learner, course }
}

async fn pay(app: &TestApp, by: &Person, body: &Value) -> Answer {
    app.post("/purchase").bearer(&by.token).json(body).send().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_paid_for_is_open_and_its_buyer_is_in_it_in_one_commit() {
    let Stage { app, learner, course, .. } = stage().await;
    app.enroll(&learner, &course.id).await.assert_refused(402, "payment_required");
    let head = app.head().await;
    let answer = app.purchase(&learner, &course.id, "pm_card_visa").send().await.expect(201);
    shape::assert_shape(
        &answer.json(),
        &json!({ "success": "boolean", "data": { "transaction": shape::transaction() } }),
    );
    let paid = answer.data()["transaction"].take();
    for (field, value) in [
        ("user_id", json!(learner.id)),
        ("course_id", json!(course.id)),
        ("amount", json!(49.9)),
        ("status", json!("completed")),
        ("payment_method", json!("card")),
        ("refunded_at", json!(null)),
    ] {
        assert_eq!(paid[field], value, "{field}");
    }
    assert!(paid["stripe_payment_intent_id"].as_str().unwrap().starts_with("pi_") && paid["completed_at"].is_string());
    assert_eq!(answer.position(), app.head().await);
    let events = app.events_after(head).await;
    let types: Vec<&str> = events.iter().map(|event| event.event_type.as_str()).collect();
    assert_eq!(types[..2], ["PaymentStarted", "PurchaseOpened"], "the intent is there before the provider is asked");
    let settled: BTreeSet<&str> = types[2..].iter().copied().collect();
    let expected = ["PaymentCompleted", "AccessGranted", "LearnerEnrolled", "InvoiceIssued"];
    assert_eq!(settled, BTreeSet::from(expected));
    let times: BTreeSet<String> = events[2..].iter().map(|event| event.time.to_string()).collect();
    assert_eq!(times.len(), 1, "one commit");

    assert!(app.is_entitled(&learner, &course.id).await);
    let _ = app.lesson(&learner, &course.id, &course.lesson).await.expect(200);
    app.enroll(&learner, &course.id).await.assert_refused(400, "already_enrolled");
    app.purchase(&learner, &course.id, "pm_card_visa").send().await.assert_refused(400, "already_owned");
    assert_eq!(app.transactions(&learner).await, [paid]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_card_that_is_declined_leaves_a_failed_payment_and_may_be_followed_by_another() {
    let Stage { app, learner, course, .. } = stage().await;
    for card in ["pm_card_chargeDeclined", "pm_card_visa_chargeDeclined"] {
        app.purchase(&learner, &course.id, card).send().await.assert_refused(402, "payment_failed");
    }
    let failed = app.transactions(&learner).await;
    assert_eq!(failed.iter().map(|one| &one["status"]).collect::<Vec<_>>(), ["failed", "failed"]);
    assert!(!app.is_entitled(&learner, &course.id).await);
    let _ = app.buy(&learner, &course.id).await;
    let list = app.get("/transactions?status=completed").bearer(&learner.token).send().await.expect(200);
    assert_eq!(list.data()["pagination"]["total"], 1);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_to_be_asked_waits_and_buys_nothing_else_meanwhile() {
    let Stage { app, learner, course, .. } = stage().await;
    let ask = || app.purchase(&learner, &course.id, "pm_card_authenticationRequired").key("once").send();
    let answer = ask().await.expect(201);
    let mut expected = json!({ "transaction": shape::transaction(), "client_secret": "string" });
    shape::assert_shape(&answer.data(), &expected);
    assert_eq!(answer.data()["transaction"]["status"], "pending");
    let again = ask().await.expect(201);
    assert_eq!((again.data(), again.header("idempotent-replayed")), (answer.data(), Some("true")));
    app.purchase(&learner, &course.id, "pm_card_visa").send().await.assert_refused(400, "purchase_pending");
    let intent = answer.data()["transaction"]["stripe_payment_intent_id"].clone();
    assert!(!app.is_entitled(&learner, &course.id).await);
    app.deliver(&tests::payments::message("payment_intent.succeeded", &json!({ "id": intent }))).await;
    assert!(app.is_entitled(&learner, &course.id).await);
    expected["client_secret"].take();
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transfer_waits_for_an_admin() {
    let Stage { app, admin, learner, course, .. } = stage().await;
    let body = json!({ "course_id": course.id, "payment_method": "bank_transfer" });
    let answer = pay(&app, &learner, &body).await.expect(201);
    shape::assert_shape(&answer.data(), &json!({ "transaction": shape::transaction() }));
    assert_eq!(answer.data()["transaction"]["stripe_payment_intent_id"], json!(null));
    let id = id_of(&answer, "transaction");
    pay(&app, &learner, &body).await.assert_refused(400, "purchase_pending");
    assert!(!app.is_entitled(&learner, &course.id).await);
    let path = format!("/admin/transactions/{id}/confirm");
    app.post(&path).bearer(&learner.token).send().await.assert_refused(403, "forbidden");
    let confirmed = app.post(&path).bearer(&admin.token).send().await.expect(200);
    shape::assert_shape(&confirmed.data(), &json!({ "transaction": shape::transaction() }));
    assert_eq!(confirmed.data()["transaction"]["status"], "completed");
    let _ = app.lesson(&learner, &course.id, &course.lesson).await.expect(200);
    app.post(&path).bearer(&admin.token).send().await.assert_refused(400, "invalid_status");
    let unknown = format!("/admin/transactions/{}/confirm", Uuid::now_v7());
    app.post(&unknown).bearer(&admin.token).send().await.assert_refused(404, "not_found");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_free_is_free_and_nothing_else() {
    let Stage { app, owner, learner, course, .. } = stage().await;
    let free = |id: &str| json!({ "course_id": id, "payment_method": "free" });
    pay(&app, &learner, &free(&course.id)).await.assert_refused(402, "payment_required");
    let one = app.published(&owner, &free_course("Excel, gratuit")).await;
    let other = app.published(&owner, &free_course("R, gratuit")).await;
    let answer = pay(&app, &learner, &free(&one.id)).await.expect(201);
    let paid = &answer.data()["transaction"];
    assert_eq!(
        (&paid["amount"], &paid["status"], &paid["payment_method"]),
        (&json!(0.0), &json!("completed"), &json!("free"))
    );
    let _ = app.lesson(&learner, &one.id, &one.lesson).await.expect(200);
    pay(&app, &learner, &free(&one.id)).await.assert_refused(400, "already_owned");
    // Whatever it is to be paid with: there is nothing to pay.
    let third = app.published(&owner, &free_course("Python, gratuit")).await;
    let answer = app.purchase(&learner, &third.id, "pm_card_visa").send().await.expect(201);
    assert!(!answer.is_pending(), "it is seen at once");
    assert_eq!(app.transactions(&learner).await[0], answer.data()["transaction"]);
    // Enrolling records one as well; enrolling again does not.
    for _ in 0..2 {
        let _ = app.enroll(&learner, &other.id).await.expect(201);
        let _ = app.leave(&learner, &other.id).await.expect(200);
    }
    let courses: Vec<Value> = app.transactions(&learner).await.iter().map(|one| one["course_id"].clone()).collect();
    assert_eq!(courses, [json!(other.id), json!(third.id), json!(one.id)]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_free_course_is_theirs_whatever_else_opens_it_for_a_while() {
    let Stage { app, admin, owner, learner, .. } = stage().await;
    let (one, other) = (
        app.published(&owner, &free_course("Excel, gratuit")).await,
        app.published(&owner, &free_course("R, gratuit")).await,
    );
    let plan = json!({ "plan": "enterprise" });
    let _ = app.post("/subscribe").bearer(&learner.token).json(&plan).send().await.expect(201);
    let given = json!({ "user_id": learner.id, "course_id": other.id, "reason": "Boursière" });
    let given = app.post("/admin/grants").bearer(&admin.token).json(&given).send().await.expect(201);
    for course in [&one, &other] {
        let _ = app.enroll(&learner, &course.id).await.expect(201);
        app.enroll(&learner, &course.id).await.assert_refused(400, "already_enrolled");
    }
    let paid: Vec<(Value, Value)> = app
        .transactions(&learner)
        .await
        .iter()
        .map(|one| (one["course_id"].clone(), one["payment_method"].clone()))
        .collect();
    assert_eq!(paid, [(json!(other.id), json!("free")), (json!(one.id), json!("free"))]);
    let _ = app.post("/subscriptions/pause").bearer(&learner.token).send().await.expect(200);
    let grant = format!("/admin/grants/{}", id_of(&given, "grant"));
    let _ = app.delete(&grant).bearer(&admin.token).send().await.expect(200);
    for course in [&one, &other] {
        let _ = app.lesson(&learner, &course.id, &course.lesson).await.expect(200);
        assert!(app.is_entitled(&learner, &course.id).await);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_became_free_is_not_taken_while_a_purchase_of_it_is_under_way() {
    let Stage { app, owner, learner, course, .. } = stage().await;
    let transfer = json!({ "course_id": course.id, "payment_method": "bank_transfer" });
    let _ = pay(&app, &learner, &transfer).await.expect(201);
    let path = format!("/courses/{}", course.id);
    let _ = app.patch(&path).bearer(&owner.token).json(&json!({ "price": 0 })).send().await.expect(200);
    let free = json!({ "course_id": course.id, "payment_method": "free" });
    pay(&app, &learner, &free).await.assert_refused(400, "purchase_pending");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_bad_or_not_for_sale_is_refused() {
    let Stage { app, owner, learner, course, .. } = stage().await;
    let draft = app.draft(&owner, "Excel, brouillon").await;
    let head = app.head().await;
    let invalid = "validation_failed";
    pay(&app, &learner, &json!({})).await.assert_invalid(invalid, &["course_id: required", "payment_method: required"]);
    let bad = json!({ "course_id": "x", "payment_method": "cash", "payment_method_id": "pm_card_none" });
    let details = ["course_id: invalid", "payment_method: invalid", "payment_method_id: invalid"];
    pay(&app, &learner, &bad).await.assert_invalid(invalid, &details);
    let priced = json!({ "course_id": course.id, "payment_method": "card", "amount": 0.01 });
    pay(&app, &learner, &priced).await.assert_refused(400, "unknown_field");
    for unknown in [draft.id, Uuid::now_v7().to_string()] {
        let answer = app.purchase(&learner, &unknown, "pm_card_visa").send().await;
        answer.assert_refused(400, "course_not_found");
    }
    assert_eq!(app.head().await, head);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_purchases_of_one_course_at_once_are_one() {
    let Stage { app, learner, course, .. } = stage().await;
    let answers = join_all((0..8).map(|_| app.purchase(&learner, &course.id, "pm_card_visa").send())).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1, "{answers:?}");
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert!(matches!(answer.code().as_str(), "already_owned" | "purchase_pending" | "conflict"), "{answer}");
    }
    assert_eq!(app.transactions(&learner).await.len(), 1);
    // With a key each has the first one's answer.
    let other = app.learner().await;
    let buy = |_| app.purchase(&other, &course.id, "pm_card_visa").key("once").send();
    let answers = join_all((0..4).map(buy)).await;
    let ids: BTreeSet<String> =
        answers.iter().filter(|answer| answer.status == 201).map(|one| id_of(one, "transaction")).collect();
    assert_eq!((ids.len(), app.transactions(&other).await.len()), (1, 1), "{answers:?}");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_sees_their_own_payments_and_admins_all() {
    let Stage { app, admin, learner, course, .. } = stage().await;
    let other = app.learner().await;
    let (own, others) = (app.buy(&learner, &course.id).await, app.buy(&other, &course.id).await);
    let list = async |by: &Person, query: &str| {
        let answer = app.get(&format!("/transactions{query}")).bearer(&by.token).send().await;
        answer.data()["transactions"].as_array().cloned().unwrap_or_default()
    };
    assert_eq!(list(&admin, "").await, [others, own.clone()]);
    for by in [&admin, &learner] {
        assert_eq!(list(by, &format!("?user_id={}", learner.id)).await, std::slice::from_ref(&own));
    }
    let refused = app.get(&format!("/transactions?user_id={}", other.id)).bearer(&learner.token).send().await;
    refused.assert_refused(403, "forbidden");
    let bad = app.get("/transactions?status=paid&user_id=x&limit=0").bearer(&learner.token).send().await;
    bad.assert_invalid("validation_failed", &["limit: out_of_range", "status: invalid", "user_id: invalid"]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_crash_has_left_open_is_asked_again() {
    use command_api::commands::{Commands, Origin, UnitOfWork, UseCase};
    use domain::access::OpenPurchase;
    use domain::transaction::StartPayment;
    use events::{AccessId, CorrelationId, Currency, Money, PaymentMethod, Timestamp, TransactionId};

    /// The intent, and nothing after it: as of a process that was killed in between.
    struct Intent(OpenPurchase);

    impl UseCase for Intent {
        type Outcome = ();

        async fn decide(&self, work: &mut UnitOfWork<'_>, now: Timestamp) -> Result<(), command_api::Refusal> {
            let OpenPurchase { transaction_id, user_id, course_id } = self.0;
            let mut transaction = work.load::<domain::Transaction>(transaction_id).await?;
            let command = StartPayment {
                transaction_id,
                user_id,
                course_id,
                price: Money { minor: 4_990, currency: Currency::EUR },
                is_free: false,
                method: PaymentMethod::Card,
                payment_method_id: Some("pm_card_visa".to_owned()),
                now,
            };
            transaction.decide(command).await?;
            work.put(transaction);
            let mut access = work.load::<domain::Access>(AccessId::of(user_id, course_id)).await?;
            access.decide(self.0).await?;
            work.put(access);
            Ok(())
        }
    }

    let Stage { app, learner, course, .. } = stage().await;
    let (user_id, course_id) = (learner.id.parse().unwrap(), course.id.parse().unwrap());
    let open = OpenPurchase { transaction_id: TransactionId::new(Uuid::now_v7()), user_id, course_id };
    let commands: &Commands = &app.commands.commands;
    let origin = Origin::system(CorrelationId::new(Uuid::now_v7()));
    commands.run(&origin, &Intent(open)).await.unwrap();
    assert_eq!(app.transactions(&learner).await[0]["status"], "pending");
    app.clock.shift_to(60);
    tests::eventually("the provider was asked again", async || app.is_entitled(&learner, &course.id).await).await;
    // Another projection, which may be a little behind.
    let is_completed = async || app.transactions(&learner).await[0]["status"] == "completed";
    tests::eventually("the payment is shown as completed", is_completed).await;
    app.stop().await;
}
