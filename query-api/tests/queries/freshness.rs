//! `X-Min-Position` and `X-Position`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Instant;

use read_models::{COURSES_PROJECTION, Course};
use serde_json::json;

use crate::support::{READ_WAIT, course, with_academy};

#[test]
fn an_answer_waits_for_the_position_asked_for() {
    with_academy(|academy| async move {
        academy.lease(COURSES_PROJECTION).await;
        let asked = academy.get_with("/courses", &[("x-min-position", "7")]);
        let projecting = async {
            academy.put::<Course>(course(1, "Excel", json!({}))).await;
            academy.checkpoint(COURSES_PROJECTION, 7).await;
        };
        let (answer, ()) = tokio::join!(asked, projecting);
        assert_eq!(answer.titles(), ["Excel"]);
        assert_eq!(answer.headers["x-position"], "7");
    });
}

#[test]
fn what_does_not_come_in_time_is_behind() {
    with_academy(|academy| async move {
        let ask = || academy.get_with("/courses", &[("x-min-position", "7")]);
        let started = Instant::now();
        ask().await.assert_refused(503, "read_model_behind");
        assert!(started.elapsed() < READ_WAIT, "there is no worker to wait for");

        academy.lease(COURSES_PROJECTION).await;
        let started = Instant::now();
        let answer = ask().await;
        answer.assert_refused(503, "read_model_behind");
        assert!(answer.headers.contains_key("retry-after"));
        assert!(started.elapsed() >= READ_WAIT);
        academy.get_with("/courses", &[("x-min-position", "-1")]).await.assert_refused(400, "validation_failed");
    });
}
