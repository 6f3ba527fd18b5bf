//! POST /courses/:id/quizzes, GET, PATCH and DELETE /quizzes/:id.

use serde_json::{Value, json};
use tests::learners::free_course;
use tests::people::{id_of, new_course, new_lesson};
use tests::quizzes::{new_quiz, question_ids, questions, yes_or_no};
use tests::{Answer, AppOptions, DraftCourse, Person, TestApp, scaled, shape};
use uuid::Uuid;

/// What gives an answer away.
const SECRET: [&str; 6] = ["answer_index", "answer_indexes", "answer", "answers", "explanation", "source"];

async fn quiz_of_lesson(app: &TestApp, by: &Person, course: &DraftCourse) -> Value {
    let path = format!("/courses/{}", course.id);
    let shown = app.get(&path).bearer(&by.token).send().await.expect(200).data();
    let lessons = shown["course"]["modules"][0]["lessons"].as_array().unwrap().clone();
    lessons.iter().find(|lesson| lesson["_id"] == course.lesson).unwrap()["quiz_id"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quiz_is_written_for_a_lesson_written_anew_and_removed() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let owner = app.instructor(&admin).await;
    let course = app.draft(&owner, "Statistique").await;
    let written = app.write_quiz(&owner, &course.id, &new_quiz(Some(&course.lesson))).await.expect(201);
    shape::assert_shape(&written.json(), &json!({ "success": "boolean", "data": { "quiz": shape::quiz(true) } }));
    assert_eq!(written.position(), app.head().await);
    let quiz = written.data()["quiz"].take();
    assert_eq!((&quiz["version"], &quiz["passing_score"]), (&json!(1), &json!(75.0)));
    assert_eq!((&quiz["course_id"], &quiz["lesson_id"]), (&json!(course.id), &json!(course.lesson)));
    let mut expected = questions();
    expected[1]["answer_indexes"] = json!([0, 2]);
    for (shown, sent) in quiz["questions"].as_array().unwrap().iter().zip(expected.as_array().unwrap()) {
        for (name, value) in sent.as_object().unwrap() {
            assert_eq!(&shown[name], value, "{name}");
        }
        assert_eq!(SECRET[..4].iter().filter(|name| !shown[**name].is_null()).count(), 1, "{shown}");
    }
    let id = id_of(&written, "quiz");
    assert_eq!(app.quiz(&owner, &id).await.expect(200).data()["quiz"], quiz);
    assert_eq!(app.quiz(&admin, &id).await.expect(200).data()["quiz"], quiz);
    assert_eq!(quiz_of_lesson(&app, &owner, &course).await, json!(id));

    // Questions that name the one they take the place of keep its id; others are new ones.
    let ids = question_ids(&quiz);
    let mut anew = questions();
    anew[2]["_id"] = json!(ids[2]);
    anew[2]["answer"] = json!(false);
    let change = json!({ "title": "La dispersion", "questions": [anew[2], anew[0]] });
    let changed = app.change_quiz(&owner, &id, &change).await.expect(200);
    assert_eq!(changed.header("etag"), Some("\"2\""));
    let after = changed.data()["quiz"].take();
    assert_eq!((&after["version"], &after["title"]), (&json!(2), &json!("La dispersion")));
    assert_eq!((&after["passing_score"], &after["lesson_id"]), (&json!(75.0), &json!(course.lesson)));
    let ids_after = question_ids(&after);
    assert!(ids_after[0] == ids[2] && !ids.contains(&ids_after[1]), "{after}");
    assert_eq!(app.quiz(&owner, &id).await.data()["quiz"], after);
    // What changes nothing is no new form.
    let head = app.head().await;
    let same = json!({ "title": "La dispersion", "passing_score": 75.0, "questions": after["questions"] });
    assert_eq!(app.change_quiz(&admin, &id, &same).await.expect(200).data()["quiz"], after);
    assert_eq!(app.change_quiz(&owner, &id, &json!({})).await.expect(200).data()["quiz"], after);
    assert_eq!(app.head().await, head);

    let removed = app.delete(&format!("/quizzes/{id}")).bearer(&owner.token).send().await.expect(200);
    shape::assert_shape(&removed.json(), &json!({ "success": "boolean", "message": "string" }));
    assert_eq!(quiz_of_lesson(&app, &owner, &course).await, json!(null));
    app.quiz(&owner, &id).await.assert_refused(404, "not_found");
    app.attempts(&owner, &id, "").await.assert_refused(404, "not_found");
    app.change_quiz(&owner, &id, &json!({})).await.assert_refused(404, "not_found");
    app.delete(&format!("/quizzes/{id}")).bearer(&owner.token).send().await.assert_refused(404, "not_found");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quiz_goes_with_the_lesson_that_has_it() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let course = app.draft(&admin, "Statistique").await;
    let second = app.add_lesson(&admin, &course, &new_lesson("Seconde leçon")).await;
    let lesson_of = async |quiz: &str| app.quiz(&admin, quiz).await.expect(200).data()["quiz"]["lesson_id"].take();
    let (first_quiz, _) = app.quiz_of(&admin, &course.id, &new_quiz(Some(&course.lesson))).await;
    // A lesson has one quiz: the next one takes its place.
    let (quiz, _) = app.quiz_of(&admin, &course.id, &yes_or_no(Some(&course.lesson))).await;
    assert_eq!(lesson_of(&first_quiz).await, json!(null));
    assert_eq!(lesson_of(&quiz).await, json!(course.lesson));
    let moved = app.change_quiz(&admin, &quiz, &json!({ "lesson_id": second })).await.expect(200);
    assert_eq!((&moved.data()["quiz"]["lesson_id"], lesson_of(&quiz).await), (&json!(second), json!(second)));
    assert_eq!(moved.data()["quiz"]["version"], 1, "where it stands is no new form");
    assert_eq!(quiz_of_lesson(&app, &admin, &course).await, json!(null));
    let alone = app.change_quiz(&admin, &quiz, &json!({ "lesson_id": null })).await.expect(200);
    assert_eq!((&alone.data()["quiz"]["lesson_id"], lesson_of(&quiz).await), (&json!(null), json!(null)));
    // A lesson may also name the quiz, and lose it with itself.
    let path = format!("/courses/{}/modules/{}/lessons/{second}", course.id, course.module);
    let _ = app.patch(&path).bearer(&admin.token).json(&json!({ "quiz_id": quiz })).send().await.expect(200);
    assert_eq!(lesson_of(&quiz).await, json!(second));
    let _ = app.delete(&path).bearer(&admin.token).send().await.expect(200);
    assert_eq!(lesson_of(&quiz).await, json!(null));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lesson_names_a_quiz_of_its_course_and_no_other() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let (owner, other) = (app.instructor(&admin).await, app.instructor(&admin).await);
    let (course, elsewhere) = (app.draft(&owner, "Statistique").await, app.draft(&owner, "Algèbre").await);
    let (own, _) = app.quiz_of(&owner, &course.id, &yes_or_no(None)).await;
    let (foreign, _) = app.quiz_of(&owner, &elsewhere.id, &yes_or_no(None)).await;
    let (removed, _) = app.quiz_of(&owner, &course.id, &yes_or_no(None)).await;
    let _ = app.delete(&format!("/quizzes/{removed}")).bearer(&owner.token).send().await.expect(200);
    let lessons = format!("/courses/{}/modules/{}/lessons", course.id, course.module);
    let add = async |by: &Person, quiz: &Value| {
        let lesson = json!({ "title": "Contrôle", "type": "quiz", "quiz_id": quiz });
        app.post(&lessons).bearer(&by.token).json(&lesson).send().await
    };
    let change = async |by: &Person, quiz: &Value| {
        let path = format!("{lessons}/{}", course.lesson);
        app.patch(&path).bearer(&by.token).json(&json!({ "quiz_id": quiz })).send().await
    };
    let head = app.head().await;
    for quiz in [json!(Uuid::now_v7()), json!(foreign), json!(removed), json!(course.lesson), json!("7")] {
        for by in [&owner, &admin] {
            add(by, &quiz).await.assert_invalid("validation_failed", &["quiz_id: invalid"]);
            change(by, &quiz).await.assert_invalid("validation_failed", &["quiz_id: invalid"]);
        }
    }
    // Strangers learn nothing of what quizzes there are.
    for quiz in [json!(own), json!(foreign)] {
        add(&other, &quiz).await.assert_refused(403, "forbidden");
        change(&other, &quiz).await.assert_refused(403, "forbidden");
    }
    assert_eq!(app.head().await, head);
    assert_eq!(add(&owner, &json!(own)).await.expect(201).data()["lesson"]["quiz_id"], own);
    assert_eq!(change(&owner, &json!(own)).await.expect(200).data()["lesson"]["quiz_id"], own);
    assert_eq!(change(&owner, &json!(null)).await.expect(200).data()["lesson"]["quiz_id"], json!(null));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_lesson_names_a_quiz_that_is_removed_in_the_same_instant() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let course = app.draft(&admin, "Statistique").await;
    let lesson = format!("/courses/{}/modules/{}/lessons/{}", course.id, course.module, course.lesson);
    for _ in 0..scaled(50) {
        let (quiz, _) = app.quiz_of(&admin, &course.id, &yes_or_no(None)).await;
        let (path, named) = (format!("/quizzes/{quiz}"), json!({ "quiz_id": quiz }));
        let (removed, change) = tokio::join!(
            app.delete(&path).bearer(&admin.token).send(),
            app.patch(&lesson).bearer(&admin.token).json(&named).send(),
        );
        let _ = removed.expect(200);
        assert!([200, 400].contains(&change.status), "{change}");
        assert_eq!(quiz_of_lesson(&app, &admin, &course).await, json!(null), "it is gone, also from its lesson");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quiz_is_shown_to_whom_its_course_is_open_without_its_answers() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let (owner, other) = (app.instructor(&admin).await, app.instructor(&admin).await);
    let (learner, stranger) = (app.learner().await, app.learner().await);
    let course = app.draft_of(&owner, &free_course("Statistique")).await;
    let (id, ids) = app.quiz_of(&owner, &course.id, &new_quiz(Some(&course.lesson))).await;
    for person in [&other, &learner] {
        app.quiz(person, &id).await.assert_refused(404, "not_found");
        app.attempts(person, &id, "").await.assert_refused(404, "not_found");
        app.attempt(person, &id, &ids, &[json!(1)]).await.assert_refused(404, "not_found");
        app.change_quiz(person, &id, &json!({ "title": "x" })).await.assert_refused(403, "forbidden");
        app.delete(&format!("/quizzes/{id}")).bearer(&person.token).send().await.assert_refused(403, "forbidden");
        app.write_quiz(person, &course.id, &new_quiz(None)).await.assert_refused(403, "forbidden");
    }
    let _ = app.post(&format!("/courses/{}/publish", course.id)).bearer(&owner.token).send().await.expect(200);
    let _ = app.enroll(&learner, &course.id).await.expect(201);
    for person in [&other, &stranger] {
        app.quiz(person, &id).await.assert_refused(403, "no_access");
        app.attempts(person, &id, "").await.assert_refused(403, "no_access");
        app.attempt(person, &id, &ids, &[json!(1)]).await.assert_refused(403, "no_access");
    }
    app.get(&format!("/quizzes/{id}")).send().await.assert_refused(401, "unauthorized");
    let shown = app.quiz(&learner, &id).await.expect(200);
    shape::assert_shape(&shown.json(), &json!({ "success": "boolean", "data": { "quiz": shape::quiz(false) } }));
    assert_eq!(question_ids(&shown.data()["quiz"]), ids);
    for words in ["sigma", "Parce que", "écart-type"] {
        assert!(!shown.text().contains(words), "{shown}");
    }
    // Whoever sees a lesson before buying may try its quiz.
    let path = format!("/courses/{}/modules/{}/lessons/{}", course.id, course.module, course.lesson);
    let _ = app.patch(&path).bearer(&owner.token).json(&json!({ "preview": true })).send().await.expect(200);
    assert_eq!(app.quiz(&stranger, &id).await.expect(200).data(), shown.data());
    let _ = app.attempt(&stranger, &id, &ids, &[json!(1)]).await.expect(201);
    app.progress(&stranger, &course.id).await.assert_refused(403, "not_enrolled");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_rule_of_a_question_is_told_by_its_name() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let course = app.draft(&admin, "Statistique").await;
    let (id, ids) = app.quiz_of(&admin, &course.id, &new_quiz(None)).await;
    let head = app.head().await;
    let with = |place: usize, changes: Value| {
        let mut question = questions()[place].take();
        for (name, value) in changes.as_object().unwrap() {
            question[name] = value.clone();
        }
        question
    };
    let twenty_one: Vec<String> = (0..21).map(|n| n.to_string()).collect();
    let cases = [
        (with(0, json!({ "question": " " })), vec!["question: required"]),
        (with(0, json!({ "question": "a".repeat(2_001) })), vec!["question: too_long"]),
        (with(0, json!({ "question": "a\u{0}b" })), vec!["question: control_character"]),
        (with(0, json!({ "type": null, "question": null })), vec!["question: required", "type: required"]),
        (with(0, json!({ "type": "essay" })), vec!["type: invalid"]),
        (with(0, json!({ "choices": null })), vec!["choices: required"]),
        (with(0, json!({ "choices": ["a"], "answer_index": 0 })), vec!["choices: too_few_items"]),
        (with(0, json!({ "choices": twenty_one })), vec!["choices: too_many_items"]),
        (with(0, json!({ "choices": ["a", "b", " a "] })), vec!["choices: duplicate"]),
        (with(0, json!({ "choices": ["a", " "] })), vec!["choices: required"]),
        (with(0, json!({ "choices": ["a", "b".repeat(501)] })), vec!["choices: too_long"]),
        (with(0, json!({ "answer_index": null })), vec!["answer_index: required"]),
        (with(0, json!({ "answer_index": 3 })), vec!["answer_index: out_of_range"]),
        (with(0, json!({ "answer_index": -1 })), vec!["answer_index: out_of_range"]),
        (with(0, json!({ "answer": true, "answers": ["a"] })), vec!["answer: invalid", "answers: invalid"]),
        (with(1, json!({ "answer_indexes": null })), vec!["answer_indexes: required"]),
        (with(1, json!({ "answer_indexes": [] })), vec!["answer_indexes: required"]),
        (with(1, json!({ "answer_indexes": [0, 0] })), vec!["answer_indexes: duplicate"]),
        (with(1, json!({ "answer_indexes": [0, 3] })), vec!["answer_indexes: out_of_range"]),
        (with(1, json!({ "answer_index": 0 })), vec!["answer_index: invalid"]),
        (with(1, json!({ "explanation": "a".repeat(2_001) })), vec!["explanation: too_long"]),
        (with(2, json!({ "answer": null })), vec!["answer: required"]),
        (with(2, json!({ "choices": ["a", "b"] })), vec!["choices: invalid"]),
        (with(3, json!({ "answers": [] })), vec!["answers: required"]),
        (with(3, json!({ "answers": ["a", "a "] })), vec!["answers: duplicate"]),
        (with(3, json!({ "answers": [" "] })), vec!["answers: required"]),
        (with(3, json!({ "source": "a".repeat(2_001) })), vec!["source: too_long"]),
        (with(3, json!({ "answer_indexes": [0] })), vec!["answer_indexes: invalid"]),
        (with(3, json!({ "_id": "7" })), vec!["_id: invalid"]),
        (with(3, json!({ "_id": Uuid::now_v7() })), vec!["_id: invalid"]),
    ];
    for (question, details) in cases {
        let details: Vec<String> = details.iter().map(|detail| format!("questions[1].{detail}")).collect();
        let details: Vec<&str> = details.iter().map(String::as_str).collect();
        let body = json!({ "title": "Quiz", "questions": [questions()[2], question] });
        app.write_quiz(&admin, &course.id, &body).await.assert_invalid("validation_failed", &details);
        app.change_quiz(&admin, &id, &body).await.assert_invalid("validation_failed", &details);
    }
    let many = vec![questions()[2].take(); 201];
    for (questions, code) in [(json!([]), "too_few_items"), (json!(many), "too_many_items")] {
        let body = json!({ "title": "Quiz", "questions": questions });
        let details = format!("questions: {code}");
        app.write_quiz(&admin, &course.id, &body).await.assert_invalid("validation_failed", &[&details]);
        app.change_quiz(&admin, &id, &body).await.assert_invalid("validation_failed", &[&details]);
    }
    // Two can't take the place of one, and a new quiz has none that could be taken.
    let twice = json!({ "questions": [with(2, json!({ "_id": ids[2] })), with(2, json!({ "_id": ids[2] }))] });
    app.change_quiz(&admin, &id, &twice).await.assert_invalid("validation_failed", &["questions[1]._id: invalid"]);
    let of_other = json!({ "title": "Quiz", "questions": [with(2, json!({ "_id": ids[2] }))] });
    let answer = app.write_quiz(&admin, &course.id, &of_other).await;
    answer.assert_invalid("validation_failed", &["questions[0]._id: invalid"]);
    assert_eq!(app.head().await, head);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_bad_or_not_there_is_refused() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let course = app.draft(&admin, "Statistique").await;
    let elsewhere = app.published(&admin, &new_course("Ailleurs")).await;
    let (id, _) = app.quiz_of(&admin, &course.id, &new_quiz(None)).await;
    let head = app.head().await;
    let write = async |body: Value| -> Answer { app.write_quiz(&admin, &course.id, &body).await };
    let invalid = "validation_failed";
    write(json!({})).await.assert_invalid(invalid, &["questions: required", "title: required"]);
    let with = |field: &str, value: Value| {
        let mut body = new_quiz(None);
        body[field] = value;
        body
    };
    let changes = [
        ("title", json!("a".repeat(201)), "title: too_long"),
        ("passing_score", json!(100.01), "passing_score: out_of_range"),
        ("passing_score", json!(-1), "passing_score: out_of_range"),
        ("passing_score", json!(66.667), "passing_score: too_many_decimals"),
        ("lesson_id", json!("7"), "lesson_id: invalid"),
        ("lesson_id", json!(Uuid::now_v7()), "lesson_id: invalid"),
        ("lesson_id", json!(elsewhere.lesson), "lesson_id: invalid"),
    ];
    for (field, value, details) in changes {
        write(with(field, value.clone())).await.assert_invalid(invalid, &[details]);
        app.change_quiz(&admin, &id, &json!({ field: value })).await.assert_invalid(invalid, &[details]);
    }
    let unknown = json!({ "type": "true_false", "question": "q", "answer": true, "weight": 2 });
    write(with("questions", json!([unknown]))).await.assert_refused(400, "unknown_field");
    write(with("questions", json!("all"))).await.assert_refused(400, "malformed_body");
    write(with("questions", json!([{ "type": "cloze", "answers": "a" }]))).await.assert_refused(400, "malformed_body");
    for unknown in [Uuid::now_v7().to_string(), "x".to_owned(), course.id.clone()] {
        app.quiz(&admin, &unknown).await.assert_refused(404, "not_found");
        app.change_quiz(&admin, &unknown, &json!({ "title": "Quiz" })).await.assert_refused(404, "not_found");
        app.delete(&format!("/quizzes/{unknown}")).bearer(&admin.token).send().await.assert_refused(404, "not_found");
        app.attempts(&admin, &unknown, "").await.assert_refused(404, "not_found");
        app.attempt(&admin, &unknown, &[], &[]).await.assert_refused(404, "not_found");
    }
    let nowhere = Uuid::now_v7().to_string();
    app.write_quiz(&admin, &nowhere, &new_quiz(None)).await.assert_refused(404, "not_found");
    assert_eq!(app.head().await, head);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quiz_is_written_once_whatever_is_repeated() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let course = app.draft(&admin, "Statistique").await;
    let write = async || {
        let request = app.post(&format!("/courses/{}/quizzes", course.id)).bearer(&admin.token).key("quiz");
        request.json(&new_quiz(Some(&course.lesson))).send().await.expect(201)
    };
    let first = write().await;
    let head = app.head().await;
    let again = write().await;
    assert_eq!((again.data(), again.header("idempotent-replayed")), (first.data(), Some("true")));
    assert_eq!(app.head().await, head);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn questions_made_from_a_lesson_are_taken_as_they_are() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let course = app.draft(&admin, "Statistique").await;
    let lesson = include_str!("../../../ai-core/samples/quiz/vecteurs.fr.html");
    let wanted = json!({ "lesson_content": lesson, "num_questions": 20 });
    let made = app.post("/ai/generate-quiz").bearer(&admin.token).json(&wanted).send().await.expect(200);
    let questions = made.data()["quiz"]["questions"].take();
    let quiz = json!({ "title": "Les vecteurs", "questions": questions });
    let written = app.write_quiz(&admin, &course.id, &quiz).await.expect(201).data()["quiz"]["questions"].take();
    for (written, made) in written.as_array().unwrap().iter().zip(questions.as_array().unwrap()) {
        assert_eq!((&written["question"], &written["source"]), (&made["question"], &made["source"]));
    }
    assert_eq!(written.as_array().unwrap().len(), questions.as_array().unwrap().len());
    app.stop().await;
}
