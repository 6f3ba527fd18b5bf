//! The layers as a whole, called in memory and over a socket.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::routing::{get, post};
use axum::{Json, Router};
use futures::StreamExt as _;
use http::{Method, StatusCode, header};
use http_body_util::BodyExt as _;
use serde::Deserialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::serve::serve_within;
use super::test_client::{Answer, app, get as fetch, request, send};
use super::{ApiError, HttpOptions, JsonBody, Messages, PathId, QueryParams, RequestContext, Success, with_layers};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Thing {
    name: Option<String>,
}

async fn show(PathId(id): PathId<Uuid>) -> Success<Uuid> {
    Success::data(id).position(7).version(3)
}

async fn list(mut query: QueryParams) -> Result<Success<u32>, ApiError> {
    let page = query.page();
    query.finish()?;
    Ok(Success::data(page.page))
}

async fn make(JsonBody(thing): JsonBody<Thing>) -> Success<Option<String>> {
    Success::data(thing.name).created().pending()
}

async fn maybe(body: Option<JsonBody<Thing>>) -> Success<bool> {
    Success::data(body.is_some())
}

async fn fail() -> ApiError {
    ApiError::internal("password=hunter2")
}

async fn who(context: RequestContext) -> Json<serde_json::Value> {
    Json(serde_json::json!({
        "correlation": context.correlation_id, "async": context.prefer_async, "min": context.min_position,
        "if_match": context.if_match, "key": context.idempotency_key.as_deref(), "ip": context.client_ip,
    }))
}

#[allow(clippy::panic)]
async fn explode() -> StatusCode {
    panic!("expected by a test");
}

fn sample() -> Router {
    let one = Router::new().route("/things/{id}", get(show)).route("/things", get(list));
    let two = Router::new()
        .route("/things", post(make))
        .route("/maybe", post(maybe))
        .route("/fail", get(fail))
        .route("/explode", get(explode))
        .route("/who", get(who).put(who))
        .route("/bare", get(|| async { StatusCode::UNAUTHORIZED }))
        .route("/pair/{a}/{b}", get(|PathId((a, b)): PathId<(Uuid, Uuid)>| async move { Json((a, b)) }));
    one.merge(two)
}

async fn post_to(path: &str, content_type: &str, body: impl Into<Body>) -> Answer {
    let request = request(Method::POST, path).header(header::CONTENT_TYPE, content_type).body(body.into()).unwrap();
    send(&app(sample()), request).await
}

