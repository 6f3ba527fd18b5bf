//! GET and POST /courses/:id/faq, PATCH and DELETE /faq/:id.

use serde_json::{Value, json};
use tests::people::{id_of, new_course};
use tests::{Answer, AppOptions, Person, TestApp, shape};
use uuid::Uuid;

fn entry() -> Value {
    json!({ "_id": "uuid", "course_id": "uuid", "question": "string", "answer": "string" })
}

async fn add(app: &TestApp, by: &Person, course: &str, question: &str) -> Answer {
    let body = json!({ "question": question, "answer": "Oui." });
    app.post(&format!("/courses/{course}/faq")).bearer(&by.token).json(&body).send().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn questions_are_answered_worded_otherwise_and_taken_off() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let owner = app.instructor(&admin).await;
    let course = app.published(&owner, &new_course("Excel, les bases")).await.id;
    let other = app.published(&owner, &new_course("Excel, la suite")).await.id;
    let _ = add(&app, &owner, &other, "Ailleurs ?").await.expect(201);
    let mut ids = Vec::new();
    for question in ["Une ?", "Deux ?", "Trois ?"] {
        let answer = add(&app, &owner, &course, question).await.expect(201);
        shape::assert_shape(&answer.json(), &json!({ "success": "boolean", "data": { "faq": entry() } }));
        assert_eq!(answer.data()["faq"]["question"], question);
        assert_eq!(answer.position(), app.head().await);
        ids.push(id_of(&answer, "faq"));
    }
    let list = async |query: &str| app.get(&format!("/courses/{course}/faq{query}")).send().await.expect(200);
    let shown = list("").await;
    let expected = json!({ "faq": [entry()], "pagination": shape::pagination() });
    shape::assert_shape(&shown.json(), &json!({ "success": "boolean", "data": expected }));
    let questions = |answer: &Answer| -> Vec<String> {
        let list = answer.data()["faq"].as_array().unwrap().clone();
        list.iter().map(|entry| entry["question"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(questions(&shown), ["Trois ?", "Deux ?", "Une ?"], "newest first");
    let page = list("?page=2&limit=2").await;
    assert_eq!(questions(&page), ["Une ?"]);
    assert_eq!(page.data()["pagination"], json!({ "page": 2, "limit": 2, "total": 3, "pages": 2 }));

    let change = json!({ "answer": "Non\nplus" });
    let answer = app.patch(&format!("/faq/{}", ids[1])).bearer(&owner.token).json(&change).send().await.expect(200);
    let changed = answer.data()["faq"].take();
    let expected = json!({ "_id": ids[1], "course_id": course, "question": "Deux ?", "answer": "Non\nplus" });
    assert_eq!(changed, expected);
    assert_eq!(list("").await.data()["faq"][1], changed);
    let removed = app.delete(&format!("/faq/{}", ids[0])).bearer(&admin.token).send().await.expect(200);
    shape::assert_shape(&removed.json(), &json!({ "success": "boolean", "message": "string" }));
    assert_eq!(questions(&list("").await), ["Trois ?", "Deux ?"]);
    // The course's version moves with its answers, so that `If-Match` goes on working.
    let course = app.get(&format!("/courses/{course}")).send().await.expect(200);
    assert_eq!(course.header("etag"), removed.header("etag"));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_entry_is_changed_before_the_read_side_has_been_waited_for() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let course = app.draft(&admin, "Excel, les bases").await.id;
    let body = json!({ "question": "Une ?", "answer": "Oui." });
    for _ in 0..10 {
        let request = app.post(&format!("/courses/{course}/faq")).bearer(&admin.token).respond_async().json(&body);
        let path = format!("/faq/{}", id_of(&request.send().await.expect(201), "faq"));
        let change = json!({ "question": "Autre ?" });
        let _ = app.patch(&path).bearer(&admin.token).respond_async().json(&change).send().await.expect(200);
        let _ = app.delete(&path).bearer(&admin.token).send().await.expect(200);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_bad_not_there_or_not_theirs_is_refused() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let (owner, stranger) = (app.instructor(&admin).await, app.instructor(&admin).await);
    let course = app.draft(&owner, "Excel, les bases").await.id;
    let id = id_of(&add(&app, &owner, &course, "Une ?").await, "faq");
    let path = format!("/faq/{id}");
    let head = app.head().await;
    let long = json!({ "question": "a".repeat(1_001), "answer": "a".repeat(10_001) });
    let details = ["answer: too_long", "question: too_long"];
    let courses = format!("/courses/{course}/faq");
    let invalid = "validation_failed";
    app.post(&courses).bearer(&owner.token).json(&long).send().await.assert_invalid(invalid, &details);
    app.patch(&path).bearer(&owner.token).json(&long).send().await.assert_invalid(invalid, &details);
    let missing = app.post(&courses).bearer(&owner.token).json(&json!({ "question": " " })).send().await;
    missing.assert_invalid(invalid, &["answer: required", "question: required"]);
    let words = json!({ "answer": "Non." });
    app.patch(&path).bearer(&stranger.token).json(&words).send().await.assert_refused(403, "forbidden");
    app.delete(&path).bearer(&stranger.token).send().await.assert_refused(403, "forbidden");
    for unknown in [Uuid::now_v7().to_string(), "x".to_owned(), course.clone()] {
        let path = format!("/faq/{unknown}");
        app.patch(&path).bearer(&owner.token).json(&words).send().await.assert_refused(404, "not_found");
        app.delete(&path).bearer(&owner.token).send().await.assert_refused(404, "not_found");
    }
    // A draft, and what it answers, is seen by its owner.
    app.get(&courses).send().await.assert_refused(404, "not_found");
    app.get(&courses).bearer(&stranger.token).send().await.assert_refused(404, "not_found");
    let _ = app.get(&courses).bearer(&owner.token).send().await.expect(200);
    app.get(&format!("{courses}?limit=0")).bearer(&owner.token).send().await.assert_refused(400, invalid);
    assert_eq!(app.head().await, head);
    app.stop().await;
}
