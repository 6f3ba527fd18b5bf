//! Who has looked at the audit trail: written down, never decided on.

mod state;

pub use state::AuditAccess;
