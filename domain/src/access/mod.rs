//! What opens a course to a person: grants that live side by side, so that one that ends takes no other with it. What a
//! subscription opens is no grant: it is asked of the subscription.

mod content_rights;
mod state;

#[cfg(feature = "decide")]
mod close_purchase;
#[cfg(feature = "decide")]
mod grant_access;
#[cfg(feature = "decide")]
mod open_purchase;
#[cfg(feature = "decide")]
mod reinstate_access;
#[cfg(feature = "decide")]
mod revoke_access;
#[cfg(feature = "decide")]
mod suspend_access;

pub use content_rights::ContentRights;
pub use state::{Access, Grant};

#[cfg(feature = "decide")]
pub use {
    close_purchase::{ClosePurchase, ClosePurchaseError},
    grant_access::{GrantAccess, GrantAccessError, GrantReason},
    open_purchase::{OpenPurchase, OpenPurchaseError},
    reinstate_access::{ReinstateAccess, ReinstateAccessError},
    revoke_access::{RevocationReason, RevokeAccess, RevokeAccessError},
    suspend_access::{SuspendAccess, SuspendAccessError},
};

#[cfg(feature = "decide")]
crate::aggregate::aggregate! {
    Access, AccessCommand, AccessError {
        GrantAccess(GrantAccessError) by grant,
        RevokeAccess(RevokeAccessError) by revoke,
        SuspendAccess(SuspendAccessError) by suspend,
        ReinstateAccess(ReinstateAccessError) by reinstate,
        OpenPurchase(OpenPurchaseError) by open_purchase,
        ClosePurchase(ClosePurchaseError) by close_purchase,
    }
}

#[cfg(test)]
mod model_properties;
