//! The one place where a decision's refusal becomes a status and a code.

use access::log_failure;
use axum::response::{IntoResponse, Response};
use domain::admin_roster::{AdminRosterError, LeaveAdminsError};
use domain::course::{
    AddFaqError, AddLessonError, AddModuleError, ArchiveCourseError, ArrangeOutlineError, AttachQuizError,
    ChangeCourseError, ChangeFaqError, ChangeLessonError, ChangeModuleError, CourseError, CreateCourseError,
    MaterialError, NotEditable, PublishCourseError, RemoveFaqError, RemoveLessonError, RemoveModuleError,
    RestoreCourseError, RetireCourseError, UnpublishCourseError,
};
use domain::email_claim::{ClaimEmailError, EmailClaimError, ReleaseEmailError};
use domain::projection_control::{CancelRebuildError, ProjectionControlError, RequestRebuildError};
use domain::session::{RefreshSessionError, RevokeSessionError, SessionError, StartSessionError};
use domain::user::{
    ApplyAsInstructorError, ChangePasswordError, ChangeProfileError, ChangeUserRoleError, EraseUserError,
    ReactivateUserError, RegisterUserError, RehashPasswordError, RejectInstructorError, RequestPasswordResetError,
    ResetPasswordError, SuspendUserError, UserError, VerifyInstructorError,
};
use event_log::{AppendError, LogError};
use service_kit::http::ApiError;

use crate::commands::DuplicateRequest;

/// Why a command was not carried out.
#[derive(Debug)]
pub enum Refusal {
    /// As the caller will read it.
    Api(ApiError),
    /// A request with the same idempotency key has been carried out meanwhile; its answer is this one's too.
    Duplicate,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Api(error) => error.into_response(),
            Self::Duplicate => {
                let mut response = ApiError::conflict().into_response();
                response.extensions_mut().insert(DuplicateRequest);
                response
            }
        }
    }
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Self::Api(error)
    }
}

impl From<LogError> for Refusal {
    fn from(error: LogError) -> Self {
        Self::Api(log_failure(&error))
    }
}

impl From<AppendError> for Refusal {
    fn from(error: AppendError) -> Self {
        Self::Api(match error {
            AppendError::DuplicateRequest => return Self::Duplicate,
            AppendError::Conflict => ApiError::conflict(),
            AppendError::Overloaded | AppendError::Unconfirmed(_) => ApiError::unavailable(&error),
            AppendError::TooLarge => ApiError::of_status(http::StatusCode::PAYLOAD_TOO_LARGE),
            AppendError::Log(error) => log_failure(&error),
        })
    }
}

/// Declares what the refusals of a decision mean to a caller.
macro_rules! refusals {
    ($($error:ident { $($variant:ident => $answer:expr,)+ })+) => {$(
        impl From<$error> for Refusal {
            fn from(error: $error) -> Self {
                match error { $($error::$variant => Self::Api($answer),)+ }
            }
        }
    )+};
}

refusals! {
    ClaimEmailError { EmailTaken => ApiError::bad_request("email_exists"), }
    RegisterUserError { AlreadyRegistered => ApiError::conflict(), }
    StartSessionError { AlreadyStarted => ApiError::conflict(), }
    ChangeUserRoleError { NotRegistered => ApiError::not_found(), }
    SuspendUserError { NotRegistered => ApiError::not_found(), }
    ReactivateUserError { NotRegistered => ApiError::not_found(), }
    ReleaseEmailError { NotHeld => ApiError::conflict(), }
    RefreshSessionError { Dead => unauthorized("invalid_refresh_token"), }
    RevokeSessionError { NotFound => ApiError::not_found(), }
    ApplyAsInstructorError {
        NotRegistered => ApiError::not_found(),
        AlreadyVerified => ApiError::bad_request("already_verified"),
    }
    VerifyInstructorError {
        NotRegistered => ApiError::not_found(),
        NotPending => ApiError::bad_request("not_pending"),
    }
    RejectInstructorError {
        NotRegistered => ApiError::not_found(),
        NotPending => ApiError::bad_request("not_pending"),
    }
    ChangePasswordError { NotRegistered => ApiError::not_found(), }
    RequestPasswordResetError { NotRegistered => ApiError::bad_request("email_not_found"), }
    ResetPasswordError { InvalidToken => unauthorized("invalid_token"), }
    RehashPasswordError { NotRegistered => ApiError::not_found(), }
    EraseUserError { NotRegistered => ApiError::not_found(), }
    RequestRebuildError { Running => ApiError::new(http::StatusCode::CONFLICT, "rebuild_running"), }
    CancelRebuildError { NotRunning => ApiError::not_found(), }
    LeaveAdminsError { LastAdmin => ApiError::bad_request("last_admin"), }
    NotEditable { NotFound => ApiError::not_found(), NotOwner => ApiError::forbidden(), }
    CreateCourseError { NotInstructor => ApiError::forbidden(), AlreadyCreated => ApiError::conflict(), }
}

const fn unauthorized(code: &'static str) -> ApiError {
    ApiError::new(http::StatusCode::UNAUTHORIZED, code)
}

