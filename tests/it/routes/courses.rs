//! POST /courses.

use serde_json::{Value, json};
use tests::people::new_course;
use tests::{Answer, AppOptions, Person, TestApp, shape};

async fn create(app: &TestApp, by: &Person, course: &Value) -> Answer {
    app.post("/courses").bearer(&by.token).json(course).send().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_course_begins_as_a_draft_with_defaults() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let instructor = app.instructor(&admin).await;
    let answer = create(&app, &instructor, &new_course("  Excel, les bases ")).await.expect(201);
    let expected = json!({ "success": "boolean", "data": { "course": shape::course(&shape::module()) } });
    shape::assert_shape(&answer.json(), &expected);
    let course = answer.data()["course"].take();
    for (field, value) in [
        ("title", json!("Excel, les bases")),
        ("short_description", json!(null)),
        ("stack", json!([])),
        ("price", json!({ "amount": 49.9, "currency": "EUR", "pricing_model": "one-time" })),
        ("instructor_id", json!(instructor.id)),
        ("instructor_name", json!("Ada Lovelace")),
        ("status", json!("draft")),
        ("modules", json!([])),
        ("total_lessons", json!(0)),
        ("enrollments_count", json!(0)),
        ("reviews_count", json!(0)),
        ("keywords", json!([])),
        ("language", json!("fr")),
        ("published_at", json!(null)),
    ] {
        assert_eq!(course[field], value, "{field}");
    }
    assert_eq!((answer.position(), answer.header("etag")), (app.head().await, Some("\"1\"")));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_course_keeps_all_that_it_is_given() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let whole = json!({
        "title": "R pour décider", "description": "Long\ntexte", "short_description": "Court", "domain": "R",
        "stack": ["R", "RStudio"], "price": { "amount": 0.01, "currency": "EUR", "pricing_model": "subscription" },
        "keywords": ["statistiques"], "image_url": "https://example.org/a.png", "category": "Données",
        "language": "en",
    });
    let course = create(&app, &admin, &whole).await.expect(201).data()["course"].take();
    for (field, value) in whole.as_object().unwrap() {
        assert_eq!(&course[field], value, "{field}");
    }
    // The model beside the price, and a price without decimals.
    let mut course = new_course("Python pour tous");
    course["price"] = json!(0);
    course["pricing_model"] = json!("subscription");
    let course = create(&app, &admin, &course).await.expect(201).data()["course"].take();
    assert_eq!(course["price"]["pricing_model"], "subscription");
    assert_eq!(course["price"]["amount"].as_f64(), Some(0.0));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_fields_are_named_and_nothing_is_appended() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let head = app.head().await;
    let text = |length: usize| json!("a".repeat(length));
    let tags = |count: u32| json!((0..count).map(|tag| tag.to_string()).collect::<Vec<_>>());
    let one = |field: &'static str, value: Value, detail: &'static str| (json!({ field: value }), vec![detail]);
    let mut cases = vec![
        one("title", text(4), "title: too_short"),
        one("title", text(201), "title: too_long"),
        one("title", json!("Excel\u{7}les bases"), "title: control_character"),
        one("title", json!(null), "title: required"),
        one("description", text(20_001), "description: too_long"),
        one("description", json!(" "), "description: required"),
        one("short_description", text(501), "short_description: too_long"),
        one("domain", json!("Java"), "domain: invalid"),
        one("domain", json!("excel"), "domain: invalid"),
        one("stack", tags(21), "stack: too_many_items"),
        one("stack", json!([text(51)]), "stack: too_long"),
        one("keywords", tags(21), "keywords: too_many_items"),
        one("price", json!(null), "price: required"),
        one("price", json!(-1), "price: out_of_range"),
        one("price", json!(49.999), "price: too_many_decimals"),
        one("price", json!(1e30), "price: out_of_range"),
        one("price", json!({ "currency": "EUR" }), "price: required"),
        one("price", json!({ "amount": 1, "currency": "USD" }), "price.currency: invalid"),
        one("pricing_model", json!("free"), "pricing_model: invalid"),
        one("pricing_model", json!(null), "pricing_model: required"),
        one("image_url", json!("javascript:alert(1)"), "image_url: invalid_url"),
        one("image_url", json!("https://example.org/".to_owned() + &"a".repeat(2_048)), "image_url: too_long"),
        one("category", text(51), "category: too_long"),
        one("language", json!("xx"), "language: invalid"),
    ];
    cases.push((
        json!({ "title": "a", "description": null, "domain": "x", "price": -0.001, "pricing_model": "" }),
        vec![
            "description: required",
            "domain: invalid",
            "price: too_many_decimals",
            "pricing_model: required",
            "title: too_short",
        ],
    ));
    for (changes, details) in cases {
        let mut course = new_course("Excel, les bases");
        course.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        eprintln!("{details:?}");
        create(&app, &admin, &course).await.assert_invalid("validation_failed", &details);
    }
    let mut course = new_course("Excel");
    course["enrollments_count"] = json!(1_000);
    create(&app, &admin, &course).await.assert_invalid("unknown_field", &["enrollments_count: unknown"]);
    assert_eq!(app.head().await, head);
    app.stop().await;
}
