//! GET /transactions/:id/invoice.

use std::collections::BTreeSet;

use chrono::Datelike as _;
use futures::future::join_all;
use serde_json::{Value, json};
use tests::learners::free_course;
use tests::people::{PASSWORD, new_course};
use tests::{Answer, AppOptions, Person, TestApp, scaled, shape};
use uuid::Uuid;

async fn invoice(app: &TestApp, by: &Person, id: &Value) -> Answer {
    app.get(&format!("/transactions/{}/invoice", id.as_str().unwrap())).bearer(&by.token).send().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_has_an_invoice_and_when_it_goes_back_a_credit_note() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let (owner, learner) = (app.instructor(&admin).await, app.learner().await);
    let course = app.published(&owner, &new_course("Excel, les bases")).await;
    let paid = app.buy(&learner, &course.id).await;
    let mut expected = json!({
        "number": "string", "issued_at": "time", "seller": "=Har Academy", "buyer_name": "=Ada Lovelace",
        "net": "number", "vat": { "rate": "number", "amount": "number" }, "total": "number", "currency": "=EUR",
        "credit_note": "null",
    });
    let shown = invoice(&app, &learner, &paid["_id"]).await.expect(200);
    shape::assert_shape(&shown.data(), &json!({ "invoice": expected }));
    let shown = shown.data()["invoice"].take();
    let year = chrono::Utc::now().year();
    assert_eq!(shown["number"], format!("HAR-{year}-000001"));
    let amounts = (&shown["net"], &shown["vat"], &shown["total"]);
    assert_eq!(amounts, (&json!(41.58), &json!({ "rate": 20.0, "amount": 8.32 }), &json!(49.9)));
    let printed = async |by: &Person| {
        let path = format!("/transactions/{}/invoice", paid["_id"].as_str().unwrap());
        let request = app.get(&path).bearer(&by.token).header("Accept", "application/pdf, application/json;q=0.5");
        request.send().await.expect(200)
    };
    let paper = printed(&learner).await;
    assert!(paper.bytes.starts_with(b"%PDF-"));
    assert_eq!(paper.header("content-type"), Some("application/pdf"));
    assert!(paper.header("content-disposition").unwrap().contains(shown["number"].as_str().unwrap()));
    let path = format!("/refund/{}", paid["_id"].as_str().unwrap());
    let _ = app.post(&path).bearer(&learner.token).send().await.expect(200);
    expected["credit_note"] = json!({ "number": format!("=HAR-CN-{year}-000001"), "issued_at": "time" });
    let shown = invoice(&app, &admin, &paid["_id"]).await.expect(200);
    shape::assert_shape(&shown.data(), &json!({ "invoice": expected }));
    // Who is erased has no name; the invoice is kept.
    let password = json!({ "password": PASSWORD });
    let _ = app.delete("/auth/profile").bearer(&learner.token).json(&password).send().await.expect(200);
    let kept = invoice(&app, &admin, &paid["_id"]).await.expect(200).data()["invoice"].take();
    assert_eq!((&kept["buyer_name"], &kept["total"]), (&json!(null), &json!(49.9)));
    assert_ne!(printed(&admin).await.bytes, paper.bytes, "with its credit note, without the name");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_has_none_and_what_is_not_theirs() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let (owner, learner) = (app.instructor(&admin).await, app.learner().await);
    let course = app.published(&owner, &new_course("Excel, les bases")).await;
    let free = app.published(&owner, &free_course("Excel, gratuit")).await;
    let _ = app.enroll(&learner, &free.id).await.expect(201);
    let zero = app.transactions(&learner).await[0]["_id"].clone();
    invoice(&app, &learner, &zero).await.assert_refused(404, "not_found");
    let waiting = app.purchase(&learner, &course.id, "pm_card_authenticationRequired").send().await.expect(201);
    let waiting = waiting.data()["transaction"]["_id"].take();
    invoice(&app, &learner, &waiting).await.assert_refused(404, "not_found");
    invoice(&app, &owner, &waiting).await.assert_refused(403, "forbidden");
    invoice(&app, &learner, &json!(Uuid::now_v7())).await.assert_refused(404, "not_found");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_numbers_of_many_at_once_have_no_gaps() {
    let many = scaled(64).max(16);
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let owner = app.instructor(&admin).await;
    let course = app.published(&owner, &new_course("Excel, les bases")).await;
    let mut learners = Vec::new();
    for _ in 0..many {
        learners.push(app.learner().await);
    }
    let paid = join_all(learners.iter().map(|learner| app.buy(learner, &course.id))).await;
    let numbers = join_all(learners.iter().zip(&paid).map(|(learner, paid)| async {
        let answer = invoice(&app, learner, &paid["_id"]).await.expect(200);
        let number = answer.data()["invoice"]["number"].take();
        number.as_str().unwrap().rsplit('-').next().unwrap().parse::<usize>().unwrap()
    }));
    let numbers: BTreeSet<usize> = numbers.await.into_iter().collect();
    assert_eq!(numbers, (1..=many).collect());
    app.stop().await;
}
