//! `/openapi.json` and `/docs`: the API document and the pages to read it with, all served from this process.

use axum::Router;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use tower::ServiceBuilder;
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa_swagger_ui::SwaggerUi;

/// The pages load scripts and styles from their own origin only; Swagger UI writes style attributes and data: images.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The two routes, at the root. No file comes from another host.
pub fn router(document: utoipa::openapi::OpenApi) -> Router {
    let headers = ServiceBuilder::new()
        .layer(SetResponseHeaderLayer::if_not_present(CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_POLICY)))
        .layer(SetResponseHeaderLayer::if_not_present(CACHE_CONTROL, HeaderValue::from_static("no-cache")));
    Router::from(SwaggerUi::new("/docs").url("/openapi.json", document)).layer(headers)
}

#[cfg(test)]
mod tests {
    use http::StatusCode;
    use utoipa::openapi::{InfoBuilder, OpenApiBuilder};

    use super::*;
    use crate::http::test_client::{app, get};

    fn pages() -> Router {
        let info = InfoBuilder::new().title("Sample").version("1").build();
        app(router(OpenApiBuilder::new().info(info).build()))
    }

    #[tokio::test]
    async fn document_is_served() {
        let answer = get(&pages(), "/openapi.json").await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.json()["info"]["title"], "Sample");
    }

    #[tokio::test]
    async fn pages_and_their_files_come_from_here_and_fit_the_policy() {
        let app = pages();
        let redirect = get(&app, "/docs").await;
        assert!(redirect.status.is_redirection());
        assert_eq!(redirect.headers["location"], "/docs/");
        let page = get(&app, "/docs/").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.headers["content-security-policy"].to_str().unwrap().contains("script-src 'self'"));
        let html = page.text();
        assert!(!html.contains("https://") && !html.contains("http://"), "{html}");
        // The policy forbids inline scripts: there must be none.
        for script in html.split("<script").skip(1) {
            let tag = script.split('>').next().unwrap();
            assert!(tag.contains("src="), "{tag}");
        }
        for file in html.split("src=\"").skip(1).chain(html.split("href=\"").skip(1)) {
            let name = file.split('"').next().unwrap().trim_start_matches("./");
            let served = get(&app, &format!("/docs/{name}")).await;
            assert_eq!(served.status, StatusCode::OK, "{name}");
            assert!(!served.bytes.is_empty(), "{name}");
        }
        let start = get(&app, "/docs/swagger-initializer.js").await;
        assert!(start.text().contains("/openapi.json"));
        assert_eq!(get(&app, "/docs/absent.js").await.status, StatusCode::NOT_FOUND);
    }
}
