//! Trouble with MongoDB is told in time.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

/// The layer around every route of an API: gives the request's calls to MongoDB one deadline
/// (`HAR_MONGODB_PATIENCE_MS`). A command must have its 503 within three seconds, and something is left for everything
/// else.
pub async fn in_time(State(patience): State<Duration>, request: Request, next: Next) -> Response {
    event_log::with_deadline(patience, next.run(request)).await
}
