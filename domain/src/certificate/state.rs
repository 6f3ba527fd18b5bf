//! What is known of a certificate.

use events::{CertificateEvent, CertificateIssued, Fold};
use serde::{Deserialize, Serialize};

/// Fold of the stream `certificate/<certificate id>`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// As it was made out; none until it was.
    pub issued: Option<CertificateIssued>,
}

impl Fold for Certificate {
    type Event = CertificateEvent;

    fn apply(&mut self, event: &CertificateEvent) {
        match event {
            CertificateEvent::CertificateIssued(event) => self.issued = Some(event.clone()),
        }
    }
}
