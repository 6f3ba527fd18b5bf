//! Random nonsense on every route: never a 5xx, always the error body.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use serde_json::{Map, Value, json};
use tests::quizzes::new_quiz;
use tests::{AppOptions, TestApp, scaled};

const METHODS: [&str; 7] = ["GET", "POST", "PATCH", "PUT", "DELETE", "HEAD", "OPTIONS"];

/// Words that mean something somewhere, and hit more than random letters.
const FIELDS: [&str; 32] = [
    "email",
    "password",
    "first_name",
    "last_name",
    "language",
    "title",
    "description",
    "domain",
    "price",
    "pricing_model",
    "stack",
    "keywords",
    "type",
    "content",
    "video",
    "url",
    "order",
    "role",
    "status",
    "amount",
    "currency",
    "quiz_id",
    "questions",
    "answers",
    "answer",
    "question_id",
    "passing_score",
    "time_spent_seconds",
    "quiz_score",
    "user_id",
    "course_id",
    "reason",
];
const TEXTS: [&str; 15] = [
    "ada@example.org",
    "Correct-horse-1",
    "Ada",
    "fr",
    "Excel, les bases",
    "Excel",
    "one-time",
    "text",
    "video",
    "https://example.org/a",
    "admin",
    "suspended",
    "EUR",
    "<p>x</p>",
    "in_progress",
];
const HEADERS: [&str; 14] = [
    "Idempotency-Key",
    "If-Match",
    "X-Request-Id",
    "X-Correlation-Id",
    "Prefer",
    "Accept-Language",
    "Accept",
    "Authorization",
    "X-Forwarded-For",
    "User-Agent",
    "Content-Encoding",
    "Cookie",
    "Range",
    "Origin",
];

/// One request: nothing of it need make sense.
#[derive(Clone, Debug)]
struct Nonsense {
    method: String,
    path: String,
    caller: usize,
    content_type: Option<String>,
    body: Vec<u8>,
    headers: Vec<(String, Vec<u8>)>,
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![4 => select(TEXTS.to_vec()).prop_map(str::to_owned), 2 => any::<String>(), 1 => "[a\u{0}é😀$.{}]{0,300}"]
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        4 => text().prop_map(Value::String),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<f64>().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        let object = btree_map(field(), inner.clone(), 0..6);
        prop_oneof![vec(inner, 0..6).prop_map(Value::Array), object.prop_map(|map| Value::Object(Map::from_iter(map)))]
    })
}

fn field() -> impl Strategy<Value = String> {
    prop_oneof![8 => select(FIELDS.to_vec()).prop_map(str::to_owned), 1 => any::<String>(), 1 => Just("$ne".to_owned())]
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    let object = btree_map(field(), json_value(), 0..10).prop_map(|map| Value::Object(Map::from_iter(map)));
    prop_oneof![
        6 => object.prop_map(|value| value.to_string().into_bytes()),
        2 => json_value().prop_map(|value| value.to_string().into_bytes()),
        2 => vec(any::<u8>(), 0..200),
    ]
}

/// A header's value may hold any byte but control characters.
fn header_value() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![4 => 0x20..=0x7e_u8, 1 => 0x80..=0xff_u8];
    let known = ["\"1\"", "respond-async", "Bearer x.y.z", "en;q=2", "key", "identity", "bytes=0-"];
    prop_oneof![2 => vec(byte, 0..80), 2 => select(known.to_vec()).prop_map(|text| text.as_bytes().to_vec())]
}

