//! Nobody writes the read collections: commands are carried out and say so, reads go on.

use serde_json::json;
use tests::people::{id_of, new_course, new_email, new_lesson, newcomer};
use tests::{Answer, AppOptions, TestApp, shape};
use tokio_util::sync::CancellationToken;

fn pending(answer: Answer, status: u16) -> Answer {
    let answer = answer.expect(status);
    assert!(answer.is_pending(), "{answer}");
    answer
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_are_carried_out_with_whole_answers_and_show_later() {
    let app = TestApp::start(AppOptions::without_projections()).await;
    let admin = app.admin().await;
    let registered = app.post("/auth/register").json(&newcomer(&new_email())).send().await;
    let registered = pending(registered, 201).data();
    shape::assert_shape(&registered["user"], &shape::user(false));
    let token = registered["token"].as_str().unwrap();
    let path = format!("/admin/users/{}", registered["user"]["_id"].as_str().unwrap());
    let change = app.patch(&path).bearer(&admin.token).json(&json!({ "role": "instructor" })).send().await;
    let user = pending(change, 200).data()["user"].take();
    assert_eq!(user["role"], "instructor");

    let post = |path: String, body: serde_json::Value| app.post(&path).bearer(token).json(&body).send();
    let created = pending(post("/courses".to_owned(), new_course("Excel, les bases")).await, 201);
    shape::assert_shape(&created.data()["course"], &shape::course(&shape::module()));
    assert_eq!(created.data()["course"]["instructor_name"], "Ada Lovelace");
    let course = format!("/courses/{}", id_of(&created, "course"));
    let module = pending(post(format!("{course}/modules"), json!({ "title": "m" })).await, 201);
    shape::assert_shape(&module.data()["module"], &shape::module());
    let lessons = format!("{course}/modules/{}/lessons", id_of(&module, "module"));
    let lesson = pending(post(lessons, new_lesson("l")).await, 201);
    shape::assert_shape(&lesson.data()["lesson"], &shape::lesson(false));
    let published = pending(post(format!("{course}/publish"), json!({})).await, 200);
    assert_eq!(published.data()["course"]["status"], "published");
    assert_eq!(published.data()["course"]["modules"][0]["lessons"][0], lesson.data()["lesson"]);

    // What is so already has not been seen yet either, nor what is asked for again.
    let change = app.patch(&path).bearer(&admin.token).json(&json!({ "role": "instructor" })).send().await;
    assert_eq!(pending(change, 200).data()["user"], user);
    let change = || app.patch(&course).bearer(token).key("once").json(&json!({ "category": "Bureau" })).send();
    let (first, again) = (pending(change().await, 200), pending(change().await, 200));
    assert_eq!((again.header("idempotent-replayed"), again.data()), (Some("true"), first.data()));

    // Reads go on, and say that they know nothing yet.
    let list = app.get("/courses").send().await.expect(200);
    assert_eq!((list.data()["pagination"]["total"].as_u64(), list.position()), (Some(0), 0));
    app.get(&course).send().await.assert_refused(404, "not_found");
    app.get("/auth/profile").bearer(token).send().await.assert_refused(503, "read_model_behind");
    assert_eq!(app.get("/auth/verify-jwt").bearer(token).send().await.expect(200).data()["role"], "instructor");

    // What was answered is what the read side shows when it is back.
    let stop = CancellationToken::new();
    let running = projectors::start(&app.log, &app.nats, projectors::all(), &stop);
    let position = first.position().to_string();
    let reading = |path: &str| app.get(path).bearer(token).header("X-Min-Position", &position);
    tests::eventually("the projections are running", || async { reading("/courses").send().await.status == 200 }).await;
    let shown = reading(&course).send().await.expect(200);
    assert_eq!(shown.data(), first.data());
    let mut shown = reading("/auth/profile").send().await.expect(200).data()["user"].take();
    assert_eq!(shown["last_login_at"], registered["user"]["last_login_at"]);
    assert_eq!(shown["instructor_info"]["total_courses"], 1);
    // What the account's own stream does not tell was not known to who changed it.
    shown["instructor_info"]["total_courses"] = json!(0);
    shown["last_login_at"] = json!(null);
    assert_eq!(shown, user);
    stop.cancel();
    running.ended().await.unwrap();
    app.stop().await;
}
