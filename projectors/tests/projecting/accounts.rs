//! What is shown of accounts: their sessions, what everybody may know, and the list that admins search.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use event_log::KeyChange;
use events::{
    InstructorVerified, PasswordReset, Personal, Role, SessionId, Timestamp, UserId, UserRoleChanged, UserSuspended,
};
use projectors::{Courses, Users};
use read_models::views::{UserFilter, list_users, load_public_user, load_sessions, load_user};
use read_models::{User, UserStatus, VerificationStatus};
use serde_json::json;
use uuid::Uuid;

use crate::history::{self, accounts};
use crate::oracle;
use crate::support::{Academy, assert_same, with_academy};

async fn shown(academy: &Academy, id: UserId) -> Vec<SessionId> {
    let sessions = load_sessions(academy.log.database(), id).await.unwrap();
    let now = Timestamp::new(chrono::Utc::now());
    sessions.live(now).into_iter().map(|session| session.id).collect()
}

#[test]
fn sessions_are_shown_until_they_end() {
    with_academy(&[Arc::new(Users)], |academy| async move {
        // Registering signs in as well, on a device that is forgotten at once.
        let (ada, grace) = (history::register(&academy, "Ada").await, history::register(&academy, "Grace").await);
        let ids: Vec<SessionId> = (0..5).map(|_| SessionId::new(Uuid::now_v7())).collect();
        let start = |session: usize| history::session_started(ada, ids[session], history::in_days(7));
        academy.append(vec![start(0), start(1), start(2)], Vec::new()).await;
        let mut worker = academy.worker(Arc::new(Users), 1).await;
        let mut step = async |events: Vec<history::Written>| {
            academy.append(events, Vec::new()).await;
            academy.catch_up(&mut worker).await;
            shown(&academy, ada).await
        };
        assert_eq!(step(vec![accounts::refreshed(ada, ids[0])]).await, [ids[2], ids[1], ids[0]]);
        assert_eq!(step(vec![accounts::revoked(ada, ids[1])]).await, [ids[2], ids[0]]);
        assert_eq!(step(vec![accounts::password_changed(ada, Some(ids[0]))]).await, [ids[0]]);
        assert_eq!(step(vec![start(3), start(4)]).await, [ids[4], ids[3], ids[0]]);
        let password_hash = Personal::new(ada, "$argon2id$reset".to_owned());
        let reset = history::of_user(ada, PasswordReset { user_id: ada, password_hash });
        assert_eq!(step(vec![reset]).await, []);
        assert_eq!(shown(&academy, grace).await, [], "expired as soon as it began");
        assert_same(&academy.documents(&Users).await, &oracle::expected(&academy).await.0, "sessions");
    });
}

#[test]
fn a_new_name_is_in_every_course_and_no_change_of_them() {
    with_academy(&[Arc::new(Courses)], |academy| async move {
        let (ada, grace) = (history::register(&academy, "Ada").await, history::register(&academy, "Grace").await);
        let courses = [ada, ada, grace].map(|person| (events::CourseId::new(Uuid::now_v7()), person));
        for (course, person) in courses {
            academy.append(vec![history::created(course, person, "Excel")], Vec::new()).await;
        }
        let mut worker = academy.worker(Arc::new(Courses), 1).await;
        academy.catch_up(&mut worker).await;
        let before = academy.documents(&Courses).await;
        academy.append(vec![accounts::profile(ada, "Augusta", None)], Vec::new()).await;
        academy.catch_up(&mut worker).await;
        let after = academy.documents(&Courses).await;
        let key = |n: usize| ("courses".to_owned(), courses[n].0.to_string());
        for n in [0, 1] {
            assert_eq!(after[&key(n)]["instructor_name"], json!("Augusta Dupont"));
            for field in ["updated_at", "version"] {
                assert_eq!(after[&key(n)][field], before[&key(n)][field], "{field}");
            }
        }
        assert_eq!(after[&key(2)], before[&key(2)]);
    });
}

