//! Ports and their routes, with little routers in the place of the two APIs.

use std::collections::HashMap;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use service_kit::auth::VerifyingKeys;
use service_kit::health::Health;
use service_kit::http::Messages;
use service_kit::settings::{Mode, Settings};
use tokio::net::TcpListener;
use tower::ServiceExt as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::ports::Ports;
use crate::{BEARER, ListenError, Root, ServiceRouters, document, listen};

#[derive(Clone)]
struct Word(&'static str);

#[utoipa::path(get, path = "/courses/{id}", responses((status = 200)))]
async fn show_course(State(word): State<Word>) -> &'static str {
    word.0
}

#[utoipa::path(patch, path = "/courses/{id}", responses((status = 200)), security(("bearer" = [])))]
async fn change_course() -> &'static str {
    "changed"
}

#[utoipa::path(post, path = "/auth/login", responses((status = 200)))]
async fn log_in() -> &'static str {
    "in"
}

#[utoipa::path(get, path = "/admin/users", responses((status = 200)))]
async fn list_users() -> &'static str {
    "users"
}

fn reads() -> ServiceRouters<Word> {
    ServiceRouters {
        course: OpenApiRouter::new().routes(routes!(show_course)),
        admin: OpenApiRouter::new().routes(routes!(list_users)),
        ..ServiceRouters::default()
    }
}

fn writes() -> ServiceRouters {
    ServiceRouters {
        auth: OpenApiRouter::new().routes(routes!(log_in)),
        course: OpenApiRouter::new().routes(routes!(change_course)),
        ..ServiceRouters::default()
    }
}

fn root() -> Root {
    Root {
        health: Health::new().router(),
        jwks: VerifyingKeys::default().router(),
        messages: Messages::base(),
        title: "Sample",
    }
}

fn merged() -> ServiceRouters {
    writes().merge(reads().with_state(&Word("course")))
}

fn ports() -> Ports {
    let options = service_kit::http::HttpOptions::new(Messages::base());
    Ports::new(merged(), &root(), &options)
}

async fn call(port: &Router, method: Method, path: &str) -> (StatusCode, http::HeaderMap, String) {
    let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
    let (parts, body) = port.clone().oneshot(request).await.unwrap().into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    (parts.status, parts.headers, String::from_utf8_lossy(&bytes).into_owned())
}

async fn status(port: &Router, method: Method, path: &str) -> StatusCode {
    call(port, method, path).await.0
}

#[tokio::test]
async fn a_port_serves_its_own_service_and_the_gateway_all_of_them() {
    let ports = ports();
    let routes = [
        (Method::POST, "/api/v1/auth/login", &ports.auth),
        (Method::GET, "/api/v1/courses/1", &ports.course),
        (Method::PATCH, "/api/v1/courses/1", &ports.course),
    ];
    for (method, path, own) in routes {
        assert_eq!(status(&ports.gateway, method.clone(), path).await, StatusCode::OK, "{path}");
        for port in [&ports.auth, &ports.course, &ports.payment, &ports.ai] {
            let expected = if std::ptr::eq(port, own) { StatusCode::OK } else { StatusCode::NOT_FOUND };
            assert_eq!(status(port, method.clone(), path).await, expected, "{path}");
        }
    }
    assert_eq!(call(&ports.course, Method::GET, "/api/v1/courses/1").await.2, "course");
}

