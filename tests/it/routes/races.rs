//! Several who want what only one can have.

use std::sync::atomic::{AtomicUsize, Ordering};

use command_api::Refusal;
use command_api::commands::{Origin, UnitOfWork, UseCase};
use domain::User;
use events::{CorrelationId, Timestamp};
use futures::future::join_all;
use serde_json::json;
use service_kit::http::ApiError;
use tests::people::{new_course, new_lesson, newcomer};
use tests::{Answer, AppOptions, Person, TestApp, scaled};
use uuid::Uuid;

fn count(answers: &[Answer], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status == status).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_who_want_an_address_one_gets_it() {
    let app = TestApp::start(AppOptions::default()).await;
    let body = newcomer("wanted@example.org");
    let answers = join_all((0..50).map(|_| app.post("/auth/register").json(&body).send())).await;
    assert_eq!(count(&answers, 201), 1, "{answers:?}");
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.assert_refused(400, "email_exists");
    }
    let registered = |event: &events::StoredEvent| event.event_type == "UserRegistered";
    assert_eq!(app.events_after(0).await.iter().filter(|event| registered(event)).count(), 1);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_admins_who_demote_each_other_one_remains() {
    let app = TestApp::start(AppOptions::default()).await;
    let (first, second) = (app.admin().await, app.admin().await);
    let demote = json!({ "role": "learner" });
    for round in 0..scaled(50) {
        // Each the other, or each themselves.
        let (by_first, by_second) = if round % 2 == 0 { (&second, &first) } else { (&first, &second) };
        let (one, other) =
            tokio::join!(app.change_user(&first, by_first, &demote), app.change_user(&second, by_second, &demote));
        let answers = [one, other];
        assert_eq!(count(&answers, 200), 1, "{answers:?}");
        let refused = answers.iter().find(|answer| answer.status != 200).unwrap();
        assert!(matches!(refused.code().as_str(), "last_admin" | "forbidden"), "{refused}");
        let roles = [&first, &second].map(|person| app.get("/auth/verify-jwt").bearer(&person.token).send());
        let [one, other] = join_all(roles).await.try_into().unwrap();
        let (admin, learner) = match (one.data()["role"].as_str(), other.data()["role"].as_str()) {
            (Some("admin"), Some("learner")) => (&first, &second),
            (Some("learner"), Some("admin")) => (&second, &first),
            roles => panic!("{roles:?}"),
        };
        let _ = app.change_user(admin, learner, &json!({ "role": "admin" })).await.expect(200);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_write_one_course_at_once_lose_nothing() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let draft = app.draft(&admin, "Excel, les bases").await;
    let path = format!("/courses/{}/modules/{}/lessons", draft.id, draft.module);
    let answers = join_all((0..8).map(|_| app.post(&path).bearer(&admin.token).json(&new_lesson("l")).send())).await;
    let written = count(&answers, 201);
    assert!(written >= 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.assert_refused(409, "conflict");
    }
    let course = app.get(&format!("/courses/{}", draft.id)).bearer(&admin.token).send().await.data()["course"].take();
    let lessons = course["modules"][0]["lessons"].as_array().unwrap();
    assert_eq!(lessons.len(), written + 1);
    for (index, lesson) in lessons.iter().enumerate() {
        assert_eq!(lesson["order"], index + 1);
    }
    app.stop().await;
}

/// The guard on who decides: a demotion and a command at once end in one of two orders, never in both.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_demotion_and_a_course_come_one_after_the_other() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    for _ in 0..scaled(50) {
        let instructor = app.instructor(&admin).await;
        let head = app.head().await;
        let demote = json!({ "role": "learner" });
        let create = app.post("/courses").bearer(&instructor.token).json(&new_course("Excel, les bases")).send();
        let (demoted, created) = tokio::join!(app.change_user(&admin, &instructor, &demote), create);
        let _ = demoted.expect(200);
        let events = app.events_after(head).await;
        let position = |name: &str| events.iter().find(|event| event.event_type == name).map(|event| event.position);
        let demoted = position("UserRoleChanged").unwrap();
        match position("CourseCreated") {
            Some(made) => assert!(created.status == 201 && made < demoted, "{created}"),
            None => created.assert_refused(403, "forbidden"),
        }
    }
    app.stop().await;
}

/// Wants two people to be of one role. Between its first two looks both are given another.
struct Alike<'a> {
    app: &'a TestApp,
    admin: &'a Person,
    people: [&'a Person; 2],
    looks: AtomicUsize,
}

impl UseCase for Alike<'_> {
    type Outcome = ();

    async fn decide(&self, work: &mut UnitOfWork<'_>, _: Timestamp) -> Result<(), Refusal> {
        let [first, second] = self.people;
        let role_of = async |person: &Person| {
            let held = work.load::<User>(&person.id).await?;
            Ok::<_, Refusal>(held.state().present().map(|account| account.role))
        };
        let role = role_of(first).await?;
        if self.looks.fetch_add(1, Ordering::SeqCst) == 0 {
            for person in self.people {
                let change = json!({ "role": "instructor" });
                let _ = self.app.change_user(self.admin, person, &change).await.expect(200);
            }
        }
        if role_of(second).await? == role { Ok(()) } else { Err(ApiError::bad_request("unlike").into()) }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_refused_for_what_was_never_so() {
    let app = TestApp::start(AppOptions::default()).await;
    let (admin, first, second) = (app.admin().await, app.learner().await, app.learner().await);
    let alike = Alike { app: &app, admin: &admin, people: [&first, &second], looks: AtomicUsize::new(0) };
    let origin = || Origin::system(CorrelationId::new(Uuid::now_v7()));
    let commands = &app.commands.commands;
    commands.run(&origin(), &alike).await.unwrap();
    assert_eq!(alike.looks.load(Ordering::SeqCst), 2, "it was decided anew");
    let _ = app.change_user(&admin, &first, &json!({ "role": "learner" })).await.expect(200);
    let refused = commands.run(&origin(), &alike).await.unwrap_err();
    assert!(matches!(refused, Refusal::Api(error) if error.code() == "unlike"));
    assert_eq!(alike.looks.load(Ordering::SeqCst), 3, "what is so is refused at once");
    app.stop().await;
}