async fn with_header(method: Method, path: &str, name: &str, value: &[u8]) -> Answer {
    send(&app(sample()), request(method, path).header(name, value).body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn unknown_routes_and_wrong_methods_have_the_error_body() {
    let app = app(sample());
    for path in ["/nowhere", "/%ff", "/things/%ff", "/things/no-uuid", "/pair/x/y", "/things/%00", "/a/%2e%2e/"] {
        let answer = fetch(&app, path).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::NOT_FOUND, "not_found".to_owned()), "{path}");
        let body = answer.json();
        assert_eq!(body["success"], false);
        assert_eq!(body["error"]["message"], "Introuvable.");
        assert_eq!(body["error"]["request_id"], answer.headers["x-request-id"].to_str().unwrap());
        assert!(body["error"].get("details").is_none());
    }
    let wrong = send(&app, request(Method::DELETE, "/things").body(Body::empty()).unwrap()).await;
    assert_eq!((wrong.status, wrong.code()), (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed".to_owned()));
    assert_eq!(wrong.headers["allow"], "GET,HEAD,POST");
    let odd = send(&app, request(Method::from_bytes(b"BREW").unwrap(), "/fail").body(Body::empty()).unwrap()).await;
    assert_eq!(odd.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn success_has_its_headers_and_head_works() {
    let app = app(sample());
    let path = format!("/things/{}", Uuid::nil());
    let answer = fetch(&app, &path).await;
    assert_eq!(answer.json(), serde_json::json!({"success": true, "data": Uuid::nil()}));
    assert_eq!(
        (&answer.headers["x-position"], &answer.headers["etag"]),
        (&"7".parse().unwrap(), &"\"3\"".parse().unwrap())
    );
    assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    assert_eq!(answer.headers["referrer-policy"], "no-referrer");
    assert_eq!(answer.headers["cache-control"], "no-store");
    let head = send(&app, request(Method::HEAD, &path).body(Body::empty()).unwrap()).await;
    assert_eq!((head.status, head.bytes.len()), (StatusCode::OK, 0));
    let absent = send(&app, request(Method::HEAD, "/nowhere").body(Body::empty()).unwrap()).await;
    assert_eq!((absent.status, absent.bytes.len()), (StatusCode::NOT_FOUND, 0));
}

#[tokio::test]
async fn bodies_are_judged() {
    let made = post_to("/things", "application/json", r#"{"name":"x"}"#).await;
    assert_eq!(made.status, StatusCode::CREATED);
    assert_eq!(made.headers["x-projection"], "pending");
    let unknown = post_to("/things", "application/json", r#"{"name":"x","role":"admin"}"#).await;
    assert_eq!((unknown.status, unknown.code()), (StatusCode::BAD_REQUEST, "unknown_field".to_owned()));
    assert_eq!(unknown.json()["error"]["details"][0]["field"], "role");
    for (content_type, body) in [("text/plain", "{}"), ("application/json", "{"), ("application/json", "")] {
        let answer = post_to("/things", content_type, body).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::BAD_REQUEST, "malformed_body".to_owned()));
    }
    let large = post_to("/things", "application/json", vec![b' '; (1 << 20) + 1]).await;
    assert_eq!((large.status, large.code()), (StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large".to_owned()));
    let fits = post_to("/things", "application/json", format!("{{}}{}", " ".repeat((1 << 20) - 2))).await;
    assert_eq!(fits.status, StatusCode::CREATED);
}

#[tokio::test]
async fn an_optional_body_may_be_empty_but_not_wrong() {
    assert_eq!(post_to("/maybe", "text/plain", "").await.json()["data"], false);
    assert_eq!(post_to("/maybe", "application/json", "{}").await.json()["data"], true);
    assert_eq!(post_to("/maybe", "text/plain", "{}").await.code(), "malformed_body");
}

#[tokio::test]
async fn failures_tell_nothing_of_their_cause() {
    let app = app(sample());
    for path in ["/fail", "/explode"] {
        let answer = fetch(&app, path).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::INTERNAL_SERVER_ERROR, "internal".to_owned()));
        assert!(!answer.text().contains("hunter2") && !answer.text().contains("expected by"));
    }
    let bare = fetch(&app, "/bare").await;
    assert_eq!(bare.code(), "unauthorized");
    assert_eq!(bare.headers["www-authenticate"], "Bearer");
}

#[tokio::test]
async fn language_and_request_id_are_the_callers() {
    let english = with_header(Method::GET, "/nowhere", "accept-language", b"en-GB, fr;q=0.3").await;
    assert_eq!(english.json()["error"]["message"], "Not found.");
    assert_eq!(english.headers["content-language"], "en");
    let echoed = with_header(Method::GET, "/who", "x-request-id", b"abc-1").await;
    assert_eq!(echoed.headers["x-request-id"], "abc-1");
    for bad in [&b""[..], b"a b", "é".as_bytes(), &[b'x'; 129]] {
        let made = with_header(Method::GET, "/who", "x-request-id", bad).await;
        assert!(Uuid::parse_str(made.headers["x-request-id"].to_str().unwrap()).is_ok());
    }
}

#[tokio::test]
async fn correlation_ids_are_carried() {
    let id = Uuid::now_v7().to_string();
    let given = with_header(Method::GET, "/who", "x-correlation-id", id.as_bytes()).await;
    assert_eq!(given.json()["correlation"], id);
    let text = with_header(Method::GET, "/who", "x-correlation-id", b"order-17").await.json();
    let again = with_header(Method::GET, "/who", "x-correlation-id", b"order-17").await.json();
    let other = with_header(Method::GET, "/who", "x-correlation-id", b"order-18").await.json();
    assert_eq!(text["correlation"], again["correlation"]);
    assert_ne!(text["correlation"], other["correlation"]);
}

#[tokio::test]
async fn request_headers_are_parsed_or_refused() {
    let seen = |field: &'static str, name: &'static str, value: &'static str| async move {
        with_header(Method::PUT, "/who", name, value.as_bytes()).await.json()[field].clone()
    };
    assert_eq!(seen("if_match", "if-match", "\"12\"").await, 12);
    assert_eq!(seen("min", "x-min-position", "5").await, 5);
    assert_eq!(seen("key", "idempotency-key", "k-1").await, "k-1");
    assert_eq!(seen("key", "idempotency-key", "order of Ada").await, "order of Ada");
    assert_eq!(seen("async", "prefer", "wait=5, respond-async").await, true);
    let long = "x".repeat(256);
    for (name, value) in [
        ("If-Match", "12"),
        ("If-Match", "W/\"12\""),
        ("If-Match", "*"),
        ("If-Match", "\"\""),
        ("If-Match", "\"99999999999999999999\""),
        ("X-Min-Position", "-1"),
        ("X-Min-Position", "+1"),
        ("X-Min-Position", "é"),
        ("Idempotency-Key", "a\tb"),
        ("Idempotency-Key", ""),
        ("Idempotency-Key", long.as_str()),
    ] {
        let answer = with_header(Method::PUT, "/who", name, value.as_bytes()).await;
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::BAD_REQUEST, "validation_failed".to_owned()),
            "{value}"
        );
        assert_eq!(answer.json()["error"]["details"][0]["field"], name);
    }
    // Nothing is changed by a GET: these two say nothing there.
    assert_eq!(with_header(Method::GET, "/who", "if-match", b"*").await.status, StatusCode::OK);
    let twice = request(Method::GET, "/who").header("x-min-position", "1").header("x-min-position", "2");
    assert_eq!(send(&app(sample()), twice.body(Body::empty()).unwrap()).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn query_strings_are_judged() {
    let app = app(sample());
    assert_eq!(fetch(&app, "/things?page=4&else=%20").await.json()["data"], 4);
    let bad = fetch(&app, "/things?page=0&limit=x").await;
    assert_eq!(bad.code(), "validation_failed");
    assert_eq!(bad.json()["error"]["details"].as_array().unwrap().len(), 2);
    assert_eq!(fetch(&app, "/things?x=%ff").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn time_and_load_are_limited() {
    let entered = Arc::new(Notify::new());
    let inside = entered.clone();
    let slow = move || async move {
        inside.notify_one();
        std::future::pending::<StatusCode>().await
    };
    let router = Router::new().route("/slow", get(slow)).route("/health/live", get(|| async { StatusCode::OK }));
    let mut options = HttpOptions::new(Messages::base());
    options.max_in_flight = 1;
    options.request_timeout = Duration::from_millis(300);
    let app = with_layers(router, &options);
    let first = tokio::spawn({
        let app = app.clone();
        async move { fetch(&app, "/slow").await }
    });
    entered.notified().await;
    let shed = fetch(&app, "/slow").await;
    assert_eq!((shed.status, shed.code()), (StatusCode::SERVICE_UNAVAILABLE, "overloaded".to_owned()));
    assert_eq!(shed.headers["retry-after"], "1");
    assert_eq!(fetch(&app, "/health/live").await.status, StatusCode::OK);
    let late = first.await.unwrap();
    assert_eq!((late.status, late.code()), (StatusCode::SERVICE_UNAVAILABLE, "timeout".to_owned()));
}

/// Bodies whose pieces of 8 KiB come after these pauses, and one that never ends.
fn body_in_pieces(pauses: impl Iterator<Item = Duration> + Send + 'static, ends: bool) -> Body {
    let pieces = futures::stream::iter(pauses).then(async |pause| {
        tokio::time::sleep(pause).await;
        Ok::<_, std::convert::Infallible>(vec![0_u8; 8 * 1024])
    });
    if ends { Body::from_stream(pieces) } else { Body::from_stream(pieces.chain(futures::stream::pending())) }
}

#[tokio::test]
async fn a_large_body_takes_its_time_and_one_that_stalls_does_not() {
    let read = |body: Body| async move { body.collect().await.unwrap().to_bytes().len().to_string() };
    let mut options = HttpOptions::new(Messages::base());
    options.request_timeout = Duration::from_millis(300);
    let app = with_layers(Router::new().route("/large", post(read)), &options);
    let large = |body| request(Method::POST, "/large").body(body).unwrap();
    // 160 KiB a second: thrice the usual time, and it is there.
    let steady = std::iter::repeat_n(Duration::from_millis(50), 20);
    let answer = send(&app, large(body_in_pieces(steady, true))).await;
    assert_eq!((answer.status, answer.text()), (StatusCode::OK, (160 * 1024).to_string()));
    // 8 KiB a second, and a megabyte at once that earned 16 s by the rate, but nothing for standing still.
    let trickle = body_in_pieces(std::iter::repeat(Duration::from_secs(1)), false);
    let stall = body_in_pieces(std::iter::repeat_n(Duration::ZERO, 128), false);
    for body in [trickle, stall] {
        let started = std::time::Instant::now();
        let answer = send(&app, large(body)).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::REQUEST_TIMEOUT, "timeout".to_owned()));
        assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
    }
}

#[tokio::test]
async fn cors_is_for_listed_origins_and_errors_too() {
    let mut options = HttpOptions::new(Messages::base());
    options.cors_origins = vec!["https://app.example".parse().unwrap()];
    let app = with_layers(sample(), &options);
    let from = |origin: &str, path: &str| request(Method::GET, path).header("origin", origin).body(Body::empty());
    let listed = send(&app, from("https://app.example", "/nowhere").unwrap()).await;
    assert_eq!(listed.headers["access-control-allow-origin"], "https://app.example");
    assert!(listed.headers["access-control-expose-headers"].to_str().unwrap().contains("x-position"));
    assert_eq!(listed.code(), "not_found");
    let stranger = send(&app, from("https://evil.example", "/who").unwrap()).await;
    assert!(!stranger.headers.contains_key("access-control-allow-origin"));
    let preflight = request(Method::OPTIONS, "/things")
        .header("origin", "https://app.example")
        .header("access-control-request-method", "POST");
    let preflight = send(&app, preflight.body(Body::empty()).unwrap()).await;
    assert_eq!(preflight.status, StatusCode::OK);
    assert!(preflight.headers.contains_key("x-request-id"));
}

async fn server(router: Router, head: Duration) -> (std::net::SocketAddr, CancellationToken, JoinHandle<()>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let shutdown = CancellationToken::new();
    (address, shutdown.clone(), tokio::spawn(serve_within(listener, app(router), shutdown, head)))
}

#[tokio::test]
async fn a_served_request_knows_its_peer_and_shutdown_drains() {
    let started = Arc::new(Notify::new());
    let (go, entered) = (Arc::new(Notify::new()), started.clone());
    let gate = go.clone();
    let router = sample().route(
        "/held",
        get(move || async move {
            entered.notify_one();
            gate.notified().await;
            "done"
        }),
    );
    let (address, shutdown, serving) = server(router, Duration::from_secs(10)).await;
    let mut first = TcpStream::connect(address).await.unwrap();
    first.write_all(b"GET /who HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    first.read_to_string(&mut answer).await.unwrap();
    assert!(answer.contains("\"ip\":\"127.0.0.1\""), "{answer}");

    let mut held = TcpStream::connect(address).await.unwrap();
    held.write_all(b"GET /held HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    started.notified().await;
    shutdown.cancel();
    // Refused once the listener is gone, while the open request still gets its answer.
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    go.notify_one();
    let mut answer = String::new();
    held.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with("done"), "{answer}");
    serving.await.unwrap();
}

#[tokio::test]
async fn callers_that_send_no_whole_head_are_cut_off() {
    let (address, _shutdown, _serving) = server(sample(), Duration::from_millis(100)).await;
    for start in [&b""[..], b"PRI * HTTP/2.0\r\n", b"GET /who HTTP/1.1\r\nhost: x\r\n"] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(start).await.unwrap();
        let mut rest = Vec::new();
        // Ends only when the server closes.
        tokio::time::timeout(Duration::from_secs(60), stream.read_to_end(&mut rest)).await.unwrap().ok();
    }
}