#[tokio::test]
async fn admin_stands_on_the_gateway_only() {
    let ports = ports();
    assert_eq!(status(&ports.gateway, Method::GET, "/api/v1/admin/users").await, StatusCode::OK);
    for port in [&ports.auth, &ports.course, &ports.payment, &ports.ai] {
        assert_eq!(status(port, Method::GET, "/api/v1/admin/users").await, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_wrong_method_is_told_what_both_apis_allow() {
    let ports = ports();
    for port in [&ports.gateway, &ports.course] {
        for method in [Method::DELETE, Method::OPTIONS] {
            let (status, headers, body) = call(port, method, "/api/v1/courses/1").await;
            assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
            let mut allowed: Vec<&str> = headers["allow"].to_str().unwrap().split(',').map(str::trim).collect();
            allowed.sort_unstable();
            assert_eq!(allowed, ["GET", "HEAD", "PATCH"]);
            assert!(body.contains("method_not_allowed"), "{body}");
        }
        let (status, _, body) = call(port, Method::HEAD, "/api/v1/courses/1").await;
        assert_eq!((status, body.as_str()), (StatusCode::OK, ""));
    }
}

#[tokio::test]
async fn what_is_unknown_is_404_with_the_error_body() {
    let ports = ports();
    for path in ["/api/v1/nothing", "/api/v1", "/courses/1", "/"] {
        let (status, _, body) = call(&ports.gateway, Method::GET, path).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        assert!(body.contains("not_found"), "{body}");
    }
}

#[tokio::test]
async fn every_port_has_the_same_root() {
    let ports = ports();
    for port in [&ports.gateway, &ports.auth, &ports.course, &ports.payment, &ports.ai] {
        for path in ["/health/live", "/health/ready", "/docs/", "/.well-known/jwks.json"] {
            assert_eq!(status(port, Method::GET, path).await, StatusCode::OK, "{path}");
        }
        let (_, _, body) = call(port, Method::GET, "/openapi.json").await;
        let document: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(document["info"]["title"], "Sample");
        let course = &document["paths"]["/api/v1/courses/{id}"];
        assert!(course["get"].is_object() && course["patch"].is_object(), "{document}");
        assert!(document["paths"]["/api/v1/admin/users"]["get"].is_object());
        assert_eq!(document["components"]["securitySchemes"][BEARER]["scheme"], "bearer");
    }
}

#[test]
fn a_document_needs_no_state_and_is_the_one_that_is_served() {
    let stateless = document("Sample", [writes().openapi(), reads().openapi()]);
    let served = document("Sample", [merged().openapi()]);
    assert_eq!(serde_json::to_value(stateless).unwrap(), serde_json::to_value(served).unwrap());
}

fn settings(folder: &tempfile::TempDir, gateway_port: u16) -> Settings {
    let ports = ["HAR_AUTH_PORT", "HAR_COURSE_PORT", "HAR_PAYMENT_PORT", "HAR_AI_PORT"];
    let mut variables: HashMap<String, String> =
        ports.iter().map(|name| ((*name).to_owned(), "0".to_owned())).collect();
    variables.insert("HAR_GATEWAY_PORT".to_owned(), gateway_port.to_string());
    variables.insert("HAR_DATA_DIR".to_owned(), folder.path().display().to_string());
    Settings::from_layers(Mode::Dev, variables, None).unwrap()
}

#[tokio::test]
async fn a_taken_port_is_told_by_its_setting() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = listen(merged(), &settings(&folder, port), root()).await.err().unwrap();
    assert!(matches!(error, ListenError::Port { setting: "HAR_GATEWAY_PORT", .. }));
    assert!(error.to_string().contains(&port.to_string()), "{error}");
}

#[tokio::test]
async fn ports_are_known_before_they_are_served_and_closed_after() {
    let folder = tempfile::tempdir().unwrap();
    let bound = listen(merged(), &settings(&folder, 0), root()).await.unwrap();
    let addresses = bound.addresses();
    assert_ne!(addresses.gateway.port(), 0);
    assert_eq!(status(&bound.gateway(), Method::POST, "/api/v1/auth/login").await, StatusCode::OK);
    let stop = tokio_util::sync::CancellationToken::new();
    let serving = tokio::spawn(bound.serve(stop.clone()));
    for address in [addresses.gateway, addresses.auth, addresses.course, addresses.payment, addresses.ai] {
        tokio::net::TcpStream::connect(address).await.unwrap();
    }
    stop.cancel();
    serving.await.unwrap();
    assert!(tokio::net::TcpStream::connect(addresses.gateway).await.is_err());
}
