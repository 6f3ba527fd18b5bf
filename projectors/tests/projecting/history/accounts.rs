//! Events of accounts and their sessions, at random.
#![allow(clippy::unwrap_used)]

use events::{
    InstructorApplied, InstructorProfileChanged, InstructorRejected, InstructorVerified, Language,
    NotificationSettingsChanged, PasswordChanged, PasswordRehashed, PasswordReset, PasswordResetRequested, Personal,
    Role, SessionEnd, SessionId, SessionRefreshed, SessionRevoked, UserId, UserProfileChanged, UserReactivated,
    UserRoleChanged, UserSuspended,
};
use rand::RngExt;
use rand::rngs::StdRng;
use uuid::Uuid;

use super::{People, Written, in_days, of_session, of_user, session_started};

pub fn profile(user_id: UserId, first_name: &str, avatar_url: Option<&str>) -> Written {
    let personal = |text: &str| Personal::new(user_id, text.to_owned());
    let event = UserProfileChanged {
        user_id,
        first_name: personal(first_name),
        last_name: personal("Dupont"),
        avatar_url: avatar_url.map(personal),
        language: Language::En,
    };
    of_user(user_id, event)
}

pub fn applied(user_id: UserId, bio: &str) -> Written {
    let bio = Personal::new(user_id, bio.to_owned());
    let expertise_tags = Personal::new(user_id, vec!["R".to_owned(), "Excel".to_owned()]);
    of_user(user_id, InstructorApplied { user_id, bio, expertise_tags })
}

pub fn refreshed(user_id: UserId, session_id: SessionId) -> Written {
    let (at, expires_at) = (in_days(0), in_days(8));
    of_session(session_id, SessionRefreshed { session_id, user_id, generation: 2, at, expires_at })
}

pub fn revoked(user_id: UserId, session_id: SessionId) -> Written {
    of_session(session_id, SessionRevoked { session_id, user_id, reason: SessionEnd::Revoked })
}

pub fn password_changed(user_id: UserId, kept_session_id: Option<SessionId>) -> Written {
    let password_hash = Personal::new(user_id, "$argon2id$new".to_owned());
    of_user(user_id, PasswordChanged { user_id, password_hash, kept_session_id })
}

/// One event more, of an account or of one of its sessions.
pub(super) fn next(random: &mut StdRng, people: &mut People) -> Written {
    let sessions = people.sessions.len();
    if sessions > 0 && random.random_ratio(1, 4) {
        let (user_id, session_id) = people.sessions[random.random_range(0..sessions)];
        return match random.random_range(0..3) {
            0 => revoked(user_id, session_id),
            1 => password_changed(user_id, Some(session_id)),
            _ => refreshed(user_id, session_id),
        };
    }
    let user_id = people.here[random.random_range(0..people.here.len())];
    if random.random_ratio(1, 4) {
        let session_id = SessionId::new(Uuid::now_v7());
        people.sessions.push((user_id, session_id));
        return session_started(user_id, session_id, in_days(random.random_range(0..2)));
    }
    of_account(random, user_id)
}

fn of_account(random: &mut StdRng, user_id: UserId) -> Written {
    let personal = |text: &str| Personal::new(user_id, text.to_owned());
    let password_hash = personal("$argon2id$other");
    match random.random_range(0..14) {
        0 => of_user(user_id, UserRoleChanged { user_id, from: Role::Learner, to: Role::Instructor }),
        1 => of_user(user_id, UserSuspended { user_id }),
        2 => of_user(user_id, UserReactivated { user_id }),
        3 => profile(user_id, "Zoé", Some("https://images.example/zoe.png")),
        4 => profile(user_id, "Zoé", None),
        5 => {
            let bio = random.random_bool(0.5).then(|| personal("Onze ans"));
            let expertise_tags = Personal::new(user_id, vec!["Python".to_owned()]);
            of_user(user_id, InstructorProfileChanged { user_id, bio, expertise_tags })
        }
        6 => {
            let (email_notifications, newsletter) = (random.random_bool(0.5), random.random_bool(0.5));
            let event =
                NotificationSettingsChanged { user_id, email_notifications, marketing_emails: true, newsletter };
            of_user(user_id, event)
        }
        7 => applied(user_id, "Dix ans"),
        8 => of_user(user_id, InstructorVerified { user_id }),
        9 => of_user(user_id, InstructorRejected { user_id, reason: personal("Trop court") }),
        10 => password_changed(user_id, None),
        11 => {
            let event = PasswordResetRequested { user_id, password_generation: 0, expires_at: in_days(1) };
            of_user(user_id, event)
        }
        12 => of_user(user_id, PasswordReset { user_id, password_hash }),
        _ => of_user(user_id, PasswordRehashed { user_id, password_hash }),
    }
}
