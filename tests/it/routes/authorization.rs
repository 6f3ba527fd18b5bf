//! One table of all routes: who may. A documented route without a row fails the test.

use std::collections::BTreeSet;

use futures::future::join_all;
use serde_json::{Value, json};
use tests::people::{PASSWORD, new_course, new_email, new_lesson, newcomer};
use tests::quizzes::yes_or_no;
use tests::{AppOptions, DraftCourse, Person, Request, TestApp};
use uuid::Uuid;

/// A course in draft and everybody around it.
struct Stage {
    app: TestApp,
    admin: Person,
    owner: Person,
    other: Person,
    learner: Person,
    suspended: Person,
}

struct Row {
    method: &'static str,
    path: &'static str,
    body: fn(&Stage) -> Option<Value>,
    /// Nobody, a learner, an instructor, the owner, an admin, a suspended user.
    expected: [u16; 6],
}

/// The route that takes a signature in place of a token.
const SIGNED: &str = "/webhook/stripe";

const NOTHING: fn(&Stage) -> Option<Value> = |_| None;

const ROWS: &[Row] = &[
    Row { method: "post", path: "/auth/register", body: |_| Some(newcomer(&new_email())), expected: [201; 6] },
    Row {
        method: "post",
        path: "/auth/login",
        body: |stage| Some(json!({ "email": stage.owner.email, "password": PASSWORD })),
        expected: [200; 6],
    },
    // Whoever has the token or the address may; that they get as far as the body shows it.
    Row { method: "post", path: "/auth/refresh-token", body: |_| Some(json!({})), expected: [400; 6] },
    Row { method: "post", path: "/auth/reset-password", body: |_| Some(json!({})), expected: [400; 6] },
    Row {
        method: "post",
        path: "/auth/request-password-reset",
        body: |_| Some(json!({ "email": new_email() })),
        expected: [400; 6],
    },
    Row {
        method: "post",
        path: "/auth/change-password",
        body: |_| Some(json!({ "old_password": PASSWORD, "new_password": PASSWORD })),
        expected: [401, 200, 200, 200, 200, 403],
    },
    Row { method: "get", path: "/auth/sessions", body: NOTHING, expected: [401, 200, 200, 200, 200, 403] },
    Row { method: "delete", path: "/auth/sessions/{id}", body: NOTHING, expected: [401, 404, 404, 404, 404, 403] },
    Row { method: "get", path: "/auth/export", body: NOTHING, expected: [401, 200, 200, 200, 200, 403] },
    Row { method: "get", path: "/auth/verify-jwt", body: NOTHING, expected: [401, 200, 200, 200, 200, 403] },
    Row { method: "get", path: "/auth/profile", body: NOTHING, expected: [401, 200, 200, 200, 200, 403] },
    Row {
        method: "patch",
        path: "/auth/profile",
        body: |_| Some(json!({ "first_name": "Ada" })),
        expected: [401, 200, 200, 200, 200, 403],
    },
    // That they get as far as the password shows it.
    Row {
        method: "delete",
        path: "/auth/profile",
        body: |_| Some(json!({})),
        expected: [401, 400, 400, 400, 400, 403],
    },
    Row {
        method: "post",
        path: "/auth/instructor-application",
        body: |_| Some(json!({})),
        expected: [401, 400, 400, 400, 400, 403],
    },
    Row { method: "get", path: "/auth/users/{id}", body: NOTHING, expected: [200; 6] },
    Row { method: "get", path: "/admin/users", body: NOTHING, expected: [401, 403, 403, 403, 200, 403] },
    Row { method: "get", path: "/admin/users/{id}", body: NOTHING, expected: [401, 403, 403, 403, 200, 403] },
    Row {
        method: "post",
        path: "/admin/users/{id}/instructor-verification",
        body: |_| Some(json!({ "decision": "verified" })),
        expected: [401, 403, 403, 403, 400, 403],
    },
    Row { method: "get", path: "/courses", body: NOTHING, expected: [200; 6] },
    Row { method: "get", path: "/courses/{id}", body: NOTHING, expected: [404, 404, 404, 200, 200, 404] },
    Row { method: "get", path: "/courses/{id}/lessons", body: NOTHING, expected: [404, 404, 404, 200, 200, 404] },
    Row {
        method: "post",
        path: "/courses",
        body: |_| Some(new_course("Excel, les bases")),
        expected: [401, 403, 201, 201, 201, 403],
    },
    Row {
        method: "post",
        path: "/courses/{id}/modules",
        body: |_| Some(json!({ "title": "m" })),
        expected: [401, 403, 403, 201, 201, 403],
    },
    Row {
        method: "post",
        path: "/courses/{id}/modules/{module_id}/lessons",
        body: |_| Some(new_lesson("l")),
        expected: [401, 403, 403, 201, 201, 403],
    },
    Row {
        method: "patch",
        path: "/courses/{id}/modules/{module_id}",
        body: |_| Some(json!({ "title": "m" })),
        expected: [401, 403, 403, 200, 200, 403],
    },
    // That they get as far as its lesson shows it.
    Row {
        method: "delete",
        path: "/courses/{id}/modules/{module_id}",
        body: NOTHING,
        expected: [401, 403, 403, 400, 400, 403],
    },
    Row {
        method: "patch",
        path: "/courses/{id}/modules/{module_id}/lessons/{lesson_id}",
        body: |_| Some(json!({ "title": "l" })),
        expected: [401, 403, 403, 200, 200, 403],
    },
    Row {
        method: "delete",
        path: "/courses/{id}/modules/{module_id}/lessons/{lesson_id}",
        body: NOTHING,
        expected: [401, 403, 403, 200, 200, 403],
    },
    Row { method: "get", path: "/courses/{id}/faq", body: NOTHING, expected: [404, 404, 404, 200, 200, 404] },
    Row {
        method: "post",
        path: "/courses/{id}/faq",
        body: |_| Some(json!({ "question": "q", "answer": "a" })),
        expected: [401, 403, 403, 201, 201, 403],
    },
    // Whose entry it is: `faq` has its own test. Here there is none.
    Row {
        method: "patch",
        path: "/faq/{id}",
        body: |_| Some(json!({ "answer": "a" })),
        expected: [401, 404, 404, 404, 404, 403],
    },
    Row { method: "delete", path: "/faq/{id}", body: NOTHING, expected: [401, 404, 404, 404, 404, 403] },
    Row {
        method: "put",
        path: "/courses/{id}/outline",
        body: |_| Some(json!([])),
        expected: [401, 403, 403, 400, 400, 403],
    },
    Row { method: "post", path: "/courses/{id}/publish", body: NOTHING, expected: [401, 403, 403, 200, 200, 403] },
    // That they get as far as the status of a draft shows it.
    Row { method: "post", path: "/courses/{id}/unpublish", body: NOTHING, expected: [401, 403, 403, 400, 400, 403] },
    Row { method: "post", path: "/courses/{id}/restore", body: NOTHING, expected: [401, 403, 403, 400, 400, 403] },
    Row {
        method: "patch",
        path: "/courses/{id}",
        body: |_| Some(json!({ "title": "Excel, la suite" })),
        expected: [401, 403, 403, 200, 200, 403],
    },
    Row { method: "delete", path: "/courses/{id}", body: NOTHING, expected: [401, 403, 403, 200, 200, 403] },
    Row {
        method: "patch",
        path: "/admin/users/{id}",
        body: |_| Some(json!({ "status": "active" })),
        expected: [401, 403, 403, 403, 200, 403],
    },
    // That they get as far as the body shows it; whose file it is: `media` has its own tests. Here there is none.
    Row { method: "post", path: "/media", body: |_| Some(json!({})), expected: [401, 400, 400, 400, 400, 403] },
    Row { method: "get", path: "/media/{id}", body: NOTHING, expected: [404; 6] },
    Row { method: "get", path: "/courses/{id}/reviews", body: NOTHING, expected: [404, 404, 404, 200, 200, 404] },
    Row {
        method: "put",
        path: "/courses/{id}/review",
        body: |_| Some(json!({ "rating": 5 })),
        expected: [401, 404, 404, 403, 403, 403],
    },
    Row { method: "delete", path: "/courses/{id}/review", body: NOTHING, expected: [401, 404, 404, 403, 403, 403] },
    Row { method: "get", path: "/courses/{id}/certificate", body: NOTHING, expected: [401, 404, 404, 404, 404, 403] },
    // Whoever was shown the code may; here there is none.
    Row { method: "get", path: "/certificates/{code}", body: NOTHING, expected: [404; 6] },
    Row { method: "get", path: "/instructor/courses", body: NOTHING, expected: [401, 403, 200, 200, 200, 403] },
    // Nobody is enrolled in the draft: `learn` and `enroll` have their own tests of who is.
    Row { method: "get", path: "/enrollments", body: NOTHING, expected: [401, 200, 200, 200, 200, 403] },
    Row { method: "post", path: "/courses/{id}/enroll", body: NOTHING, expected: [401, 404, 404, 400, 400, 403] },
    Row { method: "post", path: "/courses/{id}/drop", body: NOTHING, expected: [401, 404, 404, 403, 403, 403] },
    Row { method: "get", path: "/courses/{id}/progress", body: NOTHING, expected: [401, 404, 404, 403, 403, 403] },
    Row {
        method: "get",
        path: "/courses/{id}/lessons/{lesson_id}",
        body: NOTHING,
        expected: [401, 404, 404, 200, 200, 403],
    },
    Row {
        method: "patch",
        path: "/courses/{id}/lessons/{lesson_id}/progress",
        body: |_| Some(json!({ "status": "completed" })),
        expected: [401, 404, 404, 403, 403, 403],
    },
    // That they get as far as the body, or the grant, shows it.
    Row { method: "post", path: "/admin/grants", body: |_| Some(json!({})), expected: [401, 403, 403, 403, 400, 403] },
    Row { method: "delete", path: "/admin/grants/{id}", body: NOTHING, expected: [401, 403, 403, 403, 404, 403] },
    // The caller's own are asked for in `recommendations`; these are the learner's.
    Row {
        method: "post",
        path: "/ai/recommendations",
        body: |stage| Some(json!({ "user_id": stage.learner.id })),
        expected: [401, 200, 403, 403, 200, 403],
    },
    // Whose course it is: `chat` has its own test. Here there is none.
    Row {
        method: "post",
        path: "/ai/chat",
        body: |_| Some(json!({ "message": "Qui ?", "course_id": Uuid::nil() })),
        expected: [401, 404, 404, 404, 404, 403],
    },
    Row {
        method: "post",
        path: "/ai/generate-quiz",
        body: |_| Some(json!({ "lesson_content": "La fonction SOMME additionne les valeurs d'une plage." })),
        expected: [401, 403, 200, 200, 200, 403],
    },
    Row { method: "get", path: "/admin/audit/events", body: NOTHING, expected: [401, 403, 403, 403, 200, 403] },
    Row {
        method: "get",
        path: "/admin/audit/streams/{type}/{id}",
        body: NOTHING,
        expected: [401, 403, 403, 403, 200, 403],
    },
    Row {
        method: "get",
        path: "/admin/audit/streams/{type}/{id}/state",
        body: NOTHING,
        expected: [401, 403, 403, 403, 200, 403],
    },
    // That they get as far as the parameters shows it.
    Row { method: "get", path: "/admin/audit/access", body: NOTHING, expected: [401, 403, 403, 403, 400, 403] },
    Row { method: "get", path: "/admin/audit/verify", body: NOTHING, expected: [401, 403, 403, 403, 200, 403] },
    Row { method: "get", path: "/admin/audit/head", body: NOTHING, expected: [401, 403, 403, 403, 200, 403] },
    Row { method: "get", path: "/admin/audit/stream", body: NOTHING, expected: [401, 403, 403, 403, 200, 403] },
    // Whose quiz it is: `quizzes` and `quiz_attempts` have their own tests. Here there is none.
    Row {
        method: "post",
        path: "/courses/{id}/quizzes",
        body: |_| Some(yes_or_no(None)),
        expected: [401, 403, 403, 201, 201, 403],
    },
    Row { method: "get", path: "/quizzes/{id}", body: NOTHING, expected: [401, 404, 404, 404, 404, 403] },
    Row {
        method: "patch",
        path: "/quizzes/{id}",
        body: |_| Some(json!({ "title": "q" })),
        expected: [401, 404, 404, 404, 404, 403],
    },
    Row { method: "delete", path: "/quizzes/{id}", body: NOTHING, expected: [401, 404, 404, 404, 404, 403] },
    Row { method: "get", path: "/quizzes/{id}/attempts", body: NOTHING, expected: [401, 404, 404, 404, 404, 403] },
    Row {
        method: "post",
        path: "/quizzes/{id}/attempts",
        body: |_| Some(json!({ "answers": [] })),
        expected: [401, 404, 404, 404, 404, 403],
    },
    Row { method: "get", path: "/admin/projections", body: NOTHING, expected: [401, 403, 403, 403, 200, 403] },
    // That they get as far as the name shows it.
    Row {
        method: "post",
        path: "/admin/projections/{name}/rebuild",
        body: NOTHING,
        expected: [401, 403, 403, 403, 404, 403],
    },
    Row {
        method: "get",
        path: "/admin/projections/{name}/rebuild",
        body: NOTHING,
        expected: [401, 403, 403, 403, 404, 403],
    },
    Row {
        method: "delete",
        path: "/admin/projections/{name}/rebuild",
        body: NOTHING,
        expected: [401, 403, 403, 403, 404, 403],
    },
    Row {
        method: "post",
        path: "/admin/projections/{name}/parked/{id}/retry",
        body: NOTHING,
        expected: [401, 403, 403, 403, 404, 403],
    },
    // That they get as far as the course, or the payment, that there is not shows it.
    Row {
        method: "post",
        path: "/purchase",
        body: |_| Some(json!({ "course_id": Uuid::now_v7(), "payment_method": "card" })),
        expected: [401, 400, 400, 400, 400, 403],
    },
    Row { method: "post", path: "/refund/{transaction_id}", body: NOTHING, expected: [401, 404, 404, 404, 404, 403] },
    Row {
        method: "post",
        path: "/admin/transactions/{id}/confirm",
        body: NOTHING,
        expected: [401, 403, 403, 403, 404, 403],
    },
    Row { method: "get", path: "/transactions", body: NOTHING, expected: [401, 200, 200, 200, 200, 403] },
    Row { method: "get", path: "/transactions/{id}/invoice", body: NOTHING, expected: [401, 404, 404, 404, 404, 403] },
    Row {
        method: "get",
        path: "/user/{user_id}/entitlements",
        body: NOTHING,
        expected: [401, 200, 403, 403, 200, 403],
    },
    // That they get as far as the plan, or the subscription, that there is not shows it.
    Row {
        method: "post",
        path: "/subscribe",
        body: |_| Some(json!({ "plan": "gold" })),
        expected: [401, 400, 400, 400, 400, 403],
    },
    Row { method: "get", path: "/subscriptions/active", body: NOTHING, expected: [401, 404, 404, 404, 404, 403] },
    Row { method: "post", path: "/subscriptions/cancel", body: NOTHING, expected: [401, 404, 404, 404, 404, 403] },
    Row { method: "post", path: "/subscriptions/pause", body: NOTHING, expected: [401, 404, 404, 404, 404, 403] },
    Row { method: "post", path: "/subscriptions/resume", body: NOTHING, expected: [401, 404, 404, 404, 404, 403] },
    Row {
        method: "post",
        path: "/subscriptions/change-plan",
        body: |_| Some(json!({ "plan": "pro" })),
        expected: [401, 404, 404, 404, 404, 403],
    },
    // Whoever has signed it may; nobody here has.
    Row { method: "post", path: SIGNED, body: |_| Some(json!({})), expected: [401; 6] },
    // The last: the tokens are dead then.
    Row { method: "post", path: "/auth/logout", body: NOTHING, expected: [401, 200, 200, 200, 200, 403] },
];

