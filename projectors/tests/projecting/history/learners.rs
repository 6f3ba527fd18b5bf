//! Events of learners in courses, at random.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use events::{
    AccessEvent, AccessGranted, AccessId, AccessReinstated, AccessRevoked, AccessSuspended, CourseCompleted, CourseId,
    EnrollmentDropped, EnrollmentEvent, EnrollmentId, EnrollmentResumed, EnrollmentSource, GrantEnd, GrantId,
    GrantSource, LearnerEnrolled, LessonId, LessonProgressRecorded, LessonStatus, Percent, Personal, StreamId,
    StreamType, TransactionId, UserId,
};
use rand::rngs::StdRng;
use rand::{Rng, RngExt};
use uuid::Uuid;

use super::{Written, courses::Known, in_days};

fn of_learner(user_id: UserId, course_id: CourseId, event: impl Into<EnrollmentEvent>) -> Written {
    (StreamId::new(StreamType::Enrollment, EnrollmentId::of(user_id, course_id)), event.into().into())
}

pub fn enrolled(user_id: UserId, course_id: CourseId) -> Written {
    let (enrollment_id, source) = (EnrollmentId::of(user_id, course_id), EnrollmentSource::Free);
    of_learner(user_id, course_id, LearnerEnrolled { enrollment_id, user_id, course_id, source })
}

pub fn resumed(user_id: UserId, course_id: CourseId) -> Written {
    let (enrollment_id, source) = (EnrollmentId::of(user_id, course_id), EnrollmentSource::Purchase);
    of_learner(user_id, course_id, EnrollmentResumed { enrollment_id, user_id, course_id, source })
}

pub fn dropped(user_id: UserId, course_id: CourseId) -> Written {
    let enrollment_id = EnrollmentId::of(user_id, course_id);
    of_learner(user_id, course_id, EnrollmentDropped { enrollment_id, user_id, course_id })
}

pub fn completed(user_id: UserId, course_id: CourseId) -> Written {
    let (enrollment_id, completed_at) = (EnrollmentId::of(user_id, course_id), in_days(0));
    of_learner(user_id, course_id, CourseCompleted { enrollment_id, user_id, course_id, completed_at })
}

pub fn went_on(
    user_id: UserId,
    course_id: CourseId,
    lesson_id: LessonId,
    status: LessonStatus,
    quiz_score: Option<Percent>,
) -> Written {
    let (enrollment_id, time_spent_seconds) = (EnrollmentId::of(user_id, course_id), 60);
    let event =
        LessonProgressRecorded { enrollment_id, user_id, course_id, lesson_id, status, time_spent_seconds, quiz_score };
    of_learner(user_id, course_id, event)
}

pub fn of_access(user_id: UserId, course_id: CourseId, event: impl Into<AccessEvent>) -> Written {
    (StreamId::new(StreamType::Access, AccessId::of(user_id, course_id)), event.into().into())
}

pub fn granted(user_id: UserId, course_id: CourseId, grant_id: GrantId, source: GrantSource) -> Written {
    of_access(user_id, course_id, AccessGranted { grant_id, user_id, course_id, source })
}

/// Who is, or was, in which course, and who holds what.
#[derive(Default)]
pub(super) struct Learning {
    /// Whether they are in it now.
    learners: BTreeMap<(UserId, CourseId), bool>,
    grants: Vec<(UserId, CourseId, GrantId)>,
}

impl Learning {
    /// One event more, of these persons in these courses; none while there are no courses.
    pub(super) fn next(&mut self, random: &mut StdRng, users: &[UserId], courses: &[Known]) -> Option<Written> {
        if courses.is_empty() {
            return None;
        }
        let course = &courses[random.random_range(0..courses.len())];
        let user_id = users[random.random_range(0..users.len())];
        if random.random_ratio(1, 4) {
            return Some(self.of_access(random, user_id, course.id));
        }
        let pair = (user_id, course.id);
        let lessons: Vec<LessonId> = course.modules.iter().flat_map(|(_, lessons)| lessons.iter().copied()).collect();
        Some(match (self.learners.get(&pair), random.random_range(0..10)) {
            (None, _) => {
                self.learners.insert(pair, true);
                enrolled(user_id, course.id)
            }
            (Some(false), _) => {
                self.learners.insert(pair, true);
                resumed(user_id, course.id)
            }
            (Some(true), 0) => {
                self.learners.insert(pair, false);
                dropped(user_id, course.id)
            }
            (Some(true), 1) => completed(user_id, course.id),
            (Some(true), _) => {
                // A lesson of the course, or one that is gone.
                let lesson = match lessons.len() {
                    0 => LessonId::new(Uuid::from_u128(random.next_u64().into())),
                    count => lessons[random.random_range(0..count)],
                };
                let status = LessonStatus::ALL[random.random_range(0..LessonStatus::ALL.len())];
                let score = random.random_bool(0.3).then(|| Percent::of(random.random_range(0..7), 7));
                went_on(user_id, course.id, lesson, status, score)
            }
        })
    }

    fn of_access(&mut self, random: &mut StdRng, user_id: UserId, course_id: CourseId) -> Written {
        let kind = random.random_range(0..6);
        if kind < 3 || self.grants.is_empty() {
            let grant_id = GrantId::new(Uuid::from_u128(random.next_u64().into()));
            self.grants.push((user_id, course_id, grant_id));
            let source = match kind {
                0 => GrantSource::Purchase { transaction_id: TransactionId::new(Uuid::now_v7()) },
                1 => GrantSource::Free {},
                _ => GrantSource::Admin { reason: Personal::new(user_id, "Canary".to_owned()) },
            };
            return granted(user_id, course_id, grant_id, source);
        }
        let (user_id, course_id, grant_id) = self.grants[random.random_range(0..self.grants.len())];
        match kind {
            3 => of_access(user_id, course_id, AccessSuspended { grant_id, user_id, course_id }),
            4 => of_access(user_id, course_id, AccessReinstated { grant_id, user_id, course_id }),
            _ => {
                self.grants.retain(|(_, _, id)| *id != grant_id);
                let end = GrantEnd::Refunded {};
                of_access(user_id, course_id, AccessRevoked { grant_id, user_id, course_id, end })
            }
        }
    }
}
