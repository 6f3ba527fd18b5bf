//! GET /courses/{id}/lessons: the lessons of a course, or of one of its modules.

use access::{Access, MaybeCaller};
use axum::extract::State;
use events::{CourseId, ModuleId};
use media_store::Films;
use read_models::COURSES_PROJECTION;
use read_models::views::{CourseView, LessonView, load_course_for};
use serde::Serialize;
use service_kit::http::{ApiError, DataBody, ErrorBody, PathId, QueryParams, RequestContext, Success};
use utoipa::ToSchema;

use super::Viewer;
use crate::Reads;

/// Lessons, in order.
#[derive(Serialize, ToSchema)]
pub(crate) struct LessonList {
    lessons: Vec<LessonView>,
}

/// All lessons of a course, module by module; shown as in the course.
#[utoipa::path(
    get,
    path = "/courses/{id}/lessons",
    tag = "courses",
    security((), ("bearer" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "the course"),
        ("module_id" = Option<uuid::Uuid>, Query, description = "only those of this module"),
        ("X-Min-Position" = Option<u64>, Header, description = "position that the answer must have reached"),
    ),
    responses(
        (status = 200, body = DataBody<LessonList>, headers(
            ("X-Position" = u64, description = "position that the answer has reached"),
        )),
        (status = 400, description = "`validation_failed`: a header is not valid", body = ErrorBody),
        (status = 404, description = "`not_found`: no such course or module, or not visible", body = ErrorBody),
        (status = 503, description = "`read_model_behind`, `unavailable`", body = ErrorBody),
    )
)]
pub(crate) async fn list_lessons(
    State(reads): State<Reads>,
    State(access): State<Access>,
    State(films): State<Films>,
    PathId(id): PathId<CourseId>,
    MaybeCaller(caller): MaybeCaller,
    context: RequestContext,
    mut params: QueryParams,
) -> Result<Success<LessonList>, ApiError> {
    // A module that is no UUID is as unknown as any other.
    let wanted = params.optional("module_id", |text| Ok::<_, &str>(text.parse::<ModuleId>().ok()));
    params.finish()?;
    let position = reads.begin(&context, &[COURSES_PROJECTION]).await?;
    let find = |viewer: Viewer| {
        let database = reads.database();
        async move { load_course_for(database, id, |course| viewer.audience(course)).await }
    };
    let (documents, audience) = Viewer::find(&access, caller, id, find).await?;
    let course = CourseView::new(documents, audience).with_films(|id| films.link(id));
    let mut modules = course.modules;
    if let Some(wanted) = wanted {
        modules.retain(|module| Some(module.id) == wanted);
        if modules.is_empty() {
            return Err(ApiError::not_found());
        }
    }
    let lessons = modules.into_iter().flat_map(|module| module.lessons).collect();
    Ok(Success::data(LessonList { lessons }).position(position))
}
