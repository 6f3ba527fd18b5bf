//! PATCH /courses/:id.

use serde_json::{Value, json};
use tests::people::new_course;
use tests::{Answer, AppOptions, Person, TestApp, shape};
use uuid::Uuid;

async fn change(app: &TestApp, by: &Person, course: &str, changes: &Value) -> Answer {
    app.patch(&format!("/courses/{course}")).bearer(&by.token).json(changes).send().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_sent_changes_and_the_rest_stays() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let owner = app.instructor(&admin).await;
    let course = app.published(&owner, &new_course("Excel, les bases")).await.id;
    let all = json!({
        "title": "Nettoyer des données", "description": "Avec le\ntidyverse", "short_description": "dplyr",
        "domain": "R", "stack": ["R", "dplyr"],
        "price": { "amount": 19.9, "currency": "EUR", "pricing_model": "subscription" },
        "keywords": ["nettoyage"], "image_url": "https://example.org/r.png", "category": "Statistique",
        "language": "en",
    });
    let answer = change(&app, &owner, &course, &all).await.expect(200);
    let expected = json!({ "success": "boolean", "data": { "course": shape::course(&shape::module()) } });
    shape::assert_shape(&answer.json(), &expected);
    let changed = answer.data()["course"].take();
    for (field, value) in all.as_object().unwrap() {
        assert_eq!(&changed[field], value, "{field}");
    }
    assert_eq!((&changed["status"], answer.header("etag")), (&json!("published"), Some("\"5\"")));
    assert_eq!(answer.position(), app.head().await);
    // It is found by its new words, and by its old ones no more.
    for (word, found) in [("nettoyage", 1), ("tidyverse", 1), ("bases", 0)] {
        let listed = app.get(&format!("/courses?search={word}")).send().await.expect(200);
        assert_eq!(listed.data()["courses"].as_array().unwrap().len(), found, "{word}");
    }

    let less = json!({
        "short_description": null, "image_url": null, "category": null, "title": null, "stack": [], "price": 0,
    });
    let changed = change(&app, &admin, &course, &less).await.expect(200).data()["course"].take();
    for field in ["short_description", "image_url", "category"] {
        assert_eq!(changed[field], Value::Null, "{field}");
    }
    assert_eq!((&changed["title"], &changed["stack"]), (&json!("Nettoyer des données"), &json!([])));
    assert_eq!(changed["price"]["amount"].as_f64(), Some(0.0));
    assert_eq!((&changed["price"]["pricing_model"], &changed["language"]), (&json!("subscription"), &json!("en")));
    let model = json!({ "pricing_model": "one-time", "short_description": " " });
    let changed = change(&app, &owner, &course, &model).await.expect(200).data()["course"].take();
    assert_eq!(changed["price"]["pricing_model"], "one-time");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_version_than_the_one_seen_is_not_overwritten() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let course = app.draft(&admin, "Excel, les bases").await.id;
    let change = |version: &str, title: &str| {
        let request = app.patch(&format!("/courses/{course}")).bearer(&admin.token).header("If-Match", version);
        request.json(&json!({ "title": title })).send()
    };
    assert_eq!(change("\"3\"", "Excel, la suite").await.expect(200).header("etag"), Some("\"4\""));
    let head = app.head().await;
    for version in ["\"3\"", "\"5\""] {
        change(version, "Excel, la fin").await.assert_refused(412, "precondition_failed");
    }
    // What is so already appends nothing.
    let same = change("\"4\"", "Excel, la suite").await.expect(200);
    assert_eq!((same.position(), same.header("etag")), (head, Some("\"4\"")));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_fields_are_named_and_nothing_is_appended() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let course = app.draft(&admin, "Excel, les bases").await.id;
    let head = app.head().await;
    let tags: Vec<String> = (0..21).map(|n| n.to_string()).collect();
    for (changes, details) in [
        (json!({ "title": "a", "domain": "Java" }), vec!["domain: invalid", "title: too_short"]),
        (json!({ "short_description": "a".repeat(501) }), vec!["short_description: too_long"]),
        (json!({ "price": -1 }), vec!["price: out_of_range"]),
        (json!({ "price": { "amount": 1, "currency": "USD" } }), vec!["price.currency: invalid"]),
        (json!({ "price": { "pricing_model": "free" } }), vec!["pricing_model: invalid"]),
        (json!({ "image_url": "javascript:alert(1)" }), vec!["image_url: invalid_url"]),
        (json!({ "keywords": tags, "language": "xx" }), vec!["keywords: too_many_items", "language: invalid"]),
        (json!({ "category": "a".repeat(51) }), vec!["category: too_long"]),
    ] {
        change(&app, &admin, &course, &changes).await.assert_invalid("validation_failed", &details);
    }
    for field in ["status", "instructor_id", "enrollments_count", "published_at"] {
        let answer = change(&app, &admin, &course, &json!({ field: "x" })).await;
        answer.assert_invalid("unknown_field", &[&format!("{field}: unknown")]);
    }
    for id in [Uuid::now_v7().to_string(), "x".to_owned()] {
        change(&app, &admin, &id, &json!({ "title": "Excel, la suite" })).await.assert_refused(404, "not_found");
    }
    assert_eq!(app.head().await, head);
    app.stop().await;
}
