//! GET /instructor/courses: how a teacher's courses do.

use serde_json::{Value, json};
use tests::learners::free_course;
use tests::people::new_course;
use tests::{Answer, AppOptions, Person, TestApp, shape};

async fn list(app: &TestApp, who: &Person, query: &str) -> Answer {
    app.get(&format!("/instructor/courses{query}")).bearer(&who.token).send().await
}

fn row(course: &Value) -> (&Value, &Value, &Value, &Value, &Value) {
    let money = &course["revenue"]["amount"];
    (&course["course"]["title"], &course["enrollments"], &course["completion_rate"], &course["average_rating"], money)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn learners_completions_stars_and_revenue_are_those_of_the_course() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let (owner, other) = (app.instructor(&admin).await, app.instructor(&admin).await);
    let free = app.published(&owner, &free_course("Excel, gratuit")).await;
    let paid = app.published(&owner, &new_course("Excel, payant")).await;
    let _ = app.draft(&owner, "Excel, à venir").await;
    let _ = app.published(&other, &new_course("Excel, ailleurs")).await;
    let mut learners = Vec::new();
    for _ in 0..4 {
        learners.push(app.learner().await);
    }
    for learner in &learners {
        let _ = app.enroll(learner, &free.id).await.expect(201);
    }
    let _ = app.leave(&learners[3], &free.id).await.expect(200);
    let _ = app.complete(&learners[0], &free.id, &free.lesson).await;
    let review = app.put(&format!("/courses/{}/review", free.id)).bearer(&learners[0].token);
    let _ = review.json(&json!({ "rating": 4 })).send().await.expect(201);
    let _ = app.buy(&learners[0], &paid.id).await;
    let refunded = app.buy(&learners[1], &paid.id).await["_id"].as_str().unwrap().to_owned();
    let _ = app.post(&format!("/refund/{refunded}")).bearer(&learners[1].token).send().await.expect(200);

    let answer = list(&app, &owner, "").await.expect(200);
    let course = json!({
        "course": shape::course(&json!("uuid")), "enrollments": "integer", "completion_rate": "number",
        "average_rating": "number", "revenue": { "amount": "number", "currency": "=EUR" },
    });
    let data = json!({ "courses": [course], "pagination": shape::pagination() });
    shape::assert_shape(&answer.json(), &json!({ "success": "boolean", "data": data }));
    let data = answer.data();
    let courses = data["courses"].as_array().unwrap();
    assert_eq!(courses.len(), 3, "drafts too, and nobody else's");
    let none = json!(0.0);
    assert_eq!(row(&courses[0]), (&json!("Excel, à venir"), &json!(0), &none, &none, &none), "newest first");
    let title = json!("Excel, payant");
    assert_eq!(row(&courses[1]), (&title, &json!(2), &none, &none, &json!(49.9)), "a refund brings nothing in");
    let title = json!("Excel, gratuit");
    assert_eq!(row(&courses[2]), (&title, &json!(3), &json!(33.33), &json!(4.0), &none));
    let page = list(&app, &owner, "?page=2&limit=2").await.expect(200).data();
    assert_eq!((row(&page["courses"][0]).0, &page["pagination"]["total"]), (&title, &json!(3)));
    assert_eq!(list(&app, &admin, "").await.expect(200).data()["courses"], json!([]));

    list(&app, &learners[0], "").await.assert_refused(403, "forbidden");
    list(&app, &owner, "?limit=101").await.assert_refused(400, "validation_failed");
    app.get("/instructor/courses").send().await.assert_refused(401, "unauthorized");
    app.stop().await;
}
