//! POST /ai/recommendations.

use serde_json::{Value, json};
use tests::people::new_course;
use tests::{Answer, AppOptions, Person, TestApp, shape};
use uuid::Uuid;

async fn ask(app: &TestApp, by: &Person, user: &str) -> Answer {
    app.ai_port().post("/ai/recommendations").bearer(&by.token).json(&json!({ "user_id": user })).send().await
}

fn ids(answer: &Answer) -> Vec<String> {
    let list = answer.data()["recommendations"].as_array().unwrap().clone();
    list.iter().map(|found| found["course"]["_id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn courses_of_the_catalogue_are_recommended_with_a_reason() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let (owner, learner) = (app.instructor(&admin).await, app.learner().await);
    let nothing = ask(&app, &learner, &learner.id).await.expect(200);
    assert_eq!(nothing.data(), json!({ "recommendations": [] }));
    let mut published = Vec::new();
    for title in ["Excel 1", "Excel 2", "Excel 3", "Excel 4", "Excel 5", "Excel 6"] {
        published.push(app.published(&owner, &new_course(title)).await.id);
    }
    let draft = app.draft(&owner, "Excel, plus tard").await.id;
    let answer = ask(&app, &learner, &learner.id).await.expect(200);
    let found = ids(&answer);
    assert_eq!(found.len(), 5);
    assert!(!found.contains(&draft) && found.iter().all(|id| published.contains(id)), "{answer}");
    let list = answer.data()["recommendations"].as_array().unwrap().clone();
    for found in &list {
        let expected = json!({ "course": "object", "score": "number", "reason": "string" });
        for field in expected.as_object().unwrap().keys() {
            assert!(!found[field].is_null(), "{found}");
        }
        let listed = shape::course(&json!("uuid"));
        shape::assert_shape(&found["course"], &listed);
        assert!((0.0..=1.0).contains(&found["score"].as_f64().unwrap()), "{found}");
        assert!(!found["reason"].as_str().unwrap().is_empty());
    }
    let scores: Vec<f64> = list.iter().map(|found| found["score"].as_f64().unwrap()).collect();
    assert!(scores.windows(2).all(|pair| pair[0] >= pair[1]), "{scores:?}");
    // What has left the catalogue is gone at once; nobody is recommended their own.
    let path = format!("/courses/{}/unpublish", found[0]);
    let _ = app.post(&path).bearer(&owner.token).send().await.expect(200);
    let later = ids(&ask(&app, &admin, &learner.id).await.expect(200));
    assert!(!later.contains(&found[0]) && later.len() == 5, "{later:?}");
    assert_eq!(ids(&ask(&app, &owner, &owner.id).await.expect(200)), Vec::<String>::new());
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_not_there_or_somebody_else_is_refused() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let (learner, other) = (app.learner().await, app.learner().await);
    ask(&app, &learner, &other.id).await.assert_refused(403, "forbidden");
    let _ = ask(&app, &admin, &other.id).await.expect(200);
    for unknown in [Uuid::now_v7().to_string(), "x".to_owned()] {
        ask(&app, &admin, &unknown).await.assert_refused(404, "not_found");
        ask(&app, &learner, &unknown).await.assert_refused(403, "forbidden");
    }
    let _ = app.change_user(&admin, &other, &json!({ "status": "deleted" })).await.expect(200);
    ask(&app, &admin, &other.id).await.assert_refused(404, "not_found");
    let missing = app.post("/ai/recommendations").bearer(&admin.token).json(&json!({})).send().await;
    missing.assert_invalid("validation_failed", &["user_id: required"]);
    let body: Value = json!({ "user_id": admin.id });
    app.post("/ai/recommendations").json(&body).send().await.assert_refused(401, "unauthorized");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_taken_or_given_is_not_recommended_and_what_goes_with_it_is() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let (owner, learner) = (app.instructor(&admin).await, app.learner().await);
    let mut courses = Vec::new();
    for title in ["Excel 1", "Excel 2", "Excel 3", "Excel 4", "Excel 5", "Excel 6", "Excel 7"] {
        let mut free = new_course(title);
        free["price"] = json!(0);
        courses.push(app.published(&owner, &free).await.id);
    }
    let path = format!("/courses/{}/enroll", courses[0]);
    let _ = app.post(&path).bearer(&learner.token).send().await.expect(201);
    let grant = json!({ "user_id": learner.id, "course_id": courses[1], "reason": "Offert" });
    let _ = app.post("/admin/grants").bearer(&admin.token).json(&grant).send().await.expect(201);
    let mut found = ids(&ask(&app, &learner, &learner.id).await.expect(200));
    found.sort_unstable();
    let mut others = courses[2..].to_vec();
    others.sort_unstable();
    assert_eq!(found, others);
    app.stop().await;
}
