//! GET /admin/audit/access: why somebody can open a course, or can't.

use std::collections::BTreeMap;

use access::{Caller, log_failure};
use axum::extract::State;
use domain::user::UserStatus;
use domain::{Access, Course, Enrollment, Subscription, User};
use event_log::{EventLog, LogError, Opened};
use events::{
    AccessEvent, AccessId, AuditView, CourseId, EnrollmentEvent, EnrollmentId, EnrollmentSource, Event, Fold, GrantId,
    GrantSource, Position, RecordedEvent, StreamId, Timestamp, UserId,
};
use serde::Serialize;
use service_kit::http::{ApiError, DataBody, ErrorBody, QueryParams, RequestContext, Success};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Readings;
use super::explain_subscription::by_subscriptions;
use super::readings::Asked;
use crate::Reads;

/// Why somebody can open a course, or can't.
#[derive(Serialize, ToSchema)]
#[schema(as = AccessExplanation)]
pub(crate) struct Explanation {
    /// Whether they can open it.
    allowed: bool,
    /// By what right, or why not: `is_admin`, `is_owner`, `purchase`, `free`, `admin`, `subscription`; `user_suspended`,
    /// `user_deleted`, `dropped`, `grant_suspended` (a subscription that rests is one), `grant_revoked`, `no_grant`.
    reason: &'static str,
    /// Every right that they ever had, the oldest first.
    grants: Vec<GrantView>,
    /// Their enrollment; null when they never enrolled.
    enrollment: Option<EnrollmentView>,
}

/// A right to open the course.
#[derive(Serialize, ToSchema)]
#[schema(as = ExplainedGrant)]
pub(super) struct GrantView {
    /// Where it comes from: `purchase`, `free`, `admin` or `subscription`.
    #[schema(value_type = String, example = "purchase")]
    pub(super) source: &'static str,
    /// The grant, or the subscription.
    pub(super) id: Uuid,
    /// Whether it opens the course now.
    pub(super) live: bool,
    /// Since when it was given.
    #[schema(value_type = String, format = DateTime)]
    pub(super) since: Timestamp,
    /// When it was taken; null while it was not.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) until: Option<Timestamp>,
    /// What happened to it.
    pub(super) events: Vec<Behind>,
}

/// An enrollment.
#[derive(Serialize, ToSchema)]
#[schema(as = ExplainedEnrollment)]
struct EnrollmentView {
    /// The enrollment.
    #[serde(rename = "_id")]
    #[schema(value_type = uuid::Uuid)]
    id: EnrollmentId,
    /// `active`, `completed` or `dropped`.
    status: &'static str,
    /// When they enrolled first.
    #[schema(value_type = String, format = DateTime)]
    enrolled_at: Timestamp,
    /// When they had completed the course.
    #[schema(value_type = Option<String>, format = DateTime)]
    completed_at: Option<Timestamp>,
    /// Coming and going.
    events: Vec<Behind>,
}

/// An event behind it.
#[derive(Serialize, ToSchema)]
#[schema(as = ExplainingEvent)]
pub(super) struct Behind {
    /// Its place in the log.
    position: Position,
    /// Its type.
    #[serde(rename = "type")]
    event_type: String,
    /// When it was decided.
    #[schema(value_type = String, format = DateTime)]
    time: Timestamp,
}