impl Stage {
    async fn set() -> Self {
        let app = TestApp::start(AppOptions::default()).await;
        let admin = app.admin().await;
        let (owner, other) = (app.instructor(&admin).await, app.instructor(&admin).await);
        let (learner, suspended) = (app.learner().await, app.instructor(&admin).await);
        let _ = app.change_user(&admin, &suspended, &json!({ "status": "suspended" })).await.expect(200);
        Self { app, admin, owner, other, learner, suspended }
    }

    fn callers(&self) -> [(&'static str, Option<&Person>); 6] {
        [
            ("nobody", None),
            ("a learner", Some(&self.learner)),
            ("another instructor", Some(&self.other)),
            ("the owner", Some(&self.owner)),
            ("an admin", Some(&self.admin)),
            ("a suspended instructor", Some(&self.suspended)),
        ]
    }

    fn request(&self, row: &Row, draft: &DraftCourse, caller: Option<&Person>) -> Request {
        let id = if row.path.contains("/users/") { &self.learner.id } else { &draft.id };
        let path = row
            .path
            .replace("{type}", "course")
            .replace("{id}", id)
            .replace("{transaction_id}", id)
            .replace("{user_id}", &self.learner.id)
            .replace("{module_id}", &draft.module)
            .replace("{lesson_id}", &draft.lesson);
        let method = row.method.to_uppercase().parse().unwrap();
        let request = self.app.request(method, &path);
        let request = match (row.body)(self) {
            Some(body) => request.json(&body),
            None => request,
        };
        match caller {
            Some(person) => request.bearer(&person.token),
            None => request,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_route_is_for_whom_it_is_for() {
    let stage = Stage::set().await;
    for row in ROWS {
        let checks = stage.callers().into_iter().zip(row.expected).map(|((name, caller), expected)| {
            let stage = &stage;
            async move {
                // A draft for each: what one has published, another can't.
                let draft = stage.app.draft(&stage.owner, "Excel, les bases").await;
                let request = stage.request(row, &draft, caller);
                // An answer without an end is as good as its head.
                let endless = row.path == "/admin/audit/stream";
                let answer = if endless { request.open().await.err() } else { Some(request.send().await) };
                let Some(answer) = answer else { return assert_eq!(expected, 200, "{} by {name}", row.path) };
                assert_eq!(answer.status, expected, "{} {} by {name}: {answer}", row.method, row.path);
                if expected >= 400 {
                    answer.assert_error_body();
                }
            }
        });
        join_all(checks).await;
    }
    stage.app.stop().await;
}

#[test]
fn each_documented_route_has_a_row_and_each_row_is_documented() {
    let document = tests::app::document();
    let mut documented = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for method in operations.as_object().unwrap().keys().filter(|name| *name != "parameters") {
            documented.insert(format!("{method} {}", path.strip_prefix(gateway::PREFIX).unwrap_or(path)));
        }
    }
    assert!(documented.len() >= 10, "{documented:?}");
    let rows: BTreeSet<String> = ROWS.iter().map(|row| format!("{} {}", row.method, row.path)).collect();
    assert_eq!(rows, documented);
}

#[test]
fn a_route_that_needs_a_token_is_documented_so() {
    let document = tests::app::document();
    for row in ROWS {
        let operation = &document["paths"][format!("{}{}", gateway::PREFIX, row.path)][row.method];
        let schemes = operation["security"].as_array().cloned().unwrap_or_default();
        let names_bearer = schemes.iter().any(|scheme| scheme.get(gateway::BEARER).is_some());
        let may_be_nobody = schemes.is_empty() || schemes.contains(&json!({}));
        assert_eq!(!may_be_nobody, row.expected[0] == 401 && row.path != SIGNED, "{} {}", row.method, row.path);
        assert!(names_bearer || row.expected.iter().all(|status| *status == row.expected[0]), "{}", row.path);
        for status in row.expected {
            assert!(operation["responses"].get(status.to_string()).is_some(), "{} {}: {status}", row.method, row.path);
        }
    }
}
