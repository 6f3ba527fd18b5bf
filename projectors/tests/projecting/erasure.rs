//! An erased person: what was personal is null, and everything else is as it was.

use std::sync::Arc;

use event_log::KeyChange;
use events::{CourseId, UserSuspended};
use projectors::{Courses, Projection, Users};
use serde_json::json;
use uuid::Uuid;

use crate::support::{assert_same, with_academy};
use crate::{history, oracle};

#[test]
fn events_of_an_erased_person_fold_to_nulls() {
    let both: [Arc<dyn Projection>; 2] = [Arc::new(Users), Arc::new(Courses)];
    with_academy(&both.clone(), |academy| async move {
        let (erased, other) = (history::register(&academy, "Canary").await, history::register(&academy, "Ada").await);
        let course = CourseId::new(Uuid::now_v7());
        academy.append(vec![history::created(course, erased, "Excel"), history::published(course)], Vec::new()).await;
        let last = history::of_user(erased, UserSuspended { user_id: erased });
        academy.append(vec![last], vec![KeyChange::Destroy(erased)]).await;

        for projection in both {
            let mut worker = academy.worker(projection, 1).await;
            academy.catch_up(&mut worker).await;
        }
        assert_eq!(academy.parked().await, [], "validators take nulls");
        let (users, courses) = (academy.documents(&Users).await, academy.documents(&Courses).await);
        let of = |collection: &str, id: String| (collection.to_owned(), id);
        let user = &users[&of("users", erased.to_string())];
        for name in ["email", "first_name", "last_name", "avatar_url"] {
            assert_eq!(user[name], json!(null), "{name}");
        }
        assert_eq!(user["status"], json!("suspended"));
        assert_eq!(users[&of("users", other.to_string())]["first_name"], json!("Ada"));
        let course = &courses[&of("courses", course.to_string())];
        assert_eq!((&course["instructor_name"], &course["status"]), (&json!(null), &json!("published")));
        assert!(!format!("{users:?}{courses:?}").contains("Canary"));
        let (expected_users, expected_courses) = oracle::expected(&academy).await;
        assert_same(&users, &expected_users, "users");
        assert_same(&courses, &expected_courses, "courses");
    });
}

#[test]
fn whoever_was_shown_is_scrubbed_by_the_erasure() {
    let both: [Arc<dyn Projection>; 2] = [Arc::new(Users), Arc::new(Courses)];
    with_academy(&both.clone(), |academy| async move {
        let (erased, other) = (history::register(&academy, "Ada").await, history::register(&academy, "Grace").await);
        let course = CourseId::new(Uuid::now_v7());
        let events = vec![
            history::created(course, erased, "Excel"),
            history::accounts::profile(erased, "Canary", Some("https://images.example/canary.png")),
            history::accounts::applied(erased, "Canary"),
        ];
        academy.append(events, Vec::new()).await;
        let mut workers = Vec::new();
        for projection in both {
            let mut worker = academy.worker(projection, 1).await;
            academy.catch_up(&mut worker).await;
            workers.push(worker);
        }
        let (users, courses) = (academy.documents(&Users).await, academy.documents(&Courses).await);
        let of = |collection: &str, id: String| (collection.to_owned(), id);
        assert_eq!(users[&of("users", erased.to_string())]["instructor"]["bio"], json!("Canary"));
        assert_eq!(courses[&of("courses", course.to_string())]["instructor_name"], json!("Canary Dupont"));
        assert!(users.contains_key(&of("user_sessions", erased.to_string())));

        history::erase(&academy, erased).await;
        for worker in &mut workers {
            academy.catch_up(worker).await;
        }
        assert_eq!(academy.parked().await, []);
        let (users, courses) = (academy.documents(&Users).await, academy.documents(&Courses).await);
        let user = &users[&of("users", erased.to_string())];
        assert_eq!((&user["status"], &user["instructor"]["expertise_tags"]), (&json!("deleted"), &json!([])));
        assert!(!users.contains_key(&of("user_sessions", erased.to_string())));
        assert!(users.contains_key(&of("user_sessions", other.to_string())));
        assert_eq!(courses[&of("courses", course.to_string())]["instructor_name"], json!(null));
        let traces = format!("{:?}{courses:?}", user).to_lowercase();
        assert!(!traces.contains("canary") && !traces.contains("dupont"), "{traces}");
        let (expected_users, expected_courses) = oracle::expected(&academy).await;
        assert_same(&users, &expected_users, "users");
        assert_same(&courses, &expected_courses, "courses");
    });
}