/// The rights of a person to a course, the events behind each, and what follows from them. It is folded from the log, as
/// the answer to the person's own request is. That it was asked is an event itself.
#[utoipa::path(
    get,
    path = "/admin/audit/access",
    tag = "admin",
    security(("bearer" = [])),
    params(
        ("user_id" = uuid::Uuid, Query, description = "the person"),
        ("course_id" = uuid::Uuid, Query, description = "the course"),
    ),
    responses(
        (status = 200, body = DataBody<Explanation>, headers(
            ("X-Position" = u64, description = "position that the answer has reached"),
        )),
        (status = 400, description = "`validation_failed`: a parameter is missing or not valid", body = ErrorBody),
        (status = 401, description = "`unauthorized`", body = ErrorBody),
        (status = 403, description = "`forbidden`, `user_suspended`", body = ErrorBody),
        (status = 404, description = "`not_found`: no such person or course", body = ErrorBody),
        (status = 503, description = "`unavailable`", body = ErrorBody),
    )
)]
pub(crate) async fn explain_access(
    State(reads): State<Reads>,
    State(readings): State<Readings>,
    State(callers): State<access::Access>,
    caller: Caller,
    context: RequestContext,
    params: QueryParams,
) -> Result<Success<Explanation>, ApiError> {
    caller.must_be_admin()?;
    let (user_id, course_id) = parse(params)?;
    let log = reads.log();
    let failed = |error: LogError| log_failure(&error);
    let head = log.head().await.map_err(failed)?.position;
    let user = log.load::<User>(user_id).await.map_err(failed)?;
    let course = log.load::<Course>(course_id).await.map_err(failed)?;
    let asked = Asked::default().with("user_id", Some(user_id)).with("course_id", Some(course_id));
    let (Some(account), Some(details)) = (&user.state.account, &course.state.details) else {
        return Err(ApiError::not_found());
    };
    readings.record(&caller, &context, AuditView::Access, asked).await?;
    let rights = events_of(log, &Access::stream(AccessId::of(user_id, course_id))).await.map_err(failed)?;
    let learning = events_of(log, &Enrollment::stream(EnrollmentId::of(user_id, course_id))).await.map_err(failed)?;
    let (access, enrollment) = (access_of(&rights), enrollment_of(&learning));
    let subscribing = events_of(log, &Subscription::stream(user_id)).await.map_err(failed)?;
    let now = Timestamp::new(callers.clock().now());
    let opens = |plan| callers.plans().opens(plan, details, enrollment.present().is_some());
    let subscribed = by_subscriptions(&subscribing, opens, now);
    let by_plan = subscribed.iter().any(|subscription| subscription.live);
    let mut grants = grants(&rights, &access);
    grants.extend(subscribed);
    grants.sort_by_key(|grant| grant.since);
    let right = if user.state.is_acting_admin() {
        Some("is_admin")
    } else if details.instructor_id == user_id {
        Some("is_owner")
    } else {
        access.right().map(source_of_right).or(by_plan.then_some("subscription"))
    };
    let dropped = enrollment.learner.as_ref().is_some_and(|learner| learner.dropped);
    let (allowed, reason) = match (account.status, right) {
        (UserStatus::Suspended, _) => (false, "user_suspended"),
        (UserStatus::Deleted, _) => (false, "user_deleted"),
        (UserStatus::Active, Some(right @ ("is_admin" | "is_owner"))) => (true, right),
        (UserStatus::Active, Some(_)) if dropped => (false, "dropped"),
        (UserStatus::Active, Some(right)) => (true, right),
        (UserStatus::Active, None) => (false, missing(&grants)),
    };
    let enrollment = enrollment_view(&enrollment, &learning);
    Ok(Success::data(Explanation { allowed, reason, grants, enrollment }).position(head))
}

fn parse(mut params: QueryParams) -> Result<(UserId, CourseId), ApiError> {
    let user = params.optional("user_id", |text| Ok::<_, &str>(text.parse::<UserId>()));
    let course = params.optional("course_id", |text| Ok::<_, &str>(text.parse::<CourseId>()));
    let fields = params.fields();
    let user = fields.required("user_id", user, |parsed| parsed.map_err(|_| "invalid"));
    let course = fields.required("course_id", course, |parsed| parsed.map_err(|_| "invalid"));
    params.finish()?;
    user.zip(course).ok_or_else(|| ApiError::internal("a parameter is missing though none was refused"))
}

async fn events_of(log: &EventLog, stream: &StreamId) -> Result<Vec<RecordedEvent>, LogError> {
    let stored = log.read_stream(stream, 0).await?;
    let known = |event| match event {
        Opened::Known(event) => Ok(event),
        Opened::Unknown { stored, error } => Err(LogError::Corrupt(format!("event {}: {error}", stored.position))),
    };
    log.open_events(stored).await?.into_iter().map(known).collect()
}

