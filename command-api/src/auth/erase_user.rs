//! Erasing a person: one commit, whoever asks for it.

use domain::admin_roster::LeaveAdmins;
use domain::email_claim::ReleaseEmail;
use domain::subscription::{StepSubscription, SubscriptionStep};
use domain::user::EraseUser;
use domain::{AdminRoster, EmailClaim, Subscription, User};
use events::Timestamp;
use service_kit::http::ApiError;

use crate::Refusal;
use crate::commands::{Held, UnitOfWork};
use crate::tokens::EmailNames;

/// Erases who is held: the account is closed, their address is free, their subscription ends, an admin
/// leaves the roster, and their key goes.
/// `was_admin` is whether they were an acting admin before the command at hand.
///
/// # Errors
/// 404 when they are gone already; 400 `last_admin`.
pub(crate) async fn erase_user(
    work: &mut UnitOfWork<'_>,
    emails: &EmailNames,
    mut user: Held<User>,
    was_admin: bool,
    now: Timestamp,
) -> Result<(), Refusal> {
    let account = user.state().present().ok_or_else(ApiError::not_found)?;
    let user_id = account.user_id;
    // The address is read first: the decision takes it from the state.
    let unreadable = || ApiError::internal("an account that is not erased has no readable address");
    let claim = emails.name(account.email.value().ok_or_else(unreadable)?);
    user.decide(EraseUser).await?;
    work.put(user);
    let mut claim = work.load::<EmailClaim>(&claim).await?;
    claim.decide(ReleaseEmail { user_id }).await?;
    work.put(claim);
    let mut subscription = work.load::<Subscription>(user_id).await?;
    if subscription.state().live_at(now).is_some() {
        subscription.decide(StepSubscription { step: SubscriptionStep::Erase, now }).await?;
    }
    work.put(subscription);
    if was_admin {
        let mut roster = work.load::<AdminRoster>(AdminRoster::ID).await?;
        roster.decide(LeaveAdmins { user_id }).await?;
        work.put(roster);
    }
    work.destroy_key(user_id);
    Ok(())
}
