//! GET /admin/users.

use serde_json::json;
use tests::{AppOptions, Person, TestApp, shape};

/// The accounts of a page, in order, and how many there are in all.
async fn found(app: &TestApp, admin: &Person, query: &str) -> (Vec<String>, u64) {
    let answer = app.get(&format!("/admin/users?{query}")).bearer(&admin.token).send().await.expect(200);
    let data = answer.data();
    shape::assert_shape(&data["pagination"], &shape::pagination());
    let ids = data["users"].as_array().unwrap().iter().map(|user| user["_id"].as_str().unwrap().to_owned());
    (ids.collect(), data["pagination"]["total"].as_u64().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn accounts_are_found_newest_first_by_what_they_are() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let (applicant, suspended, erased) = (app.learner().await, app.instructor(&admin).await, app.learner().await);
    let application = json!({ "bio": "Je compte", "expertise_tags": [] });
    let apply = app.post("/auth/instructor-application").bearer(&applicant.token).json(&application);
    let _ = apply.send().await.expect(200);
    let _ = app.change_user(&admin, &suspended, &json!({ "status": "suspended" })).await.expect(200);
    let _ = app.change_user(&admin, &erased, &json!({ "status": "deleted" })).await.expect(200);
    let address = format!("email={}", applicant.email.to_uppercase());
    let all = [&erased, &suspended, &applicant, &admin];
    let cases: [(&str, &[&Person]); 10] = [
        ("", &all),
        ("limit=2", &all[..2]),
        ("limit=2&page=2", &all[2..]),
        (&address, &[&applicant]),
        ("role=admin", &[&admin]),
        ("role=instructor&status=active", &[]),
        ("status=suspended", &[&suspended]),
        ("status=deleted", &[&erased]),
        ("verification_status=pending", &[&applicant]),
        ("verification_status=pending&role=admin", &[]),
    ];
    for (query, expected) in cases {
        let (ids, total) = found(&app, &admin, query).await;
        assert_eq!(ids, expected.iter().map(|person| person.id.clone()).collect::<Vec<_>>(), "{query}");
        assert_eq!(total, if query.contains("limit") { 4 } else { expected.len() as u64 }, "{query}");
    }
    // Who is erased is not found by the address that they had.
    assert_eq!(found(&app, &admin, &format!("email={}", erased.email)).await, (vec![], 0));
    let answer = app.get("/admin/users?role=admin").bearer(&admin.token).send().await.expect(200);
    shape::assert_shape(&answer.data()["users"], &json!([shape::user(true)]));
    assert!(answer.position() <= app.head().await);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_filters_are_named_and_only_admins_ask() {
    let app = TestApp::start(AppOptions::default()).await;
    let (admin, learner) = (app.admin().await, app.learner().await);
    let query = "/admin/users?email=x&role=root&status=gone&verification_status=maybe&limit=101";
    let details = [
        "email: invalid_email",
        "limit: out_of_range",
        "role: invalid",
        "status: invalid",
        "verification_status: invalid",
    ];
    app.get(query).bearer(&admin.token).send().await.assert_invalid("validation_failed", &details);
    app.get("/admin/users").send().await.assert_refused(401, "unauthorized");
    app.get("/admin/users").bearer(&learner.token).send().await.assert_refused(403, "forbidden");
    app.stop().await;
}
