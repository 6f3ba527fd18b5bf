//! GET /auth/sessions and DELETE /auth/sessions/:id.

use serde_json::{Value, json};
use tests::people::PASSWORD;
use tests::{Answer, AppOptions, Person, TestApp, shape};
use uuid::Uuid;

async fn list(app: &TestApp, person: &Person, query: &str) -> Answer {
    app.get(&format!("/auth/sessions{query}")).bearer(&person.token).send().await
}

fn sessions_of(answer: &Answer) -> Vec<Value> {
    answer.data()["sessions"].as_array().unwrap().clone()
}

async fn current(app: &TestApp, person: &Person) -> String {
    let sessions = sessions_of(&list(app, person, "").await.expect(200));
    let current = sessions.iter().find(|session| session["current"] == true).unwrap();
    current["_id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn my_sessions_are_listed_newest_first_by_pages() {
    let app = TestApp::start(AppOptions::default()).await;
    let first = app.learner().await;
    let _ = app.learner().await;
    let second = app.login(&first.email).await;
    let answer = list(&app, &first, "").await.expect(200);
    let session = json!({
        "_id": "uuid", "created_at": "time", "last_used_at": "time", "user_agent": "string?", "ip": "string?",
        "current": "boolean",
    });
    let pagination = json!({ "page": "integer", "limit": "integer", "total": "integer", "pages": "integer" });
    let data = json!({ "sessions": [session], "pagination": pagination });
    shape::assert_shape(&answer.json(), &json!({ "success": "boolean", "data": data }));
    assert!(answer.position() >= 1);
    let currents: Vec<Value> = sessions_of(&answer).iter().map(|session| session["current"].clone()).collect();
    assert_eq!(currents, [json!(false), json!(true)]);
    assert_eq!(sessions_of(&answer)[0]["_id"], current(&app, &second).await);
    let page = list(&app, &first, "?page=2&limit=1").await.expect(200);
    assert_eq!(page.data()["pagination"], json!({ "page": 2, "limit": 1, "total": 2, "pages": 2 }));
    assert_eq!(sessions_of(&page), sessions_of(&answer)[1..]);
    assert_eq!(sessions_of(&list(&app, &first, "?page=3&limit=1").await.expect(200)), Vec::<Value>::new());
    list(&app, &first, "?page=0&limit=101")
        .await
        .assert_invalid("validation_failed", &["limit: out_of_range", "page: out_of_range"]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_is_told_apart_by_the_device_that_it_began_on() {
    let app = TestApp::start(AppOptions::with_limits()).await;
    let person = app.learner().await;
    for n in 1..=3 {
        let request = app.post("/auth/login").json(&json!({ "email": person.email, "password": PASSWORD }));
        let request = request.header("X-Forwarded-For", &format!("203.0.113.{n}"));
        let _ = request.header("User-Agent", &format!("Browser {n}")).send().await.expect(200);
    }
    let devices = |answer: &Answer| -> Vec<(Value, Value)> {
        let device = |session: Value| (session["ip"].clone(), session["user_agent"].clone());
        sessions_of(answer).into_iter().map(device).collect()
    };
    let at = |n: u8| (json!(format!("203.0.113.{n}")), json!(format!("Browser {n}")));
    let all = list(&app, &person, "").await.expect(200);
    assert_eq!(devices(&all)[..3], [at(3), at(2), at(1)]);
    assert_eq!(devices(&all)[3].0, "127.0.0.1");
    assert_eq!(devices(&list(&app, &person, "?page=2&limit=2").await.expect(200))[0], at(1));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_mine_is_ended_and_gone_from_the_list() {
    let app = TestApp::start(AppOptions::default()).await;
    let first = app.learner().await;
    let second = app.login(&first.email).await;
    let path = format!("/auth/sessions/{}", current(&app, &second).await);
    let answer = app.delete(&path).bearer(&first.token).send().await.expect(200);
    shape::assert_shape(&answer.json(), &json!({ "success": "boolean", "message": "string" }));
    assert_eq!(answer.position(), app.head().await);
    app.get("/auth/verify-jwt").bearer(&second.token).send().await.assert_refused(401, "unauthorized");
    assert_eq!(sessions_of(&list(&app, &first, "").await.expect(200)).len(), 1);
    // What is ended is not there any more.
    app.delete(&path).bearer(&first.token).send().await.assert_refused(404, "not_found");
    // The one that asks may end itself.
    let own = format!("/auth/sessions/{}", current(&app, &first).await);
    let _ = app.delete(&own).bearer(&first.token).send().await.expect(200);
    list(&app, &first, "").await.assert_refused(401, "unauthorized");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_mine_is_not_there() {
    let app = TestApp::start(AppOptions::default()).await;
    let (admin, learner) = (app.admin().await, app.learner().await);
    let theirs = current(&app, &learner).await;
    let head = app.head().await;
    for id in [theirs.as_str(), &Uuid::now_v7().to_string(), "x"] {
        let request = app.delete(&format!("/auth/sessions/{id}"));
        request.bearer(&admin.token).send().await.assert_refused(404, "not_found");
    }
    let path = format!("/auth/sessions/{theirs}");
    app.delete(&path).send().await.assert_refused(401, "unauthorized");
    assert_eq!(app.head().await, head);
    let _ = app.change_user(&admin, &learner, &json!({ "status": "suspended" })).await.expect(200);
    app.delete(&path).bearer(&learner.token).send().await.assert_refused(403, "user_suspended");
    list(&app, &learner, "").await.assert_refused(403, "user_suspended");
    app.get("/auth/sessions").send().await.assert_refused(401, "unauthorized");
    app.stop().await;
}
