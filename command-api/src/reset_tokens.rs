//! The token of a link to set another password.

use chrono::DateTime;
use events::{Timestamp, UserId};
use uuid::Uuid;

use crate::tokens::MacTokens;

/// Makes and reads the tokens of mailed links: user, generation of the password, expiry, and a MAC over them. The log
/// never holds one; whoever mails it makes it again from the request's event.
///
/// A token is good for the password there was when it was asked for: once the password changes, the generation that the
/// account has is another. That, and the expiry, are for the account's stream to say.
#[derive(Clone)]
pub struct ResetTokens(MacTokens);

impl ResetTokens {
    /// Tokens by a key of their own, derived from `HAR_TOKEN_KEY`.
    #[must_use]
    pub fn new(token_key: &[u8; 32]) -> Self {
        Self(MacTokens::new(token_key, b"password reset tokens"))
    }

    /// The token: 80 characters of base64url (RFC 4648 §5), the same whenever it is asked for.
    #[must_use]
    pub fn mint(&self, user: UserId, password_generation: u32, expires_at: Timestamp) -> String {
        let (id, expiry) = (user.uuid(), expires_at.utc().timestamp_millis());
        self.0.mint(&[id.as_bytes(), &password_generation.to_be_bytes(), &expiry.to_be_bytes()])
    }

    /// What a token says: whose password, its generation, the first instant at which the token is worth nothing. None
    /// when it was not made here.
    #[must_use]
    pub fn verify(&self, token: &str) -> Option<(UserId, u32, Timestamp)> {
        let said: [u8; 28] = self.0.verify(token)?;
        let (id, rest) = said.split_first_chunk::<16>()?;
        let (generation, expiry) = rest.split_first_chunk::<4>()?;
        let expires_at = DateTime::from_timestamp_millis(i64::from_be_bytes(expiry.try_into().ok()?))?;
        let user = UserId::new(Uuid::from_bytes(*id));
        Some((user, u32::from_be_bytes(*generation), Timestamp::new(expires_at)))
    }
}

#[cfg(test)]
mod tests {
    use chrono::Utc;

    use super::*;

    fn said() -> (UserId, u32, Timestamp) {
        (UserId::new(Uuid::now_v7()), 7, Timestamp::new(Utc::now()))
    }

    fn mint(tokens: &ResetTokens, (user, generation, expires_at): (UserId, u32, Timestamp)) -> String {
        tokens.mint(user, generation, expires_at)
    }

    #[test]
    fn a_token_says_what_it_was_made_of() {
        let (tokens, said) = (ResetTokens::new(&[1; 32]), said());
        let token = mint(&tokens, said);
        assert_eq!(tokens.verify(&token), Some(said));
        assert_eq!((token.len(), mint(&ResetTokens::new(&[1; 32]), said)), (80, token));
    }

    #[test]
    fn nothing_else_is_one() {
        let (tokens, said) = (ResetTokens::new(&[1; 32]), said());
        let token = mint(&tokens, said);
        assert_eq!(ResetTokens::new(&[2; 32]).verify(&token), None);
        for at in 0..token.len() {
            let other = if token.as_bytes()[at] == b'A' { "B" } else { "A" };
            let changed = format!("{}{other}{}", &token[..at], &token[at + 1..]);
            assert_eq!(tokens.verify(&changed), None, "character {at}");
        }
        for text in ["", "A", "é", &token[..79], &token[..36], &format!("{token}AAAA"), &format!("{token}=")] {
            assert_eq!(tokens.verify(text), None, "{text}");
        }
    }
}
