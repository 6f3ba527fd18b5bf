//! GET /courses/:id/lessons/:lesson_id, PATCH …/progress, GET /courses/:id/progress.

use serde_json::{Value, json};
use tests::learners::free_course;
use tests::people::{id_of, new_course, new_lesson};
use tests::{AppOptions, Person, TestApp, scaled, shape};
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lesson_by_lesson_a_course_is_completed() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let (owner, learner) = (app.instructor(&admin).await, app.learner().await);
    let course = app.published(&owner, &free_course("Excel, les bases")).await;
    let more = app.add_lessons(&owner, &course, 2).await;
    let _ = app.enroll(&learner, &course.id).await.expect(201);

    let begin = json!({ "status": "in_progress", "time_spent_seconds": 60 });
    let answer = app.go_on(&learner, &course.id, &course.lesson, &begin).await.expect(200);
    let data = json!({ "progress": shape::lesson_progress(), "course_progress": "number" });
    shape::assert_shape(&answer.json(), &json!({ "success": "boolean", "data": data }));
    assert_eq!((answer.position(), answer.header("etag")), (app.head().await, Some("\"2\"")));
    let first = answer.data()["progress"].take();
    assert_eq!((&first["status"], &first["time_spent_seconds"]), (&json!("in_progress"), &json!(60)));
    assert_eq!((&first["lesson_id"], &first["quiz_score"]), (&json!(course.lesson), &json!(null)));

    let done = json!({ "status": "completed", "time_spent_seconds": 30 });
    let answer = app.go_on(&learner, &course.id, &course.lesson, &done).await.expect(200).data();
    assert_eq!(answer["course_progress"], json!(33.33));
    assert_eq!((&answer["progress"]["time_spent_seconds"], &answer["progress"]["_id"]), (&json!(90), &first["_id"]));
    assert_eq!(answer["progress"]["created_at"], first["created_at"]);
    // Done is done, until it is not begun.
    let again = app.go_on(&learner, &course.id, &course.lesson, &begin).await.expect(200).data();
    assert_eq!((&again["progress"]["status"], &again["course_progress"]), (&json!("completed"), &json!(33.33)));
    assert_eq!(app.complete(&learner, &course.id, &more[0]).await.data()["course_progress"], json!(66.67));
    let head = app.head().await;
    assert_eq!(app.complete(&learner, &course.id, &more[1]).await.data()["course_progress"], json!(100.0));
    let written: Vec<String> = app.events_after(head).await.into_iter().map(|event| event.event_type).collect();
    assert_eq!(written.len(), 3, "{written:?}");
    assert!(
        ["LessonProgressRecorded", "CourseCompleted", "CertificateIssued"]
            .iter()
            .all(|name| written.iter().any(|w| w == name))
    );

    let shown = app.progress(&learner, &course.id).await.expect(200);
    let data = json!({ "enrollment": shape::enrollment(), "lessons_progress": [shape::lesson_progress()] });
    shape::assert_shape(&shown.json(), &json!({ "success": "boolean", "data": data }));
    let data = shown.data();
    let enrollment = &data["enrollment"];
    assert_eq!((&enrollment["status"], &enrollment["progress_percentage"]), (&json!("completed"), &json!(100.0)));
    assert_eq!(enrollment["completed_lessons"], json!([course.lesson, more[0], more[1]]));
    assert_eq!(enrollment["last_accessed_lesson_id"], json!(more[1]));
    assert_eq!(enrollment["completed_at"], enrollment["last_accessed_at"]);
    let lessons: Vec<&Value> = data["lessons_progress"].as_array().unwrap().iter().map(|p| &p["lesson_id"]).collect();
    assert_eq!(lessons, [&json!(more[1]), &json!(more[0]), &json!(course.lesson)], "the last begun first");

    // After it the percentage follows the formula; the completion stays.
    let reset = json!({ "status": "not_started" });
    assert_eq!(
        app.go_on(&learner, &course.id, &more[1], &reset).await.expect(200).data()["course_progress"],
        json!(66.67)
    );
    let _ = app.add_lessons(&owner, &course, 1).await;
    let later = app.progress(&learner, &course.id).await.data()["enrollment"].take();
    assert_eq!((&later["status"], &later["progress_percentage"]), (&json!("completed"), &json!(50.0)));
    assert_eq!(later["completed_at"], enrollment["completed_at"]);
    let path = format!("/courses/{}/modules/{}/lessons/{}", course.id, course.module, course.lesson);
    let _ = app.delete(&path).bearer(&owner.token).send().await.expect(200);
    let later = app.progress(&learner, &course.id).await.data()["enrollment"].take();
    assert_eq!(later["progress_percentage"], json!(33.33), "what is gone does not count");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lesson_shows_its_content_to_whom_it_is_open() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let (owner, learner, stranger) = (app.instructor(&admin).await, app.learner().await, app.learner().await);
    let course = app.published(&owner, &new_course("Excel, les bases")).await;
    let mut preview = new_lesson("Un aperçu");
    preview["preview"] = json!(true);
    let preview = app.add_lesson(&owner, &course, &preview).await;
    let grant = id_of(&app.give(&admin, &learner, &course.id).await.expect(201), "grant");
    app.lesson(&learner, &course.id, &course.lesson).await.assert_refused(403, "no_access");
    let _ = app.enroll(&learner, &course.id).await.expect(201);

    let answer = app.lesson(&learner, &course.id, &course.lesson).await.expect(200);
    let shape =
        |progress: Value| json!({ "lesson": shape::lesson(false), "is_completed": "boolean", "progress": progress });
    shape::assert_shape(&answer.json(), &json!({ "success": "boolean", "data": shape(json!("null")) }));
    let data = answer.data();
    assert_eq!((&data["lesson"]["content"], &data["is_completed"]), (&json!("<p>Bonjour</p>"), &json!(false)));
    let done = app.complete(&learner, &course.id, &course.lesson).await;
    let answer = app.lesson(&learner, &course.id, &course.lesson).await.expect(200);
    shape::assert_shape(&answer.json(), &json!({ "success": "boolean", "data": shape(shape::lesson_progress()) }));
    let data = answer.data();
    assert_eq!((&data["progress"], &data["is_completed"]), (&done.data()["progress"], &json!(true)));
    for person in [&owner, &admin] {
        let data = app.lesson(person, &course.id, &course.lesson).await.expect(200).data();
        assert_eq!((&data["lesson"]["content"], &data["progress"]), (&json!("<p>Bonjour</p>"), &json!(null)));
    }
    app.lesson(&stranger, &course.id, &course.lesson).await.assert_refused(403, "no_access");
    let shown = app.lesson(&stranger, &course.id, &preview).await.expect(200).data();
    assert_eq!(shown["lesson"]["content"], "<p>Bonjour</p>");
    let path = format!("/courses/{}/lessons/{preview}", course.id);
    app.get(&path).send().await.assert_refused(401, "unauthorized");

    // Taken away it is closed at once, and what was done can still be read.
    let _ = app.take(&admin, &grant).await.expect(200);
    app.lesson(&learner, &course.id, &course.lesson).await.assert_refused(403, "no_access");
    let _ = app.progress(&learner, &course.id).await.expect(200);
    let report = json!({ "status": "in_progress" });
    app.go_on(&learner, &course.id, &course.lesson, &report).await.assert_refused(403, "no_access");
    app.enroll(&learner, &course.id).await.assert_refused(402, "payment_required");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_bad_not_there_or_not_theirs_is_refused() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let (owner, learner, stranger) = (app.instructor(&admin).await, app.learner().await, app.learner().await);
    let course = app.published(&owner, &free_course("Excel, les bases")).await;
    let other = app.published(&owner, &free_course("Excel, la suite")).await;
    let draft = app.draft(&owner, "Excel, à venir").await;
    let _ = app.enroll(&learner, &course.id).await.expect(201);
    let head = app.head().await;
    let begin = json!({ "status": "in_progress" });
    app.go_on(&stranger, &course.id, &course.lesson, &begin).await.assert_refused(403, "not_enrolled");
    app.progress(&stranger, &course.id).await.assert_refused(403, "not_enrolled");
    app.progress(&owner, &course.id).await.assert_refused(403, "not_enrolled");
    let unknown = [Uuid::now_v7().to_string(), "x".to_owned(), other.lesson.clone()];
    for lesson in &unknown {
        app.lesson(&learner, &course.id, lesson).await.assert_refused(404, "not_found");
        app.go_on(&learner, &course.id, lesson, &begin).await.assert_refused(404, "not_found");
    }
    for course_id in [Uuid::now_v7().to_string(), "x".to_owned(), draft.id.clone()] {
        app.progress(&learner, &course_id).await.assert_refused(404, "not_found");
        app.lesson(&learner, &course_id, &draft.lesson).await.assert_refused(404, "not_found");
        app.go_on(&learner, &course_id, &draft.lesson, &begin).await.assert_refused(404, "not_found");
    }
    for (report, details) in [
        (json!({}), vec!["status: required"]),
        (json!({ "status": "done" }), vec!["status: invalid"]),
        (json!({ "status": "completed", "time_spent_seconds": -1 }), vec!["time_spent_seconds: out_of_range"]),
        (json!({ "status": "completed", "time_spent_seconds": 86_401 }), vec!["time_spent_seconds: out_of_range"]),
        (json!({ "status": "completed", "quiz_score": 100.01 }), vec!["quiz_score: out_of_range"]),
        (json!({ "status": "completed", "quiz_score": 1.001 }), vec!["quiz_score: too_many_decimals"]),
        (json!({ "status": "completed", "quiz_score": 50 }), vec!["quiz_score: score_not_taken"]),
        (
            json!({ "status": "x", "time_spent_seconds": -1, "quiz_score": -1 }),
            vec!["quiz_score: out_of_range", "status: invalid", "time_spent_seconds: out_of_range"],
        ),
    ] {
        let answer = app.go_on(&learner, &course.id, &course.lesson, &report).await;
        answer.assert_invalid("validation_failed", &details);
    }
    let long = json!({ "status": "completed", "time_spent_seconds": 1.5 });
    let answer = app.go_on(&learner, &course.id, &course.lesson, &long).await;
    answer.assert_invalid("validation_failed", &["time_spent_seconds: invalid"]);
    assert_eq!(app.head().await, head);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quiz_lesson_without_a_quiz_takes_the_score_it_is_told() {
    let app = TestApp::start(AppOptions::default()).await;
    let (admin, learner) = (app.admin().await, app.learner().await);
    let course = app.published(&admin, &free_course("Excel, les bases")).await;
    let quiz = app.add_lesson(&admin, &course, &json!({ "title": "Quiz", "type": "quiz" })).await;
    let _ = app.enroll(&learner, &course.id).await.expect(201);
    let report = json!({ "status": "completed", "quiz_score": 66.67 });
    let answer = app.go_on(&learner, &course.id, &quiz, &report).await.expect(200).data();
    assert_eq!((&answer["progress"]["quiz_score"], &answer["course_progress"]), (&json!(66.67), &json!(50.0)));
    let kept = app.go_on(&learner, &course.id, &quiz, &json!({ "status": "in_progress" })).await.expect(200).data();
    assert_eq!((&kept["progress"]["quiz_score"], &kept["progress"]["status"]), (&json!(66.67), &json!("completed")));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reports_at_once_all_count() {
    let app = TestApp::start(AppOptions::default()).await;
    let (admin, learner) = (app.admin().await, app.learner().await);
    let course = app.published(&admin, &free_course("Excel, les bases")).await;
    let _ = app.enroll(&learner, &course.id).await.expect(201);
    let mut spent = 0;
    for _ in 0..scaled(50) {
        let report = json!({ "status": "in_progress", "time_spent_seconds": 1 });
        let go_on = || app.go_on(&learner, &course.id, &course.lesson, &report);
        let (one, other, third) = tokio::join!(go_on(), go_on(), go_on());
        for answer in [one, other, third] {
            match answer.status {
                200 => spent += 1,
                _ => answer.assert_refused(409, "conflict"),
            }
        }
    }
    let shown = app.lesson(&learner, &course.id, &course.lesson).await.expect(200).data();
    assert_eq!(shown["progress"]["time_spent_seconds"], json!(spent));
    app.stop().await;
}

/// The read side may be dead: what opens is asked of the log.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_opens_by_a_read_side_that_is_away() {
    let app = TestApp::start(AppOptions::without_projections()).await;
    let admin = app.admin().await;
    let (learner, stranger) = (app.learner().await, app.learner().await);
    let course = app.published(&admin, &free_course("Excel, les bases")).await;
    let enrolled = app.enroll(&learner, &course.id).await.expect(201);
    assert!(enrolled.is_pending());
    shape::assert_shape(&enrolled.data()["enrollment"], &shape::enrollment());
    let report = json!({ "status": "completed", "time_spent_seconds": 5 });
    let answer = app.go_on(&learner, &course.id, &course.lesson, &report).await.expect(200);
    assert!(answer.is_pending());
    shape::assert_shape(&answer.data()["progress"], &shape::lesson_progress());
    assert_eq!(answer.data()["course_progress"], json!(100.0));
    let refused = async |person: &Person, status: u16, code: &str| {
        app.lesson(person, &course.id, &course.lesson).await.assert_refused(status, code);
    };
    // It opens, but can't be shown yet; to a stranger it does not open.
    refused(&learner, 503, "read_model_behind").await;
    refused(&stranger, 403, "no_access").await;
    let left = app.leave(&learner, &course.id).await.expect(200);
    assert_eq!((left.is_pending(), &left.data()["enrollment"]["status"]), (true, &json!("dropped")));
    refused(&learner, 403, "no_access").await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_nothing_left_to_do_has_completed_the_course() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let (done, other, left) = (app.learner().await, app.learner().await, app.learner().await);
    let course = app.published(&admin, &free_course("Excel, les bases")).await;
    let last = app.add_lessons(&admin, &course, 1).await.remove(0);
    for learner in [&done, &other, &left] {
        let _ = app.enroll(learner, &course.id).await.expect(201);
    }
    for learner in [&done, &left] {
        let _ = app.complete(learner, &course.id, &course.lesson).await;
    }
    let _ = app.leave(&left, &course.id).await.expect(200);
    let path = format!("/courses/{}/modules/{}/lessons/{last}", course.id, course.module);
    let _ = app.delete(&path).bearer(&admin.token).send().await.expect(200);
    let status =
        async |learner: &Person| app.progress(learner, &course.id).await.expect(200).data()["enrollment"].take();
    tests::eventually("it is completed", || async { status(&done).await["status"] == "completed" }).await;
    assert!(status(&done).await["completed_at"].is_string());
    assert_eq!(status(&other).await["status"], "active");
    // Who had left completes it by coming back.
    let back = app.enroll(&left, &course.id).await.expect(201).data()["enrollment"].take();
    assert_eq!(back["status"], "completed");
    let issued = app.events_after(0).await.into_iter().filter(|event| event.event_type == "CertificateIssued");
    assert_eq!(issued.count(), 2);
    app.stop().await;
}
