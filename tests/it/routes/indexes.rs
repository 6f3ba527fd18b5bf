//! No query reads a whole collection: what mongod's profiler saw of the product's own queries.

use bson::{Document, doc};
use futures::TryStreamExt as _;
use mongodb::Database;
use tests::learners::free_course;
use tests::quizzes::new_quiz;
use tests::{AppOptions, TestApp};

/// The plans of all queries on read collections since profiling began, as `collection: plan`; save for what AI Core
/// reads meanwhile, by itself: whole collections, and so without a filter.
async fn plans(database: &Database) -> Vec<String> {
    let profile = database.collection::<Document>("system.profile");
    let seen: Vec<Document> = profile
        .find(doc! { "planSummary": { "$exists": true }, "command.filter": { "$ne": {} } })
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    let counts_all = |entry: &&Document| {
        let command = entry.get_document("command").ok();
        let stages = command.and_then(|command| command.get_array("pipeline").ok());
        let first = stages.and_then(|stages| stages.first()?.as_document());
        first.is_some_and(|first| first.contains_key("$group"))
    };
    let name = |entry: &Document| entry.get_str("ns").unwrap().split_once('.').unwrap().1.to_owned();
    let seen = seen.iter().filter(|entry| !counts_all(entry));
    seen.map(|entry| format!("{}: {}", name(entry), entry.get_str("planSummary").unwrap())).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_query_of_a_learner_is_on_an_index() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let course = app.published(&admin, &free_course("Excel, les bases")).await;
    let learner = app.learner().await;
    let _ = app.enroll(&learner, &course.id).await.expect(201);
    let _ = app.draft(&admin, "Excel, brouillon").await;
    let (quiz, _) = app.quiz_of(&admin, &course.id, &new_quiz(Some(&course.lesson))).await;
    let database = app.log.database();
    let _ = database.run_command(doc! { "profile": 2 }).await.unwrap();
    let id = &course.id;
    let paths = [
        "/courses".to_owned(),
        "/courses?domain=Excel&limit=100".to_owned(),
        "/courses?sort_by=popular".to_owned(),
        "/courses?sort_by=rating&min_rating=0".to_owned(),
        "/courses?search=excel".to_owned(),
        "/courses?search=excel&sort_by=newest".to_owned(),
        "/courses?stack=Excel&language=fr&category=x&min_price=1&max_price=100".to_owned(),
        format!("/courses?instructor_id={}", admin.id),
        format!("/courses/{id}"),
        format!("/courses/{id}/lessons"),
        format!("/courses/{id}/faq"),
    ];
    for path in &paths {
        let _ = app.get(path).send().await.expect(200);
    }
    for path in [format!("/quizzes/{quiz}"), format!("/quizzes/{quiz}/attempts?user_id={}", admin.id)] {
        let _ = app.get(&path).bearer(&admin.token).send().await.expect(200);
    }
    let _ = app.attempts(&admin, &quiz, "?page=2").await.expect(200);
    for path in [
        "/enrollments".to_owned(),
        "/enrollments?status=active&page=2".to_owned(),
        format!("/courses/{id}/progress"),
        format!("/courses/{id}/lessons/{}", course.lesson),
    ] {
        let _ = app.get(&path).bearer(&learner.token).send().await.expect(200);
    }
    let _ = database.run_command(doc! { "profile": 0 }).await.unwrap();
    let plans = plans(database).await;
    for seen in ["courses: IXSCAN", "enrollments: IXSCAN"] {
        assert!(plans.iter().any(|plan| plan.starts_with(seen)), "the profiler saw {seen}: {plans:?}");
    }
    let scans: Vec<_> = plans.iter().filter(|plan| plan.contains("COLLSCAN") && !plan.starts_with("system.")).collect();
    assert!(scans.is_empty(), "{scans:?}");
    app.stop().await;
}
