//! Whatever a course and its learner do: progress is a percentage, and a completion is noted once and never undone.

use events::{EnrollmentEvent, EnrollmentSource, Fold, LessonId, LessonStatus, Percent};
use proptest::prelude::*;

use super::{CompleteCourse, DropEnrollment, EnrollLearner, Enrollment, LessonQuiz, RecordAttempt, RecordProgress};
use crate::course::CourseStatus;
use crate::fixtures::{at, course_id, lesson_id, user_id};
use crate::values::TimeSpent;

/// A step of the course's author or of the learner; numbers choose among lessons.
#[derive(Clone, Copy, Debug)]
enum Step {
    Add,
    Remove(usize),
    Move(usize),
    Record(usize, LessonStatus),
    Attempt(usize, u8),
    Drop,
    Enroll,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        Just(Step::Add),
        any::<usize>().prop_map(Step::Remove),
        any::<usize>().prop_map(Step::Move),
        (any::<usize>(), prop::sample::select(LessonStatus::ALL)).prop_map(|(n, status)| Step::Record(n, status)),
        any::<usize>().prop_map(|n| Step::Record(n, LessonStatus::Completed)),
        any::<usize>().prop_map(|n| Step::Record(n, LessonStatus::Completed)),
        (any::<usize>(), 0..=4_u8).prop_map(|(n, right)| Step::Attempt(n, right)),
        Just(Step::Drop),
        Just(Step::Enroll),
    ]
}

fn chosen(lessons: &[LessonId], number: usize) -> LessonId {
    lessons.get(number % lessons.len().max(1)).copied().unwrap_or(lesson_id(0))
}

/// What the learner's step leads to; nothing where it is refused.
fn decide(enrollment: &Enrollment, lessons: &[LessonId], step: Step, time: i64) -> Vec<EnrollmentEvent> {
    let (lessons_now, now) = (lessons.to_vec(), at(time));
    match step {
        Step::Add | Step::Move(_) => Vec::new(),
        Step::Remove(_) => enrollment.complete(CompleteCourse { lessons_now, now }).unwrap_or_default(),
        Step::Record(number, status) => {
            let command = RecordProgress {
                lesson_id: chosen(lessons, number),
                lesson_quiz: LessonQuiz::None,
                status,
                time_spent: TimeSpent::parse(7).unwrap(),
                quiz_score: None,
                has_access: true,
                lessons_now,
                now,
            };
            enrollment.record_progress(command).unwrap_or_default()
        }
        Step::Attempt(number, right) => {
            let score = Percent::of(usize::from(right), 4);
            let lesson_id = chosen(lessons, number);
            let command = RecordAttempt { lesson_id, score, passed: right > 2, lessons_now, now };
            enrollment.record_attempt(command).unwrap_or_default()
        }
        Step::Drop => enrollment.drop_out(DropEnrollment).unwrap_or_default(),
        Step::Enroll => {
            let command = EnrollLearner {
                user_id: user_id(5),
                course_id: course_id(),
                course_status: CourseStatus::Published,
                right: Some(EnrollmentSource::Free),
                is_free: true,
                lessons_now,
                now,
            };
            enrollment.enroll(command).unwrap_or_default()
        }
    }
}

proptest! {
    #[test]
    fn progress_is_a_percentage_and_completion_is_noted_once(steps in prop::collection::vec(step(), 1..80)) {
        let (mut enrollment, mut lessons, mut completions) = (Enrollment::default(), vec![lesson_id(1)], 0);
        for (time, step) in (2..).zip(std::iter::once(Step::Enroll).chain(steps)) {
            let count = lessons.len();
            match step {
                Step::Add => lessons.push(lesson_id(u128::try_from(time).unwrap())),
                Step::Remove(number) if count > 0 => drop(lessons.remove(number % count)),
                Step::Move(number) if count > 0 => lessons.rotate_left(number % count),
                Step::Remove(_) | Step::Move(_) | Step::Record(..) | Step::Attempt(..) | Step::Drop | Step::Enroll => {}
            }
            let before = enrollment.learner.as_ref().and_then(|learner| learner.completed_at);
            for event in decide(&enrollment, &lessons, step, time) {
                completions += usize::from(matches!(event, EnrollmentEvent::CourseCompleted(_)));
                enrollment.apply(&event);
            }
            let learner = enrollment.learner.as_ref().unwrap();
            let progress = learner.progress(&lessons);
            let completed = lessons.iter().filter(|lesson| learner.has_completed(**lesson)).count();
            prop_assert!(progress <= Percent::HUNDRED && progress.value().is_finite());
            prop_assert_eq!(progress == Percent::HUNDRED, !lessons.is_empty() && completed == lessons.len());
            prop_assert_eq!(progress == Percent::ZERO, completed == 0);
            prop_assert!(before.is_none() || learner.completed_at == before, "a completion is never undone");
            prop_assert_eq!(completions, usize::from(learner.completed_at.is_some()));
            if progress == Percent::HUNDRED && !learner.dropped {
                prop_assert!(learner.completed_at.is_some(), "nothing is left to do");
            }
        }
    }
}