fn nonsense(paths: Vec<(String, String)>) -> impl Strategy<Value = Nonsense> {
    let route = prop_oneof![
        6 => select(paths.clone()),
        2 => (select(METHODS.to_vec()), select(paths)).prop_map(|(method, (_, path))| (method.to_owned(), path)),
        1 => (select(METHODS.to_vec()), "/[a-z/%.0-9]{0,30}").prop_map(|(method, path)| (method.to_owned(), path)),
    ];
    let query = prop_oneof![3 => Just(String::new()), 1 => "\\?[a-z_=&%0-9+]{0,40}", 1 => "\\?(page|limit|search|domain|stack)=[^#]{0,40}"];
    let content_type = prop_oneof![
        8 => Just(Some("application/json".to_owned())),
        1 => Just(None),
        1 => "[a-z/;= -]{0,30}".prop_map(Some),
    ];
    let header = (select(HEADERS.to_vec()).prop_map(str::to_owned), header_value());
    (route, query, 0..4_usize, content_type, body(), vec(header, 0..4)).prop_map(
        |((method, path), query, caller, content_type, body, headers)| Nonsense {
            method,
            path: path + &query,
            caller,
            content_type,
            body,
            headers,
        },
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_is_sent_gets_a_5xx() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let (instructor, learner) = (app.instructor(&admin).await, app.learner().await);
    let draft = app.draft(&instructor, "Excel, les bases").await;
    let (quiz, _) = app.quiz_of(&instructor, &draft.id, &new_quiz(None)).await;
    let callers = ["", &learner.token, &instructor.token, &admin.token];
    let document = tests::app::document();
    let mut paths = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        let path = path.strip_prefix(gateway::PREFIX).unwrap();
        // Who has signed out could try nothing else.
        if path == "/auth/logout" {
            continue;
        }
        // Its answer has no end.
        if path == "/admin/audit/stream" {
            continue;
        }
        // Admins change the learner: the others must be able to go on.
        let id = match path.split('/').nth(1) {
            Some("admin") => &learner.id,
            Some("quizzes") => &quiz,
            _ => &draft.id,
        };
        let path = path
            .replace("{type}", "user")
            .replace("{name}", "users")
            .replace("{id}", id)
            .replace("{module_id}", &draft.module)
            .replace("{lesson_id}", &draft.lesson);
        let methods = operations.as_object().unwrap().keys().map(|method| method.to_uppercase());
        // Nor could who is erased, and a quiz that is gone could be asked for nothing.
        let last = ["/auth/profile".to_owned(), format!("/quizzes/{quiz}")];
        let methods = methods.filter(|method| method != "DELETE" || !last.contains(&path));
        paths.extend(methods.map(|method| (method, path.clone())));
    }
    let mut runner = TestRunner::new(Config { rng_seed: RngSeed::Fixed(20_260_131), ..Config::default() });
    let strategy = nonsense(paths);
    let (mut answered, mut refused) = (0, 0);
    for _ in 0..scaled(10_000) {
        let case = strategy.new_tree(&mut runner).unwrap().current();
        let Some(answer) = send(&app, &case, callers[case.caller]).await else { continue };
        assert!(answer.status < 500, "{case:?}: {answer}");
        if answer.status >= 400 && case.method != "HEAD" {
            answer.assert_error_body();
            refused += 1;
        } else {
            answered += 1;
        }
    }
    // Were nearly all of them nonsense of one kind, nothing would have been tried.
    assert!(answered > 10 && refused > 100, "{answered} answered, {refused} refused");
    let registered = app.post("/auth/register").json(&json!({})).send().await;
    registered.assert_refused(400, "validation_failed");
    app.stop().await;
}

/// None when the client itself will not send such a thing.
async fn send(app: &TestApp, case: &Nonsense, token: &str) -> Option<tests::Answer> {
    let mut request = app.request(case.method.parse().unwrap(), &case.path);
    request = request.body(case.content_type.as_deref(), case.body.clone());
    if !token.is_empty() {
        request = request.bearer(token);
    }
    for (name, value) in &case.headers {
        request = request.header_bytes(name, value);
    }
    match request.try_send().await {
        Ok(answer) => Some(answer),
        Err(error) => {
            assert!(error.is_builder(), "{case:?}: {error:?}");
            None
        }
    }
}