#[test]
fn the_fold_of_one_stream_is_what_the_projection_writes() {
    with_academy(&[Arc::new(Users)], |academy| async move {
        history::random(&academy, 7, 400).await;
        let mut worker = academy.worker(Arc::new(Users), 1).await;
        academy.catch_up(&mut worker).await;
        let all = list_users(academy.log.database(), &UserFilter::default(), 0, 1_000).await.unwrap().0;
        assert!(all.len() > 5 && all.iter().any(|user| user.status == UserStatus::Deleted));
        let opened = academy.log.open_events(academy.events().await).await.unwrap();
        let known = opened.into_iter().filter_map(|event| match event {
            event_log::Opened::Known(event) => Some(event),
            event_log::Opened::Unknown { .. } => None,
        });
        let known: Vec<_> = known.collect();
        for user in all {
            let of_user = known.iter().filter(|event| event.stream.id() == user.id.to_string());
            let folded = User::of_stream(&of_user.cloned().collect::<Vec<_>>()).unwrap();
            // What other streams bring is left out.
            let mut folded = User { last_login_at: user.last_login_at, ..folded };
            folded.instructor.total_courses = user.instructor.total_courses;
            (folded.instructor.rating, folded.instructor.ratings) = (user.instructor.rating, user.instructor.ratings);
            assert!(folded == user, "{user:?}");
        }
    });
}

#[test]
fn everybody_sees_who_is_there_and_active() {
    with_academy(&[Arc::new(Users)], |academy| async move {
        let mut people = Vec::new();
        for name in ["Ada", "Grace", "Alan"] {
            people.push(history::register(&academy, name).await);
        }
        let suspended = UserSuspended { user_id: people[1] };
        academy.append(vec![history::of_user(people[1], suspended)], Vec::new()).await;
        history::erase(&academy, people[2]).await;
        let mut worker = academy.worker(Arc::new(Users), 1).await;
        academy.catch_up(&mut worker).await;
        let database = academy.log.database();
        let ada = load_public_user(database, people[0]).await.unwrap().unwrap();
        assert_eq!((ada.id, ada.first_name.as_deref()), (people[0], Some("Ada")));
        for nobody in [people[1], people[2], UserId::new(Uuid::now_v7())] {
            assert!(load_public_user(database, nobody).await.unwrap().is_none(), "{nobody}");
        }
        assert!(load_user(database, people[2]).await.unwrap().is_some(), "admins see the deleted");
    });
}

#[test]
fn accounts_are_found_newest_first() {
    with_academy(&[Arc::new(Users)], |academy| async move {
        let mut people = Vec::new();
        for name in ["Ada", "Grace", "Alan", "Donald"] {
            people.push(history::register(&academy, name).await);
        }
        // Three at one instant: the id decides.
        let mut at_once: Vec<UserId> = (0..3).map(|_| UserId::new(Uuid::new_v4())).collect();
        let registered = at_once.iter().map(|id| history::registered(*id, "Zoé")).collect();
        academy.append(registered, at_once.iter().map(|id| KeyChange::Create(*id)).collect()).await;
        at_once.sort();
        people.extend(at_once);
        people.reverse();
        let (teacher, suspended) = (people[2], people[4]);
        let changes = vec![
            accounts::applied(teacher, "Dix ans"),
            history::of_user(teacher, InstructorVerified { user_id: teacher }),
            history::of_user(teacher, UserRoleChanged { user_id: teacher, from: Role::Learner, to: Role::Instructor }),
            history::of_user(suspended, UserSuspended { user_id: suspended }),
        ];
        academy.append(changes, Vec::new()).await;
        let mut worker = academy.worker(Arc::new(Users), 1).await;
        academy.catch_up(&mut worker).await;

        let found = async |filter: UserFilter, skip: u64, limit: u32| {
            let (users, total) = list_users(academy.log.database(), &filter, skip, limit).await.unwrap();
            (users.into_iter().map(|user| user.id).collect::<Vec<_>>(), total)
        };
        let all = UserFilter::default;
        assert_eq!(found(all(), 0, 100).await, (people.clone(), 7));
        assert_eq!(found(all(), 2, 3).await, (people[2..5].to_vec(), 7));
        assert_eq!(found(all(), 7, 3).await, (Vec::new(), 7));
        let email = Some(format!("{}@example.org", people[3]));
        assert_eq!(found(UserFilter { email, ..all() }, 0, 10).await, (vec![people[3]], 1));
        for filter in [
            UserFilter { role: Some(Role::Instructor), ..all() },
            UserFilter { verification_status: Some(VerificationStatus::Verified), ..all() },
            UserFilter { role: Some(Role::Instructor), status: Some(UserStatus::Active), ..all() },
        ] {
            assert_eq!(found(filter, 0, 10).await, (vec![teacher], 1));
        }
        let filter = UserFilter { status: Some(UserStatus::Suspended), ..all() };
        assert_eq!(found(filter.clone(), 0, 10).await, (vec![suspended], 1));
        let nobody = UserFilter { role: Some(Role::Instructor), ..filter };
        assert_eq!(found(nobody, 0, 10).await, (Vec::new(), 0));
    });
}
