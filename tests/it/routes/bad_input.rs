//! Malformed, oversized, unknown-field and wrong-type bodies on every route that takes one: refused, and nothing is
//! appended.

use reqwest::Method;
use serde_json::{Value, json};
use tests::people::{new_course, new_lesson, newcomer};
use tests::quizzes::{new_quiz, questions};
use tests::{AppOptions, Request, TestApp};

struct Target {
    method: Method,
    path: String,
    token: String,
    body: Value,
}

impl Target {
    fn request(&self, app: &TestApp) -> Request {
        let request = app.request(self.method.clone(), &self.path);
        if self.token.is_empty() { request } else { request.bearer(&self.token) }
    }

    fn with(&self, field: &str, value: Value) -> Value {
        let mut body = self.body.clone();
        body[field] = value;
        body
    }
}

async fn targets(app: &TestApp) -> Vec<Target> {
    let admin = app.admin().await;
    let draft = app.draft(&admin, "Excel, les bases").await;
    let (quiz, _) = app.quiz_of(&admin, &draft.id, &new_quiz(None)).await;
    let modules = format!("/courses/{}/modules", draft.id);
    let signed_in = ["/auth/change-password", "/auth/profile", "/auth/instructor-application"];
    let new = |method, path: &str, body: Value| Target {
        method,
        path: path.to_owned(),
        token: if path.starts_with("/auth") && !signed_in.contains(&path) {
            String::new()
        } else {
            admin.token.clone()
        },
        body,
    };
    vec![
        new(Method::POST, "/auth/register", newcomer("new@example.org")),
        new(Method::POST, "/auth/login", json!({ "email": admin.email, "password": "Wrong-horse-1" })),
        new(Method::POST, "/courses", new_course("Excel, la suite")),
        new(
            Method::PATCH,
            &format!("/courses/{}", draft.id),
            json!({ "title": "Excel, la suite", "category": "Bureau", "price": 10, "stack": ["Excel"] }),
        ),
        new(Method::POST, &format!("/courses/{}/faq", draft.id), json!({ "question": "q", "answer": "a" })),
        new(Method::PUT, &format!("/courses/{}/review", draft.id), json!({ "rating": 5, "comment": "c" })),
        new(Method::POST, &format!("/courses/{}/quizzes", draft.id), json!({ "title": "q", "questions": questions() })),
        new(Method::PATCH, &format!("/quizzes/{quiz}"), json!({ "title": "q", "questions": questions() })),
        new(Method::POST, &format!("/quizzes/{quiz}/attempts"), json!({ "answers": [] })),
        new(Method::POST, "/ai/generate-quiz", json!({ "lesson_content": "Bonjour à tous, et bienvenue." })),
        new(Method::POST, "/ai/chat", json!({ "message": "Qui ?", "course_id": draft.id, "lesson_id": draft.lesson })),
        new(Method::POST, "/ai/recommendations", json!({ "user_id": admin.id })),
        new(Method::POST, &modules, json!({ "title": "m" })),
        new(Method::POST, &format!("{modules}/{}/lessons", draft.module), new_lesson("l")),
        new(Method::PATCH, &format!("{modules}/{}", draft.module), json!({ "title": "m", "description": "d" })),
        new(Method::PATCH, &format!("{modules}/{}/lessons/{}", draft.module, draft.lesson), new_lesson("l")),
        new(Method::PATCH, &format!("/admin/users/{}", admin.id), json!({ "role": "admin" })),
        new(
            Method::PATCH,
            &format!("/courses/{}/lessons/{}/progress", draft.id, draft.lesson),
            json!({ "status": "completed" }),
        ),
        new(
            Method::POST,
            "/purchase",
            json!({ "course_id": draft.id, "payment_method": "card", "payment_method_id": "pm_card_visa" }),
        ),
        new(Method::POST, "/subscribe", json!({ "plan": "basic", "payment_method_id": "pm_card_visa" })),
        new(Method::POST, "/subscriptions/change-plan", json!({ "plan": "pro" })),
        new(Method::POST, "/admin/grants", json!({ "user_id": admin.id, "course_id": draft.id, "reason": "r" })),
        new(Method::POST, "/auth/refresh-token", json!({ "refresh_token": "x" })),
        new(Method::POST, "/auth/request-password-reset", json!({ "email": "nobody@example.org" })),
        new(Method::POST, "/auth/reset-password", json!({ "token": "x", "new_password": "Correct-horse-2" })),
        new(
            Method::POST,
            "/auth/change-password",
            json!({ "old_password": "Wrong-horse-1", "new_password": "Correct-horse-2" }),
        ),
        new(Method::PATCH, "/auth/profile", json!({ "first_name": "Ada" })),
        new(Method::DELETE, "/auth/profile", json!({ "password": "Wrong-horse-1" })),
        new(Method::POST, "/auth/instructor-application", json!({ "bio": "b", "expertise_tags": ["Excel"] })),
        new(
            Method::POST,
            &format!("/admin/users/{}/instructor-verification", admin.id),
            json!({ "decision": "rejected", "reason": "r" }),
        ),
    ]
}

