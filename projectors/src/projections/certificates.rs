//! Projection `certificates`: who has completed which course, in writing.

use events::{CertificateEvent, Event, RecordedEvent, StoredEvent, StreamType};
use read_models::{CERTIFICATES, CERTIFICATES_PROJECTION, Certificate, Collection};

use crate::{DocKey, Documents, FoldError, Projection};

/// Collection `certificates`. Names are not in it: they are the account's.
pub struct Certificates;

impl Projection for Certificates {
    fn name(&self) -> &'static str {
        CERTIFICATES_PROJECTION
    }

    fn version(&self) -> u32 {
        1
    }

    fn collections(&self) -> &'static [Collection] {
        &[CERTIFICATES]
    }

    fn keys(&self, event: &RecordedEvent) -> Vec<DocKey> {
        match &event.event {
            Event::Certificate(CertificateEvent::CertificateIssued(issued)) => {
                vec![DocKey::of::<Certificate>(issued.certificate_id)]
            }
            Event::User(_)
            | Event::EmailClaim(_)
            | Event::Session(_)
            | Event::AdminRoster(_)
            | Event::AuditAccess(_)
            | Event::ProjectionControl(_)
            | Event::Transaction(_)
            | Event::Subscription(_)
            | Event::InvoiceSeries(_)
            | Event::Course(_)
            | Event::Quiz(_)
            | Event::QuizAttempt(_)
            | Event::Enrollment(_)
            | Event::Access(_)
            | Event::Review(_)
            | Event::Media(_) => Vec::new(),
        }
    }

    fn unreadable_keys(&self, event: &StoredEvent) -> Vec<DocKey> {
        match event.stream_type {
            StreamType::Certificate => vec![DocKey::of::<Certificate>(&event.stream_id)],
            StreamType::User
            | StreamType::EmailClaim
            | StreamType::Session
            | StreamType::AdminRoster
            | StreamType::AuditAccess
            | StreamType::ProjectionControl
            | StreamType::Transaction
            | StreamType::Subscription
            | StreamType::InvoiceSeries
            | StreamType::Course
            | StreamType::Quiz
            | StreamType::QuizAttempt
            | StreamType::Enrollment
            | StreamType::Access
            | StreamType::Review
            | StreamType::Media => Vec::new(),
        }
    }

    fn fold(&self, event: &RecordedEvent, docs: &mut Documents<'_>) -> Result<(), FoldError> {
        match &event.event {
            Event::Certificate(CertificateEvent::CertificateIssued(issued)) => docs.put(Certificate {
                id: issued.certificate_id,
                code: issued.code.clone(),
                user_id: issued.user_id,
                course_id: issued.course_id,
                course_title: issued.course_title.clone(),
                completed_at: issued.completed_at,
                issued_at: event.time,
                stale: false,
            }),
            Event::User(_)
            | Event::EmailClaim(_)
            | Event::Session(_)
            | Event::AdminRoster(_)
            | Event::AuditAccess(_)
            | Event::ProjectionControl(_)
            | Event::Transaction(_)
            | Event::Subscription(_)
            | Event::InvoiceSeries(_)
            | Event::Course(_)
            | Event::Quiz(_)
            | Event::QuizAttempt(_)
            | Event::Enrollment(_)
            | Event::Access(_)
            | Event::Review(_)
            | Event::Media(_) => Ok(()),
        }
    }
}
