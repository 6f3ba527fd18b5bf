//! Learners in courses: one stream for each learner and course.

mod state;

#[cfg(feature = "decide")]
mod complete_course;
#[cfg(feature = "decide")]
mod drop_enrollment;
#[cfg(feature = "decide")]
mod enroll_buyer;
#[cfg(feature = "decide")]
mod enroll_learner;
#[cfg(feature = "decide")]
mod record_attempt;
#[cfg(feature = "decide")]
mod record_progress;

pub use state::{Enrollment, EnrollmentStatus, LearnerInCourse, LessonProgress};

#[cfg(feature = "decide")]
pub use {
    complete_course::{CompleteCourse, CompleteCourseError},
    drop_enrollment::{DropEnrollment, DropEnrollmentError},
    enroll_buyer::{EnrollBuyer, EnrollBuyerError},
    enroll_learner::{EnrollLearner, EnrollLearnerError},
    record_attempt::{RecordAttempt, RecordAttemptError},
    record_progress::{LessonQuiz, RecordProgress, RecordProgressError},
};

#[cfg(feature = "decide")]
crate::aggregate::aggregate! {
    Enrollment, EnrollmentCommand, EnrollmentError {
        EnrollLearner(EnrollLearnerError) by enroll,
        EnrollBuyer(EnrollBuyerError) by enroll_buyer,
        RecordProgress(RecordProgressError) by record_progress,
        RecordAttempt(RecordAttemptError) by record_attempt,
        CompleteCourse(CompleteCourseError) by complete,
        DropEnrollment(DropEnrollmentError) by drop_out,
    }
}

#[cfg(test)]
mod progress_properties;