fn access_of(events: &[RecordedEvent]) -> Access {
    let mut access = Access::default();
    events.iter().filter_map(of_access).for_each(|event| access.apply(event));
    access
}

fn enrollment_of(events: &[RecordedEvent]) -> Enrollment {
    let mut enrollment = Enrollment::default();
    events.iter().filter_map(of_enrollment).for_each(|event| enrollment.apply(event));
    enrollment
}

const fn of_access(event: &RecordedEvent) -> Option<&AccessEvent> {
    if let Event::Access(event) = &event.event { Some(event) } else { None }
}

const fn of_enrollment(event: &RecordedEvent) -> Option<&EnrollmentEvent> {
    if let Event::Enrollment(event) = &event.event { Some(event) } else { None }
}

/// Every grant there was, in the order they were given.
fn grants(events: &[RecordedEvent], access: &Access) -> Vec<GrantView> {
    let mut grants: Vec<GrantView> = Vec::new();
    let mut places: BTreeMap<GrantId, usize> = BTreeMap::new();
    for recorded in events {
        let Some(event) = of_access(recorded) else { continue };
        let Some(id) = grant_id(event) else { continue };
        if let AccessEvent::AccessGranted(given) = event {
            places.insert(id, grants.len());
            grants.push(GrantView {
                source: source_word(&given.source),
                id: id.uuid(),
                live: access.grant_of(id).is_some_and(|grant| !grant.suspended),
                since: recorded.time,
                until: None,
                events: Vec::new(),
            });
        }
        let Some(grant) = places.get(&id).and_then(|place| grants.get_mut(*place)) else { continue };
        if let AccessEvent::AccessRevoked(_) = event {
            grant.until = Some(recorded.time);
        }
        grant.events.push(Behind::of(recorded));
    }
    grants
}

const fn grant_id(event: &AccessEvent) -> Option<GrantId> {
    match event {
        AccessEvent::AccessGranted(event) => Some(event.grant_id),
        AccessEvent::AccessRevoked(event) => Some(event.grant_id),
        AccessEvent::AccessSuspended(event) => Some(event.grant_id),
        AccessEvent::AccessReinstated(event) => Some(event.grant_id),
        AccessEvent::PurchaseOpened(_) | AccessEvent::PurchaseClosed(_) => None,
    }
}

const fn source_word(source: &GrantSource) -> &'static str {
    match source {
        GrantSource::Purchase { .. } => "purchase",
        GrantSource::Free {} => "free",
        GrantSource::Admin { .. } => "admin",
    }
}

fn source_of_right(right: EnrollmentSource) -> &'static str {
    match right {
        EnrollmentSource::Purchase => "purchase",
        EnrollmentSource::Subscription => "subscription",
        EnrollmentSource::Free => "free",
        EnrollmentSource::Admin => "admin",
    }
}

/// Why no grant opens the course.
fn missing(grants: &[GrantView]) -> &'static str {
    if grants.iter().any(|grant| grant.until.is_none()) {
        "grant_suspended"
    } else if grants.is_empty() {
        "no_grant"
    } else {
        "grant_revoked"
    }
}

fn enrollment_view(enrollment: &Enrollment, events: &[RecordedEvent]) -> Option<EnrollmentView> {
    let learner = enrollment.learner.as_ref()?;
    let coming_and_going = events.iter().filter(|event| match of_enrollment(event) {
        Some(
            EnrollmentEvent::LearnerEnrolled(_)
            | EnrollmentEvent::EnrollmentResumed(_)
            | EnrollmentEvent::CourseCompleted(_)
            | EnrollmentEvent::EnrollmentDropped(_),
        ) => true,
        Some(EnrollmentEvent::LessonProgressRecorded(_)) | None => false,
    });
    Some(EnrollmentView {
        id: learner.enrollment_id,
        status: learner.status().as_str(),
        enrolled_at: events.first()?.time,
        completed_at: learner.completed_at,
        events: coming_and_going.map(Behind::of).collect(),
    })
}

impl Behind {
    pub(super) fn of(event: &RecordedEvent) -> Self {
        Self { position: event.position, event_type: event.event.type_name().to_owned(), time: event.time }
    }
}
