//! GET /auth/profile and /auth/verify-jwt.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use events::Role;
use read_models::{USERS_PROJECTION, User};
use serde_json::json;

use crate::support::{user, with_academy};

#[test]
fn a_good_token_is_told_whose_it_is_and_until_when() {
    with_academy(|academy| async move {
        let ada = academy.sign_in(Role::Instructor).await;
        let answer = academy.get_as("/auth/verify-jwt", &ada).await;
        let data = answer.data();
        assert_eq!(
            (&data["valid"], &data["user_id"], &data["role"]),
            (&json!(true), &json!(ada.user), &json!("instructor"))
        );
        let expires_at: chrono::DateTime<chrono::Utc> = data["expires_at"].as_str().unwrap().parse().unwrap();
        let left = expires_at - chrono::Utc::now();
        assert!(left > chrono::TimeDelta::hours(23) && left <= chrono::TimeDelta::hours(24), "{left}");
        for path in ["/auth/verify-jwt", "/auth/profile"] {
            let answer = academy.get(path).await;
            answer.assert_refused(401, "unauthorized");
            assert_eq!(answer.headers["www-authenticate"], "Bearer");
        }
    });
}

#[test]
fn a_profile_carries_its_version_and_position() {
    with_academy(|academy| async move {
        let ada = academy.sign_in(Role::Learner).await;
        academy.put::<User>(user(ada.user)).await;
        academy.checkpoint(USERS_PROJECTION, ada.position).await;
        let answer = academy.get_as("/auth/profile", &ada).await;
        let shown = &answer.data()["user"];
        assert_eq!((&shown["_id"], &shown["email"]), (&json!(ada.user), &json!("ada@example.org")));
        assert_eq!(shown["instructor_info"], json!(null));
        assert_eq!(answer.headers["etag"], "\"1\"");
        assert_eq!(answer.headers["x-position"], ada.position.to_string().as_str());
    });
}

#[test]
fn an_account_that_is_not_projected_yet_is_waited_for() {
    with_academy(|academy| async move {
        let ada = academy.sign_in(Role::Learner).await;
        // No worker: waiting would be in vain.
        let answer = academy.get_as("/auth/profile", &ada).await;
        answer.assert_refused(503, "read_model_behind");
        assert!(answer.headers.contains_key("retry-after"));

        academy.lease(USERS_PROJECTION).await;
        let projecting = async {
            academy.put::<User>(user(ada.user)).await;
            academy.checkpoint(USERS_PROJECTION, ada.position).await;
        };
        let (answer, ()) = tokio::join!(academy.get_as("/auth/profile", &ada), projecting);
        assert_eq!(answer.data()["user"]["_id"], json!(ada.user));
    });
}
