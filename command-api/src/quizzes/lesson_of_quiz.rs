//! Which lessons a quiz goes with: the course says so, the quiz does not.

use domain::Course;
use domain::course::{AttachQuiz, CourseDetails, Editor};
use events::{LessonId, QuizId};

use crate::Refusal;
use crate::commands::Held;

/// The lessons that have this quiz now.
pub(super) fn lessons_of(course: &CourseDetails, quiz_id: QuizId) -> Vec<LessonId> {
    course.lessons_with(quiz_id).map(|lesson| lesson.lesson_id).collect()
}

/// Lets a quiz go with one lesson and no other, or with none.
///
/// # Errors
/// 404, 403 for who may not edit the course; 400 when it has no such lesson.
pub(super) async fn attach(
    course: &mut Held<Course>,
    by: Editor,
    quiz_id: QuizId,
    lesson_id: Option<LessonId>,
) -> Result<(), Refusal> {
    let others = lessons_of(course.state().editable_by(by)?, quiz_id).into_iter().filter(|id| Some(*id) != lesson_id);
    for lesson_id in others {
        course.decide(AttachQuiz { lesson_id, by, quiz_id: None }).await?;
    }
    if let Some(lesson_id) = lesson_id {
        course.decide(AttachQuiz { lesson_id, by, quiz_id: Some(quiz_id) }).await?;
    }
    Ok(())
}
