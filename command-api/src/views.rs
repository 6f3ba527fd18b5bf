//! What commands answer with: the documents of the read side once it has caught up, else the same documents folded from
//! the log.

use access::log_failure;
use domain::{Session, User as UserState};
use event_log::{EventLog, LogError, Opened};
use events::{
    AccessId, AttemptId, CourseId, EnrollmentId, Fold, GrantId, LessonId, LessonProgressId, QuizAttemptEvent, QuizId,
    RecordedEvent, ReviewId, SessionId, StreamEvent as _, StreamId, UserId,
};
use read_models::views::{
    CourseDocuments, EnrollmentDocuments, GrantView, ReviewView, UserView, load_course, load_enrollment,
    load_lesson_progress, load_review, load_user,
};
use read_models::{Enrollment, EnrollmentCourse, Grant, LessonProgress, Quiz, QuizAttempt, Review, User, full_name};
use service_kit::http::ApiError;

use crate::Refusal;

/// The account, as its owner sees it.
pub(crate) async fn user_view(log: &EventLog, id: UserId, pending: bool) -> Result<UserView, Refusal> {
    if !pending && let Some(user) = load_user(log.database(), id).await? {
        return Ok(user.into());
    }
    let stream = open_stream(log, &UserState::stream(id)).await?;
    Ok(User::of_stream(&stream).ok_or_else(ApiError::not_found)?.into())
}

/// The account of somebody who has just signed in.
pub(crate) async fn signed_in_view(
    log: &EventLog,
    id: UserId,
    session: SessionId,
    pending: bool,
) -> Result<UserView, Refusal> {
    let mut user = user_view(log, id, pending).await?;
    if pending {
        // The account's stream knows nothing of its sessions.
        user.last_login_at = log.read_stream(&Session::stream(session), 0).await?.first().map(|event| event.time);
    }
    Ok(user)
}

/// The course with modules and lessons.
pub(crate) async fn course_documents(log: &EventLog, id: CourseId, pending: bool) -> Result<CourseDocuments, Refusal> {
    if !pending && let Some(documents) = load_course(log.database(), id).await? {
        return Ok(documents);
    }
    let stream = open_stream(log, &domain::Course::stream(id)).await?;
    let documents = CourseDocuments::of_stream(&stream, None).ok_or_else(ApiError::not_found)?;
    let name = name_of(log, documents.course.instructor_id).await?;
    Ok(CourseDocuments::of_stream(&stream, name.as_deref()).ok_or_else(ApiError::not_found)?)
}

/// What somebody is called, by the log; none when they were erased.
async fn name_of(log: &EventLog, id: UserId) -> Result<Option<String>, LogError> {
    let user = log.load::<UserState>(id).await?;
    Ok(user.state.account.as_ref().and_then(|account| {
        full_name(account.first_name.value().map(String::as_str), account.last_name.value().map(String::as_str))
    }))
}

/// A review.
pub(crate) async fn review_view(log: &EventLog, id: ReviewId, pending: bool) -> Result<ReviewView, Refusal> {
    if !pending && let Some(review) = load_review(log.database(), id).await? {
        return Ok(review.into());
    }
    let stream = open_stream(log, &domain::Review::stream(id)).await?;
    let review = Review::of_stream(&stream, None).ok_or_else(ApiError::not_found)?;
    let user_name = name_of(log, review.user_id).await?;
    Ok(Review { user_name, ..review }.into())
}

/// An enrollment with its course.
pub(crate) async fn enrollment_documents(
    log: &EventLog,
    course_id: CourseId,
    id: EnrollmentId,
    pending: bool,
) -> Result<EnrollmentDocuments, Refusal> {
    if !pending && let Some(documents) = load_enrollment(log.database(), id).await? {
        return Ok(documents);
    }
    let stream = open_stream(log, &domain::Enrollment::stream(id)).await?;
    let enrollment = Enrollment::of_stream(&stream).ok_or_else(ApiError::not_found)?;
    let course = log.load::<domain::Course>(course_id).await?;
    let details = course.state.details.as_ref().ok_or_else(ApiError::not_found)?;
    let course = EnrollmentCourse {
        id: course_id,
        title: details.title.clone(),
        image_url: details.image_url.clone(),
        lesson_ids: details.lesson_ids().collect(),
        shrunk_at: 0,
        stale: false,
    };
    Ok(EnrollmentDocuments { enrollment, course })
}

/// How far a learner is with a lesson that they have begun.
pub(crate) async fn lesson_progress(
    log: &EventLog,
    enrollment: EnrollmentId,
    lesson: LessonId,
    pending: bool,
) -> Result<LessonProgress, Refusal> {
    let id = LessonProgressId::of(enrollment, lesson);
    if !pending && let Some(progress) = load_lesson_progress(log.database(), id).await? {
        return Ok(progress);
    }
    let stream = open_stream(log, &domain::Enrollment::stream(enrollment)).await?;
    Ok(LessonProgress::of_stream(&stream, lesson).ok_or_else(ApiError::not_found)?)
}

/// A grant, as the log has it: its stream is short, and the reason is nowhere else.
pub(crate) async fn grant_view(log: &EventLog, access: AccessId, id: GrantId) -> Result<GrantView, Refusal> {
    let stream = open_stream(log, &domain::Access::stream(access)).await?;
    let (grant, reason) = Grant::of_stream(&stream, id).ok_or_else(ApiError::not_found)?;
    Ok(GrantView::new(grant, reason))
}

/// The quiz in one of its forms; as it is now without one.
pub(crate) async fn quiz_document(log: &EventLog, id: QuizId, form: Option<u32>) -> Result<Quiz, Refusal> {
    let stream = open_stream(log, &domain::Quiz::stream(id)).await?;
    Ok(Quiz::of_stream(&stream, form).ok_or_else(ApiError::not_found)?)
}

/// The attempt, with what would have been right in the form of the quiz that was answered.
pub(crate) async fn attempt_document(log: &EventLog, id: AttemptId) -> Result<QuizAttempt, Refusal> {
    let stream = open_stream(log, &domain::QuizAttempt::stream(id)).await?;
    let recorded = stream.first().ok_or_else(ApiError::not_found)?;
    let Some(QuizAttemptEvent::QuizAttemptSubmitted(submitted)) = QuizAttemptEvent::of(&recorded.event) else {
        return Err(ApiError::not_found().into());
    };
    let quiz = quiz_document(log, submitted.quiz_id, Some(submitted.quiz_version)).await?;
    Ok(QuizAttempt::submitted(recorded, submitted, &quiz))
}

pub(crate) async fn open_stream(log: &EventLog, stream: &StreamId) -> Result<Vec<RecordedEvent>, Refusal> {
    let opened = log.open_events(log.read_stream(stream, 0).await?).await?;
    let known = opened.into_iter().map(|opened| match opened {
        Opened::Known(event) => Ok(event),
        Opened::Unknown { error, .. } => Err(log_failure(&LogError::Corrupt(error.to_string())).into()),
    });
    known.collect()
}
