//! DELETE /auth/profile, and PATCH /admin/users/:id with status deleted: a person is erased.

use serde_json::{Value, json};
use tests::people::{PASSWORD, newcomer};
use tests::{Answer, AppOptions, Person, TestApp, eventually, shape};

async fn erase(app: &TestApp, person: &Person, password: &str) -> Answer {
    app.delete("/auth/profile").bearer(&person.token).json(&json!({ "password": password })).send().await
}

/// The tokens are dead, nobody shows them, and their address is free.
async fn assert_gone(app: &TestApp, admin: &Person, person: &Person) {
    for path in ["/auth/profile", "/auth/verify-jwt"] {
        app.get(path).bearer(&person.token).send().await.assert_refused(401, "unauthorized");
    }
    let log_in = json!({ "email": person.email, "password": PASSWORD });
    app.post("/auth/login").json(&log_in).send().await.assert_refused(401, "invalid_credentials");
    let refresh = json!({ "refresh_token": person.refresh_token });
    app.post("/auth/refresh-token").json(&refresh).send().await.assert_refused(401, "invalid_refresh_token");
    app.get(&format!("/auth/users/{}", person.id)).send().await.assert_refused(404, "not_found");
    let shown = app.get(&format!("/admin/users/{}", person.id)).bearer(&admin.token).send().await.expect(200);
    assert_erased(&shown.data()["user"]);
    let again = app.post("/auth/register").json(&newcomer(&person.email)).send().await.expect(201);
    assert_ne!(again.data()["user"]["_id"], person.id);
}

#[track_caller]
fn assert_erased(user: &Value) {
    assert_eq!(user["status"], "deleted", "{user}");
    for field in ["email", "first_name", "last_name", "avatar_url"] {
        assert_eq!(user[field], Value::Null, "{field} of {user}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_has_themselves_erased() {
    let app = TestApp::start(AppOptions::default()).await;
    let (admin, learner) = (app.admin().await, app.learner().await);
    let answer = erase(&app, &learner, PASSWORD).await.expect(200);
    shape::assert_shape(&answer.json(), &json!({ "success": "boolean", "message": "string" }));
    assert_eq!(answer.position(), app.head().await);
    assert_gone(&app, &admin, &learner).await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_with_their_password_and_upon_the_version_they_have_seen() {
    let app = TestApp::start(AppOptions::default()).await;
    let learner = app.learner().await;
    let head = app.head().await;
    erase(&app, &learner, "Wrong-horse-1").await.assert_refused(401, "wrong_password");
    let delete = |body: Value| app.delete("/auth/profile").bearer(&learner.token).json(&body);
    delete(json!({})).send().await.assert_invalid("validation_failed", &["password: required"]);
    delete(json!({ "password": "x", "sure": true })).send().await.assert_invalid("unknown_field", &["sure: unknown"]);
    app.delete("/auth/profile").bearer(&learner.token).send().await.assert_refused(400, "malformed_body");
    let right = json!({ "password": PASSWORD });
    delete(right.clone()).header("If-Match", "\"2\"").send().await.assert_refused(412, "precondition_failed");
    app.delete("/auth/profile").json(&right).send().await.assert_refused(401, "unauthorized");
    assert_eq!(app.head().await, head);
    let _ = app.get("/auth/profile").bearer(&learner.token).send().await.expect(200);
    let _ = delete(right).header("If-Match", "\"1\"").send().await.expect(200);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_admin_erases_somebody() {
    let app = TestApp::start(AppOptions::default()).await;
    let (admin, learner) = (app.admin().await, app.learner().await);
    let delete = || {
        let request = app.patch(&format!("/admin/users/{}", learner.id)).bearer(&admin.token).key("erase");
        request.json(&json!({ "status": "deleted" })).send()
    };
    let answer = delete().await.expect(200);
    assert_erased(&answer.data()["user"]);
    let head = app.head().await;
    let again = delete().await.expect(200);
    assert_eq!((again.header("idempotent-replayed"), &again.bytes), (Some("true"), &answer.bytes));
    for changes in [json!({ "status": "active" }), json!({ "status": "deleted" }), json!({ "role": "admin" })] {
        app.change_user(&admin, &learner, &changes).await.assert_refused(404, "not_found");
    }
    assert_eq!(app.head().await, head);
    assert_gone(&app, &admin, &learner).await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_admin_is_not_erased() {
    let app = TestApp::start(AppOptions::default()).await;
    let (first, second) = (app.admin().await, app.admin().await);
    // A role given in the same breath does not hide that an admin goes.
    let both = json!({ "role": "learner", "status": "deleted" });
    let _ = app.change_user(&first, &second, &both).await.expect(200);
    let head = app.head().await;
    erase(&app, &first, PASSWORD).await.assert_refused(400, "last_admin");
    app.change_user(&first, &first, &json!({ "status": "deleted" })).await.assert_refused(400, "last_admin");
    app.change_user(&first, &first, &both).await.assert_refused(400, "last_admin");
    assert_eq!(app.head().await, head);
    let third = app.admin().await;
    let _ = erase(&app, &first, PASSWORD).await.expect(200);
    assert_gone(&app, &third, &first).await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erasing_request_leaves_no_record_of_the_erased() {
    let app = TestApp::start(AppOptions::default()).await;
    let (_, second, learner) = (app.admin().await, app.admin().await, app.learner().await);
    // An answer with tokens is never kept: this record has none.
    let log_in = json!({ "email": learner.email, "password": PASSWORD });
    let entering = || app.post("/auth/login").key("entering").json(&log_in).send();
    let _ = entering().await.expect(200);
    let body = json!({ "password": PASSWORD });
    let own = || app.delete("/auth/profile").bearer(&learner.token).key("mine").json(&body).send();
    let _ = own().await.expect(200);
    own().await.assert_refused(401, "unauthorized");
    entering().await.assert_refused(401, "invalid_credentials");
    let themselves = app.patch(&format!("/admin/users/{}", second.id)).bearer(&second.token).key("mine");
    let _ = themselves.json(&json!({ "status": "deleted" })).send().await.expect(200);
    let records = app.log.database().collection::<bson::Document>("idempotency");
    for person in [&learner, &second] {
        let theirs = records.count_documents(bson::doc! { "owner": &person.id });
        assert_eq!(theirs.await.unwrap(), 0);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_courses_of_an_erased_instructor_are_put_away_and_nobody_elses() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let (gone, stays) = (app.instructor(&admin).await, app.instructor(&admin).await);
    let mut courses = Vec::new();
    for (owner, title) in [(&gone, "Excel, les bases"), (&gone, "Excel, la suite"), (&stays, "Excel, la fin")] {
        let draft = app.draft(owner, title).await;
        courses.push(draft.id);
    }
    for course in [&courses[0], &courses[2]] {
        let _ = app.post(&format!("/courses/{course}/publish")).bearer(&admin.token).send().await.expect(200);
    }
    let _ = erase(&app, &gone, PASSWORD).await.expect(200);
    let status = async |course: &str| {
        let shown = app.get(&format!("/courses/{course}")).bearer(&admin.token).send().await.expect(200);
        let course = shown.data()["course"].take();
        (course["status"].clone(), course["instructor_name"].clone())
    };
    for course in &courses[..2] {
        eventually("it is put away", async || status(course).await == (json!("archived"), Value::Null)).await;
    }
    assert_eq!(status(&courses[2]).await, (json!("published"), json!("Ada Lovelace")));
    let listed = app.get("/courses").send().await.expect(200).data()["courses"].take();
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["_id"]), (1, &json!(courses[2])));
    app.stop().await;
}
