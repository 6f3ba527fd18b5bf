//! Claims on email addresses: one stream per address makes it unique at every instant.

#[cfg(feature = "decide")]
mod claim_email;
#[cfg(feature = "decide")]
mod release_email;
mod state;

pub use state::EmailClaim;

#[cfg(feature = "decide")]
pub use {
    claim_email::{ClaimEmail, ClaimEmailError},
    release_email::{ReleaseEmail, ReleaseEmailError},
};

#[cfg(feature = "decide")]
crate::aggregate::aggregate! {
    EmailClaim, EmailClaimCommand, EmailClaimError {
        ClaimEmail(ClaimEmailError) by claim,
        ReleaseEmail(ReleaseEmailError) by release,
    }
}
