//! POST /ai/chat.

use serde_json::{Value, json};
use tests::people::{id_of, new_course};
use tests::{Answer, AppOptions, DraftCourse, Person, TestApp, shape};
use uuid::Uuid;

async fn ask(app: &TestApp, by: &Person, body: &Value) -> Answer {
    app.ai_port().post("/ai/chat").bearer(&by.token).json(body).send().await
}

fn about(course: &DraftCourse, message: &str) -> Value {
    json!({ "message": message, "course_id": course.id })
}

async fn add_faq(app: &TestApp, by: &Person, course: &DraftCourse, question: &str, text: &str) -> String {
    let body = json!({ "question": question, "answer": text });
    let answer = app.post(&format!("/courses/{}/faq", course.id)).bearer(&by.token).json(&body).send().await;
    id_of(&answer.expect(201), "faq")
}

async fn add_lesson(app: &TestApp, by: &Person, course: &DraftCourse, lesson: &Value) -> String {
    let path = format!("/courses/{}/modules/{}/lessons", course.id, course.module);
    id_of(&app.post(&path).bearer(&by.token).json(lesson).send().await.expect(201), "lesson")
}

/// The ids of an answer's sources.
fn sources(answer: &Answer) -> Vec<String> {
    let list = answer.data()["sources"].as_array().unwrap().clone();
    list.iter().map(|source| source["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_is_answered_by_what_the_course_says_this_instant() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let owner = app.instructor(&admin).await;
    let course = app.published(&owner, &new_course("Excel, les bases")).await;
    let content = "<p>La fonction <code>SOMME</code> additionne les valeurs d'une plage.</p>";
    let lesson = json!({ "title": "Additionner", "type": "text", "content": content });
    let lesson = add_lesson(&app, &owner, &course, &lesson).await;
    let faq = add_faq(&app, &owner, &course, "Puis-je être remboursé ?", "Oui, pendant quatorze jours.").await;

    let answer = ask(&app, &owner, &about(&course, "comment me faire rembourser ?")).await.expect(200);
    let source = json!({ "type": "string", "id": "uuid", "title": "string", "excerpt": "string" });
    let expected = json!({ "reply": "string", "confidence": "number", "sources": [source] });
    shape::assert_shape(&answer.json(), &json!({ "success": "boolean", "data": expected }));
    assert_eq!(answer.data()["reply"], "Oui, pendant quatorze jours.");
    assert_eq!(answer.data()["sources"][0]["type"], "faq");
    assert_eq!(sources(&answer)[0], faq);

    let answer = ask(&app, &owner, &about(&course, "quelle fonction aditionne les valeurs ?")).await.expect(200);
    assert_eq!(answer.data()["sources"][0]["type"], "lesson");
    assert_eq!(answer.data()["sources"][0]["title"], "Additionner");
    assert_eq!(sources(&answer)[0], lesson);
    let here = json!({ "message": "et la fonction SOMME ?", "course_id": course.id, "lesson_id": lesson });
    assert_eq!(sources(&ask(&app, &owner, &here).await.expect(200))[0], lesson);

    let answer = ask(&app, &owner, &about(&course, "What is the capital of Mongolia?")).await.expect(200);
    assert!(answer.data()["reply"].as_str().unwrap().starts_with("I don't know"), "{answer}");
    assert!(answer.data()["confidence"].as_f64().unwrap() < 0.5 && sources(&answer).is_empty());
    let answer = ask(&app, &owner, &about(&course, "Merci !")).await.expect(200);
    assert!(answer.data()["reply"].as_str().unwrap().starts_with("Avec plaisir"), "{answer}");

    // What was changed or removed is not said any more.
    let change = json!({ "answer": "Oui, pendant trente jours." });
    let _ = app.patch(&format!("/faq/{faq}")).bearer(&owner.token).json(&change).send().await.expect(200);
    let answer = ask(&app, &owner, &about(&course, "remboursement ?")).await.expect(200);
    assert_eq!(answer.data()["reply"], "Oui, pendant trente jours.");
    let _ = app.delete(&format!("/faq/{faq}")).bearer(&owner.token).send().await.expect(200);
    let answer = ask(&app, &owner, &about(&course, "remboursement ?")).await.expect(200);
    assert!(sources(&answer).is_empty(), "{answer}");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_no_access_hears_of_the_faq_and_previews_only() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let (owner, learner) = (app.instructor(&admin).await, app.learner().await);
    let course = app.published(&owner, &new_course("Excel, les bases")).await;
    let lesson = |title: &str, content: &str, preview: bool| json!({ "title": title, "type": "text", "content": content, "preview": preview });
    let closed = lesson("Pivot", "<p>Un tableau croisé dynamique résume une longue liste.</p>", false);
    let closed = add_lesson(&app, &owner, &course, &closed).await;
    let open = lesson("Cellules", "<p>Une cellule est l'intersection d'une ligne et d'une colonne.</p>", true);
    let open = add_lesson(&app, &owner, &course, &open).await;
    let question = about(&course, "Qu'est-ce qu'un tableau croisé dynamique ?");
    assert!(sources(&ask(&app, &learner, &question).await.expect(200)).is_empty());
    for by in [&owner, &admin] {
        assert_eq!(sources(&ask(&app, by, &question).await.expect(200)), std::slice::from_ref(&closed));
    }
    let answer = ask(&app, &learner, &about(&course, "c'est quoi une cellule ?")).await.expect(200);
    assert_eq!(sources(&answer), [open]);
    // That there is such a lesson everybody sees; what is in it not.
    let mut here = question.clone();
    here["lesson_id"] = json!(closed);
    assert!(sources(&ask(&app, &learner, &here).await.expect(200)).is_empty());
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_there_or_not_sayable_is_refused() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let (owner, learner) = (app.instructor(&admin).await, app.learner().await);
    let (course, other) = (app.draft(&owner, "Excel, les bases").await, app.draft(&owner, "Excel, la suite").await);
    ask(&app, &learner, &about(&course, "Qui ?")).await.assert_refused(404, "not_found");
    let _ = ask(&app, &owner, &about(&course, "Qui ?")).await.expect(200);
    for unknown in [Uuid::now_v7().to_string(), "x".to_owned(), other.lesson.clone()] {
        let body = json!({ "message": "Qui ?", "course_id": course.id, "lesson_id": unknown });
        ask(&app, &owner, &body).await.assert_refused(404, "not_found");
        let body = json!({ "message": "Qui ?", "course_id": unknown });
        ask(&app, &owner, &body).await.assert_refused(404, "not_found");
    }
    ask(&app, &owner, &json!({ "message": "\n" }))
        .await
        .assert_invalid("validation_failed", &["course_id: required", "message: required"]);
    let long = about(&course, &"a".repeat(2_001));
    ask(&app, &owner, &long).await.assert_invalid("validation_failed", &["message: too_long"]);
    let anonymous = app.post("/ai/chat").json(&about(&course, "Qui ?")).send().await;
    anonymous.assert_refused(401, "unauthorized");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_enrolled_hears_of_every_lesson_until_they_leave() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let (owner, learner) = (app.instructor(&admin).await, app.learner().await);
    let mut free = new_course("Excel, les bases");
    free["price"] = json!(0);
    let course = app.published(&owner, &free).await;
    let content = "<p>Un tableau croisé dynamique résume une longue liste.</p>";
    let lesson = json!({ "title": "Pivot", "type": "text", "content": content });
    let lesson = add_lesson(&app, &owner, &course, &lesson).await;
    let question = about(&course, "Qu'est-ce qu'un tableau croisé dynamique ?");
    assert!(sources(&ask(&app, &learner, &question).await.expect(200)).is_empty());
    let path = format!("/courses/{}/enroll", course.id);
    let _ = app.post(&path).bearer(&learner.token).send().await.expect(201);
    assert_eq!(sources(&ask(&app, &learner, &question).await.expect(200)), std::slice::from_ref(&lesson));
    // Put away, it stays open to who has access, and is not there for others.
    let stranger = app.learner().await;
    let _ = app.delete(&format!("/courses/{}", course.id)).bearer(&owner.token).send().await.expect(200);
    assert_eq!(sources(&ask(&app, &learner, &question).await.expect(200)), [lesson]);
    ask(&app, &stranger, &question).await.assert_refused(404, "not_found");
    let path = format!("/courses/{}/drop", course.id);
    let _ = app.post(&path).bearer(&learner.token).send().await.expect(200);
    assert!(sources(&ask(&app, &learner, &question).await.expect(200)).is_empty());
    app.stop().await;
}
