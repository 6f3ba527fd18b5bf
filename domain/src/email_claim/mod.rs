//! Claims on email addresses: one stream per address makes it unique at every instant.

#[cfg(feature = "decide")]
mod claim_email;
mod state;

pub use state::EmailClaim;

#[cfg(feature = "decide")]
pub use claim_email::{ClaimEmail, ClaimEmailError};

#[cfg(feature = "decide")]
crate::aggregate::aggregate! {
    EmailClaim, EmailClaimCommand, EmailClaimError {
        ClaimEmail(ClaimEmailError) by claim,
    }
}
