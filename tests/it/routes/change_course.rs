//! PATCH /courses/:id.

use serde_json::{Value, json};
use tests::people::new_course;
use tests::{Answer, AppOptions, DraftCourse, Person, TestApp};
use uuid::Uuid;

async fn change(app: &TestApp, by: &Person, course: &DraftCourse, changes: &Value) -> Answer {
    app.patch(&format!("/courses/{}", course.id)).bearer(&by.token).json(changes).send().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_descriptive_field_changes_and_the_catalogue_finds_it_by_the_new_words() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let course = app.draft(&admin, "Excel, les bases").await;
    let _ = app.post(&format!("/courses/{}/publish", course.id)).bearer(&admin.token).send().await.expect(200);
    let before = app.get(&format!("/courses/{}", course.id)).send().await.expect(200).data()["course"].take();
    let changes = json!({
        "title": "Nettoyer des données", "description": "Avec le tidyverse", "short_description": "dplyr et tidyr",
        "domain": "R", "stack": ["dplyr"], "price": { "amount": 19.5, "pricing_model": "subscription" },
        "keywords": ["ménage"], "image_url": "https://example.org/r.png", "category": "Statistique", "language": "en",
    });
    let answer = change(&app, &admin, &course, &changes).await.expect(200);
    let mut expected = before;
    for (field, value) in changes.as_object().unwrap() {
        expected[field] = value.clone();
    }
    expected["price"] = json!({ "amount": 19.5, "currency": "EUR", "pricing_model": "subscription" });
    let shown = app.get(&format!("/courses/{}", course.id)).bearer(&admin.token).send().await.expect(200);
    assert_eq!(shown.header("etag"), answer.header("etag"));
    let mut shown = shown.data()["course"].take();
    assert_eq!(shown, answer.data()["course"]);
    assert!(shown["updated_at"].as_str() > expected["updated_at"].as_str(), "{shown}");
    // What changes by itself, and what only owners and admins see.
    for field in ["updated_at", "modules"] {
        (expected[field], shown[field]) = (Value::Null, Value::Null);
    }
    assert_eq!(shown, expected);
    for (words, found) in [("bases", 0), ("menage", 1), ("tidyverse", 1)] {
        let list = app.get(&format!("/courses?search={words}")).send().await.expect(200);
        assert_eq!(list.data()["pagination"]["total"], found, "{words}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_left_out_stays_null_takes_away_and_the_same_again_is_no_event() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let mut new = new_course("Excel, les bases");
    new["category"] = json!("Bureautique");
    new["short_description"] = json!("En deux heures");
    let course = app.draft_of(&admin, &new).await;
    let answer = change(&app, &admin, &course, &json!({ "category": null, "title": null, "keywords": null })).await;
    let shown = answer.expect(200).data()["course"].take();
    assert_eq!((&shown["category"], &shown["short_description"]), (&Value::Null, &json!("En deux heures")));
    assert_eq!((&shown["title"], &shown["price"]["amount"]), (&new["title"], &new["price"]));
    let head = app.head().await;
    for same in [json!({}), json!({ "category": null }), json!({ "price": 49.9, "pricing_model": "one-time" })] {
        let _ = change(&app, &admin, &course, &same).await.expect(200);
    }
    assert_eq!(app.head().await, head);
    let model = change(&app, &admin, &course, &json!({ "pricing_model": "subscription" })).await.expect(200);
    let price = json!({ "amount": 49.9, "currency": "EUR", "pricing_model": "subscription" });
    assert_eq!(model.data()["course"]["price"], price);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_values_are_named_and_nothing_computed_is_taken() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let course = app.draft(&admin, "Excel, les bases").await;
    let head = app.head().await;
    let bad = json!({
        "title": "Abc", "domain": "Cobol", "price": { "amount": -1, "currency": "USD" }, "pricing_model": "gift",
        "image_url": "ftp://example.org/x", "category": "a".repeat(51), "language": "de",
    });
    let details = [
        "category: too_long",
        "domain: invalid",
        "image_url: invalid",
        "language: invalid",
        "price.currency: invalid",
        "price: invalid",
        "pricing_model: invalid",
        "title: too_short",
    ];
    let answer = change(&app, &admin, &course, &bad).await;
    let mut told = answer.details();
    told.sort();
    assert_eq!((answer.status, answer.code().as_str()), (400, "validation_failed"), "{answer}");
    assert_eq!(told.len(), details.len(), "{told:?}");
    for field in ["status", "enrollments_count", "average_rating", "instructor_id", "published_at"] {
        change(&app, &admin, &course, &json!({ field: 1 })).await.assert_refused(400, "unknown_field");
    }
    let nowhere = DraftCourse { id: Uuid::now_v7().to_string(), ..course.clone() };
    change(&app, &admin, &nowhere, &json!({ "title": "Excel, la suite" })).await.assert_refused(404, "not_found");
    let late = app.patch(&format!("/courses/{}", course.id)).bearer(&admin.token).header("If-Match", "\"1\"");
    let late = late.json(&json!({ "title": "Excel, la suite" })).send().await;
    late.assert_refused(412, "precondition_failed");
    assert_eq!(app.head().await, head);
    app.stop().await;
}
