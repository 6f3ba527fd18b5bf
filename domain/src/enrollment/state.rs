//! What is known of a learner in a course.

use std::collections::BTreeMap;

use events::{
    CourseId, EnrollmentEvent, EnrollmentId, Fold, LearnerEnrolled, LessonId, LessonProgressRecorded, LessonStatus,
    Percent, Timestamp, UserId, progress,
};
use serde::{Deserialize, Serialize};

/// Fold of the stream `enrollment/<enrollment id>`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrollment {
    /// The learner; none until they enrolled.
    pub learner: Option<LearnerInCourse>,
}

/// Somebody who enrolled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LearnerInCourse {
    /// The enrollment.
    pub enrollment_id: EnrollmentId,
    /// Who.
    pub user_id: UserId,
    /// In which course.
    pub course_id: CourseId,
    /// Whether they left.
    pub dropped: bool,
    /// When they had completed every lesson, the first time.
    pub completed_at: Option<Timestamp>,
    /// How far they are with each lesson they began, also with those that are gone from the course.
    pub lessons: BTreeMap<LessonId, LessonProgress>,
}

/// How far somebody is with a lesson.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LessonProgress {
    /// How far.
    pub status: LessonStatus,
    /// All the time they have spent on it, in seconds.
    pub time_spent_seconds: u64,
    /// What its quiz was worth.
    pub quiz_score: Option<Percent>,
}

/// How far somebody has come in a course.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnrollmentStatus {
    /// In it.
    Active,
    /// Every lesson was completed once.
    Completed,
    /// They left.
    Dropped,
}

impl EnrollmentStatus {
    /// The word in answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Completed => "completed",
            Self::Dropped => "dropped",
        }
    }
}

impl Enrollment {
    /// The learner, if they are in the course now: enrolled, and not dropped.
    #[must_use]
    pub fn present(&self) -> Option<&LearnerInCourse> {
        self.learner.as_ref().filter(|learner| !learner.dropped)
    }
}

impl LearnerInCourse {
    fn enrolled(event: &LearnerEnrolled) -> Self {
        Self {
            enrollment_id: event.enrollment_id,
            user_id: event.user_id,
            course_id: event.course_id,
            dropped: false,
            completed_at: None,
            lessons: BTreeMap::new(),
        }
    }

    /// How far they have come.
    #[must_use]
    pub const fn status(&self) -> EnrollmentStatus {
        match (self.dropped, self.completed_at) {
            (true, _) => EnrollmentStatus::Dropped,
            (false, Some(_)) => EnrollmentStatus::Completed,
            (false, None) => EnrollmentStatus::Active,
        }
    }

    /// Whether a lesson is completed.
    #[must_use]
    pub fn has_completed(&self, lesson: LessonId) -> bool {
        self.lessons.get(&lesson).is_some_and(|progress| progress.status == LessonStatus::Completed)
    }

    /// The percentage of the lessons of now that they have completed.
    #[must_use]
    pub fn progress(&self, lessons_now: &[LessonId]) -> Percent {
        progress(lessons_now, |lesson| self.has_completed(**lesson))
    }

    fn take_in(&mut self, event: &LessonProgressRecorded) {
        let progress = LessonProgress {
            status: event.status,
            time_spent_seconds: event.time_spent_seconds,
            quiz_score: event.quiz_score,
        };
        self.lessons.insert(event.lesson_id, progress);
    }
}

impl Fold for Enrollment {
    type Event = EnrollmentEvent;

    fn apply(&mut self, event: &EnrollmentEvent) {
        match (event, &mut self.learner) {
            (EnrollmentEvent::LearnerEnrolled(event), learner) => *learner = Some(LearnerInCourse::enrolled(event)),
            (EnrollmentEvent::EnrollmentResumed(_), Some(learner)) => learner.dropped = false,
            (EnrollmentEvent::LessonProgressRecorded(event), Some(learner)) => learner.take_in(event),
            (EnrollmentEvent::CourseCompleted(event), Some(learner)) => learner.completed_at = Some(event.completed_at),
            (EnrollmentEvent::EnrollmentDropped(_), Some(learner)) => learner.dropped = true,
            // No decision writes these before the first event.
            (
                EnrollmentEvent::EnrollmentResumed(_)
                | EnrollmentEvent::LessonProgressRecorded(_)
                | EnrollmentEvent::CourseCompleted(_)
                | EnrollmentEvent::EnrollmentDropped(_),
                None,
            ) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{course_completed, dropped, enrolled, lesson_id, recorded, resumed};

    #[test]
    fn a_status_follows_the_events_and_a_completion_outlives_a_drop() {
        let mut enrollment = Enrollment::default();
        let events =
            [enrolled(), recorded(1, LessonStatus::Completed, 60, None), course_completed(5), dropped(), resumed()];
        let statuses = ["active", "active", "completed", "dropped", "completed"];
        for (event, status) in events.iter().zip(statuses) {
            enrollment.apply(event);
            assert_eq!(enrollment.learner.as_ref().map(|learner| learner.status().as_str()), Some(status));
            assert_eq!(enrollment.present().is_some(), status != "dropped");
            let snapshot = serde_json::to_value(&enrollment).unwrap();
            assert_eq!(serde_json::from_value::<Enrollment>(snapshot).unwrap(), enrollment);
        }
        let learner = enrollment.learner.unwrap();
        assert_eq!(learner.progress(&[lesson_id(1), lesson_id(2)]), Percent::of(1, 2));
    }
}
