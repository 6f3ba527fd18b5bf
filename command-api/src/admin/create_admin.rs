//! The first admin: made by `har admin create`, or at the first start by the settings.

use domain::admin_roster::JoinAdmins;
use domain::email_claim::ClaimEmail;
use domain::user::{ChangeUserRole, RegisterUser};
use domain::values::{Email, Password, PersonName, ValueError};
use domain::{AdminRoster, EmailClaim, User};
use events::{CorrelationId, Language, Role, Timestamp, UserId};
use uuid::Uuid;

use super::update_user::UpdateUser;
use crate::Refusal;
use crate::commands::{Commands, Origin, UnitOfWork, UseCase};
use crate::passwords::Passwords;
use crate::tokens::EmailNames;

/// Somebody who is to be an admin.
#[derive(Debug)]
pub struct NewAdmin {
    /// Their address; an account that has it already becomes an admin's.
    pub email: Email,
    /// Password of a new account.
    pub password: Password,
    /// First name of a new account.
    pub first_name: PersonName,
    /// Last name of a new account.
    pub last_name: PersonName,
}

impl NewAdmin {
    /// From texts.
    ///
    /// # Errors
    /// The name of the text that is wrong, and how.
    pub fn parse(
        email: &str,
        password: &str,
        first_name: &str,
        last_name: &str,
    ) -> Result<Self, (&'static str, ValueError)> {
        Ok(Self {
            email: Email::parse(email).map_err(|error| ("email", error))?,
            password: Password::parse(password.to_owned()).map_err(|error| ("password", error))?,
            first_name: PersonName::parse(first_name).map_err(|error| ("first name", error))?,
            last_name: PersonName::parse(last_name).map_err(|error| ("last name", error))?,
        })
    }
}

/// Makes an admin: a new account, or the one that has the address. An admin stays one; nothing else of an account that
/// exists is touched. Done twice, it changes nothing the second time.
///
/// # Errors
/// [`Refusal`].
pub async fn create_admin(
    commands: &Commands,
    passwords: &Passwords,
    emails: &EmailNames,
    admin: NewAdmin,
) -> Result<UserId, Refusal> {
    let origin = Origin::system(CorrelationId::new(Uuid::now_v7()));
    let claim = emails.name(admin.email.as_str());
    if let Some(user_id) = commands.log().load::<EmailClaim>(&claim).await?.state.held_by {
        let promote = UpdateUser { user_id, role: Some(Role::Admin), status: None, by: None, emails };
        return Ok(commands.run(&origin, &promote).await?.outcome);
    }
    let user_id = UserId::new(Uuid::now_v7());
    let register = RegisterUser {
        user_id,
        email: admin.email,
        first_name: admin.first_name,
        last_name: admin.last_name,
        language: Language::Fr,
        password_hash: passwords.hash(admin.password).await?,
    };
    let use_case = CreateAdmin { user_id, claim, register };
    Ok(commands.run(&origin, &use_case).await?.outcome)
}

struct CreateAdmin {
    user_id: UserId,
    claim: String,
    register: RegisterUser,
}

impl UseCase for CreateAdmin {
    type Outcome = UserId;

    async fn decide(&self, work: &mut UnitOfWork<'_>, _now: Timestamp) -> Result<UserId, Refusal> {
        let user_id = self.user_id;
        let mut claim = work.load::<EmailClaim>(&self.claim).await?;
        claim.decide(ClaimEmail { user_id }).await?;
        work.put(claim);
        let mut user = work.load::<User>(user_id).await?;
        user.decide(self.register.clone()).await?;
        user.decide(ChangeUserRole { role: Role::Admin }).await?;
        work.put(user);
        let mut roster = work.load::<AdminRoster>(AdminRoster::ID).await?;
        roster.decide(JoinAdmins { user_id }).await?;
        work.put(roster);
        work.create_key(user_id);
        Ok(user_id)
    }

    fn subject(&self) -> Option<UserId> {
        Some(self.user_id)
    }
}
