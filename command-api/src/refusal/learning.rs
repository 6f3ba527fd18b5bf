//! What the refusals of learners' commands mean to a caller.

use domain::access::{AccessError, GrantAccessError, ReinstateAccessError, RevokeAccessError, SuspendAccessError};
use domain::certificate::{CertificateError, IssueCertificateError};
use domain::enrollment::{
    CompleteCourseError, DropEnrollmentError, EnrollBuyerError, EnrollLearnerError, EnrollmentError,
    RecordAttemptError, RecordProgressError,
};
use domain::media::{MediaError, RegisterUploadError, RemoveMediaError};
use domain::review::{RemoveReviewError, ReviewError, WriteReviewError};
use http::StatusCode;
use service_kit::http::ApiError;

use super::Refusal;

const fn not_enrolled() -> ApiError {
    ApiError::new(StatusCode::FORBIDDEN, "not_enrolled")
}

refusals! {
    EnrollLearnerError {
        AlreadyEnrolled => ApiError::bad_request("already_enrolled"),
        NotPublished => ApiError::bad_request("course_not_published"),
        PaymentRequired => ApiError::of_status(StatusCode::PAYMENT_REQUIRED),
    }
    RecordProgressError {
        NotEnrolled => not_enrolled(),
        NoAccess => ApiError::new(StatusCode::FORBIDDEN, "no_access"),
        UnknownLesson => ApiError::not_found(),
        ScoreNotTaken => ApiError::invalid("quiz_score", "score_not_taken"),
    }
    RecordAttemptError { NotEnrolled => not_enrolled(), UnknownLesson => ApiError::not_found(), }
    CompleteCourseError { NotEnrolled => not_enrolled(), }
    DropEnrollmentError { NotEnrolled => not_enrolled(), }
    GrantAccessError { AlreadyGranted => ApiError::bad_request("already_granted"), }
    RevokeAccessError { NotFound => ApiError::not_found(), }
    SuspendAccessError { NotFound => ApiError::not_found(), }
    ReinstateAccessError { NotFound => ApiError::not_found(), }
    RegisterUploadError {
        AlreadyUploaded => ApiError::conflict(),
        Empty => ApiError::invalid("file", "required"),
        TypeNotAllowed => ApiError::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE),
    }
    RemoveMediaError { NotFound => ApiError::not_found(), NotOwner => ApiError::forbidden(), }
    WriteReviewError { NotEnrolled => not_enrolled(), }
    RemoveReviewError { NotFound => ApiError::not_found(), }
    IssueCertificateError { AlreadyIssued => ApiError::conflict(), NotCompleted => ApiError::not_found(), }
}

impl From<EnrollBuyerError> for Refusal {
    fn from(never: EnrollBuyerError) -> Self {
        match never {}
    }
}

sums! {
    EnrollmentError { EnrollLearner, EnrollBuyer, RecordProgress, RecordAttempt, CompleteCourse, DropEnrollment, }
    AccessError { GrantAccess, RevokeAccess, SuspendAccess, ReinstateAccess, OpenPurchase, ClosePurchase, }
    CertificateError { IssueCertificate, }
    ReviewError { WriteReview, RemoveReview, }
    MediaError { RegisterUpload, RemoveMedia, }
}
