//! The OpenAPI document of the product.

use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder};

use crate::PREFIX;

/// The name that routes give their security scheme by: `security(("bearer" = []))`.
pub const BEARER: &str = "bearer";

/// One document from the parts that [`ServiceRouters::openapi`](crate::ServiceRouters::openapi) gives: every path under
/// `/api/v1`, operations of the same path together, and the scheme [`BEARER`] declared.
#[must_use]
pub fn document(title: &str, parts: impl IntoIterator<Item = OpenApi>) -> OpenApi {
    let mut scheme = Http::new(HttpAuthScheme::Bearer);
    scheme.bearer_format = Some("JWT".to_owned());
    let components = ComponentsBuilder::new().security_scheme(BEARER, SecurityScheme::Http(scheme)).build();
    let info = InfoBuilder::new().title(title).version(env!("CARGO_PKG_VERSION")).build();
    // Merged before the prefix comes: nesting would replace a path that is there already.
    let mut routes = OpenApi::default();
    for part in parts {
        routes.merge(part);
    }
    OpenApiBuilder::new().info(info).components(Some(components)).build().nest(PREFIX, routes)
}
