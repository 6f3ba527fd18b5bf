//! PATCH /admin/users/:id.

use serde_json::json;
use tests::{AppOptions, Person, TestApp, shape};
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_and_a_status_change_and_say_so() {
    let app = TestApp::start(AppOptions::default()).await;
    let (admin, user) = (app.admin().await, app.learner().await);
    let steps = [
        (json!({ "role": "instructor" }), "instructor", "active", "\"2\""),
        (json!({ "status": "suspended" }), "instructor", "suspended", "\"3\""),
        (json!({ "status": "active", "role": "learner" }), "learner", "active", "\"5\""),
        (json!({ "role": "admin" }), "admin", "active", "\"6\""),
    ];
    for (changes, role, status, version) in steps {
        let answer = app.change_user(&admin, &user, &changes).await.expect(200);
        let instructs = answer.data()["user"]["instructor_info"].is_object();
        assert!(instructs || role == "learner", "{answer}");
        let expected = json!({ "success": "boolean", "data": { "user": shape::user(instructs) } });
        shape::assert_shape(&answer.json(), &expected);
        let data = answer.data();
        assert_eq!((&data["user"]["role"], &data["user"]["status"]), (&json!(role), &json!(status)));
        assert_eq!(answer.header("etag"), Some(version));
        assert_eq!(answer.position(), app.head().await);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_so_already_appends_nothing() {
    let app = TestApp::start(AppOptions::default()).await;
    let (admin, user) = (app.admin().await, app.learner().await);
    let head = app.head().await;
    for changes in [json!({}), json!({ "role": "learner", "status": "active" }), json!({ "role": null })] {
        let answer = app.change_user(&admin, &user, &changes).await.expect(200);
        assert_eq!((answer.position(), answer.header("etag")), (head, Some("\"1\"")));
    }
    assert_eq!(app.head().await, head);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_admin_stays_one() {
    let app = TestApp::start(AppOptions::default()).await;
    let (first, second) = (app.admin().await, app.admin().await);
    // Of two, one may go; also by their own hand.
    let _ = app.change_user(&second, &second, &json!({ "role": "learner" })).await.expect(200);
    let head = app.head().await;
    for changes in [json!({ "role": "learner" }), json!({ "role": "instructor" }), json!({ "status": "suspended" })] {
        app.change_user(&first, &first, &changes).await.assert_refused(400, "last_admin");
    }
    assert_eq!(app.head().await, head);
    // A suspended admin is none: the first is still the last.
    let _ = app.change_user(&first, &second, &json!({ "role": "admin", "status": "suspended" })).await.expect(200);
    app.change_user(&first, &first, &json!({ "role": "learner" })).await.assert_refused(400, "last_admin");
    let _ = app.change_user(&first, &second, &json!({ "status": "active" })).await.expect(200);
    let _ = app.change_user(&second, &first, &json!({ "role": "learner" })).await.expect(200);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_there_or_no_good_is_refused() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let head = app.head().await;
    for id in [Uuid::now_v7().to_string(), Uuid::nil().to_string(), "me".to_owned(), "%00".to_owned()] {
        let nobody = Person { id, ..admin.clone() };
        app.change_user(&admin, &nobody, &json!({ "role": "learner" })).await.assert_refused(404, "not_found");
    }
    let cases = [
        (json!({ "role": "root" }), "validation_failed", vec!["role: invalid"]),
        (json!({ "role": "Admin", "status": "gone" }), "validation_failed", vec!["role: invalid", "status: invalid"]),
        (json!({ "email": "a@example.org" }), "unknown_field", vec!["email: unknown"]),
    ];
    for (changes, code, details) in cases {
        app.change_user(&admin, &admin, &changes).await.assert_invalid(code, &details);
    }
    assert_eq!(app.head().await, head);
    app.stop().await;
}
