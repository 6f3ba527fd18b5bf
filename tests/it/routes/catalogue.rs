//! GET /courses, GET /courses/:id, GET /courses/:id/lessons.

use serde_json::{Value, json};
use tests::people::{new_course, new_lesson};
use tests::{Answer, AppOptions, DraftCourse, Person, TestApp, shape};
use uuid::Uuid;

/// Published in this order, and a draft.
async fn fill(app: &TestApp) -> Person {
    let admin = app.admin().await;
    let course = |title: &str, changes: Value| {
        let mut course = new_course(title);
        course.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        course
    };
    let courses = [
        course("Excel, les bases", json!({ "stack": ["Excel"], "price": 0 })),
        course("Tableaux croisés", json!({ "keywords": ["excel"], "language": "en" })),
        course("Régression en R", json!({ "domain": "R", "stack": ["R", "RStudio"], "category": "Données" })),
    ];
    for course in courses {
        let _ = app.published(&admin, &course).await;
    }
    let _ = app.draft(&admin, "Excel, brouillon").await;
    admin
}

async fn list(app: &TestApp, query: &str) -> Answer {
    app.get(&format!("/courses{query}")).send().await
}

fn titles(answer: &Answer) -> Vec<String> {
    let data = answer.data();
    let courses = data["courses"].as_array().unwrap_or_else(|| panic!("{answer}")).iter();
    courses.map(|course| course["title"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_catalogue_is_paged_filtered_searched_and_sorted() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = fill(&app).await;
    let answer = list(&app, "").await.expect(200);
    let courses = json!([shape::course(&json!("uuid"))]);
    let expected = json!({ "success": "boolean", "data": { "courses": courses, "pagination": shape::pagination() } });
    shape::assert_shape(&answer.json(), &expected);
    assert_eq!(titles(&answer), ["Régression en R", "Tableaux croisés", "Excel, les bases"]);
    assert_eq!(answer.data()["pagination"], json!({ "page": 1, "limit": 10, "total": 3, "pages": 1 }));
    assert_eq!(answer.data()["courses"][0]["modules"].as_array().unwrap().len(), 1);
    assert!(answer.position() <= app.head().await);

    let (all, first) = (["Régression en R", "Tableaux croisés", "Excel, les bases"], "Régression en R");
    let (second, third) = ("Tableaux croisés", "Excel, les bases");
    let mine = format!("?instructor_id={}", admin.id);
    let nobodys = format!("?instructor_id={}", Uuid::now_v7());
    let cases: Vec<(&str, Vec<&str>)> = vec![
        ("?limit=2", vec![first, second]),
        ("?limit=2&page=2", vec![third]),
        ("?limit=2&page=3", vec![]),
        ("?page=4294967295&limit=100", vec![]),
        ("?limit=100&sort_by=newest", all.to_vec()),
        ("?sort_by=popular", all.to_vec()),
        ("?sort_by=rating", all.to_vec()),
        ("?domain=R", vec![first]),
        ("?domain=Python", vec![]),
        // Words of title, keywords and description; a title weighs most; case and accents do not count.
        ("?search=EXCEL", vec![third, second]),
        ("?search=excel&sort_by=newest", vec![second, third]),
        ("?search=regression", vec![first]),
        ("?search=r%C3%A9gression%20tableaux", vec![first]),
        ("?search=croises+excel", vec![second]),
        ("?search=excel+absent", vec![]),
        ("?search=.*", vec![]),
        ("?search=%7B%22%24ne%22%3A1%7D", vec![]),
        ("?domain=Excel&search=bases", vec![third]),
        ("?stack=R,RStudio", vec![first]),
        ("?stack=R,Excel", vec![]),
        ("?max_price=0", vec![third]),
        ("?min_price=0.01&max_price=49.90", vec![first, second]),
        ("?min_rating=1", vec![]),
        ("?language=en", vec![second]),
        ("?category=Donn%C3%A9es", vec![first]),
        (&mine, all.to_vec()),
        (&nobodys, vec![]),
        ("?search=&page=", all.to_vec()),
    ];
    for (query, expected) in cases {
        let answer = list(&app, query).await.expect(200);
        assert_eq!(titles(&answer), expected, "{query}");
    }
    let answer = list(&app, "?limit=2&page=2").await;
    assert_eq!(answer.data()["pagination"], json!({ "page": 2, "limit": 2, "total": 3, "pages": 2 }));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_parameters_are_named() {
    let app = TestApp::start(AppOptions::without_projections()).await;
    let long = format!("?search={}", "a".repeat(201));
    for (query, details) in [
        ("?page=0", vec!["page: out_of_range"]),
        ("?page=-1", vec!["page: invalid"]),
        ("?limit=0", vec!["limit: out_of_range"]),
        ("?limit=101", vec!["limit: out_of_range"]),
        ("?limit=ten", vec!["limit: invalid"]),
        ("?domain=Java", vec!["domain: invalid"]),
        ("?sort_by=price", vec!["sort_by: invalid"]),
        ("?language=xx", vec!["language: invalid"]),
        ("?instructor_id=me", vec!["instructor_id: invalid"]),
        ("?min_price=-1", vec!["min_price: out_of_range"]),
        ("?max_price=1.234", vec!["max_price: too_many_decimals"]),
        ("?min_rating=6", vec!["min_rating: out_of_range"]),
        ("?min_rating=NaN", vec!["min_rating: out_of_range"]),
        (long.as_str(), vec!["search: too_long"]),
        ("?page=0&limit=x&domain=y", vec!["domain: invalid", "limit: invalid", "page: out_of_range"]),
    ] {
        eprintln!("{query}");
        list(&app, query).await.assert_invalid("validation_failed", &details);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_course_shows_its_outline_and_keeps_its_content() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let draft = app.draft(&admin, "Excel, les bases").await;
    let lessons = format!("/courses/{}/modules/{}/lessons", draft.id, draft.module);
    let film = |preview: bool| {
        let video = json!({ "url": "https://example.org/secret.mp4", "duration_seconds": 60, "transcript": "secret" });
        json!({ "title": "Film", "type": "video", "preview": preview, "video": video })
    };
    let mut open = new_lesson("Extrait");
    open["preview"] = json!(true);
    for lesson in [film(false), film(true), open] {
        let _ = app.post(&lessons).bearer(&admin.token).json(&lesson).send().await.expect(201);
    }
    let published = app.post(&format!("/courses/{}/publish", draft.id)).bearer(&admin.token).send().await.expect(200);

    let learner = app.learner().await;
    let path = format!("/courses/{}", draft.id);
    let everyone = app.get(&path).send().await.expect(200);
    let signed_in = app.get(&path).bearer(&learner.token).send().await.expect(200);
    assert_eq!(everyone.data(), signed_in.data());
    // A token that is worth nothing shuts nobody out.
    let stale = app.get(&path).bearer("x").send().await.expect(200);
    assert_eq!(everyone.data(), stale.data());
    assert_eq!(everyone.header("etag"), published.header("etag"));
    let course = everyone.data()["course"].take();
    let lessons = course["modules"][0]["lessons"].as_array().unwrap().clone();
    let shown = |lesson: &Value| (lesson["content"].is_null(), lesson["video"]["url"].is_null());
    assert_eq!(
        lessons.iter().map(shown).collect::<Vec<_>>(),
        [(true, true), (true, true), (true, false), (false, true)]
    );
    assert_eq!(
        lessons[1]["video"],
        json!({
            "url": null, "duration_seconds": 60, "transcript": null, "thumbnail_url": null,
        })
    );
    assert_eq!(lessons[2]["video"]["transcript"], "secret");

    let own = app.get(&path).bearer(&admin.token).send().await.expect(200);
    assert_eq!(own.data(), published.data());
    assert_eq!(own.data()["course"]["modules"][0]["lessons"][1]["video"]["transcript"], "secret");
    let listed = app.get(&format!("{path}/lessons")).send().await.expect(200);
    assert_eq!(listed.data()["lessons"], Value::Array(lessons));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lessons_are_listed_by_module() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let DraftCourse { id, module, lesson } = app.published(&admin, &new_course("Excel, les bases")).await;
    let other = app.published(&admin, &new_course("Excel, la suite")).await;
    let path = format!("/courses/{id}/lessons");
    let answer = app.get(&format!("{path}?module_id={module}")).send().await.expect(200);
    let lessons = json!({ "lessons": [shape::lesson(false)] });
    shape::assert_shape(&answer.json(), &json!({ "success": "boolean", "data": lessons }));
    assert_eq!(answer.data()["lessons"][0]["_id"], lesson);
    for unknown in [other.module, Uuid::now_v7().to_string(), "x".to_owned()] {
        app.get(&format!("{path}?module_id={unknown}")).send().await.assert_refused(404, "not_found");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_there_is_404() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let draft = app.draft(&admin, "Excel, brouillon").await;
    for id in [draft.id, Uuid::now_v7().to_string(), "x".to_owned(), "..%2f..".to_owned(), "%ff".to_owned()] {
        for path in [format!("/courses/{id}"), format!("/courses/{id}/lessons")] {
            app.get(&path).send().await.assert_refused(404, "not_found");
        }
    }
    app.stop().await;
}
