//! What is known of a session.

use events::{Fold, SessionEvent, SessionId, SessionStarted, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::User;

/// The generation of the refresh token that a session begins with.
pub const FIRST_GENERATION: u32 = 1;

/// Fold of the stream `session/<session id>`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// How it began, and what has become of it; none until it began.
    pub started: Option<SignIn>,
}

/// A session that began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIn {
    /// The session.
    pub session_id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
    /// How many times their password had been changed when they signed in.
    pub password_generation: u32,
    /// The first instant at which it is dead.
    pub expires_at: Timestamp,
    /// Of its newest refresh token: the first is [`FIRST_GENERATION`].
    pub generation: u32,
    /// When its newest refresh token was made; none for the first.
    pub refreshed_at: Option<Timestamp>,
    /// Whether it was ended before its time.
    pub revoked: bool,
}

/// What of an account its sessions live by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionOwner {
    /// Whose.
    pub user_id: UserId,
    /// How many times the password has been changed.
    pub password_generation: u32,
    /// The session that the last change of the password has left alive.
    pub kept_session: Option<SessionId>,
}

impl SessionOwner {
    /// Of an account; none of one that is not there or was erased, whose sessions are all dead. The suspended have
    /// their sessions still.
    #[must_use]
    pub fn of(user: &User) -> Option<Self> {
        user.present().map(|account| Self {
            user_id: account.user_id,
            password_generation: account.password_generation,
            kept_session: account.kept_session,
        })
    }
}

impl Session {
    /// Whether its tokens are good at `now`: it began and is theirs, was not revoked, has not expired, and their
    /// password is the one it began with, or was changed in this very session.
    #[must_use]
    pub fn is_live(&self, owner: &SessionOwner, now: Timestamp) -> bool {
        self.started.as_ref().is_some_and(|sign_in| {
            let by_password = sign_in.password_generation == owner.password_generation
                || owner.kept_session == Some(sign_in.session_id);
            sign_in.user_id == owner.user_id && !sign_in.revoked && now < sign_in.expires_at && by_password
        })
    }
}

impl SignIn {
    fn begun(event: &SessionStarted) -> Self {
        Self {
            session_id: event.session_id,
            user_id: event.user_id,
            password_generation: event.password_generation,
            expires_at: event.expires_at,
            generation: FIRST_GENERATION,
            refreshed_at: None,
            revoked: false,
        }
    }
}

impl Fold for Session {
    type Event = SessionEvent;

    fn apply(&mut self, event: &SessionEvent) {
        match (event, &mut self.started) {
            (SessionEvent::SessionStarted(event), started) => *started = Some(SignIn::begun(event)),
            (SessionEvent::SessionRefreshed(event), Some(sign_in)) => {
                sign_in.generation = event.generation;
                sign_in.refreshed_at = Some(event.at);
                sign_in.expires_at = event.expires_at;
            }
            (SessionEvent::SessionRevoked(_), Some(sign_in)) => sign_in.revoked = true,
            // No decision writes these before the first event.
            (SessionEvent::SessionRefreshed(_) | SessionEvent::SessionRevoked(_), None) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use events::{PasswordChanged, UserEvent, UserSuspended};

    use super::*;
    use crate::fixtures::{
        at, erased, password_reset, personal, refreshed, registered, revoked, session_id, started, user_id,
    };

    fn user(events: &[UserEvent]) -> User {
        let mut user = User::default();
        events.iter().for_each(|event| user.apply(event));
        user
    }

    fn session(events: &[SessionEvent]) -> Session {
        let mut session = Session::default();
        events.iter().for_each(|event| session.apply(event));
        session
    }

    fn changed_in(session: u128) -> UserEvent {
        let kept_session_id = Some(session_id(session));
        PasswordChanged { user_id: user_id(1), password_hash: personal(1, "$argon2id$new"), kept_session_id }.into()
    }

    fn is_live(session: &Session, user_events: &[UserEvent]) -> bool {
        SessionOwner::of(&user(user_events)).is_some_and(|owner| session.is_live(&owner, at(0)))
    }

    #[test]
    fn a_session_lives_from_its_start_until_it_expires() {
        let owner = SessionOwner::of(&user(&[registered(1)])).unwrap();
        assert!(!Session::default().is_live(&owner, at(0)));
        let begun = session(&[started(1, 1, 0)]);
        assert!(begun.is_live(&owner, at(999)));
        assert!(!begun.is_live(&owner, at(1_000)));
        let longer = session(&[started(1, 1, 0), refreshed(1, 2, 900, 1_900)]);
        assert!(longer.is_live(&owner, at(1_899)));
        assert!(!longer.is_live(&owner, at(1_900)));
    }

    #[test]
    fn a_session_is_its_owners_until_it_is_revoked() {
        let begun = session(&[started(1, 1, 0)]);
        assert!(is_live(&begun, &[registered(1)]));
        assert!(!is_live(&begun, &[registered(2)]));
        assert!(!is_live(&session(&[started(1, 1, 0), revoked(1)]), &[registered(1)]));
    }

    #[test]
    fn another_password_ends_every_session_but_the_one_it_was_changed_in() {
        let (first, second, later) =
            (session(&[started(1, 1, 0)]), session(&[started(2, 1, 0)]), session(&[started(3, 1, 1)]));
        let mut events = vec![registered(1)];
        for (event, lives) in [
            (None, [true, true, false]),
            (Some(changed_in(2)), [false, true, true]),
            (Some(changed_in(3)), [false, false, true]),
            (Some(password_reset(1)), [false, false, false]),
        ] {
            events.extend(event);
            assert_eq!([&first, &second, &later].map(|session| is_live(session, &events)), lives, "{events:?}");
        }
    }

    #[test]
    fn the_erased_have_no_sessions_and_the_suspended_keep_theirs() {
        let begun = session(&[started(1, 1, 0)]);
        assert!(is_live(&begun, &[registered(1), UserSuspended { user_id: user_id(1) }.into()]));
        assert!(!is_live(&begun, &[registered(1), erased(1)]));
        assert!(!is_live(&begun, &[]));
    }

    #[test]
    fn a_state_comes_back_from_a_snapshot_as_it_was() {
        let state = session(&[started(1, 1, 0), refreshed(1, 2, 900, 1_900), revoked(1)]);
        let snapshot = serde_json::to_value(&state).unwrap();
        assert_eq!(serde_json::from_value::<Session>(snapshot).unwrap(), state);
    }
}
