//! Trouble with MongoDB is told in time.

use std::time::Duration;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;

/// How long all calls of one request to MongoDB may take together. A command must have its 503 within three seconds,
/// and something is left for everything else.
const MONGODB_LIMIT: Duration = Duration::from_millis(1_800);

/// The layer around every route of an API: gives the request's calls to MongoDB one deadline.
pub async fn in_time(request: Request, next: Next) -> Response {
    event_log::with_deadline(MONGODB_LIMIT, next.run(request)).await
}

/// Gives what comes after a long upload a deadline of its own: the request's began before the first byte came.
pub async fn in_time_anew<T>(work: impl Future<Output = T>) -> T {
    event_log::with_deadline(MONGODB_LIMIT, work).await
}
