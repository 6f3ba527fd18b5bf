//! POST and GET /quizzes/:id/attempts.

use futures::future::join_all;
use serde_json::{Value, json};
use tests::learners::free_course;
use tests::people::{id_of, new_course, new_lesson};
use tests::quizzes::{new_quiz, questions, yes_or_no};
use tests::{AppOptions, DraftCourse, Person, TestApp, scaled, shape};
use uuid::Uuid;

/// All of it right.
fn right() -> [Value; 4] {
    [json!(1), json!([2, 0, 2]), json!(true), json!(" ECART-TYPE\n")]
}

/// A free course in the catalogue, and somebody who takes it.
async fn class(app: &TestApp) -> (Person, DraftCourse, Person) {
    let admin = app.admin().await;
    let (owner, learner) = (app.instructor(&admin).await, app.learner().await);
    let course = app.published(&owner, &free_course("Statistique")).await;
    let _ = app.enroll(&learner, &course.id).await.expect(201);
    (owner, course, learner)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_are_scored_and_told_what_would_have_been_right() {
    let app = TestApp::start(AppOptions::default()).await;
    let (owner, course, learner) = class(&app).await;
    let (quiz, ids) = app.quiz_of(&owner, &course.id, &new_quiz(None)).await;
    let answer = app.attempt(&learner, &quiz, &ids, &[json!(0), json!([0, 2]), json!(null), json!("sigma")]).await;
    let answer = answer.expect(201);
    let data = json!({ "success": "boolean", "data": { "attempt": shape::quiz_attempt() } });
    shape::assert_shape(&answer.json(), &data);
    assert_eq!((answer.position(), answer.header("etag")), (app.head().await, Some("\"1\"")));
    let attempt = answer.data()["attempt"].take();
    assert_eq!((&attempt["score"], &attempt["passed"]), (&json!(50.0), &json!(false)));
    assert_eq!((&attempt["quiz_id"], &attempt["quiz_version"]), (&json!(quiz), &json!(1)));
    assert_eq!(attempt["user_id"], learner.id);
    let results = attempt["results"].as_array().unwrap();
    let summary: Vec<(&Value, &Value)> = results.iter().map(|one| (&one["question_id"], &one["correct"])).collect();
    let expected = [json!(false), json!(true), json!(false), json!(true)];
    let ids_shown = ids.iter().map(|id| json!(id)).collect::<Vec<_>>();
    assert!(summary.into_iter().eq(ids_shown.iter().zip(&expected)), "{attempt}");
    assert_eq!(results[0]["answer_index"], 1);
    assert_eq!((&results[1]["answer_indexes"], &results[1]["explanation"]), (&json!([0, 2]), &json!("Parce que.")));
    assert_eq!(results[2]["answer"], true);
    assert_eq!(results[3]["answers"], json!(["écart-type", "sigma"]));

    let all = app.attempt(&learner, &quiz, &ids, &right()).await.expect(201).data()["attempt"].take();
    assert_eq!((&all["score"], &all["passed"]), (&json!(100.0), &json!(true)));
    // Three of four are 75 %, which is what it asks for; of three questions two are 66.67 %.
    let mut three = right();
    three[3] = json!("  ");
    let three = app.attempt(&learner, &quiz, &ids, &three).await.expect(201).data()["attempt"].take();
    assert_eq!((&three["score"], &three["passed"]), (&json!(75.0), &json!(true)));
    let of_three = json!({ "questions": questions().as_array().unwrap()[..3], "passing_score": 66.68 });
    let changed = app.change_quiz(&owner, &quiz, &of_three).await.expect(200).data()["quiz"].take();
    let ids_now = tests::quizzes::question_ids(&changed);
    let two = app.attempt(&learner, &quiz, &ids_now, &[json!(1), json!([]), json!(true)]).await.expect(201);
    let two = two.data()["attempt"].take();
    assert_eq!((&two["score"], &two["passed"], &two["quiz_version"]), (&json!(66.67), &json!(false), &json!(2)));
    // What was answered before stays as it was scored, and the best counts.
    let list = app.attempts(&learner, &quiz, "").await.expect(200);
    let shape = json!({
        "attempts": [shape::quiz_attempt()], "best_score": "number", "pagination": shape::pagination(),
    });
    shape::assert_shape(&list.json(), &json!({ "success": "boolean", "data": shape }));
    assert_eq!(list.data()["attempts"], json!([two, three, all, attempt]));
    assert_eq!(list.data()["best_score"], json!(100.0));
    let page = app.attempts(&learner, &quiz, "?page=2&limit=3").await.expect(200).data();
    assert_eq!((&page["attempts"], &page["best_score"]), (&json!([attempt]), &json!(100.0)));
    assert_eq!(page["pagination"], json!({ "page": 2, "limit": 3, "total": 4, "pages": 2 }));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_score_that_passes_completes_the_lesson_and_the_course() {
    let app = TestApp::start(AppOptions::default()).await;
    let (owner, course, learner) = class(&app).await;
    let lesson = app.add_lesson(&owner, &course, &json!({ "title": "Quiz", "type": "quiz" })).await;
    let (quiz, ids) = app.quiz_of(&owner, &course.id, &yes_or_no(Some(&lesson))).await;
    let score = json!({ "status": "in_progress", "quiz_score": 100 });
    let details = ["quiz_score: score_not_taken"];
    app.go_on(&learner, &course.id, &lesson, &score).await.assert_invalid("validation_failed", &details);

    let progress = async || {
        let shown = app.progress(&learner, &course.id).await.expect(200).data();
        let of_lesson = shown["lessons_progress"].as_array().unwrap().iter().find(|one| one["lesson_id"] == lesson);
        let of_lesson = of_lesson.cloned().unwrap_or_default();
        let enrollment = &shown["enrollment"];
        json!([of_lesson["status"], of_lesson["quiz_score"], enrollment["progress_percentage"], enrollment["status"]])
    };
    let _ = app.attempt(&learner, &quiz, &ids, &[json!(false)]).await.expect(201);
    assert_eq!(progress().await, json!(["in_progress", 0.0, 0.0, "active"]));
    let _ = app.complete(&learner, &course.id, &course.lesson).await;
    let head = app.head().await;
    let _ = app.attempt(&learner, &quiz, &ids, &[json!(true)]).await.expect(201);
    assert_eq!(progress().await, json!(["completed", 100.0, 100.0, "completed"]));
    let mut types: Vec<String> = app.events_after(head).await.into_iter().map(|event| event.event_type).collect();
    types.sort();
    assert_eq!(types, ["CertificateIssued", "CourseCompleted", "LessonProgressRecorded", "QuizAttemptSubmitted"]);
    // A worse one takes nothing away; nor does the end of the quiz.
    let _ = app.attempt(&learner, &quiz, &ids, &[json!(false)]).await.expect(201);
    assert_eq!(progress().await, json!(["completed", 100.0, 100.0, "completed"]));
    let _ = app.delete(&format!("/quizzes/{quiz}")).bearer(&owner.token).send().await.expect(200);
    assert_eq!(progress().await, json!(["completed", 100.0, 100.0, "completed"]));
    let export = app.get("/auth/export").bearer(&learner.token).send().await.expect(200);
    assert_eq!(export.data()["quiz_attempts"].as_array().unwrap().len(), 3, "attempts outlive the quiz");
    app.stop().await;
}

/// By whatever right they are in the course.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_attempts_of_who_is_there_by_a_plan_count_as_well() {
    let app = TestApp::start(AppOptions::default()).await;
    let (admin, learner) = (app.admin().await, app.learner().await);
    let mut of_plan = new_course("Statistique");
    of_plan["pricing_model"] = json!("subscription");
    let course = app.published(&admin, &of_plan).await;
    let (quiz, ids) = app.quiz_of(&admin, &course.id, &yes_or_no(Some(&course.lesson))).await;
    let plan = app.post("/subscribe").bearer(&learner.token).json(&json!({ "plan": "basic" })).send().await;
    let _ = plan.expect(201);
    let _ = app.enroll(&learner, &course.id).await.expect(201);
    let _ = app.attempt(&learner, &quiz, &ids, &[json!(true)]).await.expect(201);
    let shown = app.progress(&learner, &course.id).await.expect(200).data();
    assert_eq!(shown["enrollment"]["status"], "completed", "{shown}");
    assert_eq!(shown["lessons_progress"][0]["quiz_score"], json!(100.0));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_owner_sees_everybodys_attempts_and_others_their_own() {
    let app = TestApp::start(AppOptions::default()).await;
    let (owner, course, learner) = class(&app).await;
    let other = app.learner().await;
    let _ = app.enroll(&other, &course.id).await.expect(201);
    let (quiz, ids) = app.quiz_of(&owner, &course.id, &new_quiz(Some(&course.lesson))).await;
    // Who writes it tries it, and nobody's progress knows.
    let of_owner = id_of(&app.attempt(&owner, &quiz, &ids, &right()).await.expect(201), "attempt");
    app.progress(&owner, &course.id).await.assert_refused(403, "not_enrolled");
    let of_learner = id_of(&app.attempt(&learner, &quiz, &ids, &right()[..1]).await.expect(201), "attempt");
    let of_other = id_of(&app.attempt(&other, &quiz, &ids, &right()[..2]).await.expect(201), "attempt");
    let listed = async |by: &Person, query: String| -> (Vec<String>, Value) {
        let data = app.attempts(by, &quiz, &query).await.expect(200).data();
        let ids = data["attempts"].as_array().unwrap().iter().map(|one| one["_id"].as_str().unwrap().to_owned());
        (ids.collect(), data["best_score"].clone())
    };
    let of = |person: &Person| format!("?user_id={}", person.id);
    assert_eq!(listed(&owner, String::new()).await.0, [of_other.as_str(), &of_learner, &of_owner]);
    assert_eq!(listed(&owner, of(&other)).await, (vec![of_other.clone()], json!(50.0)));
    assert_eq!(listed(&owner, format!("?user_id={}", Uuid::now_v7())).await, (vec![], json!(null)));
    assert_eq!(listed(&learner, String::new()).await, (vec![of_learner.clone()], json!(25.0)));
    assert_eq!(listed(&learner, of(&learner)).await.0, [of_learner.as_str()]);
    app.attempts(&learner, &quiz, &of(&other)).await.assert_refused(403, "forbidden");
    for (query, details) in
        [("?user_id=7", "user_id: invalid"), ("?limit=101", "limit: out_of_range"), ("?page=0", "page: out_of_range")]
    {
        app.attempts(&owner, &quiz, query).await.assert_invalid("validation_failed", &[details]);
    }
    // Who has left keeps the sight of what they answered, and answers no more.
    let _ = app.leave(&other, &course.id).await.expect(200);
    assert_eq!(listed(&other, String::new()).await.0, [of_other.as_str()]);
    app.attempt(&other, &quiz, &ids, &right()).await.assert_refused(403, "no_access");
    app.quiz(&other, &quiz).await.assert_refused(403, "no_access");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_to_nothing_are_refused_and_change_nothing() {
    let app = TestApp::start(AppOptions::default()).await;
    let (owner, course, learner) = class(&app).await;
    let (quiz, ids) = app.quiz_of(&owner, &course.id, &new_quiz(None)).await;
    let (other, other_ids) = app.quiz_of(&owner, &course.id, &new_quiz(None)).await;
    assert_ne!(quiz, other);
    let head = app.head().await;
    let path = format!("/quizzes/{quiz}/attempts");
    let send = async |body: Value| app.post(&path).bearer(&learner.token).json(&body).send().await;
    let one = |id: &str, answer: Value| json!({ "answers": [{ "question_id": id, "answer": answer }] });
    let invalid = "validation_failed";
    let nobody = Uuid::now_v7().to_string();
    let answer = |field: &str| format!("answers[0].{field}");
    for (body, details) in [
        (json!({}), "answers: required".to_owned()),
        (json!({ "answers": [{}] }), answer("question_id: required")),
        (one("7", json!(1)), answer("question_id: invalid")),
        (one(&nobody, json!(1)), answer("question_id: invalid")),
        (one(&nobody, json!(null)), answer("question_id: invalid")),
        (one(&other_ids[0], json!(1)), answer("question_id: invalid")),
        (one(&ids[0], json!(3)), answer("answer: out_of_range")),
        (one(&ids[0], json!(-1)), answer("answer: out_of_range")),
        (one(&ids[0], json!(4_294_967_296_i64)), answer("answer: out_of_range")),
        (one(&ids[0], json!("b")), answer("answer: invalid")),
        (one(&ids[0], json!([1])), answer("answer: invalid")),
        (one(&ids[1], json!(0)), answer("answer: invalid")),
        (one(&ids[1], json!([0, 3])), answer("answer: out_of_range")),
        (one(&ids[1], json!(vec![0; 21])), answer("answer: too_many_items")),
        (one(&ids[2], json!(1)), answer("answer: invalid")),
        (one(&ids[2], json!("true")), answer("answer: invalid")),
        (one(&ids[3], json!(true)), answer("answer: invalid")),
        (one(&ids[3], json!("a".repeat(501))), answer("answer: too_long")),
        (one(&ids[3], json!("a\u{0}")), answer("answer: control_character")),
    ] {
        send(body).await.assert_invalid(invalid, &[&details]);
    }
    let same = json!({ "question_id": ids[2], "answer": true });
    for second in [json!(true), json!(null)] {
        let twice = json!({ "answers": [same, { "question_id": ids[2], "answer": second }] });
        send(twice).await.assert_invalid(invalid, &["answers[1].question_id: duplicate"]);
    }
    send(json!({ "answers": vec![same; 201] })).await.assert_invalid(invalid, &["answers: too_many_items"]);
    for wrong in [one(&ids[0], json!({ "$ne": 1 })), one(&ids[0], json!(1.5)), json!({ "answers": "all" })] {
        send(wrong).await.assert_refused(400, "malformed_body");
    }
    send(json!({ "answers": [], "score": 100 })).await.assert_refused(400, "unknown_field");
    app.post(&path).json(&json!({ "answers": [] })).send().await.assert_refused(401, "unauthorized");
    assert_eq!(app.head().await, head);
    // To answer nothing is an attempt, of no worth.
    let nothing = send(json!({ "answers": [] })).await.expect(201).data()["attempt"].take();
    assert_eq!((&nothing["score"], &nothing["passed"]), (&json!(0.0), &json!(false)));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attempts_at_once_are_all_kept_and_complete_the_lesson_once() {
    let app = TestApp::start(AppOptions::default()).await;
    let (owner, course, learner) = class(&app).await;
    let (quiz, ids) = app.quiz_of(&owner, &course.id, &yes_or_no(Some(&course.lesson))).await;
    let others = join_all((0..scaled(20)).map(|_| app.learner())).await;
    for other in &others {
        let _ = app.enroll(other, &course.id).await.expect(201);
    }
    let head = app.head().await;
    // One person on three devices, and everybody else with them; all the while the quiz is written anew.
    let crowd = others.iter().chain([&learner, &learner, &learner]);
    let tries = crowd.map(|person| app.attempt(person, &quiz, &ids, &[json!(true)]));
    let changes = async {
        for n in 0..3 {
            let _ = app.change_quiz(&owner, &quiz, &json!({ "title": format!("Oui {n} ?") })).await.expect(200);
        }
    };
    let (answers, ()) = futures::future::join(join_all(tries), changes).await;
    for answer in &answers {
        assert!([201, 409].contains(&answer.status), "{answer}");
    }
    let kept = answers.iter().filter(|answer| answer.status == 201).count();
    assert!(kept > 0);
    let events = app.events_after(head).await;
    let count = |name: &str| events.iter().filter(|event| event.event_type == name).count();
    assert_eq!(count("QuizAttemptSubmitted"), kept);
    let shown = app.attempts(&owner, &quiz, "?limit=100").await.expect(200).data();
    assert_eq!(shown["pagination"]["total"], kept);
    // Whose course has one lesson has completed it, once.
    let completed = answers
        .iter()
        .filter(|answer| answer.status == 201)
        .map(|answer| answer.data()["attempt"]["user_id"].as_str().unwrap().to_owned());
    let completed: std::collections::BTreeSet<String> = completed.collect();
    assert_eq!((count("CourseCompleted"), count("CertificateIssued")), (completed.len(), completed.len()));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attempt_is_made_once_whatever_is_repeated() {
    let app = TestApp::start(AppOptions::default()).await;
    let (owner, course, learner) = class(&app).await;
    let _ = app.add_lesson(&owner, &course, &new_lesson("Seconde leçon")).await;
    let (quiz, ids) = app.quiz_of(&owner, &course.id, &new_quiz(Some(&course.lesson))).await;
    let body = json!({ "answers": [{ "question_id": ids[3], "answer": "Sigma" }] });
    let send = async || {
        let request = app.post(&format!("/quizzes/{quiz}/attempts")).bearer(&learner.token).key("attempt");
        request.json(&body).send().await.expect(201)
    };
    let first = send().await;
    let head = app.head().await;
    // The quiz is another meanwhile: the answer is the one that was given.
    let _ = app.change_quiz(&owner, &quiz, &yes_or_no(None)).await.expect(200);
    let again = send().await;
    assert_eq!((again.data(), again.header("idempotent-replayed")), (first.data(), Some("true")));
    let submitted = app.events_after(head).await.into_iter().filter(|event| event.event_type == "QuizAttemptSubmitted");
    assert_eq!(submitted.count(), 0);
    // What was answered, in the learner's own words, is theirs to take away, and nobody else's to read.
    let export = app.get("/auth/export").bearer(&learner.token).send().await.expect(200).data();
    assert_eq!(export["quiz_attempts"], json!([first.data()["attempt"]]));
    let events = export["events"].as_array().unwrap();
    let event = events.iter().find(|event| event["type"] == "QuizAttemptSubmitted").unwrap();
    assert_eq!(event["data"]["answers"][0]["answer"]["text"], "Sigma");
    app.stop().await;
}
