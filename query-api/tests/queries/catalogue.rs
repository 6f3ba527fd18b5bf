//! GET /courses.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use bson::{Document, doc};
use futures::TryStreamExt as _;
use read_models::{COURSES_PROJECTION, Course};
use serde_json::json;

use crate::support::{Academy, course, id, with_academy};

async fn fill(academy: &Academy) {
    for course in [
        course(1, "Été en données", json!({ "published_at": "2026-01-01T00:00:00.000Z", "enrollments_count": 5 })),
        course(
            2,
            "Cœur de R",
            json!({
                "published_at": "2026-01-03T00:00:00.000Z", "domain": "R", "stack": ["dplyr", "ggplot2"],
                "price": { "minor": 0, "currency": "EUR", "pricing_model": "one-time" }, "category": "Statistiques",
            }),
        ),
        course(
            3,
            "Tableau croisé",
            json!({
                "published_at": "2026-01-02T00:00:00.000Z", "average_rating": 4.5, "reviews_count": 2, "language": "en",
                "instructor_id": id(901),
            }),
        ),
        course(4, "Tableau de brouillon", json!({ "status": "draft", "published_at": null })),
        course(5, "Tableau archivé", json!({ "status": "archived" })),
    ] {
        academy.put::<Course>(course).await;
    }
    academy.checkpoint(COURSES_PROJECTION, 12).await;
}

#[test]
fn published_courses_newest_first_page_by_page() {
    with_academy(|academy| async move {
        fill(&academy).await;
        let answer = academy.get("/courses").await;
        assert_eq!(answer.titles(), ["Cœur de R", "Tableau croisé", "Été en données"]);
        assert_eq!(answer.data()["pagination"], json!({ "page": 1, "limit": 10, "total": 3, "pages": 1 }));
        assert_eq!(answer.headers["x-position"], "12");
        let second = academy.get("/courses?page=2&limit=2").await;
        assert_eq!(second.titles(), ["Été en données"]);
        assert_eq!(second.data()["pagination"], json!({ "page": 2, "limit": 2, "total": 3, "pages": 2 }));
        let past = academy.get("/courses?page=4294967295&limit=100").await;
        assert_eq!((past.titles().len(), &past.data()["pagination"]["total"]), (0, &json!(3)));
        academy.get("/courses?page=0&sort_by=price").await.assert_refused(400, "validation_failed");
    });
}

#[test]
fn filters_and_orders() {
    with_academy(|academy| async move {
        fill(&academy).await;
        let (summer, heart, pivot) = ("Été en données", "Cœur de R", "Tableau croisé");
        for (query, expected) in [
            ("sort_by=popular", vec![summer, pivot, heart]),
            ("sort_by=rating", vec![pivot, heart, summer]),
            ("sort_by=newest", vec![heart, pivot, summer]),
            ("domain=R", vec![heart]),
            ("stack=ggplot2,dplyr", vec![heart]),
            ("stack=ggplot2,Excel", vec![]),
            ("min_price=0.01&max_price=49.9", vec![pivot, summer]),
            ("max_price=0", vec![heart]),
            ("min_rating=4.5", vec![pivot]),
            ("language=en", vec![pivot]),
            ("category=Statistiques", vec![heart]),
            ("search=tableau", vec![pivot, heart, summer]),
            ("search=TABLEAU%20%C3%A9t%C3%A9", vec![summer]),
            ("search=tableau&sort_by=newest", vec![heart, pivot, summer]),
            ("search=.*", vec![]),
            ("search=%24where", vec![]),
            ("search=tablea", vec![]),
        ] {
            assert_eq!(academy.get(&format!("/courses?{query}")).await.titles(), expected, "{query}");
        }
        assert_eq!(academy.get(&format!("/courses?instructor_id={}", id(901))).await.titles(), [pivot]);
    });
}

#[test]
fn every_query_follows_an_index() {
    with_academy(|academy| async move {
        fill(&academy).await;
        let database = academy.log.database();
        database.run_command(doc! { "profile": 2 }).await.unwrap();
        let orders = ["", "sort_by=newest", "sort_by=popular", "sort_by=rating"];
        let filters = [
            "",
            "domain=R",
            "stack=dplyr",
            "min_price=1",
            "max_price=9",
            "min_rating=4",
            "language=fr",
            "category=Statistiques",
            "instructor_id=0190a5b0-0000-7000-8000-000000000901",
            "search=tableau",
            "search=.*",
        ];
        for (order, filter) in orders.iter().flat_map(|order| filters.map(|filter| (order, filter))) {
            academy.get(&format!("/courses?{order}&{filter}")).await.data();
        }
        database.run_command(doc! { "profile": 0 }).await.unwrap();
        // Save for what AI Core reads meanwhile, by itself: all courses, and so without a filter.
        let of_courses = doc! {
            "ns": format!("{}.courses", database.name()), "op": { "$in": ["command", "query"] },
            "command.filter": { "$ne": {} },
        };
        let found = database.collection::<Document>("system.profile").find(of_courses).await.unwrap();
        let plans: Vec<Document> = found.try_collect().await.unwrap();
        // A count and a page for each, at least.
        assert!(plans.len() >= 2 * orders.len() * filters.len(), "{}", plans.len());
        for plan in plans {
            let summary = plan.get_str("planSummary").unwrap();
            assert!(["IXSCAN", "COUNT_SCAN", "IDHACK", "EOF"].iter().any(|plan| summary.contains(plan)), "{plan}");
        }
    });
}
