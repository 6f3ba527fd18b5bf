//! A device exchanges its refresh token.

use events::{SessionEnd, SessionEvent, SessionRefreshed, SessionRevoked, Timestamp};

use super::{FIRST_GENERATION, Session, SessionOwner, SignIn};

/// How old a successor may be, in milliseconds, for its predecessor still to be exchanged for it: the device may not
/// have got the answer. Later, the token is in two hands.
const RETRY_MILLISECONDS: i64 = 10_000;

/// Exchanges a refresh token for the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshSession {
    /// Of the token that is presented.
    pub generation: u32,
    /// Whose session it is.
    pub owner: SessionOwner,
    /// The present.
    pub now: Timestamp,
    /// When the next token dies if it is not used.
    pub expires_at: Timestamp,
}

/// What comes of a refresh token that is presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refresh {
    /// It is exchanged for the token of this generation.
    Rotated(u32),
    /// It has just been exchanged; the answer is the token of this generation once more.
    Retried(u32),
    /// It was exchanged before: somebody has copied it. The session ends.
    Reused,
}

/// Why the token is worth nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefreshSessionError {
    /// The session is not live, or never issued such a token.
    #[error("the session is dead")]
    Dead,
}

impl Session {
    /// Decides [`RefreshSession`]; [`Session::refresh_outcome`], asked before, says how. A reuse ends the session: it
    /// is no error here, since its event must be committed.
    ///
    /// # Errors
    /// [`RefreshSessionError`] says which.
    pub fn refresh(&self, command: RefreshSession) -> Result<Vec<SessionEvent>, RefreshSessionError> {
        let (sign_in, outcome) = self.judge(&command)?;
        let (session_id, user_id) = (sign_in.session_id, sign_in.user_id);
        Ok(match outcome {
            Refresh::Rotated(generation) => {
                let (at, expires_at) = (command.now, command.expires_at);
                vec![SessionRefreshed { session_id, user_id, generation, at, expires_at }.into()]
            }
            Refresh::Retried(_) => Vec::new(),
            Refresh::Reused => vec![SessionRevoked { session_id, user_id, reason: SessionEnd::Reused }.into()],
        })
    }

    /// What comes of the token, before it is decided.
    ///
    /// # Errors
    /// [`RefreshSessionError`] says which.
    pub fn refresh_outcome(&self, command: &RefreshSession) -> Result<Refresh, RefreshSessionError> {
        self.judge(command).map(|(_, outcome)| outcome)
    }

    fn judge(&self, command: &RefreshSession) -> Result<(&SignIn, Refresh), RefreshSessionError> {
        let live = self.started.as_ref().filter(|_| self.is_live(&command.owner, command.now));
        let sign_in = live.ok_or(RefreshSessionError::Dead)?;
        let (presented, current) = (command.generation, sign_in.generation);
        if presented < FIRST_GENERATION || presented > current {
            return Err(RefreshSessionError::Dead);
        }
        let outcome = if presented == current {
            Refresh::Rotated(current + 1)
        } else if presented + 1 == current && sign_in.refreshed_at.is_some_and(|at| is_recent(at, command.now)) {
            Refresh::Retried(current)
        } else {
            Refresh::Reused
        };
        Ok((sign_in, outcome))
    }
}

/// A successor from the future is recent too: the clocks of two processes differ a little.
fn is_recent(at: Timestamp, now: Timestamp) -> bool {
    (now.utc() - at.utc()).num_milliseconds() <= RETRY_MILLISECONDS
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;
    use events::Fold;

    use super::*;
    use crate::fixtures::{at, refreshed, revoked, session_id, started, user_id};

    fn refresh(generation: u32, now: i64) -> RefreshSession {
        let owner = SessionOwner { user_id: user_id(1), password_generation: 0, kept_session: None };
        RefreshSession { generation, owner, now: at(now), expires_at: at(now + 1_000) }
    }

    fn reused() -> SessionEvent {
        let (session_id, user_id) = (session_id(1), user_id(1));
        SessionRevoked { session_id, user_id, reason: SessionEnd::Reused }.into()
    }

    fn check(given: &[SessionEvent], command: RefreshSession, outcome: Refresh, expected: Vec<SessionEvent>) {
        let mut session = Session::default();
        given.iter().for_each(|event| session.apply(event));
        assert_eq!(session.refresh_outcome(&command), Ok(outcome));
        TestFramework::<Session>::with(()).given(given.to_vec()).when(command.into()).then_expect_events(expected);
    }

    fn dead(given: &[SessionEvent], command: RefreshSession) {
        TestFramework::<Session>::with(())
            .given(given.to_vec())
            .when(command.into())
            .then_expect_error(RefreshSessionError::Dead.into());
    }

    #[test]
    fn the_newest_token_is_exchanged_for_the_next() {
        let first = started(1, 1, 0);
        let second = refreshed(1, 2, 500, 1_500);
        check(std::slice::from_ref(&first), refresh(1, 500), Refresh::Rotated(2), vec![second.clone()]);
        check(&[first, second], refresh(2, 1_400), Refresh::Rotated(3), vec![refreshed(1, 3, 1_400, 2_400)]);
    }

    #[test]
    fn a_retry_within_ten_seconds_gets_the_same_successor() {
        let given = [started(1, 1, 0), refreshed(1, 2, 500, 1_500)];
        for now in [499, 500, 510] {
            check(&given, refresh(1, now), Refresh::Retried(2), Vec::new());
        }
        check(&given, refresh(1, 511), Refresh::Reused, vec![reused()]);
    }

    #[test]
    fn a_retry_is_none_once_its_successor_was_used() {
        let given = [started(1, 1, 0), refreshed(1, 2, 500, 1_500), refreshed(1, 3, 501, 1_501)];
        check(&given, refresh(1, 502), Refresh::Reused, vec![reused()]);
        check(&given, refresh(2, 502), Refresh::Retried(3), Vec::new());
    }

    #[test]
    fn a_token_that_was_never_issued_ends_nothing() {
        dead(&[started(1, 1, 0)], refresh(2, 0));
        dead(&[started(1, 1, 0)], refresh(0, 0));
        dead(&[started(1, 1, 0), refreshed(1, 2, 500, 1_500)], refresh(0, 500));
    }

    #[test]
    fn a_session_that_is_not_live_is_not_refreshed() {
        dead(&[], refresh(1, 0));
        dead(&[started(1, 1, 0)], refresh(1, 1_000));
        dead(&[started(1, 1, 0), revoked(1)], refresh(1, 0));
        dead(&[started(1, 2, 0)], refresh(1, 0));
        dead(&[started(1, 1, 1)], refresh(1, 0));
    }

    #[test]
    fn the_session_that_a_password_was_changed_in_is_refreshed() {
        let owner = SessionOwner { user_id: user_id(1), password_generation: 4, kept_session: Some(session_id(1)) };
        let command = RefreshSession { owner, ..refresh(1, 500) };
        check(&[started(1, 1, 0)], command, Refresh::Rotated(2), vec![refreshed(1, 2, 500, 1_500)]);
    }
}
