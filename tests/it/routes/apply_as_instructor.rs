//! POST /auth/instructor-application and POST /admin/users/:id/instructor-verification.

use serde_json::{Value, json};
use tests::{Answer, AppOptions, Person, TestApp, shape};
use uuid::Uuid;

async fn apply(app: &TestApp, person: &Person, bio: &str) -> Answer {
    let body = json!({ "bio": bio, "expertise_tags": ["Excel"] });
    app.post("/auth/instructor-application").bearer(&person.token).json(&body).send().await
}

async fn decide(app: &TestApp, admin: &Person, id: &str, body: &Value) -> Answer {
    let path = format!("/admin/users/{id}/instructor-verification");
    app.post(&path).bearer(&admin.token).json(body).send().await
}

#[track_caller]
fn assert_stands(answer: &Answer, role: &str, verification: &str) {
    shape::assert_shape(&answer.json(), &json!({ "success": "boolean", "data": { "user": shape::user(true) } }));
    let user = &answer.data()["user"];
    let stands = (&user["role"], &user["instructor_info"]["verification_status"]);
    assert_eq!(stands, (&json!(role), &json!(verification)), "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_learner_applies_until_they_are_accepted() {
    let app = TestApp::start(AppOptions::default()).await;
    let (admin, learner) = (app.admin().await, app.learner().await);
    let verified = json!({ "decision": "verified" });
    decide(&app, &admin, &learner.id, &verified).await.assert_refused(400, "not_pending");
    assert_stands(&apply(&app, &learner, "Je compte").await.expect(200), "learner", "pending");
    let answer = apply(&app, &learner, "Je compte mieux").await.expect(200);
    assert_stands(&answer, "learner", "pending");
    assert_eq!(answer.data()["user"]["instructor_info"]["bio"], "Je compte mieux");

    let rejected = json!({ "decision": "rejected", "reason": "Trop court" });
    assert_stands(&decide(&app, &admin, &learner.id, &rejected).await.expect(200), "learner", "rejected");
    decide(&app, &admin, &learner.id, &rejected).await.assert_refused(400, "not_pending");
    assert_stands(&apply(&app, &learner, "Je compte mieux").await.expect(200), "learner", "pending");
    let answer = decide(&app, &admin, &learner.id, &verified).await.expect(200);
    assert_stands(&answer, "instructor", "verified");
    assert_eq!(answer.position(), app.head().await);
    apply(&app, &learner, "Encore").await.assert_refused(400, "already_verified");
    // The same token has the new rights.
    let course = tests::people::new_course("Excel, les bases");
    let _ = app.post("/courses").bearer(&learner.token).json(&course).send().await.expect(201);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_fields_are_named() {
    let app = TestApp::start(AppOptions::default()).await;
    let (admin, learner) = (app.admin().await, app.learner().await);
    let head = app.head().await;
    let applications = [
        (json!({}), "validation_failed", vec!["bio: required", "expertise_tags: required"]),
        (
            json!({ "bio": " ", "expertise_tags": [" "] }),
            "validation_failed",
            vec!["bio: required", "expertise_tags: required"],
        ),
        (json!({ "bio": "x", "expertise_tags": [], "role": "admin" }), "unknown_field", vec!["role: unknown"]),
        (json!({ "bio": "x", "expertise_tags": "R" }), "malformed_body", vec!["expertise_tags: invalid"]),
    ];
    for (body, code, details) in applications {
        let request = app.post("/auth/instructor-application").bearer(&learner.token).json(&body);
        request.send().await.assert_invalid(code, &details);
    }
    let decisions = [
        (json!({}), "validation_failed", vec!["decision: required"]),
        (json!({ "decision": "pending" }), "validation_failed", vec!["decision: invalid"]),
        (json!({ "decision": "rejected" }), "validation_failed", vec!["reason: required"]),
        (json!({ "decision": "rejected", "reason": "a".repeat(1_001) }), "validation_failed", vec!["reason: too_long"]),
        (json!({ "decision": "verified", "by": "me" }), "unknown_field", vec!["by: unknown"]),
    ];
    for (body, code, details) in decisions {
        decide(&app, &admin, &learner.id, &body).await.assert_invalid(code, &details);
    }
    let verified = json!({ "decision": "verified" });
    for id in [Uuid::now_v7().to_string(), "me".to_owned()] {
        decide(&app, &admin, &id, &verified).await.assert_refused(404, "not_found");
    }
    decide(&app, &learner, &learner.id, &verified).await.assert_refused(403, "forbidden");
    assert_eq!(app.head().await, head);
    app.stop().await;
}
