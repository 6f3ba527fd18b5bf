//! GET /auth/export: all that is held on me.

use access::{Caller, log_failure};
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, HeaderName};
use axum::response::{IntoResponse as _, Response};
use event_log::LogError;
use events::{Position, Timestamp};
use futures::stream::{self, Stream, StreamExt as _};
use read_models::views::{
    AttemptView, EnrollmentListItem, LessonProgressView, ReviewView, SessionView, SubscriptionView, TransactionFilter,
    TransactionView, UserView, list_transactions, load_attempts_of, load_learning_of, load_reviews_of, load_sessions,
    load_subscriptions, load_user,
};
use read_models::{
    AUDIT_PROJECTION, COURSES_PROJECTION, ENROLLMENTS_PROJECTION, QUIZZES_PROJECTION, SUBSCRIPTIONS_PROJECTION,
    TRANSACTIONS_PROJECTION, USERS_PROJECTION,
};
use serde::Serialize;
use service_kit::clock::Clock;
use service_kit::http::{ApiError, DataBody, ErrorBody, RequestContext};
use utoipa::ToSchema;

use super::list_sessions::with_devices;
use crate::Reads;
use crate::audit::{AuditEventView, PersonEvents};
use crate::reads::absent;

/// What the answer is read from.
const READ: [&str; 7] = [
    USERS_PROJECTION,
    COURSES_PROJECTION,
    ENROLLMENTS_PROJECTION,
    QUIZZES_PROJECTION,
    TRANSACTIONS_PROJECTION,
    SUBSCRIPTIONS_PROJECTION,
    AUDIT_PROJECTION,
];
/// The end of the answer's JSON: the events are the last that is in it.
const END: &[u8] = b"]}}";

/// All that is held on me.
#[derive(Serialize, ToSchema)]
#[schema(as = PersonalExport)]
pub(crate) struct Export {
    /// My account, as GET /auth/profile shows it.
    profile: UserView,
    /// The courses that I take or have left, as GET /enrollments shows them.
    enrollments: Vec<EnrollmentListItem>,
    /// How far I am in their lessons, as GET /courses/{id}/progress shows it.
    progress: Vec<LessonProgressView>,
    /// What I have paid, as GET /transactions shows it.
    transactions: Vec<TransactionView>,
    /// The plans that I have had, as GET /subscriptions/active shows mine.
    subscriptions: Vec<SubscriptionView>,
    /// What I have written of courses, as GET /courses/{id}/reviews shows it.
    reviews: Vec<ReviewView>,
    /// My attempts at quizzes, as GET /quizzes/{id}/attempts shows them; what I answered is in the events.
    quiz_attempts: Vec<AttemptView>,
    /// Where I am signed in, all of it, as GET /auth/sessions shows it.
    sessions: Vec<SessionView>,
    /// Everything that I did and that happened to me, in the order of the log.
    events: Vec<AuditEventView>,
}

/// All that is held on the caller, up to the instant of the request, as a file.
///
/// The events come while they are read, in as many pieces as there are. When they can't be read to the end, the
/// connection ends before the JSON does.
#[utoipa::path(
    get,
    path = "/auth/export",
    tag = "auth",
    security(("bearer" = [])),
    params(("X-Min-Position" = Option<u64>, Header, description = "position that the answer must have reached")),
    responses(
        (status = 200, body = DataBody<Export>, headers(
            ("X-Position" = u64, description = "position that the answer has reached"),
            ("Content-Disposition" = String, description = "that it is a file, and its name"),
        )),
        (status = 400, description = "`validation_failed`: a header is not valid", body = ErrorBody),
        (status = 401, description = "`unauthorized`", body = ErrorBody),
        (status = 403, description = "`user_suspended`", body = ErrorBody),
        (status = 503, description = "`read_model_behind`, `unavailable`", body = ErrorBody),
    )
)]
pub(crate) async fn export_data(
    State(reads): State<Reads>,
    State(clock): State<Clock>,
    caller: Caller,
    context: RequestContext,
) -> Result<Response, ApiError> {
    reads.begin(&context, &READ).await?;
    let head = reads.catch_up(&READ).await?;
    let failed = |error: LogError| log_failure(&error);
    let user = load_user(reads.database(), caller.user_id).await.map_err(failed)?.ok_or_else(absent)?;
    let now = Timestamp::new(clock.now());
    let sessions = load_sessions(reads.database(), caller.user_id).await.map_err(failed)?.live(now);
    let sessions = with_devices(sessions, reads.log(), caller.session_id).await.map_err(failed)?;
    let own = TransactionFilter { user_id: Some(caller.user_id), status: None };
    let (transactions, _) = list_transactions(reads.database(), own, 0, u32::MAX).await.map_err(failed)?;
    let subscriptions = load_subscriptions(reads.database(), caller.user_id).await.map_err(failed)?;
    let learning = load_learning_of(reads.database(), caller.user_id).await.map_err(failed)?;
    let attempts = load_attempts_of(reads.database(), caller.user_id).await.map_err(failed)?;
    let reviews = load_reviews_of(reads.database(), caller.user_id).await.map_err(failed)?;
    let mut events = PersonEvents::new(reads.log(), caller.user_id, head);
    let export = Export {
        profile: user.into(),
        enrollments: learning.enrollments,
        progress: learning.progress.into_iter().map(LessonProgressView::from).collect(),
        transactions: transactions.into_iter().map(TransactionView::from).collect(),
        subscriptions: subscriptions.into_iter().filter_map(|subscription| subscription.view(now)).collect(),
        reviews: reviews.into_iter().map(ReviewView::from).collect(),
        quiz_attempts: attempts.into_iter().map(AttemptView::from).collect(),
        sessions,
        events: events.next().await.map_err(failed)?,
    };
    answer(export, events, head)
}

/// The answer: the first events are in `export`, the others follow.
fn answer(export: Export, others: PersonEvents, position: Position) -> Result<Response, ApiError> {
    let mut begin = serde_json::to_vec(&DataBody { success: true, data: export }).map_err(ApiError::internal)?;
    begin.truncate(begin.len() - END.len());
    let body = stream::once(async { Ok(begin) }).chain(pieces(others)).chain(stream::once(async { Ok(END.to_vec()) }));
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"har-academy-export.json\"")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (HeaderName::from_static("x-position"), HeaderValue::from(position)),
    ];
    Ok((headers, Body::from_stream(body)).into_response())
}

/// The JSON of further events, each behind a comma.
fn pieces(events: PersonEvents) -> impl Stream<Item = Result<Vec<u8>, LogError>> {
    stream::try_unfold(events, |mut events| async move {
        let piece = match events.next().await {
            Ok(next) => behind_commas(&next),
            Err(error) => Err(error),
        };
        match piece {
            Ok(piece) => Ok((!piece.is_empty()).then_some((piece, events))),
            Err(error) => {
                // The status is sent already: the caller sees an answer without end.
                tracing::error!(cause = %error, "an export is broken off");
                Err(error)
            }
        }
    })
}

fn behind_commas(events: &[AuditEventView]) -> Result<Vec<u8>, LogError> {
    let mut piece = Vec::new();
    for event in events {
        piece.push(b',');
        let no_json = |error| LogError::Corrupt(format!("an event without JSON: {error}"));
        serde_json::to_writer(&mut piece, event).map_err(no_json)?;
    }
    Ok(piece)
}
