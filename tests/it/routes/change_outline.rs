//! PATCH and DELETE of modules and lessons, and PUT /courses/:id/outline.

use serde_json::{Value, json};
use tests::people::{id_of, new_lesson};
use tests::{AppOptions, DraftCourse, Person, Request, TestApp, shape};
use uuid::Uuid;

/// Two modules, of one lesson and of two.
struct Outline {
    course: String,
    modules: [String; 2],
    lessons: [String; 3],
}

async fn outline(app: &TestApp, by: &Person) -> Outline {
    let DraftCourse { id, module, lesson } = app.draft(by, "Excel, les bases").await;
    let second = post(app, by, &format!("/courses/{id}/modules"), &json!({ "title": "Second module" })).await;
    let second = id_of(&second, "module");
    let path = format!("/courses/{id}/modules/{second}/lessons");
    let film = json!({
        "title": "Film", "type": "video",
        "video": { "url": "https://example.org/v.mp4", "duration_seconds": 5_400 },
    });
    let two = id_of(&post(app, by, &path, &new_lesson("Deuxième leçon")).await, "lesson");
    let three = id_of(&post(app, by, &path, &film).await, "lesson");
    Outline { course: id, modules: [module, second], lessons: [lesson, two, three] }
}

async fn post(app: &TestApp, by: &Person, path: &str, body: &Value) -> tests::Answer {
    app.post(path).bearer(&by.token).json(body).send().await.expect(201)
}

impl Outline {
    fn module(&self, module: usize) -> String {
        format!("/courses/{}/modules/{}", self.course, self.modules[module])
    }

    fn lesson(&self, module: usize, lesson: usize) -> String {
        format!("{}/lessons/{}", self.module(module), self.lessons[lesson])
    }

    fn put(&self, app: &TestApp, by: &Person, body: &Value) -> Request {
        app.put(&format!("/courses/{}/outline", self.course)).bearer(&by.token).json(body)
    }

