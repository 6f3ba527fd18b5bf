//! What learners must not see, of any quiz.

use events::Percent;
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;

/// Every key that gives an answer away.
const SECRET: [&str; 6] = ["answer_index", "answer_indexes", "answer", "answers", "explanation", "source"];

fn answer_key() -> impl Strategy<Value = AnswerKey> {
    let choices = || (2..21_usize).prop_map(|count| (0..count).map(|n| format!("choice {n}")).collect::<Vec<_>>());
    prop_oneof![
        choices().prop_flat_map(|choices| {
            let places = 0..u32::try_from(choices.len()).unwrap();
            places.prop_map(move |answer_index| AnswerKey::Single { choices: choices.clone(), answer_index })
        }),
        choices().prop_flat_map(|choices| {
            let places = prop::collection::btree_set(0..u32::try_from(choices.len()).unwrap(), 1..=choices.len());
            places.prop_map(move |indexes| AnswerKey::Multiple {
                choices: choices.clone(),
                answer_indexes: indexes.into_iter().collect(),
            })
        }),
        any::<bool>().prop_map(|answer| AnswerKey::TrueFalse { answer }),
        (1..21_usize)
            .prop_map(|count| AnswerKey::Cloze { answers: (0..count).map(|n| format!("secret {n}")).collect() }),
    ]
}

fn question() -> impl Strategy<Value = Question> {
    let because = || prop::option::of(Just("secret because".to_owned()));
    (answer_key(), because(), because()).prop_map(|(answer_key, explanation, source)| Question {
        question_id: QuestionId::new(Uuid::now_v7()),
        question: "Combien ?".to_owned(),
        answer_key,
        explanation,
        source,
    })
}

fn quiz() -> impl Strategy<Value = Quiz> {
    prop::collection::vec(question(), 1..12).prop_map(|questions| Quiz {
        id: QuizId::new(Uuid::now_v7()),
        course_id: CourseId::new(Uuid::now_v7()),
        title: "Quiz".to_owned(),
        passing_score: Percent::of(60, 100),
        version: 1,
        questions,
        stale: false,
    })
}

fn shown(quiz: &Quiz, audience: Audience) -> Value {
    serde_json::to_value(QuizView::new(quiz.clone(), None, audience)).unwrap()
}

proptest! {
    #[test]
    fn a_learner_sees_no_answer_of_any_quiz(quiz in quiz()) {
        let view = shown(&quiz, Audience::Everyone);
        prop_assert!(!view.to_string().contains("secret"));
        for (question, known) in view["questions"].as_array().unwrap().iter().zip(&quiz.questions) {
            for key in SECRET {
                prop_assert!(question.get(key).is_none(), "{}", question);
            }
            prop_assert_eq!(question.as_object().unwrap().len(), 4);
            prop_assert_eq!(&question["_id"], &json!(known.question_id));
        }
        // Whatever is right: two quizzes that differ in their answers only look the same.
        let mut other = quiz.clone();
        for question in &mut other.questions {
            match &mut question.answer_key {
                AnswerKey::Single { answer_index, .. } => *answer_index = 0,
                AnswerKey::Multiple { answer_indexes, .. } => *answer_indexes = vec![1],
                AnswerKey::TrueFalse { answer } => *answer = !*answer,
                AnswerKey::Cloze { answers } => *answers = vec!["other".to_owned()],
            }
            question.explanation = None;
        }
        prop_assert_eq!(shown(&other, Audience::Everyone), view);
    }

    #[test]
    fn who_writes_it_sees_all_of_it(quiz in quiz()) {
        let view = shown(&quiz, Audience::Owner);
        for (shown, known) in view["questions"].as_array().unwrap().iter().zip(&quiz.questions) {
            let key = serde_json::to_value(&known.answer_key).unwrap();
            for (name, value) in key.as_object().unwrap() {
                prop_assert_eq!(&shown[name], value, "{}", name);
            }
            let others = SECRET[..4].iter().filter(|name| !shown[**name].is_null()).count();
            prop_assert_eq!(others, 1, "{}", shown);
            prop_assert_eq!((&shown["explanation"], &shown["source"]), (&json!(known.explanation), &json!(known.source)));
        }
    }
}
