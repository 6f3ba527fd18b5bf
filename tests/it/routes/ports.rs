//! What answers where.

use reqwest::Method;
use serde_json::Value;
use tests::{AppOptions, Client, TestApp};
use uuid::Uuid;

fn allowed(answer: &tests::Answer) -> Vec<String> {
    let mut allowed: Vec<String> =
        answer.header("allow").unwrap_or_default().split(',').map(|method| method.trim().to_owned()).collect();
    allowed.sort();
    allowed
}

async fn assert_405(port: &Client, method: Method, path: &str, methods: &[&str]) {
    let answer = port.request(method.clone(), path).send().await;
    answer.assert_refused(405, "method_not_allowed");
    assert_eq!(allowed(&answer), methods, "{method} {path}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_port_serves_its_own_routes_and_the_gateway_all() {
    let app = TestApp::start(AppOptions::without_projections()).await;
    let (auth, course, payment, ai) = (app.auth_port(), app.course_port(), app.payment_port(), app.ai_port());
    let unknown = Uuid::now_v7();
    // What each route says to who sends nothing: anything but that it is not there.
    let routes = [
        (Method::POST, "/auth/register".to_owned(), Some(&auth), 400),
        (Method::POST, "/auth/login".to_owned(), Some(&auth), 400),
        (Method::GET, "/auth/verify-jwt".to_owned(), Some(&auth), 401),
        (Method::GET, "/auth/profile".to_owned(), Some(&auth), 401),
        (Method::GET, "/courses".to_owned(), Some(&course), 200),
        (Method::POST, "/courses".to_owned(), Some(&course), 401),
        (Method::POST, format!("/courses/{unknown}/publish"), Some(&course), 401),
        (Method::POST, format!("/courses/{unknown}/modules"), Some(&course), 401),
        (Method::POST, format!("/courses/{unknown}/modules/{unknown}/lessons"), Some(&course), 401),
        (Method::PATCH, format!("/admin/users/{unknown}"), None, 401),
    ];
    for (method, path, own, status) in &routes {
        let answer = app.request(method.clone(), path).send().await;
        assert_eq!(answer.status, *status, "{method} {path}: {answer}");
        for port in [&auth, &course, &payment, &ai] {
            let answer = port.request(method.clone(), path).send().await;
            if own.is_some_and(|own| std::ptr::eq(own, port)) {
                assert_eq!(answer.status, *status, "{method} {path}: {answer}");
            } else {
                answer.assert_refused(404, "not_found");
            }
        }
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_method_is_told_the_right_ones() {
    let app = TestApp::start(AppOptions::without_projections()).await;
    let (auth, course) = (app.auth_port(), app.course_port());
    for port in [&*app, &auth] {
        assert_405(port, Method::GET, "/auth/register", &["POST"]).await;
        assert_405(port, Method::DELETE, "/auth/login", &["POST"]).await;
        assert_405(port, Method::POST, "/auth/verify-jwt", &["GET", "HEAD"]).await;
    }
    let unknown = Uuid::now_v7();
    for port in [&*app, &course] {
        assert_405(port, Method::PUT, "/courses", &["GET", "HEAD", "POST"]).await;
        assert_405(port, Method::GET, &format!("/courses/{unknown}/publish"), &["POST"]).await;
        assert_405(port, Method::OPTIONS, &format!("/courses/{unknown}/modules"), &["POST"]).await;
    }
    assert_405(&app, Method::DELETE, &format!("/admin/users/{unknown}"), &["GET", "HEAD", "PATCH"]).await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_route_is_404_on_every_port() {
    let app = TestApp::start(AppOptions::without_projections()).await;
    let ports = [&*app, &app.auth_port(), &app.course_port(), &app.payment_port(), &app.ai_port()];
    for port in ports {
        for path in ["/nothing", "/courses/a/b/c", "/auth", "/auth/register/", "//courses", "/%00"] {
            port.get(path).send().await.assert_refused(404, "not_found");
            port.post(path).bytes("{}").send().await.assert_refused(404, "not_found");
        }
        for path in ["/", "/courses", "/auth/login", "/api/v1", "/api/v2/courses", "/metrics"] {
            port.root(Method::GET, path).send().await.assert_refused(404, "not_found");
        }
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_port_has_the_same_root() {
    let app = TestApp::start(AppOptions::without_projections()).await;
    let document = tests::app::document();
    let ports = [&*app, &app.auth_port(), &app.course_port(), &app.payment_port(), &app.ai_port()];
    for port in ports {
        let get = |path| port.root(Method::GET, path).send();
        assert_eq!(get("/health/live").await.expect(200).data()["status"], "live");
        let ready = get("/health/ready").await.expect(200).data();
        assert_eq!((&ready["checks"]["mongodb"], &ready["checks"]["nats"]), (&"up".into(), &"up".into()));
        let keys = get("/.well-known/jwks.json").await.expect(200).json();
        assert_eq!(keys["keys"][0]["kty"], "OKP");
        assert!(keys["keys"][0].get("d").is_none(), "{keys}");
        let served: Value = get("/openapi.json").await.expect(200).json();
        assert_eq!(served, document);
        let _ = get("/docs/").await.expect(200);
        port.get("/health/live").send().await.assert_refused(404, "not_found");
    }
    app.stop().await;
}
