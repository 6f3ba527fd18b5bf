//! A quiz is written for a course.

use events::{CourseId, LessonId, QuizCreated, QuizEvent, QuizId};

use super::{QuestionsError, Quiz, WrittenQuestion, written::questions};
use crate::values::{Score, ShortTitle};

/// Writes a quiz. That the lesson is of the course, and has this quiz from now on, is decided with it: see
/// [`AttachQuiz`](crate::course::AttachQuiz).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateQuiz {
    /// A new id.
    pub quiz_id: QuizId,
    /// The course it is of.
    pub course_id: CourseId,
    /// The lesson that it completes.
    pub lesson_id: Option<LessonId>,
    /// Title.
    pub title: ShortTitle,
    /// The least score that passes.
    pub passing_score: Score,
    /// The questions, in order.
    pub questions: Vec<WrittenQuestion>,
}

/// Why no quiz was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CreateQuizError {
    /// The id was not new.
    #[error("this quiz id is taken already")]
    AlreadyCreated,
    /// The questions are no quiz.
    #[error(transparent)]
    Questions(#[from] QuestionsError),
}

impl Quiz {
    /// Decides [`CreateQuiz`].
    ///
    /// # Errors
    /// [`CreateQuizError`] says which.
    pub fn create(&self, command: CreateQuiz) -> Result<Vec<QuizEvent>, CreateQuizError> {
        if self.details.is_some() || self.removed {
            return Err(CreateQuizError::AlreadyCreated);
        }
        let event = QuizCreated {
            quiz_id: command.quiz_id,
            course_id: command.course_id,
            lesson_id: command.lesson_id,
            title: command.title.into_string(),
            passing_score: command.passing_score.percent(),
            questions: questions(command.questions)?,
        };
        Ok(vec![event.into()])
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::fixtures::{course_id, lesson_id, quiz_created, quiz_id, quiz_removed, written_question};

    fn create(numbers: impl IntoIterator<Item = u128>) -> CreateQuiz {
        CreateQuiz {
            quiz_id: quiz_id(),
            course_id: course_id(),
            lesson_id: Some(lesson_id(1)),
            title: ShortTitle::parse("Quiz").unwrap(),
            passing_score: Score::default_passing(),
            questions: numbers.into_iter().map(written_question).collect(),
        }
    }

    #[test]
    fn a_quiz_comes_whole_into_the_event() {
        TestFramework::<Quiz>::with(())
            .given_no_previous_events()
            .when(create([1, 2, 3, 4]).into())
            .then_expect_events(vec![quiz_created()]);
    }

    #[test]
    fn one_to_two_hundred_questions_are_a_quiz_each_its_own() {
        for (numbers, error) in [
            (Vec::new(), Some(QuestionsError::None)),
            (vec![1], None),
            ((1..=200).collect(), None),
            ((1..=201).collect(), Some(QuestionsError::TooMany)),
            (vec![1, 2, 1], Some(QuestionsError::Repeated)),
        ] {
            let decided = Quiz::default().create(create(numbers));
            assert_eq!(decided.err(), error.map(Into::into));
        }
    }

    #[test]
    fn an_id_is_taken_once() {
        for events in [vec![quiz_created()], vec![quiz_created(), quiz_removed()]] {
            TestFramework::<Quiz>::with(())
                .given(events)
                .when(create([1]).into())
                .then_expect_error(CreateQuizError::AlreadyCreated.into());
        }
    }
}
