//! POST /ai/recommendations: courses for somebody.

use std::collections::HashMap;

use access::{Caller, log_failure};
use ai_core::recommend::{Reason, Taken};
use axum::extract::State;
use domain::User;
use domain::user::UserStatus;
use events::{CourseId, UserId};
use read_models::views::{CourseListItem, load_history, load_popular, load_published};
use read_models::{COURSES_PROJECTION, Course, EnrollmentStatus};
use serde::{Deserialize, Serialize};
use service_kit::http::{ApiError, DataBody, ErrorBody, Fields, JsonBody, RequestContext, Success};
use utoipa::ToSchema;

use super::adviser::{Adviser, weight};
use super::id;
use crate::Reads;

/// How many courses are recommended, when there are so many.
const SHOWN: usize = 5;
/// How many at least.
const LEAST: usize = 3;
/// So many more are judged: some may have left the catalogue since.
const SPARE: usize = 15;

/// Whom courses are recommended to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecommendationsWanted {
    /// The caller; for admins, anybody.
    #[schema(nullable = false, required = true, value_type = Uuid)]
    user_id: Option<String>,
}

/// Courses, the best first.
#[derive(Serialize, ToSchema)]
pub(crate) struct Recommendations {
    recommendations: Vec<RecommendedCourse>,
}

/// A course for somebody.
#[derive(Serialize, ToSchema)]
struct RecommendedCourse {
    course: CourseListItem,
    /// 0 to 1.
    score: f64,
    /// What speaks most for it, in the language of the request.
    reason: String,
}

/// Recommends three to five courses that somebody has not taken; fewer only when the catalogue has fewer.
#[utoipa::path(
    post, path = "/ai/recommendations", tag = "ai", request_body = RecommendationsWanted, security(("bearer" = [])),
    responses(
        (status = 200, body = DataBody<Recommendations>),
        (status = 400, description = "`validation_failed`, `unknown_field`, `malformed_body`", body = ErrorBody),
        (status = 401, description = "`unauthorized`", body = ErrorBody),
        (status = 403, description = "`forbidden`: somebody else, and the caller is no admin; `user_suspended`", body = ErrorBody),
        (status = 404, description = "`not_found`: no such user", body = ErrorBody),
        (status = 413, description = "`payload_too_large`", body = ErrorBody),
        (status = 503, description = "`read_model_behind`, `unavailable`", body = ErrorBody),
    )
)]
pub(crate) async fn recommendations(
    State(reads): State<Reads>,
    State(adviser): State<Adviser>,
    caller: Caller,
    context: RequestContext,
    JsonBody(body): JsonBody<RecommendationsWanted>,
) -> Result<Success<Recommendations>, ApiError> {
    let mut fields = Fields::new();
    let user = fields.required_text("user_id", body.user_id, id::<UserId>);
    let user = fields.build(|| user)?;
    if user != Some(caller.user_id) && !caller.is_admin() {
        return Err(ApiError::forbidden());
    }
    let user = user.ok_or_else(ApiError::not_found)?;
    must_be_there(&reads, user).await?;
    let position = reads.begin(&context, &[COURSES_PROJECTION]).await?;
    let (taken, owned) = load_history(reads.database(), user).await.map_err(|error| log_failure(&error))?;
    let mut without: Vec<CourseId> = taken.iter().map(|taken| taken.course_id).chain(owned.iter().copied()).collect();

    let model = adviser.model();
    let place = |id: &CourseId| model.place(&id.to_string());
    let history: Vec<Taken> = taken
        .iter()
        .filter_map(|taken| Some(Taken { course: place(&taken.course_id)?, weight: weight(taken.status) }))
        .collect();
    let excluded = without.iter().filter_map(place).collect();
    let found = model.recommend(&history, &excluded, SHOWN + SPARE);
    let ids: Vec<CourseId> = found.iter().filter_map(|found| model.course(found.course)?.id.parse().ok()).collect();
    let published = load_published(reads.database(), &ids).await.map_err(|error| log_failure(&error))?;
    let mut by_id: HashMap<String, Course> = published
        .into_iter()
        .filter(|course| course.instructor_id != user)
        .map(|course| (course.id.to_string(), course))
        .collect();
    let language = super::language(context.language);
    let mut recommendations: Vec<RecommendedCourse> = Vec::with_capacity(SHOWN);
    for found in &found {
        let course = model.course(found.course).and_then(|facts| by_id.remove(&facts.id));
        if let Some(course) = course.filter(|_| recommendations.len() < SHOWN) {
            let reason = found.reason.words(language);
            recommendations.push(RecommendedCourse { course: course.into(), score: found.score, reason });
        }
    }
    // What was published this instant is not learnt of yet; what they have left is better than too little.
    fill(&reads, &mut recommendations, (&without, user), SHOWN, language).await?;
    let left =
        |id: &CourseId| taken.iter().any(|taken| taken.course_id == *id && taken.status == EnrollmentStatus::Dropped);
    without.retain(|id| !left(id) || owned.contains(id));
    fill(&reads, &mut recommendations, (&without, user), LEAST, language).await?;
    Ok(Success::data(Recommendations { recommendations }).position(position))
}

/// Adds what most take, until there are `wanted`: nothing of `without`, nothing that they teach.
async fn fill(
    reads: &Reads,
    recommendations: &mut Vec<RecommendedCourse>,
    (without, user): (&[CourseId], UserId),
    wanted: usize,
    language: ai_core::Language,
) -> Result<(), ApiError> {
    let missing = wanted.saturating_sub(recommendations.len());
    if missing == 0 {
        return Ok(());
    }
    let mut without = without.to_vec();
    without.extend(recommendations.iter().map(|known| known.course.facts.id));
    let popular = load_popular(reads.database(), &without, user, i64::try_from(missing).unwrap_or(0)).await;
    for course in popular.map_err(|error| log_failure(&error))? {
        let reason = match course.enrollments_count {
            0 => Reason::Catalogue,
            learners => Reason::Popular(learners),
        };
        recommendations.push(RecommendedCourse { course: course.into(), score: 0.0, reason: reason.words(language) });
    }
    Ok(())
}

/// Refuses who never registered or is gone. (Who is suspended is there.)
async fn must_be_there(reads: &Reads, user: UserId) -> Result<(), ApiError> {
    let loaded = reads.log().load::<User>(user).await.map_err(|error| log_failure(&error))?;
    let is_there = loaded.state.account.as_ref().is_some_and(|account| account.status != UserStatus::Deleted);
    if is_there { Ok(()) } else { Err(ApiError::not_found()) }
}
