//! POST /courses/:id/modules and POST /courses/:id/modules/:module_id/lessons.

use serde_json::{Value, json};
use tests::people::{id_of, new_course, new_lesson};
use tests::quizzes::yes_or_no;
use tests::{Answer, AppOptions, Person, TestApp, shape};
use uuid::Uuid;

async fn add_module(app: &TestApp, by: &Person, course: &str, module: &Value) -> Answer {
    app.post(&format!("/courses/{course}/modules")).bearer(&by.token).json(module).send().await
}

async fn add_lesson(app: &TestApp, by: &Person, course: &str, module: &str, lesson: &Value) -> Answer {
    let path = format!("/courses/{course}/modules/{module}/lessons");
    app.post(&path).bearer(&by.token).json(lesson).send().await
}

async fn course(app: &TestApp, by: &Person) -> String {
    let answer = app.post("/courses").bearer(&by.token).json(&new_course("Excel, les bases")).send().await;
    id_of(&answer.expect(201), "course")
}

async fn shown(app: &TestApp, by: &Person, course: &str) -> Value {
    let answer = app.get(&format!("/courses/{course}")).bearer(&by.token).send().await;
    answer.expect(200).data()["course"].take()
}

fn titles(list: &Value) -> Vec<(&str, u64)> {
    let items = list.as_array().unwrap().iter();
    items.map(|item| (item["title"].as_str().unwrap(), item["order"].as_u64().unwrap())).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn modules_go_where_they_are_told() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let course = course(&app, &admin).await;
    let first = json!({ "title": "b", "description": "Le premier" });
    let answer = add_module(&app, &admin, &course, &first).await.expect(201);
    let expected = json!({ "success": "boolean", "data": { "module": shape::module() } });
    shape::assert_shape(&answer.json(), &expected);
    let module = answer.data()["module"].take();
    assert_eq!((&module["course_id"], &module["order"]), (&json!(course), &json!(1)));
    assert_eq!((&module["description"], &module["lessons"]), (&json!("Le premier"), &json!([])));
    assert_eq!((answer.position(), answer.header("etag")), (app.head().await, Some("\"2\"")));

    for (module, order) in [
        (json!({ "title": "d" }), 2),
        (json!({ "title": "a", "order": 1 }), 1),
        (json!({ "title": "c", "order": 3 }), 3),
        (json!({ "title": "e", "order": 4_000_000_000_u64 }), 5),
    ] {
        let answer = add_module(&app, &admin, &course, &module).await.expect(201);
        assert_eq!(answer.data()["module"]["order"], order, "{module}");
    }
    let course = shown(&app, &admin, &course).await;
    assert_eq!(titles(&course["modules"]), [("a", 1), ("b", 2), ("c", 3), ("d", 4), ("e", 5)]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lessons_go_where_they_are_told_and_are_counted() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let course = course(&app, &admin).await;
    let module = id_of(&add_module(&app, &admin, &course, &json!({ "title": "m" })).await, "module");
    let film = json!({
        "title": "b", "type": "video", "description": "Un film", "preview": true,
        "video": {
            "url": "https://example.org/v.mp4", "duration_seconds": 5_400, "transcript": "Bonjour",
            "thumbnail_url": "https://example.org/v.png",
        },
    });
    let answer = add_lesson(&app, &admin, &course, &module, &film).await.expect(201);
    let expected = json!({ "success": "boolean", "data": { "lesson": shape::lesson(true) } });
    shape::assert_shape(&answer.json(), &expected);
    let lesson = answer.data()["lesson"].take();
    for (field, value) in film.as_object().unwrap() {
        assert_eq!(&lesson[field], value, "{field}");
    }
    assert_eq!((&lesson["course_id"], &lesson["module_id"]), (&json!(course), &json!(module)));
    assert_eq!((answer.position(), answer.header("etag")), (app.head().await, Some("\"3\"")));

    let text = json!({
        "title": "a", "type": "text", "order": 1,
        "content": "<p onclick=\"x()\">Bonjour</p><script>alert(1)</script><a href=\"javascript:x()\">là</a>",
    });
    let answer = add_lesson(&app, &admin, &course, &module, &text).await.expect(201);
    shape::assert_shape(&answer.data()["lesson"], &shape::lesson(false));
    let content = answer.data()["lesson"]["content"].as_str().unwrap().to_owned();
    assert!(content.starts_with("<p>Bonjour</p>"), "{content}");
    assert!(!content.contains("script") && !content.contains("onclick"), "{content}");

    let (quiz_id, _) = app.quiz_of(&admin, &course, &yes_or_no(None)).await;
    let quiz = json!({ "title": "c", "type": "quiz", "quiz_id": quiz_id, "order": 9 });
    let answer = add_lesson(&app, &admin, &course, &module, &quiz).await.expect(201);
    assert_eq!(answer.data()["lesson"]["quiz_id"], quiz["quiz_id"]);
    let course = shown(&app, &admin, &course).await;
    assert_eq!(titles(&course["modules"][0]["lessons"]), [("a", 1), ("b", 2), ("c", 3)]);
    assert_eq!((&course["total_lessons"], course["total_duration_hours"].as_f64()), (&json!(3), Some(1.5)));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_fields_are_named_and_nothing_is_appended() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let draft = app.draft(&admin, "Excel, les bases").await;
    let head = app.head().await;
    let text = |length: usize| json!("a".repeat(length));
    for (module, details) in [
        (json!({}), vec!["title: required"]),
        (json!({ "title": text(201) }), vec!["title: too_long"]),
        (json!({ "title": "m", "order": 0 }), vec!["order: out_of_range"]),
        (
            json!({ "title": "m", "order": -1, "description": text(20_001) }),
            vec!["description: too_long", "order: out_of_range"],
        ),
    ] {
        add_module(&app, &admin, &draft.id, &module).await.assert_invalid("validation_failed", &details);
    }
    let with = |changes: Value| {
        let mut lesson = new_lesson("l");
        lesson.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        lesson
    };
    let video = |video: Value| with(json!({ "type": "video", "video": video }));
    let url = "https://example.org/v.mp4";
    for (lesson, details) in [
        (json!({}), vec!["title: required", "type: required"]),
        (with(json!({ "type": "film" })), vec!["type: invalid"]),
        (with(json!({ "content": null })), vec!["content: required"]),
        (with(json!({ "content": "<script>x</script>" })), vec!["content: required"]),
        (with(json!({ "content": text(500_001) })), vec!["content: too_long"]),
        (with(json!({ "quiz_id": "7" })), vec!["quiz_id: invalid"]),
        (with(json!({ "order": 0 })), vec!["order: out_of_range"]),
        (with(json!({ "type": "video" })), vec!["video.url: required"]),
        (video(json!({})), vec!["video.url: required"]),
        (video(json!({ "url": "ftp://example.org/v" })), vec!["video.url: invalid_url"]),
        (video(json!({ "url": url, "duration_seconds": -1 })), vec!["video.duration_seconds: out_of_range"]),
        (video(json!({ "url": url, "thumbnail_url": "x" })), vec!["video.thumbnail_url: invalid_url"]),
    ] {
        eprintln!("{details:?}");
        let answer = add_lesson(&app, &admin, &draft.id, &draft.module, &lesson).await;
        answer.assert_invalid("validation_failed", &details);
    }
    let answer = add_lesson(&app, &admin, &draft.id, &draft.module, &video(json!({ "url": url, "x": 1 }))).await;
    answer.assert_refused(400, "unknown_field");
    assert_eq!(app.head().await, head);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_there_or_not_theirs_is_refused() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let (owner, other) = (app.instructor(&admin).await, app.instructor(&admin).await);
    let (mine, theirs) = (app.draft(&owner, "Excel, les bases").await, app.draft(&other, "Excel, les autres").await);
    let head = app.head().await;
    let module = json!({ "title": "m" });
    for id in [Uuid::now_v7().to_string(), "x".to_owned(), theirs.module.clone()] {
        add_module(&app, &owner, &id, &module).await.assert_refused(404, "not_found");
        add_lesson(&app, &owner, &id, &mine.module, &new_lesson("l")).await.assert_refused(404, "not_found");
        add_lesson(&app, &owner, &mine.id, &id, &new_lesson("l")).await.assert_refused(404, "not_found");
    }
    add_module(&app, &owner, &theirs.id, &module).await.assert_refused(403, "forbidden");
    add_lesson(&app, &owner, &theirs.id, &theirs.module, &new_lesson("l")).await.assert_refused(403, "forbidden");
    assert_eq!(app.head().await, head);
    app.stop().await;
}
