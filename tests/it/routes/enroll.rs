//! POST /courses/:id/enroll and /drop, GET /enrollments.

use futures::future::join_all;
use serde_json::{Value, json};
use tests::learners::free_course;
use tests::people::{id_of, new_course};
use tests::{Answer, AppOptions, TestApp, scaled, shape};
use uuid::Uuid;

fn types(events: &[events::StoredEvent]) -> Vec<&str> {
    events.iter().map(|event| event.event_type.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_free_course_is_begun_left_and_gone_on_with() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let (owner, learner) = (app.instructor(&admin).await, app.learner().await);
    let course = app.published(&owner, &free_course("Excel, les bases")).await;
    let head = app.head().await;
    let answer = app.enroll(&learner, &course.id).await.expect(201);
    shape::assert_shape(
        &answer.json(),
        &json!({ "success": "boolean", "data": { "enrollment": shape::enrollment() } }),
    );
    assert_eq!((answer.position(), answer.header("etag")), (app.head().await, Some("\"1\"")));
    let begun = answer.data()["enrollment"].take();
    for (field, value) in [
        ("user_id", json!(learner.id)),
        ("course_id", json!(course.id)),
        ("status", json!("active")),
        ("progress_percentage", json!(0.0)),
        ("completed_lessons", json!([])),
        ("last_accessed_lesson_id", json!(null)),
        ("completed_at", json!(null)),
        ("last_accessed_at", begun["enrolled_at"].clone()),
    ] {
        assert_eq!(begun[field], value, "{field}");
    }
    let events = app.events_after(head).await;
    let written = types(&events);
    assert!(written.contains(&"LearnerEnrolled") && written.contains(&"AccessGranted"), "{written:?}");
    assert_eq!(app.learners_of(&owner, &course.id).await, 1);

    let _ = app.complete(&learner, &course.id, &course.lesson).await;
    let left = app.leave(&learner, &course.id).await.expect(200);
    shape::assert_shape(&left.json(), &json!({ "success": "boolean", "data": { "enrollment": shape::enrollment() } }));
    let enrollment = &left.data()["enrollment"];
    assert_eq!((&enrollment["status"], &enrollment["progress_percentage"]), (&json!("dropped"), &json!(100.0)));
    assert_eq!(app.learners_of(&owner, &course.id).await, 0);
    app.leave(&learner, &course.id).await.assert_refused(403, "not_enrolled");
    app.lesson(&learner, &course.id, &course.lesson).await.assert_refused(403, "no_access");
    app.progress(&learner, &course.id).await.assert_refused(403, "not_enrolled");
    let report = json!({ "status": "in_progress" });
    app.go_on(&learner, &course.id, &course.lesson, &report).await.assert_refused(403, "not_enrolled");

    let head = app.head().await;
    let back = app.enroll(&learner, &course.id).await.expect(201).data()["enrollment"].take();
    assert_eq!((&back["_id"], &back["enrolled_at"]), (&begun["_id"], &begun["enrolled_at"]));
    assert_eq!((&back["status"], &back["completed_lessons"]), (&json!("completed"), &json!([course.lesson])));
    assert_eq!(types(&app.events_after(head).await), ["EnrollmentResumed"], "no second grant, and nothing paid");
    assert_eq!(app.learners_of(&owner, &course.id).await, 1);
    let _ = app.lesson(&learner, &course.id, &course.lesson).await.expect(200);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_enroll_is_told_why() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let (owner, learner) = (app.instructor(&admin).await, app.learner().await);
    let free = app.published(&owner, &free_course("Excel, les bases")).await.id;
    let paid = app.published(&owner, &new_course("Excel, la suite")).await.id;
    let mut of_plan = free_course("Excel, pour abonnés");
    of_plan["pricing_model"] = json!("subscription");
    let of_plan = app.published(&owner, &of_plan).await.id;
    let draft = app.draft_of(&owner, &free_course("Excel, à venir")).await.id;
    let suspended = app.learner().await;
    let _ = app.change_user(&admin, &suspended, &json!({ "status": "suspended" })).await.expect(200);
    let _ = app.enroll(&learner, &free).await.expect(201);
    let head = app.head().await;

    app.post(&format!("/courses/{free}/enroll")).send().await.assert_refused(401, "unauthorized");
    app.enroll(&learner, &free).await.assert_refused(400, "already_enrolled");
    app.enroll(&learner, &paid).await.assert_refused(402, "payment_required");
    app.enroll(&learner, &of_plan).await.assert_refused(402, "payment_required");
    app.enroll(&suspended, &free).await.assert_refused(403, "user_suspended");
    app.enroll(&learner, &draft).await.assert_refused(404, "not_found");
    for person in [&owner, &admin] {
        app.enroll(person, &draft).await.assert_refused(400, "course_not_published");
    }
    for unknown in [Uuid::now_v7().to_string(), "x".to_owned()] {
        app.enroll(&learner, &unknown).await.assert_refused(404, "not_found");
        app.leave(&learner, &unknown).await.assert_refused(404, "not_found");
    }
    app.leave(&learner, &paid).await.assert_refused(403, "not_enrolled");
    app.leave(&learner, &draft).await.assert_refused(404, "not_found");
    assert_eq!(app.head().await, head);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_archived_course_is_kept_by_who_has_it_and_sold_to_nobody() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let (owner, learner, stranger) = (app.instructor(&admin).await, app.learner().await, app.learner().await);
    let (holder, gone) = (app.learner().await, app.learner().await);
    let course = app.published(&owner, &free_course("Excel, les bases")).await;
    for person in [&learner, &gone] {
        let _ = app.enroll(person, &course.id).await.expect(201);
    }
    let _ = app.leave(&gone, &course.id).await.expect(200);
    let given = app.give(&admin, &holder, &course.id).await.expect(201);
    let path = format!("/courses/{}", course.id);
    let _ = app.delete(&path).bearer(&owner.token).send().await.expect(200);

    app.enroll(&stranger, &course.id).await.assert_refused(404, "not_found");
    // Who left has their right still, and sees the course; but nobody enters it any more, and who is in it is told no less.
    for person in [&holder, &gone, &owner, &learner] {
        app.enroll(person, &course.id).await.assert_refused(400, "course_not_published");
    }
    for (person, status) in [(&learner, 200), (&holder, 200), (&gone, 200), (&owner, 200), (&stranger, 404)] {
        for page in ["", "/lessons", "/faq"] {
            let _ = app.get(&format!("{path}{page}")).bearer(&person.token).send().await.expect(status);
        }
    }
    app.get(&path).send().await.assert_refused(404, "not_found");
    let outline = app.get(&path).bearer(&learner.token).send().await.expect(200);
    assert_eq!(outline.data()["course"]["modules"][0]["lessons"][0]["content"], json!(null), "an outline only");
    let _ = app.lesson(&learner, &course.id, &course.lesson).await.expect(200);
    let _ = app.complete(&learner, &course.id, &course.lesson).await;
    let _ = app.take(&admin, &id_of(&given, "grant")).await.expect(200);
    app.enroll(&holder, &course.id).await.assert_refused(404, "not_found");
    // A draft again: only who writes it sees it.
    let _ = app.post(&format!("{path}/restore")).bearer(&owner.token).send().await.expect(200);
    app.enroll(&gone, &course.id).await.assert_refused(404, "not_found");
    app.enroll(&owner, &course.id).await.assert_refused(400, "course_not_published");
    let _ = app.post(&format!("{path}/publish")).bearer(&owner.token).send().await.expect(200);
    let _ = app.enroll(&gone, &course.id).await.expect(201);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_enrollments_at_once_one_is() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let course = app.published(&admin, &free_course("Excel, les bases")).await.id;
    for round in 1..=scaled(100) {
        let learner = app.learner().await;
        let answers = join_all((0..2).map(|_| app.enroll(&learner, &course))).await;
        let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 400], "{answers:?}");
        answers.iter().find(|answer| answer.status == 400).unwrap().assert_refused(400, "already_enrolled");
        assert_eq!(app.learners_of(&admin, &course).await, u64::try_from(round).unwrap());
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_key_enrolls_once() {
    let app = TestApp::start(AppOptions::default()).await;
    let (admin, learner) = (app.admin().await, app.learner().await);
    let course = app.published(&admin, &free_course("Excel, les bases")).await.id;
    let enroll = || app.post(&format!("/courses/{course}/enroll")).bearer(&learner.token).key("one").send();
    let first = enroll().await.expect(201);
    let again = enroll().await.expect(201);
    assert_eq!((first.json(), again.header("idempotent-replayed")), (again.json(), Some("true")));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn my_enrollments_are_listed_newest_first() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let (learner, other) = (app.learner().await, app.learner().await);
    let mut courses = Vec::new();
    for number in 1..=3 {
        let mut course = free_course(&format!("Cours {number}"));
        course["image_url"] = json!(format!("https://example.org/{number}.png"));
        courses.push(app.published(&admin, &course).await);
        let _ = app.enroll(&learner, &courses[number - 1].id).await.expect(201);
    }
    let _ = app.enroll(&other, &courses[0].id).await.expect(201);
    let _ = app.complete(&learner, &courses[0].id, &courses[0].lesson).await;
    let _ = app.leave(&learner, &courses[1].id).await.expect(200);

    let list = async |query: &str| app.get(&format!("/enrollments{query}")).bearer(&learner.token).send().await;
    let shown = list("").await.expect(200);
    let expected = json!({ "enrollments": [shape::enrollment_in_list()], "pagination": shape::pagination() });
    shape::assert_shape(&shown.json(), &json!({ "success": "boolean", "data": expected }));
    assert_eq!(shown.position(), app.head().await);
    let titles = |answer: &Answer| -> Vec<Value> {
        answer.data()["enrollments"].as_array().unwrap().iter().map(|item| item["course"]["title"].clone()).collect()
    };
    assert_eq!(titles(&shown), ["Cours 3", "Cours 2", "Cours 1"]);
    let last = &shown.data()["enrollments"][2];
    let course = json!({ "_id": courses[0].id, "title": "Cours 1", "image_url": "https://example.org/1.png" });
    assert_eq!((&last["course"], &last["progress_percentage"]), (&course, &json!(100.0)));
    for (query, expected) in [
        ("?status=active", vec!["Cours 3"]),
        ("?status=completed", vec!["Cours 1"]),
        ("?status=dropped", vec!["Cours 2"]),
        ("?page=2&limit=2", vec!["Cours 1"]),
        ("?page=2", Vec::new()),
    ] {
        assert_eq!(titles(&list(query).await.expect(200)), expected, "{query}");
    }
    let pages = list("?page=2&limit=2").await.data()["pagination"].take();
    assert_eq!(pages, json!({ "page": 2, "limit": 2, "total": 3, "pages": 2 }));
    for bad in ["?status=finished", "?limit=0", "?page=x"] {
        list(bad).await.assert_refused(400, "validation_failed");
    }
    app.get("/enrollments").send().await.assert_refused(401, "unauthorized");

    // What a course is called follows the course.
    let path = format!("/courses/{}", courses[2].id);
    let _ = app.patch(&path).bearer(&admin.token).json(&json!({ "title": "Autrement" })).send().await.expect(200);
    assert_eq!(list("").await.data()["enrollments"][0]["course"]["title"], "Autrement");
    app.stop().await;
}
