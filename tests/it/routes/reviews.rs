//! PUT and DELETE /courses/:id/review, GET /courses/:id/reviews; and what they average to.

use serde_json::{Value, json};
use tests::learners::free_course;
use tests::people::new_course;
use tests::{Answer, AppOptions, Person, TestApp, scaled, shape};
use uuid::Uuid;

async fn put(app: &TestApp, by: &Person, course: &str, review: &Value) -> Answer {
    app.put(&format!("/courses/{course}/review")).bearer(&by.token).json(review).send().await
}

async fn remove(app: &TestApp, by: &Person, course: &str) -> Answer {
    app.delete(&format!("/courses/{course}/review")).bearer(&by.token).send().await
}

/// What the catalogue says of a course, and what its instructor is said to be worth.
async fn stars(app: &TestApp, owner: &Person, course: &str) -> (Value, Value, Value) {
    let course = app.get(&format!("/courses/{course}")).send().await.expect(200).data()["course"].take();
    let owner = app.get(&format!("/auth/users/{}", owner.id)).send().await.expect(200).data();
    let rating = owner["user"]["instructor_info"]["rating"].clone();
    (course["average_rating"].clone(), course["reviews_count"].clone(), rating)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_review_is_written_changed_taken_back_and_written_again() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let owner = app.instructor(&admin).await;
    let course = app.published(&owner, &free_course("Excel, les bases")).await.id;
    let (ada, bob) = (app.learner().await, app.learner().await);
    for learner in [&ada, &bob] {
        let _ = app.enroll(learner, &course).await.expect(201);
    }
    let before = app.get(&format!("/courses/{course}")).send().await.expect(200);

    let written =
        put(&app, &ada, &course, &json!({ "rating": 5, "comment": " Très clair\nVraiment " })).await.expect(201);
    shape::assert_shape(&written.json(), &json!({ "success": "boolean", "data": { "review": shape::review() } }));
    assert_eq!((written.position(), written.header("etag")), (app.head().await, Some("\"1\"")));
    let review = written.data()["review"].take();
    assert_eq!((&review["rating"], &review["comment"]), (&json!(5), &json!("Très clair\nVraiment")));
    assert_eq!((&review["user_id"], &review["user_name"]), (&json!(ada.id), &json!("Ada Lovelace")));
    let _ = put(&app, &bob, &course, &json!({ "rating": 4 })).await.expect(201);
    assert_eq!(stars(&app, &owner, &course).await, (json!(4.5), json!(2), json!(4.5)));

    let changed = put(&app, &ada, &course, &json!({ "rating": 2, "comment": null })).await.expect(200);
    let later = changed.data()["review"].take();
    assert_eq!((&later["rating"], &later["comment"]), (&json!(2), &json!(null)));
    assert_eq!((&later["_id"], &later["created_at"]), (&review["_id"], &review["created_at"]));
    assert_eq!(stars(&app, &owner, &course).await, (json!(3.0), json!(2), json!(3.0)));
    let head = app.head().await;
    let _ = put(&app, &ada, &course, &json!({ "rating": 2 })).await.expect(200);
    assert_eq!(app.head().await, head, "the same again is nothing new");

    let list = async |query: &str| app.get(&format!("/courses/{course}/reviews{query}")).send().await.expect(200);
    let shown = list("").await;
    let data = json!({ "reviews": [shape::review()], "pagination": shape::pagination() });
    shape::assert_shape(&shown.json(), &json!({ "success": "boolean", "data": data }));
    assert_eq!(shown.data()["reviews"][1], later, "newest first");
    let page = list("?page=2&limit=1").await.data();
    assert_eq!((&page["reviews"][0], page["pagination"]["total"].as_u64()), (&later, Some(2)));

    let removed = remove(&app, &ada, &course).await.expect(200);
    shape::assert_shape(&removed.json(), &json!({ "success": "boolean", "message": "string" }));
    remove(&app, &ada, &course).await.assert_refused(404, "not_found");
    assert_eq!(stars(&app, &owner, &course).await, (json!(4.0), json!(1), json!(4.0)));
    let _ = put(&app, &ada, &course, &json!({ "rating": 1 })).await.expect(201);
    assert_eq!(stars(&app, &owner, &course).await, (json!(2.5), json!(2), json!(2.5)));
    // Who leaves takes no stars along, and may take their review back; but writes no other.
    let _ = app.leave(&ada, &course).await.expect(200);
    put(&app, &ada, &course, &json!({ "rating": 3 })).await.assert_refused(403, "not_enrolled");
    let _ = remove(&app, &ada, &course).await.expect(200);
    remove(&app, &ada, &course).await.assert_refused(403, "not_enrolled");
    let after = app.get(&format!("/courses/{course}")).send().await.expect(200);
    assert_eq!(before.header("etag"), after.header("etag"), "the course itself has not changed");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_catalogue_sorts_and_filters_by_stars_and_a_teacher_has_those_of_all_courses() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let owner = app.instructor(&admin).await;
    let learner = app.learner().await;
    let mut ids = Vec::new();
    for (title, rating) in [("Excel, un", 3), ("Excel, deux", 5), ("Excel, trois", 4)] {
        let course = app.published(&owner, &free_course(title)).await.id;
        let _ = app.enroll(&learner, &course).await.expect(201);
        let _ = put(&app, &learner, &course, &json!({ "rating": rating })).await.expect(201);
        ids.push(course);
    }
    assert_eq!(stars(&app, &owner, &ids[0]).await, (json!(3.0), json!(1), json!(4.0)));
    let found = async |query: &str| -> Vec<String> {
        let answer = app.get(&format!("/courses?{query}")).send().await.expect(200).data();
        answer["courses"].as_array().unwrap().iter().map(|one| one["_id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(found("sort_by=rating").await, [&ids[1], &ids[2], &ids[0]].map(String::clone));
    assert_eq!(found("min_rating=3.5&sort_by=rating").await, [&ids[1], &ids[2]].map(String::clone));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_bad_not_there_or_not_theirs_is_refused() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let (owner, learner, stranger) = (app.instructor(&admin).await, app.learner().await, app.learner().await);
    let course = app.published(&owner, &free_course("Excel, les bases")).await.id;
    let draft = app.draft(&owner, "Excel, à venir").await.id;
    let _ = app.enroll(&learner, &course).await.expect(201);
    let head = app.head().await;
    let good = json!({ "rating": 4 });
    for person in [&stranger, &owner, &admin] {
        put(&app, person, &course, &good).await.assert_refused(403, "not_enrolled");
        remove(&app, person, &course).await.assert_refused(403, "not_enrolled");
    }
    remove(&app, &learner, &course).await.assert_refused(404, "not_found");
    for unknown in [Uuid::now_v7().to_string(), "x".to_owned(), draft.clone()] {
        put(&app, &learner, &unknown, &good).await.assert_refused(404, "not_found");
        remove(&app, &learner, &unknown).await.assert_refused(404, "not_found");
        app.get(&format!("/courses/{unknown}/reviews")).send().await.assert_refused(404, "not_found");
    }
    for (body, details) in [
        (json!({}), vec!["rating: required"]),
        (json!({ "rating": 0 }), vec!["rating: out_of_range"]),
        (json!({ "rating": 6 }), vec!["rating: out_of_range"]),
        (json!({ "rating": 9, "comment": "a".repeat(1_001) }), vec!["comment: too_long", "rating: out_of_range"]),
    ] {
        put(&app, &learner, &course, &body).await.assert_invalid("validation_failed", &details);
    }
    put(&app, &learner, &course, &json!({ "rating": "5" })).await.assert_refused(400, "malformed_body");
    put(&app, &learner, &course, &json!({ "rating": 5, "stars": 5 })).await.assert_refused(400, "unknown_field");
    app.get(&format!("/courses/{course}/reviews?limit=0")).send().await.assert_refused(400, "validation_failed");
    app.put(&format!("/courses/{course}/review")).json(&good).send().await.assert_refused(401, "unauthorized");
    assert_eq!(app.head().await, head);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reviews_at_once_add_up_exactly() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let owner = app.instructor(&admin).await;
    let course = app.published(&owner, &free_course("Excel, les bases")).await.id;
    let mut learners = Vec::new();
    for _ in 0..5 {
        let learner = app.learner().await;
        let _ = app.enroll(&learner, &course).await.expect(201);
        learners.push(learner);
    }
    for round in 0..scaled(20) {
        let edits = learners.iter().enumerate().flat_map(|(place, learner)| {
            // Two of each at once: both come through, or one is told that it came too late.
            [1, 3].map(|more| (learner, 1 + (round + place + more) % 5))
        });
        let (app, course) = (&app, &course);
        let edits = edits.map(|(learner, rating)| async move {
            let answer = put(app, learner, course, &json!({ "rating": rating })).await;
            assert!([200, 201, 409].contains(&answer.status), "{answer}");
        });
        futures::future::join_all(edits).await;
    }
    let list = app.get(&format!("/courses/{course}/reviews")).header("X-Min-Position", &app.head().await.to_string());
    let reviews = list.send().await.expect(200).data()["reviews"].take();
    let all: Vec<u64> = reviews.as_array().unwrap().iter().map(|one| one["rating"].as_u64().unwrap()).collect();
    assert_eq!(all.len(), 5, "one of each learner");
    let sum: u64 = all.iter().sum();
    let average = json!(f64::from(u32::try_from(sum).unwrap()) / 5.0);
    assert_eq!(stars(&app, &owner, &course).await, (average.clone(), json!(5), average));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erased_learner_leaves_their_stars_and_nothing_else() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let owner = app.instructor(&admin).await;
    let course = app.published(&owner, &free_course("Excel, les bases")).await.id;
    let learner = app.learner().await;
    let _ = app.enroll(&learner, &course).await.expect(201);
    let _ = put(&app, &learner, &course, &json!({ "rating": 4, "comment": "C'est moi, Ada" })).await.expect(201);
    let profile = json!({ "first_name": "Augusta" });
    let _ = app.patch("/auth/profile").bearer(&learner.token).json(&profile).send().await.expect(200);
    let list =
        async || app.get(&format!("/courses/{course}/reviews")).send().await.expect(200).data()["reviews"].take();
    assert_eq!(list().await[0]["user_name"], "Augusta Lovelace");
    let export = app.get("/auth/export").bearer(&learner.token).send().await.expect(200).data();
    assert_eq!(export["reviews"], list().await);
    let _ = app.change_user(&admin, &learner, &json!({ "status": "deleted" })).await.expect(200);
    let left = list().await[0].take();
    assert_eq!((&left["user_name"], &left["comment"], &left["rating"]), (&json!(null), &json!(null), &json!(4)));
    assert_eq!(stars(&app, &owner, &course).await, (json!(4.0), json!(1), json!(4.0)));
    app.stop().await;
}

/// The read side may be dead: the answer comes from the log.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_review_is_answered_without_the_read_side() {
    let app = TestApp::start(AppOptions::without_projections()).await;
    let (admin, learner) = (app.admin().await, app.learner().await);
    let course = app.published(&admin, &free_course("Excel, les bases")).await.id;
    let paid = app.published(&admin, &new_course("Excel, la suite")).await.id;
    let _ = app.enroll(&learner, &course).await.expect(201);
    let written = put(&app, &learner, &course, &json!({ "rating": 4, "comment": "Bien" })).await.expect(201);
    assert!(written.is_pending());
    shape::assert_shape(&written.data()["review"], &shape::review());
    assert_eq!(written.data()["review"]["user_name"], "Ada Lovelace");
    put(&app, &learner, &paid, &json!({ "rating": 4 })).await.assert_refused(403, "not_enrolled");
    let removed = remove(&app, &learner, &course).await.expect(200);
    assert!(removed.is_pending());
    app.stop().await;
}
