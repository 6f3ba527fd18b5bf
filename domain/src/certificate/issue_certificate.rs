//! A learner who has completed a course gets it in writing.

use events::{CertificateEvent, CertificateId, CertificateIssued, CourseId, Timestamp, UserId};

use super::Certificate;
use crate::values::CertificateCode;

/// Makes out a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueCertificate {
    /// Who completed the course.
    pub user_id: UserId,
    /// The course.
    pub course_id: CourseId,
    /// What it is called now.
    pub course_title: String,
    /// When they completed it; none when they have not.
    pub completed_at: Option<Timestamp>,
    /// A new code, of random bits.
    pub code: CertificateCode,
}

/// Why none was made out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IssueCertificateError {
    /// They have it.
    #[error("the certificate was issued already")]
    AlreadyIssued,
    /// They have not completed the course.
    #[error("the course is not completed")]
    NotCompleted,
}

impl Certificate {
    /// Decides [`IssueCertificate`].
    ///
    /// # Errors
    /// [`IssueCertificateError`] says which.
    pub fn issue(&self, command: IssueCertificate) -> Result<Vec<CertificateEvent>, IssueCertificateError> {
        if self.issued.is_some() {
            return Err(IssueCertificateError::AlreadyIssued);
        }
        let event = CertificateIssued {
            certificate_id: CertificateId::of(command.user_id, command.course_id),
            code: command.code.into_string(),
            user_id: command.user_id,
            course_id: command.course_id,
            course_title: command.course_title,
            completed_at: command.completed_at.ok_or(IssueCertificateError::NotCompleted)?,
        };
        Ok(vec![event.into()])
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::fixtures::{at, course_id, user_id};

    fn issue(completed_at: Option<Timestamp>) -> IssueCertificate {
        let (user_id, course_id, code) = (user_id(5), course_id(), CertificateCode::new([0xFF; 10]));
        IssueCertificate { user_id, course_id, course_title: "Tableaux croisés".to_owned(), completed_at, code }
    }

    fn issued() -> CertificateEvent {
        CertificateIssued {
            certificate_id: CertificateId::of(user_id(5), course_id()),
            code: "ZZZZ-ZZZZ-ZZZZ-ZZZZ".to_owned(),
            user_id: user_id(5),
            course_id: course_id(),
            course_title: "Tableaux croisés".to_owned(),
            completed_at: at(50),
        }
        .into()
    }

    #[test]
    fn who_has_completed_a_course_gets_one_certificate() {
        TestFramework::<Certificate>::with(())
            .given_no_previous_events()
            .when(issue(Some(at(50))).into())
            .then_expect_events(vec![issued()]);
        TestFramework::<Certificate>::with(())
            .given(vec![issued()])
            .when(issue(Some(at(50))).into())
            .then_expect_error(IssueCertificateError::AlreadyIssued.into());
        TestFramework::<Certificate>::with(())
            .given_no_previous_events()
            .when(issue(None).into())
            .then_expect_error(IssueCertificateError::NotCompleted.into());
    }
}
