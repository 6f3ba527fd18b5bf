//! Certificates: one for each learner and course, for good.

mod state;

#[cfg(feature = "decide")]
mod issue_certificate;

pub use state::Certificate;

#[cfg(feature = "decide")]
pub use issue_certificate::{IssueCertificate, IssueCertificateError};

#[cfg(feature = "decide")]
crate::aggregate::aggregate! {
    Certificate, CertificateCommand, CertificateError {
        IssueCertificate(IssueCertificateError) by issue,
    }
}
