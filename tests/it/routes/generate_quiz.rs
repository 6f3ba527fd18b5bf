//! POST /ai/generate-quiz.

use serde_json::{Value, json};
use tests::{AppOptions, TestApp};

const LESSON: &str = include_str!("../../../ai-core/samples/quiz/vecteurs.fr.html");

/// The fields of a question of this type.
fn shape_of(question: &Value) -> Value {
    let mut shape = json!({ "type": "string", "question": "string", "explanation": "string", "source": "string" });
    let (field, value) = match question["type"].as_str().unwrap() {
        "single" => {
            shape["choices"] = json!(["string"]);
            ("answer_index", json!("number"))
        }
        "true_false" => ("answer", json!("boolean")),
        "cloze" => ("answers", json!(["string"])),
        other => panic!("{other}"),
    };
    shape[field] = value;
    shape
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lesson_becomes_a_quiz_the_same_each_time() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let teacher = app.instructor(&admin).await;
    let ask =
        async |body: &Value| app.ai_port().post("/ai/generate-quiz").bearer(&teacher.token).json(body).send().await;
    let answer = ask(&json!({ "lesson_content": LESSON, "num_questions": 8 })).await.expect(200);
    let questions = answer.data()["quiz"]["questions"].as_array().unwrap().clone();
    assert_eq!(questions.len(), 8);
    for question in &questions {
        tests::shape::assert_shape(question, &shape_of(question));
    }
    let again = ask(&json!({ "lesson_content": LESSON, "num_questions": 8 })).await.expect(200);
    assert_eq!(again.data(), answer.data());
    let usual = ask(&json!({ "lesson_content": LESSON })).await.expect(200);
    assert_eq!(usual.data()["quiz"]["questions"].as_array().unwrap().len(), 5);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_carries_nothing_or_asks_for_too_much_is_refused() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let learner = app.learner().await;
    let ask = async |body: &Value| app.post("/ai/generate-quiz").bearer(&admin.token).json(body).send().await;
    for empty in ["Bonjour.", "<p></p>", "12 ?!"] {
        ask(&json!({ "lesson_content": empty })).await.assert_refused(400, "invalid_content");
    }
    for count in [0, -1, 21] {
        let answer = ask(&json!({ "lesson_content": LESSON, "num_questions": count })).await;
        answer.assert_invalid("validation_failed", &["num_questions: out_of_range"]);
    }
    let answer = ask(&json!({ "lesson_content": " ", "num_questions": 99 })).await;
    answer.assert_invalid("validation_failed", &["lesson_content: required", "num_questions: out_of_range"]);
    let answer = ask(&json!({ "lesson_content": "a ".repeat(50_001) })).await;
    answer.assert_invalid("validation_failed", &["lesson_content: too_long"]);
    ask(&json!({ "lesson_content": LESSON, "num_questions": "3" })).await.assert_refused(400, "malformed_body");
    ask(&json!({ "lesson_content": LESSON, "num_questions": 2.5 }))
        .await
        .assert_invalid("validation_failed", &["num_questions: invalid"]);
    let body = json!({ "lesson_content": LESSON });
    app.post("/ai/generate-quiz").bearer(&learner.token).json(&body).send().await.assert_refused(403, "forbidden");
    app.post("/ai/generate-quiz").json(&body).send().await.assert_refused(401, "unauthorized");
    app.course_port().post("/ai/generate-quiz").json(&body).send().await.assert_refused(404, "not_found");
    app.stop().await;
}
