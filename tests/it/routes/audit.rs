//! GET /admin/audit/events, /admin/audit/streams/:type/:id, /access, /verify, /head.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bson::doc;
use event_log::{Commit, Expected, HeadSigner, Metadata, NewEvent, SignedHead, StreamAppend, verify_head};
use events::{Actor, CorrelationId, Event, EventId, StreamId, Timestamp};
use serde_json::{Value, json};
use tests::people::{PASSWORD, new_course};
use tests::{Answer, AppOptions, Person, TestApp, eventually, shape};
use uuid::Uuid;

pub(crate) async fn get(app: &TestApp, admin: &Person, path: &str) -> Answer {
    app.get(&format!("/admin/audit{path}")).bearer(&admin.token).send().await
}

async fn found(app: &TestApp, admin: &Person, query: &str) -> Vec<Value> {
    let answer = get(app, admin, &format!("/events?{query}")).await.expect(200);
    answer.data()["events"].as_array().unwrap().clone()
}

pub(crate) fn types(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().unwrap()).collect()
}

fn event_shape() -> Value {
    json!({
        "position": "integer", "id": "uuid", "stream_type": "string", "stream_id": "string", "version": "integer",
        "type": "string", "schema_version": "integer", "time": "time",
        "actor": { "user_id": "uuid?", "role": "string", "ip": "string?", "user_agent": "string?" },
        "correlation_id": "uuid", "causation_id": "uuid?", "subject_ids": ["uuid"], "data": "null",
        "prev_hash": "string", "hash": "string",
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_are_found_by_what_they_are_and_page_by_page() {
    let app = TestApp::start(AppOptions::default()).await;
    let (admin, learner) = (app.admin().await, app.learner().await);
    let path = format!("/admin/users/{}", learner.id);
    let change = app.patch(&path).bearer(&admin.token).header("X-Correlation-Id", "ticket-42");
    let changed = change.json(&json!({ "role": "instructor" })).send().await.expect(200).position();
    let draft = app.draft(&learner, "Excel, les bases").await;
    let stored = app.events_after(0).await;

    let answer = get(&app, &admin, "/events?limit=500").await.expect(200);
    let mut data = answer.data();
    assert_eq!(data["next_after"], Value::Null);
    let all = data["events"].as_array_mut().unwrap();
    assert_eq!(all.len(), stored.len());
    for (event, stored) in all.iter_mut().zip(&stored) {
        assert!(event["data"].take().is_object());
        shape::assert_shape(event, &event_shape());
        assert_eq!((&event["id"], &event["hash"]), (&json!(stored.id), &json!(stored.hash)));
    }
    let course = format!("stream_type=course&stream_id={}", draft.id);
    assert_eq!(types(&found(&app, &admin, &course).await), ["CourseCreated", "ModuleAdded", "LessonAdded"]);
    let of_type = format!("event_type=UserRegistered&subject_id={}", learner.id);
    assert_eq!(types(&found(&app, &admin, &of_type).await), ["UserRegistered"]);
    let by_admin = format!("actor_id={}&subject_id={}", admin.id, learner.id);
    assert_eq!(types(&found(&app, &admin, &by_admin).await), ["UserRoleChanged"]);
    let correlated = found(&app, &admin, "correlation_id=ticket-42").await;
    assert_eq!(correlated[0]["position"], changed);
    let same = format!("correlation_id={}", correlated[0]["correlation_id"].as_str().unwrap());
    assert_eq!(found(&app, &admin, &same).await, correlated);
    assert_eq!(found(&app, &admin, &format!("actor_id={}", Uuid::now_v7())).await, Vec::<Value>::new());
    // From is inclusive, to is not.
    let times: Vec<String> = stored.iter().map(|event| event.time.to_string()).collect();
    let (from, to) = (&times[3], &times[5]);
    let expected = stored.iter().filter(|event| {
        let time = event.time.to_string();
        time >= *from && time < *to
    });
    let positions: Vec<Value> = expected.map(|event| json!(event.position)).collect();
    let of_time = found(&app, &admin, &format!("from={from}&to={to}")).await;
    assert_eq!(of_time.iter().map(|event| event["position"].clone()).collect::<Vec<_>>(), positions);
    assert_eq!(found(&app, &admin, "from=2099-01-01T00:00:00Z").await, Vec::<Value>::new());

    // Page by page they are the same.
    let (mut paged, mut after) = (Vec::new(), 0);
    while paged.len() < stored.len() {
        let data = get(&app, &admin, &format!("/events?limit=3&after={after}")).await.expect(200).data();
        paged.extend(data["events"].as_array().unwrap().iter().map(|event| event["position"].as_u64().unwrap()));
        after = data["next_after"].as_u64().unwrap_or(u64::MAX);
    }
    assert_eq!(paged[..stored.len()], (1..=stored.len() as u64).collect::<Vec<_>>()[..]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_personal_is_shown_while_its_key_is_there_and_secrets_never() {
    let app = TestApp::start(AppOptions::with_limits()).await;
    let (admin, learner) = (app.admin().await, app.learner().await);
    let login = app.post("/auth/login").header("X-Forwarded-For", "198.51.100.4");
    let _ = login.json(&json!({ "email": learner.email, "password": PASSWORD })).send().await.expect(200);
    let query = format!("subject_id={}", learner.id);
    let before = found(&app, &admin, &query).await;
    let registered = before.iter().find(|event| event["type"] == "UserRegistered").unwrap();
    assert_eq!(registered["data"]["email"], learner.email);
    assert!(registered["data"].get("password_hash").is_none());
    let signed_in = before.iter().rfind(|event| event["type"] == "SessionStarted").unwrap();
    assert_eq!(signed_in["actor"]["ip"], "198.51.100.4");
    assert!(!json!(before).to_string().contains("argon2"));
    let _ = app.change_user(&admin, &learner, &json!({ "status": "deleted" })).await.expect(200);
    let after = found(&app, &admin, &query).await;
    assert_eq!(after.len(), before.len() + types(&after).iter().filter(|name| **name == "UserErased").count() + 1);
    let text = json!(after).to_string();
    assert!(!text.contains(&learner.email) && !text.contains("198.51.100.4") && !text.contains("Lovelace"), "{text}");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_reads_is_on_the_trail() {
    let app = TestApp::start(AppOptions::default()).await;
    let (admin, learner) = (app.admin().await, app.learner().await);
    let _ = get(&app, &admin, &format!("/events?subject_id={}&limit=7", learner.id)).await.expect(200);
    let _ = get(&app, &admin, &format!("/streams/user/{}", learner.id)).await.expect(200);
    let _ = get(&app, &admin, &format!("/streams/user/{}/state?version=1", learner.id)).await.expect(200);
    let readings = found(&app, &admin, "stream_type=audit-access").await;
    let data: Vec<Value> = readings.iter().map(|event| event["data"].clone()).collect();
    let expected = [
        json!({ "user_id": admin.id, "view": "events", "query": { "after": "0", "limit": "7", "subject_id": learner.id } }),
        json!({ "user_id": admin.id, "view": "stream", "query": {
            "stream_type": "user", "stream_id": learner.id, "after": "0", "limit": "100",
        } }),
        json!({ "user_id": admin.id, "view": "state", "query": {
            "stream_type": "user", "stream_id": learner.id, "version": "1",
        } }),
    ];
    assert_eq!(data, expected);
    assert_eq!(readings[0]["actor"]["user_id"], admin.id);
    // What is refused shows nothing, and is none.
    let head = app.head().await;
    get(&app, &admin, "/events?limit=0").await.assert_refused(400, "validation_failed");
    get(&app, &admin, &format!("/streams/user/{}", Uuid::now_v7())).await.assert_refused(404, "not_found");
    get(&app, &learner, "/events").await.assert_refused(403, "forbidden");
    assert_eq!(app.head().await, head);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_parameters_are_named() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let query = "/events?stream_type=x&stream_id=a%20b&event_type=%24ne&actor_id=1&subject_id=2&correlation_id=a%20b\
                 &from=yesterday&to=0&after=-1&limit=501";
    let details = [
        "actor_id: invalid",
        "after: invalid",
        "correlation_id: invalid",
        "event_type: invalid",
        "from: invalid",
        "limit: out_of_range",
        "stream_id: invalid",
        "stream_type: invalid",
        "subject_id: invalid",
        "to: invalid",
    ];
    get(&app, &admin, query).await.assert_invalid("validation_failed", &details);
    let page = format!("/streams/user/{}?limit=x&after=18446744073709551615", admin.id);
    get(&app, &admin, &page).await.assert_invalid("validation_failed", &["after: out_of_range", "limit: invalid"]);
    get(&app, &admin, &format!("/streams/nothing/{}", admin.id)).await.assert_refused(404, "not_found");
    let missing = ["course_id: required", "user_id: invalid"];
    get(&app, &admin, "/access?user_id=x").await.assert_invalid("validation_failed", &missing);
    get(&app, &admin, "/verify?from=5&to=4").await.assert_invalid("validation_failed", &["to: out_of_range"]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_is_shown_page_by_page() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let draft = app.draft(&admin, "Excel, les bases").await;
    let path = format!("/streams/course/{}", draft.id);
    let data = get(&app, &admin, &path).await.expect(200).data();
    let events = data["events"].as_array().unwrap();
    assert_eq!(types(events), ["CourseCreated", "ModuleAdded", "LessonAdded"]);
    assert_eq!(data["next_after"], Value::Null);
    let first = get(&app, &admin, &format!("{path}?limit=2")).await.expect(200).data();
    assert_eq!(first["events"].as_array().unwrap()[..], events[..2]);
    assert_eq!(first["next_after"], events[1]["position"]);
    let rest = get(&app, &admin, &format!("{path}?limit=2&after={}", first["next_after"])).await.expect(200).data();
    assert_eq!((&rest["events"], &rest["next_after"]), (&json!(events[2..]), &Value::Null));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chain_that_was_tampered_with_is_found_where_it_was() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let _ = app.draft(&admin, "Excel, les bases").await;
    let head = app.head().await;
    let whole = get(&app, &admin, "/verify").await.expect(200);
    let expected = json!({ "ok": true, "from": 1, "to": head, "checked": head, "first_bad_position": null });
    assert_eq!(whole.data(), expected);
    let part = get(&app, &admin, "/verify?from=3&to=4").await.expect(200).data();
    assert_eq!(part, json!({ "ok": true, "from": 3, "to": 4, "checked": 2, "first_bad_position": null }));
    let events = app.log.database().collection::<bson::Document>("events");
    let title = doc! { "$set": { "data.title": "Autre" } };
    events.update_one(doc! { "type": "CourseCreated" }, title).await.unwrap();
    let bad = app.events_after(0).await.iter().find(|event| event.event_type == "CourseCreated").unwrap().position;
    let found = get(&app, &admin, "/verify").await.expect(200).data();
    assert_eq!((&found["ok"], &found["first_bad_position"]), (&json!(false), &json!(bad)));

    let answer = get(&app, &admin, "/head").await.expect(200);
    let mut signed = answer.data()["head"].take();
    // The seed of the tests' apps.
    let seed = STANDARD.decode(format!("{}A=", "d".repeat(42))).unwrap();
    let own = HeadSigner::new(&seed.try_into().unwrap());
    let public_key = signed.as_object_mut().unwrap().remove("public_key").unwrap();
    let of_own: String = own.public_key().as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(public_key, of_own);
    let signed: SignedHead = serde_json::from_value(signed).unwrap();
    assert_eq!((signed.position, &signed.hash), (app.head().await, &app.log.head().await.unwrap().hash));
    assert_eq!(verify_head(&signed, &own.public_key()), Ok(()));
    app.stop().await;
}

/// Appends to the streams of a pair what no route does yet.
pub(crate) async fn append(app: &TestApp, stream: StreamId, event: Event) {
    let commit = Commit {
        appends: vec![StreamAppend {
            stream,
            expected: Expected::Any,
            events: vec![NewEvent { id: EventId::new(Uuid::now_v7()), event }],
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
    };
    app.log.append(commit).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_follows_from_what_is_found_in_both_directions() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let (owner, learner) = (app.instructor(&admin).await, app.learner().await);
    let course = app.published(&owner, &new_course("Excel, les bases")).await.id;
    let body = json!({ "course_id": course, "payment_method": "card" });
    let purchase = app.post("/purchase").bearer(&learner.token).header("X-Correlation-Id", "ticket-7").json(&body);
    let _ = purchase.send().await.expect(201);
    let password = json!({ "password": PASSWORD });
    let erase = app.delete("/auth/profile").bearer(&owner.token).header("X-Correlation-Id", "ticket-8");
    let _ = erase.json(&password).send().await.expect(200);
    let of = async |ticket: &str| found(&app, &admin, &format!("correlation_id={ticket}")).await;
    let id_of = |events: &[Value], name: &str| {
        events.iter().find(|event| event["type"] == name).map(|event| event["id"].clone()).unwrap_or_default()
    };
    let causes = |events: &[Value], name: &str| {
        let of_type = events.iter().filter(|event| event["type"] == name);
        of_type.map(|event| event["causation_id"].clone()).collect::<Vec<_>>()
    };
    let paid = of("ticket-7").await;
    let started = id_of(&paid, "PaymentStarted");
    assert!(started.is_string() && causes(&paid, "PaymentStarted") == [Value::Null]);
    for name in ["PaymentCompleted", "AccessGranted", "LearnerEnrolled", "InvoiceIssued"] {
        assert_eq!(causes(&paid, name), std::slice::from_ref(&started), "{name}");
    }
    // What a worker did about it belongs to the request that called for it.
    eventually("their course is put away", async || !causes(&of("ticket-8").await, "CourseArchived").is_empty()).await;
    let gone = of("ticket-8").await;
    assert_eq!(causes(&gone, "CourseArchived"), [id_of(&gone, "UserErased")]);
    app.stop().await;
}
