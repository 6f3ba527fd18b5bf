//! GET /auth/export.

use event_log::{Commit, Expected, Metadata, NewEvent, StreamAppend};
use events::{
    Actor, CorrelationId, EventId, NotificationSettingsChanged, StreamId, StreamType, Timestamp, UserEvent, UserId,
};
use serde_json::{Value, json};
use tests::learners::free_course;
use tests::people::{PASSWORD, id_of, new_course};
use tests::{Answer, AppOptions, Person, TestApp, scaled, shape};
use uuid::Uuid;

async fn export(app: &TestApp, person: &Person) -> Answer {
    app.get("/auth/export").bearer(&person.token).send().await
}

fn events_of(answer: &Answer) -> Vec<Value> {
    answer.data()["events"].as_array().unwrap().clone()
}

fn of_type<'a>(events: &'a [Value], name: &str) -> Vec<&'a Value> {
    events.iter().filter(|event| event["type"] == name).collect()
}

/// An event, whatever happened.
fn event_shape(data: &Value) -> Value {
    json!({
        "position": "integer", "id": "uuid", "stream_type": "string", "stream_id": "string", "version": "integer",
        "type": "string", "schema_version": "integer", "time": "time",
        "actor": { "user_id": "uuid?", "role": "string", "ip": "string?", "user_agent": "string?" },
        "correlation_id": "uuid", "causation_id": "uuid?", "subject_ids": ["uuid"], "data": data,
        "prev_hash": "string", "hash": "string",
    })
}

