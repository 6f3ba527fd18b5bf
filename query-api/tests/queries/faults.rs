//! MongoDB that is away, and collections that are swapped while they are read.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::{Duration, Instant};

use bson::{Document, doc};
use events::Role;
use futures::future::join_all;
use read_models::Course;
use serde_json::json;

use crate::support::{Academy, course, id, runtime, start_mongod, with_academy};

#[test]
fn without_mongodb_everything_is_503_within_three_seconds_and_well_again_after() {
    runtime().block_on(async {
        let (mut server, _folder) = start_mongod().await;
        let academy = Academy::open(&server.uri(), None).await;
        let ada = academy.sign_in(Role::Learner).await;
        academy.get("/courses").await.data();
        server.kill().await.unwrap();
        let id = id(1);
        let course = format!("/courses/{id}");
        for path in ["/courses", &course, "/auth/profile", "/auth/verify-jwt"] {
            let started = Instant::now();
            let answer = academy.get_as(path, &ada).await;
            assert!(started.elapsed() < Duration::from_secs(3), "{path} took {:?}", started.elapsed());
            answer.assert_refused(503, "unavailable");
            assert!(answer.headers.contains_key("retry-after"), "{path}");
        }
        server.restart().await.unwrap();
        academy.get_as("/auth/verify-jwt", &ada).await.data();
        academy.get("/courses").await.data();
    });
}

#[test]
fn a_swap_of_the_collection_is_not_seen() {
    with_academy(|academy| async move {
        for number in 1..=120 {
            academy.put::<Course>(course(number, "Excel", json!({}))).await;
        }
        let swapping = async {
            for _ in 0..12 {
                swap(&academy).await;
            }
        };
        let reading = async {
            loop {
                let asked = (0..4).map(|_| academy.get("/courses?limit=100"));
                for answer in join_all(asked).await {
                    assert_eq!((answer.titles().len(), &answer.data()["pagination"]["total"]), (100, &json!(120)));
                }
            }
        };
        tokio::select! { () = swapping => {}, never = reading => never }
    });
}

/// Makes a copy beside the collection and renames it over.
async fn swap(academy: &Academy) {
    let database = academy.log.database();
    let courses = database.collection::<Document>("courses");
    read_models::COURSES.create(database, "courses_next").await.unwrap();
    let copy = [doc! { "$match": {} }, doc! { "$merge": { "into": "courses_next" } }];
    courses.aggregate(copy).await.unwrap();
    let rename = doc! {
        "renameCollection": format!("{}.courses_next", database.name()),
        "to": format!("{}.courses", database.name()),
        "dropTarget": true,
        "writeConcern": { "w": "majority" },
    };
    academy.log.client().database("admin").run_command(rename).await.unwrap();
}
