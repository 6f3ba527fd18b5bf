//! GET /courses/:id/certificate, GET /certificates/:code.

use serde_json::{Value, json};
use tests::learners::free_course;
use tests::{Answer, AppOptions, Person, TestApp, shape};
use uuid::Uuid;

fn certificate() -> Value {
    json!({
        "code": "string", "course_id": "uuid", "course_title": "string", "user_name": "string?",
        "completed_at": "time", "issued_at": "time",
    })
}

async fn of_course(app: &TestApp, who: &Person, course: &str) -> Answer {
    app.get(&format!("/courses/{course}/certificate")).bearer(&who.token).send().await
}

async fn check(app: &TestApp, code: &str) -> Answer {
    app.get(&format!("/certificates/{code}")).send().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_completed_a_course_has_it_in_writing_and_everybody_can_check_it() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let (owner, learner) = (app.instructor(&admin).await, app.learner().await);
    let course = app.published(&owner, &free_course("Excel, les bases")).await;
    of_course(&app, &learner, &course.id).await.assert_refused(404, "not_found");
    let _ = app.enroll(&learner, &course.id).await.expect(201);
    of_course(&app, &learner, &course.id).await.assert_refused(404, "not_found");
    let done = app.complete(&learner, &course.id, &course.lesson).await;

    let shown = of_course(&app, &learner, &course.id).await.expect(200);
    let data = json!({ "certificate": certificate() });
    shape::assert_shape(&shown.json(), &json!({ "success": "boolean", "data": data }));
    assert!(shown.position() >= done.position());
    let own = shown.data()["certificate"].take();
    assert_eq!((&own["course_title"], &own["user_name"]), (&json!("Excel, les bases"), &json!("Ada Lovelace")));
    let enrollment = app.progress(&learner, &course.id).await.data()["enrollment"].take();
    assert_eq!(own["completed_at"], enrollment["completed_at"]);

    let code = own["code"].as_str().unwrap();
    let mut expected = own.clone();
    expected["valid"] = json!(true);
    let typed = code.replace('-', "").to_lowercase();
    for code in [code, &typed] {
        let checked = check(&app, code).await.expect(200);
        assert_eq!(checked.data()["certificate"], expected);
    }
    // To be framed, for who asks for that.
    for (language, check) in [("fr", "fr"), ("en", "en")] {
        let framed = app.get(&format!("/courses/{}/certificate", course.id)).bearer(&learner.token);
        let framed = framed.header("Accept", "application/pdf").header("Accept-Language", language).send().await;
        let framed = framed.expect(200);
        assert!(framed.bytes.starts_with(b"%PDF-"), "{check}");
        assert_eq!((framed.header("content-type"), framed.position()), (Some("application/pdf"), shown.position()));
        assert!(framed.header("content-disposition").unwrap().contains(code), "{check}");
        assert_eq!(framed.header("cache-control"), Some("no-store"));
    }
    // What was completed stays so: another lesson, a new title, and the course put away.
    let _ = app.add_lessons(&owner, &course, 1).await;
    let path = format!("/courses/{}", course.id);
    let title = json!({ "title": "Excel, la suite" });
    let _ = app.patch(&path).bearer(&owner.token).json(&title).send().await.expect(200);
    let _ = app.delete(&path).bearer(&owner.token).send().await.expect(200);
    let _ = app.leave(&learner, &course.id).await.expect(200);
    assert_eq!(of_course(&app, &learner, &course.id).await.expect(200).data()["certificate"], own);
    for person in [&owner, &admin] {
        of_course(&app, person, &course.id).await.assert_refused(404, "not_found");
    }
    // Nobody's any more, it says nothing of anybody.
    let _ = app.change_user(&admin, &learner, &json!({ "status": "deleted" })).await.expect(200);
    let checked = check(&app, code).await.expect(200).data()["certificate"].take();
    assert_eq!((&checked["valid"], &checked["user_name"]), (&json!(false), &json!(null)));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_there_is_not_found() {
    let app = TestApp::start(AppOptions::default()).await;
    let learner = app.learner().await;
    let unknown = Uuid::now_v7().to_string();
    app.get(&format!("/courses/{unknown}/certificate")).send().await.assert_refused(401, "unauthorized");
    for unknown in [unknown, "x".to_owned()] {
        of_course(&app, &learner, &unknown).await.assert_refused(404, "not_found");
    }
    for code in ["0000-0000-0000-0000", "x", "UUUU-0000-0000-0000", "%00", "0000-0000-0000-00000"] {
        check(&app, code).await.assert_refused(404, "not_found");
    }
    app.stop().await;
}
