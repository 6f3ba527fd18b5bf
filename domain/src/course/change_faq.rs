//! A question, or its answer, is worded otherwise.

use events::{CourseEvent, FaqChanged, FaqId};

use super::{Course, Editor, NotEditable};
use crate::values::{FaqAnswer, FaqQuestion};

/// Changes a question or its answer. What is none stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeFaq {
    /// The entry.
    pub faq_id: FaqId,
    /// Who asks.
    pub by: Editor,
    /// Question.
    pub question: Option<FaqQuestion>,
    /// Answer.
    pub answer: Option<FaqAnswer>,
}

/// Why it stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChangeFaqError {
    /// The course can't be changed by them.
    #[error(transparent)]
    NotEditable(#[from] NotEditable),
    /// The course has no such entry.
    #[error("the course has no such question")]
    UnknownFaq,
}

impl Course {
    /// Decides [`ChangeFaq`]. Words it has already are no event.
    ///
    /// # Errors
    /// [`ChangeFaqError`] says which.
    pub fn change_faq(&self, command: ChangeFaq) -> Result<Vec<CourseEvent>, ChangeFaqError> {
        let details = self.editable_by(command.by)?;
        let entry = details.faq_entry(command.faq_id).ok_or(ChangeFaqError::UnknownFaq)?;
        let question = command.question.map_or_else(|| entry.question.clone(), FaqQuestion::into_string);
        let answer = command.answer.map_or_else(|| entry.answer.clone(), FaqAnswer::into_string);
        if question == entry.question && answer == entry.answer {
            return Ok(Vec::new());
        }
        Ok(vec![FaqChanged { course_id: details.course_id, faq_id: entry.faq_id, question, answer }.into()])
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::fixtures::{course_created, course_id, faq_added, faq_id, other_instructor, owner};

    fn change(n: u128, question: Option<&str>, answer: Option<&str>) -> ChangeFaq {
        ChangeFaq {
            faq_id: faq_id(n),
            by: owner(),
            question: question.map(|text| FaqQuestion::parse(text).unwrap()),
            answer: answer.map(|text| FaqAnswer::parse(text).unwrap()),
        }
    }

    fn changed(question: &str, answer: &str) -> CourseEvent {
        let (question, answer) = (question.to_owned(), answer.to_owned());
        FaqChanged { course_id: course_id(), faq_id: faq_id(1), question, answer }.into()
    }

    fn given() -> Vec<CourseEvent> {
        vec![course_created(), faq_added(1), faq_added(2)]
    }

    #[test]
    fn each_part_changes_by_itself_and_no_change_is_no_event() {
        for (question, answer, expected) in [
            (Some("Pourquoi ?"), None, vec![changed("Pourquoi ?", "Réponse 1.")]),
            (None, Some("Oui."), vec![changed("Question 1 ?", "Oui.")]),
            (Some("Question 1 ?"), Some("Réponse 1."), Vec::new()),
            (None, None, Vec::new()),
        ] {
            TestFramework::<Course>::with(())
                .given(given())
                .when(change(1, question, answer).into())
                .then_expect_events(expected);
        }
        TestFramework::<Course>::with(())
            .given([given(), vec![changed("Pourquoi ?", "Réponse 1.")]].concat())
            .when(change(1, None, Some("Oui.")).into())
            .then_expect_events(vec![changed("Pourquoi ?", "Oui.")]);
    }

    #[test]
    fn what_is_not_there_or_not_theirs_is_refused() {
        let command = change(1, Some("Pourquoi ?"), None);
        for (events, command, error) in [
            (given(), change(3, Some("Pourquoi ?"), None), ChangeFaqError::UnknownFaq),
            (given(), ChangeFaq { by: other_instructor(), ..command.clone() }, NotEditable::NotOwner.into()),
            (Vec::new(), command, NotEditable::NotFound.into()),
        ] {
            TestFramework::<Course>::with(()).given(events).when(command.into()).then_expect_error(error.into());
        }
    }
}
