//! GET /courses/{id} and its lessons.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use bson::{Document, doc};
use events::Role;
use read_models::{Course, Lesson, Module};
use serde_json::{Value, json};

use crate::support::{Academy, course, id, lesson, module, with_academy};

/// Course 1 with two modules and three lessons, the second of which is a preview.
async fn fill(academy: &Academy, with: Value) {
    let mut with = with;
    with["modules"] = json!([id(12), id(11)]);
    academy.put::<Course>(course(1, "Excel", with)).await;
    academy.put::<Module>(module(11, 1, &[23])).await;
    academy.put::<Module>(module(12, 1, &[22, 21])).await;
    academy.put::<Lesson>(lesson(21, 12, 1, json!({}))).await;
    academy.put::<Lesson>(lesson(22, 12, 1, json!({ "preview": true }))).await;
    academy.put::<Lesson>(lesson(23, 11, 1, json!({ "video": null, "type": "text" }))).await;
}

fn lessons(modules: &Value) -> Vec<&Value> {
    modules.as_array().unwrap().iter().flat_map(|module| module["lessons"].as_array().unwrap()).collect()
}

#[test]
fn everybody_sees_the_outline_and_previews() {
    with_academy(|academy| async move {
        fill(&academy, json!({})).await;
        let answer = academy.get(&format!("/courses/{}", id(1))).await;
        let shown = &answer.data()["course"];
        assert_eq!(
            (&answer.headers["etag"], &answer.headers["x-position"]),
            (&"\"4\"".parse().unwrap(), &"0".parse().unwrap())
        );
        let [preview, video, text] = lessons(&shown["modules"])[..] else { panic!("{shown}") };
        assert_eq!([&preview["_id"], &video["_id"], &text["_id"]], [&json!(id(22)), &json!(id(21)), &json!(id(23))]);
        assert_eq!((&preview["content"], &preview["video"]["transcript"]), (&json!("<p>secret</p>"), &json!("secret")));
        assert!(!video.to_string().contains("secret") && !text.to_string().contains("secret"), "{shown}");
        assert_eq!((&video["video"]["url"], &video["video"]["duration_seconds"]), (&Value::Null, &json!(60)));
        assert_eq!((&text["video"], &text["content"]), (&Value::Null, &Value::Null));
        assert!(!shown.to_string().contains("stale"), "{shown}");
    });
}

#[test]
fn owners_and_admins_see_everything_and_drafts() {
    with_academy(|academy| async move {
        let owner = academy.sign_in(Role::Instructor).await;
        let admin = academy.sign_in(Role::Admin).await;
        let other = academy.sign_in(Role::Instructor).await;
        fill(&academy, json!({ "instructor_id": owner.user, "status": "draft", "stale": true })).await;
        let path = format!("/courses/{}", id(1));
        for who in [&owner, &admin] {
            let answer = academy.get_as(&path, who).await;
            let shown = &answer.data()["course"];
            assert!(lessons(&shown["modules"]).iter().all(|lesson| lesson["content"] == "<p>secret</p>"), "{shown}");
            assert_eq!(shown["stale"], true);
        }
        academy.get_as(&path, &other).await.assert_refused(404, "not_found");
        for path in [path.as_str(), &format!("{path}/lessons"), "/courses/1", &format!("/courses/{}", id(2))] {
            academy.get(path).await.assert_refused(404, "not_found");
        }
    });
}

#[test]
fn lessons_of_a_course_or_of_a_module() {
    with_academy(|academy| async move {
        fill(&academy, json!({})).await;
        let path = format!("/courses/{}/lessons", id(1));
        let ids = |answer: &Value| -> Vec<String> {
            let lessons = answer["lessons"].as_array().unwrap().iter();
            lessons.map(|lesson| lesson["_id"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(ids(academy.get(&path).await.data()), [id(22), id(21), id(23)]);
        assert_eq!(ids(academy.get(&format!("{path}?module_id={}", id(11))).await.data()), [id(23)]);
        academy.get(&format!("{path}?module_id={}", id(13))).await.assert_refused(404, "not_found");
        academy.get(&format!("{path}?module_id=x")).await.assert_refused(404, "not_found");
    });
}

/// A lesson comes and goes, in one transaction with the course that counts it; whoever reads sees both or neither.
#[test]
fn a_course_and_its_lessons_are_of_one_instant() {
    with_academy(|academy| async move {
        fill(&academy, json!({ "total_lessons": 3 })).await;
        let path = format!("/courses/{}", id(1));
        let writing = async {
            for round in 0..150_u32 {
                toggle_lesson(&academy, round % 2 == 0).await;
            }
        };
        let reading = async {
            let mut seen = [0_u32; 2];
            loop {
                let answer = academy.get(&path).await;
                let course = &answer.data()["course"];
                let lessons = lessons(&course["modules"]);
                let comes_and_goes = lessons.iter().any(|lesson| lesson["_id"] == id(23));
                let counted = course["total_lessons"].as_u64().unwrap();
                assert_eq!(counted, if comes_and_goes { 3 } else { 2 }, "{course}");
                seen[usize::from(comes_and_goes)] += 1;
                if seen.iter().all(|times| *times >= 40) {
                    return;
                }
            }
        };
        tokio::select! { () = async { tokio::join!(writing, reading); } => {} }
    });
}

async fn toggle_lesson(academy: &Academy, there: bool) {
    let database = academy.log.database();
    let mut session = academy.log.client().start_session().await.unwrap();
    session.start_transaction().await.unwrap();
    let courses = database.collection::<Document>("courses");
    let counted = doc! { "$set": { "total_lessons": if there { 3 } else { 2 } } };
    courses.update_one(doc! { "_id": id(1) }, counted).session(&mut session).await.unwrap();
    let modules = database.collection::<Document>("modules");
    let listed: Vec<String> = if there { vec![id(23)] } else { Vec::new() };
    let listed = doc! { "$set": { "lessons": listed } };
    modules.update_one(doc! { "_id": id(11) }, listed).session(&mut session).await.unwrap();
    session.commit_transaction().await.unwrap();
}