impl From<ChangeProfileError> for Refusal {
    fn from(error: ChangeProfileError) -> Self {
        match error {
            ChangeProfileError::NotRegistered => ApiError::not_found().into(),
            ChangeProfileError::NotAnInstructor { bio, expertise_tags } => {
                let fields = [("bio", bio), ("expertise_tags", expertise_tags)];
                let invalid = ApiError::bad_request("validation_failed");
                let failing = fields.into_iter().filter(|(_, given)| *given);
                failing.fold(invalid, |error, (field, _)| error.detail(field, "not_an_instructor")).into()
            }
        }
    }
}

impl From<AddModuleError> for Refusal {
    fn from(error: AddModuleError) -> Self {
        match error {
            AddModuleError::NotEditable(error) => error.into(),
            AddModuleError::TooManyModules => ApiError::invalid("modules", "too_many_items").into(),
        }
    }
}

impl From<AddLessonError> for Refusal {
    fn from(error: AddLessonError) -> Self {
        match error {
            AddLessonError::NotEditable(error) => error.into(),
            AddLessonError::UnknownModule => ApiError::not_found().into(),
            AddLessonError::TooManyLessons => ApiError::invalid("lessons", "too_many_items").into(),
            AddLessonError::Material(error) => error.into(),
        }
    }
}

impl From<MaterialError> for Refusal {
    fn from(error: MaterialError) -> Self {
        match error {
            MaterialError::MissingVideo => ApiError::invalid("video.url", "required").into(),
            MaterialError::MissingContent => ApiError::invalid("content", "required").into(),
            MaterialError::NotTheirUpload => ApiError::invalid("video.media_id", "invalid").into(),
        }
    }
}

impl From<PublishCourseError> for Refusal {
    fn from(error: PublishCourseError) -> Self {
        match error {
            PublishCourseError::NotEditable(error) => error.into(),
            PublishCourseError::AlreadyPublished | PublishCourseError::Archived => {
                ApiError::bad_request("invalid_status").into()
            }
            PublishCourseError::Incomplete => ApiError::bad_request("course_incomplete").into(),
        }
    }
}

/// Refusals that hold a course's [`NotEditable`] beside plain ones.
macro_rules! of_editors {
    ($($error:ident { $($variant:ident => $answer:expr,)* })+) => {$(
        impl From<$error> for Refusal {
            fn from(error: $error) -> Self {
                match error {
                    $error::NotEditable(error) => error.into(),
                    $($error::$variant => $answer.into(),)*
                }
            }
        }
    )+};
}

of_editors! {
    ChangeCourseError { }
    UnpublishCourseError { NotPublished => ApiError::bad_request("invalid_status"), }
    ArchiveCourseError { AlreadyArchived => ApiError::bad_request("invalid_status"), }
    RestoreCourseError { NotArchived => ApiError::bad_request("invalid_status"), }
    ChangeModuleError { UnknownModule => ApiError::not_found(), }
    RemoveModuleError {
        UnknownModule => ApiError::not_found(),
        NotEmpty => ApiError::bad_request("module_not_empty"),
    }
    AttachQuizError { UnknownLesson => ApiError::invalid("lesson_id", "invalid"), }
    RemoveLessonError { UnknownLesson => ApiError::not_found(), }
    ArrangeOutlineError { OutlineMismatch => ApiError::bad_request("outline_mismatch"), }
    AddFaqError { TooMany => ApiError::invalid("faq", "too_many_items"), }
    ChangeFaqError { UnknownFaq => ApiError::not_found(), }
    RemoveFaqError { UnknownFaq => ApiError::not_found(), }
}

impl From<RetireCourseError> for Refusal {
    fn from(RetireCourseError::NotFound: RetireCourseError) -> Self {
        ApiError::not_found().into()
    }
}

impl From<ChangeLessonError> for Refusal {
    fn from(error: ChangeLessonError) -> Self {
        match error {
            ChangeLessonError::NotEditable(error) => error.into(),
            ChangeLessonError::UnknownLesson => ApiError::not_found().into(),
            ChangeLessonError::Material(error) => error.into(),
        }
    }
}

/// Hands the refusal of an aggregate on to the one of its decision.
macro_rules! sums {
    ($($sum:ident { $($variant:ident,)+ })+) => {$(
        impl From<$sum> for Refusal {
            fn from(error: $sum) -> Self {
                match error { $($sum::$variant(error) => error.into(),)+ }
            }
        }
    )+};
}

sums! {
    EmailClaimError { ClaimEmail, ReleaseEmail, }
    UserError {
        RegisterUser, ChangeProfile, ChangeUserRole, SuspendUser, ReactivateUser, ApplyAsInstructor, VerifyInstructor,
        RejectInstructor, ChangePassword, RequestPasswordReset, ResetPassword, RehashPassword, EraseUser,
    }
    SessionError { StartSession, RefreshSession, RevokeSession, }
    AdminRosterError { JoinAdmins, LeaveAdmins, }
    ProjectionControlError { RequestRebuild, CancelRebuild, RetryParked, }
    CourseError {
        CreateCourse, ChangeCourse, PublishCourse, UnpublishCourse, ArchiveCourse, RestoreCourse, RetireCourse, AddModule, ChangeModule, RemoveModule, AddLesson, ChangeLesson, AttachQuiz, RemoveLesson, ArrangeOutline, AddFaq, ChangeFaq, RemoveFaq,
    }
}

mod learning;
mod paying;
mod quizzes;