/// An address and a browser of one's own.
fn from(request: tests::Request, ip: &str) -> tests::Request {
    request.header("X-Forwarded-For", ip).header("User-Agent", &format!("Browser of {ip}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_that_is_held_on_me_is_a_file() {
    let app = TestApp::start(AppOptions::default()).await;
    let learner = app.learner().await;
    let _ = app.login(&learner.email).await;
    let admin = app.admin().await;
    let course = app.published(&admin, &free_course("Excel, les bases")).await;
    let _ = app.enroll(&learner, &course.id).await.expect(201);
    let _ = app.complete(&learner, &course.id, &course.lesson).await;
    let answer = export(&app, &learner).await.expect(200);
    for (name, value) in [
        ("content-type", "application/json"),
        ("content-disposition", "attachment; filename=\"har-academy-export.json\""),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{answer}");
    }
    assert_eq!(answer.position(), app.head().await);
    let (mut body, none) = (answer.json(), json!([]));
    let events = body["data"]["events"].take();
    let session = json!({
        "_id": "uuid", "created_at": "time", "last_used_at": "time", "user_agent": "string?", "ip": "string?",
        "current": "boolean",
    });
    let data = json!({
        "profile": shape::user(false), "enrollments": [shape::enrollment_in_list()],
        "progress": [shape::lesson_progress()], "transactions": [shape::transaction()],
        "subscriptions": none, "reviews": none, "quiz_attempts": none, "sessions": [session], "events": "null",
    });
    shape::assert_shape(&body, &json!({ "success": "boolean", "data": data }));
    let profile = app.get("/auth/profile").bearer(&learner.token).send().await.expect(200);
    assert_eq!(body["data"]["profile"], profile.data()["user"]);
    let sessions = app.get("/auth/sessions").bearer(&learner.token).send().await.expect(200);
    assert_eq!(body["data"]["sessions"], sessions.data()["sessions"]);
    assert_eq!(body["data"]["sessions"].as_array().unwrap().len(), 2);
    let enrollments = app.get("/enrollments").bearer(&learner.token).send().await.expect(200);
    assert_eq!(body["data"]["enrollments"], enrollments.data()["enrollments"]);
    assert_eq!(body["data"]["enrollments"][0]["course_id"], course.id);
    let progress = app.progress(&learner, &course.id).await.expect(200);
    assert_eq!(body["data"]["progress"], progress.data()["lessons_progress"]);
    assert_eq!(body["data"]["progress"].as_array().unwrap().len(), 1);

    let stored = app.events_after(0).await;
    for event in events.as_array().unwrap() {
        let mut event = event.clone();
        assert!(event["data"].take().is_object());
        shape::assert_shape(&event, &event_shape(&json!("null")));
        let index = usize::try_from(event["position"].as_u64().unwrap()).unwrap() - 1;
        assert_eq!(event["hash"], stored[index].hash);
        assert_eq!((&event["id"], &event["prev_hash"]), (&json!(stored[index].id), &json!(stored[index].prev_hash)));
    }
    let registered = of_type(events.as_array().unwrap(), "UserRegistered")[0];
    let expected = json!({
        "user_id": learner.id, "email": learner.email, "first_name": "Ada", "last_name": "Lovelace", "language": "fr",
    });
    assert_eq!(registered["data"], expected);
    assert_eq!(registered["actor"]["ip"], "127.0.0.1");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_that_happened_is_in_it_and_no_secret() {
    let app = TestApp::start(AppOptions::default()).await;
    let learner = app.learner().await;
    let second = app.login(&learner.email).await;
    let refresh = json!({ "refresh_token": learner.refresh_token });
    let refreshed = app.post("/auth/refresh-token").json(&refresh).send().await.expect(200).data();
    let request = app.post("/auth/request-password-reset").json(&json!({ "email": learner.email }));
    let _ = request.send().await.expect(200);
    let change = json!({ "old_password": PASSWORD, "new_password": "Correct-horse-2" });
    let _ = app.post("/auth/change-password").bearer(&learner.token).json(&change).send().await.expect(200);

    let answer = export(&app, &learner).await.expect(200);
    let events = events_of(&answer);
    for (name, count) in [
        ("UserRegistered", 1),
        ("EmailClaimed", 1),
        ("SessionStarted", 2),
        ("SessionRefreshed", 1),
        ("PasswordResetRequested", 1),
        ("PasswordChanged", 1),
    ] {
        assert_eq!(of_type(&events, name).len(), count, "{name}");
    }
    assert!(events.iter().map(|event| event["position"].as_u64().unwrap()).is_sorted_by(|one, next| one < next));
    let text = answer.text();
    let token = |name: &str| refreshed[name].as_str().unwrap().to_owned();
    let secrets = [
        "argon2".to_owned(),
        "password_hash".to_owned(),
        "cipher".to_owned(),
        learner.token,
        learner.refresh_token,
        second.token,
        second.refresh_token,
        token("token"),
        token("refresh_token"),
    ];
    for secret in secrets {
        assert!(!text.contains(&secret), "{secret}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_of_others_is_not_in_it() {
    // Addresses can be told apart, and are not limited much.
    let app = TestApp::start(AppOptions::with_limits()).await;
    let (admin, learner, other) = (app.admin().await, app.learner().await, app.learner().await);
    let (of_admin, of_learner) = ("203.0.113.9", "198.51.100.4");
    let path = format!("/admin/users/{}", learner.id);
    let change = app.patch(&path).bearer(&admin.token).json(&json!({ "role": "instructor" }));
    let _ = from(change, of_admin).send().await.expect(200);
    let create = app.post("/courses").bearer(&learner.token).json(&new_course("Excel, les bases"));
    let _ = from(create, of_learner).send().await.expect(201);

    let answer = export(&app, &learner).await.expect(200);
    let (text, events) = (answer.text(), events_of(&answer));
    let changed = of_type(&events, "UserRoleChanged")[0];
    let actor = json!({ "user_id": admin.id, "role": "admin", "ip": null, "user_agent": null });
    assert_eq!(changed["actor"], actor);
    assert_eq!(changed["data"], json!({ "user_id": learner.id, "from": "learner", "to": "instructor" }));
    let own = &of_type(&events, "CourseCreated")[0]["actor"];
    assert_eq!((&own["ip"], &own["user_agent"]), (&json!(of_learner), &json!(format!("Browser of {of_learner}"))));
    for foreign in [of_admin, &admin.email, &other.email, &other.id] {
        assert!(!text.contains(foreign), "{foreign}");
    }
    for event in &events {
        let concerns = event["actor"]["user_id"] == learner.id
            || event["subject_ids"].as_array().unwrap().contains(&json!(learner.id));
        assert!(concerns, "{event}");
    }

    // Who acted has it as well, with their own address and nothing personal of the other.
    let answer = export(&app, &admin).await.expect(200);
    let events = events_of(&answer);
    let mut changed = of_type(&events, "UserRoleChanged").into_iter();
    let of_other = changed.find(|event| event["data"]["user_id"] == learner.id).unwrap();
    assert_eq!(of_other["actor"]["ip"], of_admin);
    assert!(!answer.text().contains(&learner.email) && !answer.text().contains(of_learner));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_whole_right_after_a_command() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    for round in 0..scaled(100) {
        let create = app.post("/courses").bearer(&admin.token).respond_async();
        let created = create.json(&new_course(&format!("Excel, partie {round}"))).send().await.expect(201);
        let answer = export(&app, &admin).await.expect(200);
        let last = events_of(&answer).pop().unwrap();
        assert_eq!(last["position"], created.position());
        assert_eq!(last["data"]["course_id"], id_of(&created, "course"));
        assert!(answer.position() >= created.position());
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_events_than_are_read_at_once_are_all_there() {
    const COMMITS: usize = 4;
    const EVENTS: usize = 400;
    let app = TestApp::start(AppOptions::default()).await;
    let (learner, other) = (app.learner().await, app.learner().await);
    for _ in 0..COMMITS {
        for person in [&learner, &other] {
            app.log.append(changes_of_settings(&app, person.id.parse().unwrap(), EVENTS)).await.unwrap();
        }
    }
    let answer = export(&app, &learner).await.expect(200);
    let positions: Vec<u64> = events_of(&answer).iter().map(|event| event["position"].as_u64().unwrap()).collect();
    let stored = app.events_after(0).await;
    let id: UserId = learner.id.parse().unwrap();
    let concerns = |event: &&events::StoredEvent| event.actor.user_id == Some(id) || event.subject_ids.contains(&id);
    let expected: Vec<u64> = stored.iter().filter(concerns).map(|event| event.position).collect();
    assert!(expected.len() > COMMITS * EVENTS);
    assert_eq!(positions, expected);
    app.stop().await;
}

fn changes_of_settings(app: &TestApp, user_id: UserId, count: usize) -> Commit {
    let event = |n: usize| NotificationSettingsChanged {
        user_id,
        email_notifications: n.is_multiple_of(2),
        marketing_emails: false,
        newsletter: false,
    };
    let new = |n| NewEvent { id: EventId::new(Uuid::now_v7()), event: UserEvent::from(event(n)).into() };
    Commit {
        appends: vec![StreamAppend {
            stream: StreamId::new(StreamType::User, user_id),
            expected: Expected::Any,
            events: (0..count).map(new).collect(),
        }],
        guards: Vec::new(),
        idempotency: None,
        keys: Vec::new(),
        metadata: Metadata {
            time: Timestamp::new(chrono::Utc::now()),
            actor: Actor::system(),
            correlation_id: CorrelationId::new(Uuid::now_v7()),
            causation_id: None,
        },
        observed: app.log.observed(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_and_who_must_wait() {
    let app = TestApp::start(AppOptions::default()).await;
    let (admin, learner) = (app.admin().await, app.learner().await);
    app.get("/auth/export").send().await.assert_refused(401, "unauthorized");
    app.get("/auth/export").bearer("x.y.z").send().await.assert_refused(401, "unauthorized");
    let _ = app.change_user(&admin, &learner, &json!({ "status": "suspended" })).await.expect(200);
    export(&app, &learner).await.assert_refused(403, "user_suspended");
    app.stop().await;

    // Half an export is none: without the index there is no answer, though the accounts are all there.
    let users = projectors::all().into_iter().filter(|projection| projection.name() != "audit").collect();
    let app = TestApp::start(AppOptions { projections: users, ..AppOptions::default() }).await;
    let learner = app.learner().await;
    let _ = app.get("/auth/profile").bearer(&learner.token).send().await.expect(200);
    let answer = export(&app, &learner).await;
    answer.assert_refused(503, "read_model_behind");
    let seconds: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=10).contains(&seconds));
    // And no command has waited for it.
    let login = app.post("/auth/login").json(&json!({ "email": learner.email, "password": PASSWORD })).send().await;
    assert!(!login.expect(200).is_pending());
    app.stop().await;
}