    /// The ids of modules and their lessons, once their numbers have been looked at.
    async fn shown(&self, app: &TestApp, by: &Person) -> Vec<(String, Vec<String>)> {
        let answer = app.get(&format!("/courses/{}", self.course)).bearer(&by.token).send().await.expect(200);
        let in_order = |list: &Value| {
            let items = list.as_array().unwrap().clone();
            let orders: Vec<u64> = items.iter().map(|item| item["order"].as_u64().unwrap()).collect();
            assert!((1..).zip(&orders).all(|(place, order)| place == *order), "{orders:?}");
            items
        };
        let id = |item: &Value| item["_id"].as_str().unwrap().to_owned();
        let of_module = |module: &Value| {
            let lessons = in_order(&module["lessons"]);
            assert!(lessons.iter().all(|lesson| lesson["module_id"] == module["_id"]), "{answer}");
            (id(module), lessons.iter().map(id).collect())
        };
        in_order(&answer.data()["course"]["modules"]).iter().map(of_module).collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_module_changes_and_moves_with_its_lessons() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let made = outline(&app, &admin).await;
    let [one, two] = made.modules.clone();
    let changes = json!({ "title": "Filtrer", "description": "En bref", "order": 1 });
    let answer = app.patch(&made.module(1)).bearer(&admin.token).json(&changes).send().await.expect(200);
    let module = answer.data()["module"].take();
    assert_eq!((&module["title"], &module["description"]), (&json!("Filtrer"), &json!("En bref")));
    assert_eq!((&module["order"], &module["lessons"][1]["_id"]), (&json!(1), &json!(made.lessons[2])));
    assert_eq!(answer.position(), app.head().await);
    let [a, b, c] = made.lessons.clone();
    assert_eq!(made.shown(&app, &admin).await, [(two, vec![b, c]), (one, vec![a])]);
    let gone = app.patch(&made.module(1)).bearer(&admin.token).json(&json!({ "description": null })).send().await;
    let module = gone.expect(200).data()["module"].take();
    assert_eq!((&module["title"], &module["description"]), (&json!("Filtrer"), &Value::Null));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lesson_is_written_anew_and_moves() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let made = outline(&app, &admin).await;
    let change = |changes: Value| app.patch(&made.lesson(1, 2)).bearer(&admin.token).json(&changes).send();
    let all = json!({
        "title": "Autre film", "description": "Un autre", "preview": true, "order": 1,
        "video": {
            "url": "https://example.org/w.mp4", "duration_seconds": 1_800, "transcript": "Bonjour",
            "thumbnail_url": null,
        },
        "content": "<p>Notes</p>",
    });
    let answer = change(all.clone()).await.expect(200);
    let lesson = answer.data()["lesson"].take();
    shape::assert_shape(&lesson, &shape::lesson(true));
    for (field, value) in all.as_object().unwrap() {
        assert_eq!(&lesson[field], value, "{field}");
    }
    let shown = app.get(&format!("/courses/{}", made.course)).bearer(&admin.token).send().await.expect(200);
    assert_eq!(shown.data()["course"]["total_duration_hours"].as_f64(), Some(0.5));
    assert_eq!(shown.data()["course"]["modules"][1]["lessons"][0], lesson);

    let text = json!({ "type": "text", "video": null, "description": null, "content": "<p onclick=\"x()\">b</p>" });
    let lesson = change(text).await.expect(200).data()["lesson"].take();
    assert_eq!((&lesson["video"], &lesson["description"]), (&Value::Null, &Value::Null));
    assert_eq!((&lesson["content"], &lesson["preview"]), (&json!("<p>b</p>"), &json!(true)));
    let head = app.head().await;
    for (changes, detail) in [
        (json!({ "type": "video" }), "video.url: required"),
        (json!({ "content": null }), "content: required"),
        (json!({ "content": "<script>x</script>" }), "content: required"),
        (json!({ "video": {} }), "video.url: required"),
        (json!({ "order": 0 }), "order: out_of_range"),
        (json!({ "quiz_id": "7" }), "quiz_id: invalid"),
    ] {
        change(changes).await.assert_invalid("validation_failed", &[detail]);
    }
    assert_eq!(app.head().await, head);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_removed_is_gone_and_counts_no_more() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let made = outline(&app, &admin).await;
    let [one, two] = made.modules.clone();
    let [a, b, _] = made.lessons.clone();
    let remove = |path: String| app.delete(&path).bearer(&admin.token).send();
    remove(made.module(1)).await.assert_refused(400, "module_not_empty");
    remove(made.module(1) + "?cascade=false").await.assert_refused(400, "module_not_empty");
    remove(made.module(1) + "?cascade=7").await.assert_invalid("validation_failed", &["cascade: invalid"]);
    let answer = remove(made.lesson(1, 2)).await.expect(200);
    shape::assert_shape(&answer.json(), &json!({ "success": "boolean", "message": "string" }));
    assert_eq!(answer.position(), app.head().await);
    remove(made.lesson(1, 2)).await.assert_refused(404, "not_found");
    assert_eq!(made.shown(&app, &admin).await, [(one, vec![a]), (two.clone(), vec![b.clone()])]);
    let answer = remove(made.module(0) + "?cascade=true").await.expect(200);
    shape::assert_shape(&answer.json(), &json!({ "success": "boolean", "message": "string" }));
    remove(made.module(0)).await.assert_refused(404, "not_found");
    assert_eq!(made.shown(&app, &admin).await, [(two, vec![b])]);
    let shown = app.get(&format!("/courses/{}", made.course)).bearer(&admin.token).send().await.expect(200);
    let course = &shown.data()["course"];
    assert_eq!((&course["total_lessons"], course["total_duration_hours"].as_f64()), (&json!(1), Some(0.0)));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_moves_at_once_or_nothing_does() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let made = outline(&app, &admin).await;
    let [one, two] = made.modules.clone();
    let [a, b, c] = made.lessons.clone();
    let wanted = json!([{ "module_id": two, "lessons": [c, a] }, { "module_id": one, "lessons": [b] }]);
    let answer = made.put(&app, &admin, &wanted).send().await.expect(200);
    assert_eq!(answer.data()["course"]["modules"][0]["lessons"][1]["_id"], json!(a));
    let moved = [(two.clone(), vec![c.clone(), a.clone()]), (one.clone(), vec![b.clone()])];
    assert_eq!(made.shown(&app, &admin).await, moved);

    let head = app.head().await;
    let again = made.put(&app, &admin, &wanted).send().await.expect(200);
    assert_eq!(again.position(), head, "what is so already appends nothing");
    for wrong in [
        json!([]),
        json!([{ "module_id": two, "lessons": [c, a] }]),
        json!([{ "module_id": two, "lessons": [c, a, a] }, { "module_id": one, "lessons": [b] }]),
        json!([{ "module_id": two, "lessons": [c] }, { "module_id": one, "lessons": [b] }]),
        json!([{ "module_id": two, "lessons": [c, a] }, { "module_id": "x", "lessons": [b] }]),
        json!([{ "module_id": two, "lessons": [c, a] }, { "module_id": one, "lessons": ["x"] }]),
        json!([{ "module_id": two, "lessons": [c, a] }, { "module_id": one, "lessons": [Uuid::now_v7()] }]),
    ] {
        made.put(&app, &admin, &wrong).send().await.assert_refused(400, "outline_mismatch");
    }
    let missing = made.put(&app, &admin, &json!([{}])).send().await;
    missing.assert_invalid("validation_failed", &["[0].lessons: required", "[0].module_id: required"]);
    for malformed in [json!({}), json!("x"), json!(null), json!([7]), json!([{ "module_id": 7, "lessons": [] }])] {
        made.put(&app, &admin, &malformed).send().await.assert_refused(400, "malformed_body");
    }
    let unknown = json!([{ "module_id": one, "lessons": [], "title": "x" }]);
    made.put(&app, &admin, &unknown).send().await.assert_refused(400, "unknown_field");
    assert_eq!(app.head().await, head);
    assert_eq!(made.shown(&app, &admin).await, moved);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_child_is_found_under_its_own_parent_only() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let (made, other) = (outline(&app, &admin).await, outline(&app, &admin).await);
    let head = app.head().await;
    let title = json!({ "title": "x" });
    let lesson =
        |course: &str, module: &str, lesson: &str| format!("/courses/{course}/modules/{module}/lessons/{lesson}");
    for path in [
        made.lesson(0, 1),
        lesson(&made.course, &other.modules[0], &made.lessons[0]),
        lesson(&other.course, &made.modules[0], &made.lessons[0]),
        lesson(&made.course, &made.modules[0], &Uuid::now_v7().to_string()),
        lesson(&made.course, &made.modules[0], "x"),
        format!("/courses/{}/modules/{}", made.course, other.modules[0]),
        format!("/courses/{}/modules/x", made.course),
    ] {
        app.patch(&path).bearer(&admin.token).json(&title).send().await.assert_refused(404, "not_found");
        app.delete(&path).bearer(&admin.token).send().await.assert_refused(404, "not_found");
    }
    assert_eq!(app.head().await, head);
    app.stop().await;
}
