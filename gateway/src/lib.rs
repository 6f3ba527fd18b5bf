//! Where each service answers: which routes stand on which port, and what stands at the root of every one.
//!
//! | Port | Serves under `/api/v1` |
//! |---|---|
//! | gateway | every service, and `/admin` |
//! | auth, course, payment, ai | that service's routes only |
//!
//! At the root of every port, outside `/api/v1`: `/health/live`, `/health/ready`, `/openapi.json` (the document of the
//! whole product), `/docs`, `/.well-known/jwks.json`.
//!
//! command-api and query-api each make a [`ServiceRouters`] of their own routes. `har dev` merges the two by method, so
//! that a wrong method gets 405 with all that are allowed; each of them alone is served the same way in a deployment.
//!
//! | Module | What it does |
//! |---|---|
//! | `services` | [`ServiceRouters`]: routes by service, merged and given their state |
//! | `document` | [`document`]: one OpenAPI document from several parts |
//! | `ports` | which router a port gets |
//! | `listen` | [`listen`]: all ports bound, then served |

mod document;
mod listen;
mod ports;
mod services;
#[cfg(test)]
mod tests;

pub use document::{BEARER, document};
pub use listen::{Addresses, Bound, ListenError, bind, listen};
pub use ports::{PREFIX, Root, api_url};
pub use services::ServiceRouters;
