//! That a learner has completed a course, in writing.

use serde::{Deserialize, Serialize};

use crate::{CertificateId, CourseId, Timestamp, UserId, event::stream_events};

stream_events! {
    /// An event of the stream `certificate/<certificate id>`.
    CertificateEvent on Certificate {
        /// A certificate was made out.
        CertificateIssued: 1 about [user_id],
    }
}

/// A certificate was made out, once for each learner and course.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateIssued {
    /// The certificate.
    pub certificate_id: CertificateId,
    /// What anybody checks it by: `XXXX-XXXX-XXXX-XXXX` in Crockford's base32, 80 random bits.
    pub code: String,
    /// Who completed the course.
    pub user_id: UserId,
    /// The course.
    pub course_id: CourseId,
    /// What the course was called then.
    pub course_title: String,
    /// When it was completed.
    pub completed_at: Timestamp,
}
