//! A question is not shown any more.

use events::{CourseEvent, FaqId, FaqRemoved};

use super::{Course, Editor, NotEditable};

/// Takes a question with its answer off the course's page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RemoveFaq {
    /// The entry.
    pub faq_id: FaqId,
    /// Who asks.
    pub by: Editor,
}

/// Why it stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RemoveFaqError {
    /// The course can't be changed by them.
    #[error(transparent)]
    NotEditable(#[from] NotEditable),
    /// The course has no such entry.
    #[error("the course has no such question")]
    UnknownFaq,
}

impl Course {
    /// Decides [`RemoveFaq`].
    ///
    /// # Errors
    /// [`RemoveFaqError`] says which.
    pub fn remove_faq(&self, command: RemoveFaq) -> Result<Vec<CourseEvent>, RemoveFaqError> {
        let details = self.editable_by(command.by)?;
        let entry = details.faq_entry(command.faq_id).ok_or(RemoveFaqError::UnknownFaq)?;
        Ok(vec![FaqRemoved { course_id: details.course_id, faq_id: entry.faq_id }.into()])
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::fixtures::{course_created, course_id, faq_added, faq_id, other_instructor, owner};

    fn remove(n: u128) -> RemoveFaq {
        RemoveFaq { faq_id: faq_id(n), by: owner() }
    }

    fn given() -> Vec<CourseEvent> {
        vec![course_created(), faq_added(1), faq_added(2)]
    }

    fn removed() -> CourseEvent {
        FaqRemoved { course_id: course_id(), faq_id: faq_id(1) }.into()
    }

    #[test]
    fn an_entry_goes_once() {
        TestFramework::<Course>::with(()).given(given()).when(remove(1).into()).then_expect_events(vec![removed()]);
        TestFramework::<Course>::with(())
            .given([given(), vec![removed()]].concat())
            .when(remove(1).into())
            .then_expect_error(RemoveFaqError::UnknownFaq.into());
    }

    #[test]
    fn what_is_not_there_or_not_theirs_is_refused() {
        for (events, command, error) in [
            (given(), remove(3), RemoveFaqError::UnknownFaq),
            (given(), RemoveFaq { by: other_instructor(), ..remove(1) }, NotEditable::NotOwner.into()),
            (Vec::new(), remove(1), NotEditable::NotFound.into()),
        ] {
            TestFramework::<Course>::with(()).given(events).when(command.into()).then_expect_error(error.into());
        }
    }
}
