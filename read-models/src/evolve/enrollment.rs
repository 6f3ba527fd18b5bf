//! Enrollments, and how far learners are with lessons.

use std::collections::HashSet;

use events::{
    CourseChanged, CourseCreated, EnrollmentEvent, LearnerEnrolled, LessonAdded, LessonId, LessonProgressId,
    LessonProgressRecorded, LessonStatus, Percent, RecordedEvent, StreamEvent as _,
};

use crate::{Enrollment, EnrollmentCourse, EnrollmentStatus, LessonProgress};

impl Enrollment {
    /// A newcomer to a course.
    #[must_use]
    pub fn enrolled(recorded: &RecordedEvent, enrolled: &LearnerEnrolled) -> Self {
        Self {
            id: enrolled.enrollment_id,
            user_id: enrolled.user_id,
            course_id: enrolled.course_id,
            status: EnrollmentStatus::Active,
            completed_lessons: Vec::new(),
            last_accessed_lesson_id: None,
            enrolled_at: recorded.time,
            completed_at: None,
            last_accessed_at: recorded.time,
            version: recorded.version,
            stale: false,
        }
    }

    /// The enrollment after an event of its own stream; none when there is none yet to take it in.
    #[must_use]
    pub fn after(before: Option<Self>, recorded: &RecordedEvent, event: &EnrollmentEvent) -> Option<Self> {
        if let EnrollmentEvent::LearnerEnrolled(enrolled) = event {
            return Some(Self::enrolled(recorded, enrolled));
        }
        let mut enrollment = before?;
        match event {
            EnrollmentEvent::LearnerEnrolled(_) => {}
            EnrollmentEvent::EnrollmentResumed(_) => {
                enrollment.status = enrollment.status_of_present();
                enrollment.last_accessed_at = recorded.time;
            }
            EnrollmentEvent::LessonProgressRecorded(progress) => {
                enrollment.take_in_lesson(progress);
                enrollment.last_accessed_at = recorded.time;
            }
            EnrollmentEvent::CourseCompleted(completed) => {
                enrollment.completed_at = Some(completed.completed_at);
                enrollment.status = EnrollmentStatus::Completed;
            }
            EnrollmentEvent::EnrollmentDropped(_) => enrollment.status = EnrollmentStatus::Dropped,
        }
        enrollment.version = recorded.version;
        Some(enrollment)
    }

    /// The enrollment out of its stream alone.
    #[must_use]
    pub fn of_stream(stream: &[RecordedEvent]) -> Option<Self> {
        stream
            .iter()
            .fold(None, |before, recorded| Self::after(before, recorded, EnrollmentEvent::of(&recorded.event)?))
    }

    /// What the status is of somebody who is in the course: a completion is never undone.
    const fn status_of_present(&self) -> EnrollmentStatus {
        if self.completed_at.is_some() { EnrollmentStatus::Completed } else { EnrollmentStatus::Active }
    }

    fn take_in_lesson(&mut self, progress: &LessonProgressRecorded) {
        self.last_accessed_lesson_id = Some(progress.lesson_id);
        match progress.status {
            LessonStatus::Completed => {
                if !self.completed_lessons.contains(&progress.lesson_id) {
                    self.completed_lessons.push(progress.lesson_id);
                }
            }
            LessonStatus::NotStarted | LessonStatus::InProgress => {
                self.completed_lessons.retain(|lesson| *lesson != progress.lesson_id);
            }
        }
    }

    /// How far they are among the lessons that the course has now.
    #[must_use]
    pub fn progress(&self, lessons_now: &[LessonId]) -> Percent {
        let completed: HashSet<LessonId> = self.completed_lessons.iter().copied().collect();
        events::progress(lessons_now, |lesson| completed.contains(*lesson))
    }
}

impl LessonProgress {
    /// How far somebody is with a lesson from an event on.
    #[must_use]
    pub fn after(before: Option<&Self>, recorded: &RecordedEvent, progress: &LessonProgressRecorded) -> Self {
        Self {
            id: LessonProgressId::of(progress.enrollment_id, progress.lesson_id),
            user_id: progress.user_id,
            lesson_id: progress.lesson_id,
            course_id: progress.course_id,
            status: progress.status,
            time_spent_seconds: progress.time_spent_seconds,
            quiz_score: progress.quiz_score,
            created_at: before.map_or(recorded.time, |before| before.created_at),
            updated_at: recorded.time,
            stale: false,
        }
    }

    /// How far somebody is with a lesson out of the stream of their enrollment alone.
    #[must_use]
    pub fn of_stream(stream: &[RecordedEvent], lesson: LessonId) -> Option<Self> {
        stream.iter().fold(None, |before, recorded| match EnrollmentEvent::of(&recorded.event) {
            Some(EnrollmentEvent::LessonProgressRecorded(progress)) if progress.lesson_id == lesson => {
                Some(Self::after(before.as_ref(), recorded, progress))
            }
            Some(
                EnrollmentEvent::LessonProgressRecorded(_)
                | EnrollmentEvent::LearnerEnrolled(_)
                | EnrollmentEvent::EnrollmentResumed(_)
                | EnrollmentEvent::CourseCompleted(_)
                | EnrollmentEvent::EnrollmentDropped(_),
            )
            | None => before,
        })
    }
}

impl EnrollmentCourse {
    /// A course without lessons.
    #[must_use]
    pub fn created(created: &CourseCreated) -> Self {
        Self {
            id: created.course_id,
            title: created.title.clone(),
            image_url: created.image_url.clone(),
            lesson_ids: Vec::new(),
            shrunk_at: 0,
            stale: false,
        }
    }

    /// Calls it otherwise.
    pub fn change(&mut self, changed: &CourseChanged) {
        self.title.clone_from(&changed.title);
        self.image_url.clone_from(&changed.image_url);
    }

    /// A lesson more.
    pub fn take_in_lesson(&mut self, added: &LessonAdded) {
        self.lesson_ids.push(added.lesson.lesson_id);
    }

    /// These lessons less; who had done all others has nothing left to do.
    pub fn take_out_lessons(&mut self, recorded: &RecordedEvent, lessons: &[LessonId]) {
        let count = self.lesson_ids.len();
        self.lesson_ids.retain(|lesson| !lessons.contains(lesson));
        if self.lesson_ids.len() < count {
            self.shrunk_at = recorded.position;
        }
    }
}
