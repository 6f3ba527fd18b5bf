//! A question is answered for everyone.

use events::{CourseEvent, FaqAdded, FaqId};

use super::{Course, Editor, MAX_FAQ, NotEditable};
use crate::values::{FaqAnswer, FaqQuestion};

/// Answers a question on the course's page, as the last of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddFaq {
    /// A new id.
    pub faq_id: FaqId,
    /// Who asks.
    pub by: Editor,
    /// Question.
    pub question: FaqQuestion,
    /// Answer.
    pub answer: FaqAnswer,
}

/// Why nothing was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddFaqError {
    /// The course can't be changed by them.
    #[error(transparent)]
    NotEditable(#[from] NotEditable),
    /// The course has [`MAX_FAQ`].
    #[error("a course answers at most {MAX_FAQ} questions")]
    TooMany,
}

impl Course {
    /// Decides [`AddFaq`].
    ///
    /// # Errors
    /// [`AddFaqError`] says which.
    pub fn add_faq(&self, command: AddFaq) -> Result<Vec<CourseEvent>, AddFaqError> {
        let details = self.editable_by(command.by)?;
        if details.faq.len() >= MAX_FAQ {
            return Err(AddFaqError::TooMany);
        }
        let (question, answer) = (command.question.into_string(), command.answer.into_string());
        Ok(vec![FaqAdded { course_id: details.course_id, faq_id: command.faq_id, question, answer }.into()])
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::fixtures::{course_created, faq_added, faq_id, other_instructor, owner};

    fn add(n: u128) -> AddFaq {
        AddFaq {
            faq_id: faq_id(n),
            by: owner(),
            question: FaqQuestion::parse(&format!("Question {n} ?")).unwrap(),
            answer: FaqAnswer::parse(&format!("Réponse {n}.")).unwrap(),
        }
    }

    #[test]
    fn two_hundred_questions_are_the_most() {
        let mut events = vec![course_created()];
        events.extend((1..200).map(faq_added));
        TestFramework::<Course>::with(())
            .given(events.clone())
            .when(add(200).into())
            .then_expect_events(vec![faq_added(200)]);
        events.push(faq_added(200));
        TestFramework::<Course>::with(())
            .given(events)
            .when(add(201).into())
            .then_expect_error(AddFaqError::TooMany.into());
    }

    #[test]
    fn what_is_not_there_or_not_theirs_is_refused() {
        for (events, by, error) in [
            (vec![course_created()], other_instructor(), NotEditable::NotOwner),
            (Vec::new(), owner(), NotEditable::NotFound),
        ] {
            TestFramework::<Course>::with(())
                .given(events)
                .when(AddFaq { by, ..add(1) }.into())
                .then_expect_error(AddFaqError::from(error).into());
        }
    }
}
