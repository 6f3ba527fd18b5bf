//! GET /admin/audit/access: why somebody can open a course, or can't.

use events::{
    AccessEvent, AccessGranted, AccessId, AccessRevoked, AccessSuspended, CourseId, EnrollmentEvent, EnrollmentId,
    EnrollmentSource, GrantEnd, GrantId, GrantSource, LearnerEnrolled, Personal, StreamId, StreamType, TransactionId,
    UserId,
};
use serde_json::{Value, json};
use tests::people::new_course;
use tests::{AppOptions, TestApp, shape};
use uuid::Uuid;

use crate::audit::{append, get, types};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn access_is_explained_by_the_grants_and_the_events_behind_each() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let (owner, learner) = (app.instructor(&admin).await, app.learner().await);
    let course = app.published(&owner, &new_course("Excel, les bases")).await.id;
    let (user_id, course_id): (UserId, CourseId) = (learner.id.parse().unwrap(), course.parse().unwrap());
    let explain = async |user: &str| {
        get(&app, &admin, &format!("/access?user_id={user}&course_id={course}")).await.expect(200).data()
    };
    let reason = |data: &Value| (data["allowed"].as_bool().unwrap(), data["reason"].as_str().unwrap().to_owned());
    let expected = json!({ "allowed": false, "reason": "no_grant", "grants": [], "enrollment": null });
    assert_eq!(explain(&learner.id).await, expected);
    assert_eq!(reason(&explain(&owner.id).await), (true, "is_owner".to_owned()));
    assert_eq!(reason(&explain(&admin.id).await), (true, "is_admin".to_owned()));

    let (bought, given) = (GrantId::new(Uuid::now_v7()), GrantId::new(Uuid::now_v7()));
    let access = StreamId::new(StreamType::Access, AccessId::of(user_id, course_id));
    let on_access = async |event: AccessEvent| append(&app, access.clone(), event.into()).await;
    let granted = |grant_id, source| AccessGranted { grant_id, user_id, course_id, source };
    let transaction_id = TransactionId::new(Uuid::now_v7());
    on_access(granted(bought, GrantSource::Purchase { transaction_id }).into()).await;
    assert_eq!(reason(&explain(&learner.id).await), (true, "purchase".to_owned()));
    on_access(AccessSuspended { grant_id: bought, user_id, course_id }.into()).await;
    assert_eq!(reason(&explain(&learner.id).await), (false, "grant_suspended".to_owned()));
    let reason_given = Personal::new(user_id, "Un geste".to_owned());
    on_access(granted(given, GrantSource::Admin { reason: reason_given }).into()).await;
    let enrollment_id = EnrollmentId::of(user_id, course_id);
    let enrolled = LearnerEnrolled { enrollment_id, user_id, course_id, source: EnrollmentSource::Admin };
    let enrollment = StreamId::new(StreamType::Enrollment, enrollment_id);
    append(&app, enrollment, EnrollmentEvent::from(enrolled).into()).await;
    let data = explain(&learner.id).await;
    assert_eq!(reason(&data), (true, "admin".to_owned()));
    let behind = json!({ "position": "integer", "type": "string", "time": "time" });
    let grant = json!({
        "source": "string", "id": "uuid", "live": "boolean", "since": "time", "until": "time?", "events": [behind],
    });
    let of_enrollment = json!({
        "_id": "uuid", "status": "string", "enrolled_at": "time", "completed_at": "time?", "events": [behind],
    });
    let shape = json!({ "allowed": "boolean", "reason": "string", "grants": [grant], "enrollment": of_enrollment });
    shape::assert_shape(&data, &shape);
    let short = |grant: &Value| {
        (grant["source"].clone(), grant["live"].clone(), types(grant["events"].as_array().unwrap()).join(" "))
    };
    let grants: Vec<_> = data["grants"].as_array().unwrap().iter().map(short).collect();
    assert_eq!(
        grants,
        [
            (json!("purchase"), json!(false), "AccessGranted AccessSuspended".to_owned()),
            (json!("admin"), json!(true), "AccessGranted".to_owned()),
        ]
    );
    for grant_id in [bought, given] {
        on_access(AccessRevoked { grant_id, user_id, course_id, end: GrantEnd::Refunded {} }.into()).await;
    }
    let data = explain(&learner.id).await;
    assert_eq!(reason(&data), (false, "grant_revoked".to_owned()));
    assert!(data["grants"].as_array().unwrap().iter().all(|grant| grant["until"].is_string()));
    let _ = app.change_user(&admin, &learner, &json!({ "status": "suspended" })).await.expect(200);
    assert_eq!(reason(&explain(&learner.id).await), (false, "user_suspended".to_owned()));
    let unknown = format!("/access?user_id={}&course_id={course}", Uuid::now_v7());
    get(&app, &admin, &unknown).await.assert_refused(404, "not_found");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn access_by_subscription_is_explained_by_what_happened_to_it() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let (owner, learner) = (app.instructor(&admin).await, app.learner().await);
    // Not the first plan opens it.
    let course = app.published(&owner, &new_course("Excel, les bases")).await.id;
    let explain = async || {
        let path = format!("/access?user_id={}&course_id={course}", learner.id);
        let data = get(&app, &admin, &path).await.expect(200).data();
        let grants = data["grants"].as_array().unwrap().iter().map(|grant| {
            assert_eq!(grant["source"], "subscription");
            (grant["live"] == true, grant["until"].is_string(), types(grant["events"].as_array().unwrap()).join(" "))
        });
        (data["allowed"] == true, data["reason"].as_str().unwrap().to_owned(), grants.collect::<Vec<_>>())
    };
    let step = async |name: &str, body: Value| {
        let request = app.post(name).bearer(&learner.token).json(&body);
        let _ = request.send().await;
    };
    step("/subscribe", json!({ "plan": "basic" })).await;
    assert_eq!(explain().await, (false, "no_grant".to_owned(), Vec::new()));
    step("/subscriptions/change-plan", json!({ "plan": "enterprise" })).await;
    let mut happened = "SubscriptionPlanChanged".to_owned();
    let by_plan = || "subscription".to_owned();
    assert_eq!(explain().await, (true, by_plan(), vec![(true, false, happened.clone())]));
    step("/subscriptions/pause", json!({})).await;
    happened += " SubscriptionPaused";
    assert_eq!(explain().await, (false, "grant_suspended".to_owned(), vec![(false, false, happened.clone())]));
    step("/subscriptions/resume", json!({})).await;
    step("/subscriptions/cancel", json!({})).await;
    happened += " SubscriptionResumed SubscriptionCancelled";
    assert_eq!(explain().await, (true, by_plan(), vec![(true, false, happened)]));
    app.clock.shift_to(40 * 24 * 60 * 60);
    let admin = app.login(&admin.email).await;
    let path = format!("/access?user_id={}&course_id={course}", learner.id);
    let data = get(&app, &admin, &path).await.expect(200).data();
    assert_eq!((&data["allowed"], &data["reason"]), (&json!(false), &json!("grant_revoked")));
    app.stop().await;
}
