//! The papers that people are given: certificates and invoices, as PDF. Pure: what stands on them comes in, bytes come
//! out, the same bytes for the same words. Fonts are embedded, as much of them as is used.
//!
//! | module | what it does |
//! |---|---|
//! | `certificate` | that a course was completed, to be framed |
//! | `invoice` | what was paid, for an accountant |
//! | `pen` | text and lines on a page |
//! | `fonts` | the letters: Libertinus Serif (SIL Open Font License) |
//! | `words` | dates and amounts, in French and English |

mod certificate;
mod fonts;
mod invoice;
mod pen;
mod words;

pub use certificate::{CertificatePaper, certificate};
pub use invoice::{CreditNotePaper, InvoicePaper, invoice};
pub use words::Tongue;

/// A paper could not be made.
#[derive(Debug, thiserror::Error)]
#[error("no PDF: {0}")]
pub struct PaperError(String);