/// No JSON object, whatever it is called.
fn no_objects() -> Vec<Vec<u8>> {
    let mut bodies: Vec<Vec<u8>> = [
        "",
        " ",
        "{",
        "}",
        "{]",
        "[]",
        "[{}]",
        "null",
        "true",
        "1",
        "\"text\"",
        "{\"a\":}",
        "{\"a\":1,}",
        "{'a':1}",
        "{a:1}",
        "{}{}",
        "{} x",
        "NaN",
        "\u{feff}{}",
        "{\"a\":01}",
        "{\"a\":\"\n\"}",
        "<a/>",
        "title=x",
        "// x\n{}",
    ]
    .map(|text| text.as_bytes().to_vec())
    .into();
    bodies.extend([b"\xff\xfe{}".to_vec(), b"{\"a\":\"\xff\"}".to_vec(), b"\0".to_vec(), b"{\"a\0".to_vec()]);
    bodies.extend(["[", "{\"a\":", "{\"a\":["].map(|open| open.repeat(10_000).into_bytes()));
    bodies
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_json_object_is_malformed() {
    let app = TestApp::start(AppOptions::default()).await;
    let targets = targets(&app).await;
    let head = app.head().await;
    for target in &targets {
        for body in no_objects() {
            let shown = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
            eprintln!("{} {shown}", target.path);
            target.request(&app).bytes(body).send().await.assert_refused(400, "malformed_body");
        }
        let good = target.body.to_string();
        for content_type in [
            None,
            Some("text/plain"),
            Some("application/x-www-form-urlencoded"),
            Some("application/jsonp"),
            Some("application/json; charset=latin1"),
            Some("multipart/form-data; boundary=x"),
            Some(""),
        ] {
            let request = target.request(&app).body(content_type, good.clone());
            request.send().await.assert_refused(400, "malformed_body");
        }
    }
    assert_eq!(app.head().await, head);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_type_or_an_unknown_field_is_told_by_its_name() {
    let app = TestApp::start(AppOptions::default()).await;
    let targets = targets(&app).await;
    let head = app.head().await;
    for target in &targets {
        for (field, value) in target.body.as_object().unwrap() {
            let wrong = [json!({ "$ne": 1 }), json!({ "$gt": "" }), json!([]), json!([value]), json!(true), json!(7)];
            // Stars are a number; a price is one, or an object of its own.
            let wrong = wrong.iter().filter(|wrong| match field.as_str() {
                "price" => !(wrong.is_number() || wrong.is_object()),
                "rating" => !wrong.is_number(),
                _ => true,
            });
            for wrong in wrong.filter(|wrong| !(value.is_array() && wrong.is_array())) {
                let answer = target.request(&app).json(&target.with(field, wrong.clone())).send().await;
                answer.assert_invalid("malformed_body", &[&format!("{field}: invalid")]);
            }
        }
        let unknown = ["$where", "__proto__", "_id", "id", "user_id", "constructor", "é", ""];
        for field in unknown.into_iter().filter(|field| target.body.get(*field).is_none()) {
            let answer = target.request(&app).json(&target.with(field, json!(1))).send().await;
            answer.assert_invalid("unknown_field", &[&format!("{field}: unknown")]);
        }
        let field = target.body.as_object().unwrap().keys().next().unwrap();
        // Half of a surrogate pair is no text.
        let half = format!("{{\"{field}\":\"\\ud800\"}}");
        target.request(&app).bytes(half).send().await.assert_refused(400, "malformed_body");
        let twice = format!("{{\"{field}\":\"a\",\"{field}\":\"b\"}}");
        target.request(&app).bytes(twice).send().await.assert_refused(400, "malformed_body");
    }
    let price = |app: &TestApp, price: Value| {
        let course = targets[2].with("price", price);
        targets[2].request(app).json(&course).send()
    };
    price(&app, json!({ "$ne": 1 })).await.assert_refused(400, "unknown_field");
    price(&app, json!("49.9")).await.assert_refused(400, "malformed_body");
    assert_eq!(app.head().await, head);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_of_its_values_is_no_object_within_a_body_either() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let draft = app.draft(&admin, "Excel, les bases").await;
    let (quiz, questions) = app.quiz_of(&admin, &draft.id, &new_quiz(None)).await;
    let module = format!("/courses/{}/modules/{}", draft.id, draft.module);
    let film = json!(["https://video.example/1.mp4", null, 5, null, null]);
    let question = json!([null, "single", "Q?", ["a", "b"], 0, null, null, null, null, null]);
    let head = app.head().await;
    for (method, path, body, field) in [
        (
            Method::PATCH,
            "/auth/profile",
            json!({ "notification_settings": [true, true, true] }),
            "notification_settings",
        ),
        (Method::PATCH, "/auth/profile", json!({ "notification_settings": [] }), "notification_settings"),
        (Method::POST, &format!("{module}/lessons"), json!({ "title": "l", "type": "video", "video": film }), "video"),
        (Method::PATCH, &format!("{module}/lessons/{}", draft.lesson), json!({ "video": film }), "video"),
        (
            Method::POST,
            &format!("/courses/{}/quizzes", draft.id),
            json!({ "title": "q", "questions": [question] }),
            "questions[0]",
        ),
        (Method::PATCH, &format!("/quizzes/{quiz}"), json!({ "questions": [question] }), "questions[0]"),
        (Method::POST, &format!("/quizzes/{quiz}/attempts"), json!({ "answers": [[questions[0], 0]] }), "answers[0]"),
        (Method::PUT, &format!("/courses/{}/outline", draft.id), json!([[draft.module, [draft.lesson]]]), "[0]"),
    ] {
        let answer = app.request(method, path).bearer(&admin.token).json(&body).send().await;
        answer.assert_invalid("malformed_body", &[&format!("{field}: invalid")]);
    }
    assert_eq!(app.head().await, head);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn control_characters_and_blanks_are_refused_in_every_text() {
    let app = TestApp::start(AppOptions::default()).await;
    let targets = targets(&app).await;
    let head = app.head().await;
    for target in &targets {
        for (field, value) in target.body.as_object().unwrap().iter().filter(|(_, value)| value.is_string()) {
            let is_new = field == "new_password" || target.path == "/auth/register";
            if (field.ends_with("password") && !is_new) || field.ends_with("token") {
                continue; // Only compared.
            }
            for bad in ["a\u{0}b", "a\u{1b}[31mb", "ab\u{7f}c", "ab\u{85}c"] {
                let bad = format!("{}{bad}", value.as_str().unwrap());
                let answer = target.request(&app).json(&target.with(field, json!(bad))).send().await;
                assert_eq!(
                    (answer.status, answer.code().as_str()),
                    (400, "validation_failed"),
                    "{field} {bad:?} {answer}"
                );
                assert_eq!(answer.details().len(), 1, "{field} {bad:?} {answer}");
            }
        }
    }
    assert_eq!(app.head().await, head);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_of_more_than_a_mebibyte_is_too_large() {
    let app = TestApp::start(AppOptions::default()).await;
    let targets = targets(&app).await;
    let head = app.head().await;
    for target in &targets {
        let field = target.body.as_object().unwrap().keys().next().unwrap();
        let large = target.with(field, json!("a".repeat(1 << 20)));
        target.request(&app).json(&large).send().await.assert_refused(413, "payload_too_large");
        target.request(&app).key("large").json(&large).send().await.assert_refused(413, "payload_too_large");
        // A mebibyte to the byte is read, and refused for what it holds.
        let frame = target.with(field, json!("")).to_string().len();
        let full = target.with(field, json!("a".repeat((1 << 20) - frame)));
        let answer = target.request(&app).json(&full).send().await;
        assert_eq!(
            answer.status,
            if (target.path == "/auth/login" && field == "password") || field == "refresh_token" { 401 } else { 400 },
            "{}",
            target.path
        );
    }
    assert_eq!(app.head().await, head);
    app.stop().await;
}
