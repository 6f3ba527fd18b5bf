//! Quizzes that change, and attempts that do not.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use events::CourseId;
use projectors::Quizzes;
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::history::{self, quizzes};
use crate::oracle;
use crate::support::{Documents, assert_same, with_academy};

fn attempts(documents: &Documents) -> Vec<Value> {
    let of = documents.iter().filter(|((collection, _), _)| collection == "quiz_attempts");
    of.map(|(_, document)| document.clone()).collect()
}

#[test]
fn attempts_stay_as_they_were_scored() {
    with_academy(&[Arc::new(Quizzes)], |academy| async move {
        let mut random = StdRng::seed_from_u64(1);
        let ada = history::register(&academy, "Ada").await;
        let mut quiz = quizzes::Known::new(&mut random, CourseId::new(Uuid::now_v7()));
        let mut worker = academy.worker(Arc::new(Quizzes), 1).await;
        let first = vec![quizzes::created(&quiz), quizzes::submitted(&mut random, &quiz, ada)];
        academy.append(first, Vec::new()).await;
        academy.catch_up(&mut worker).await;
        let before = attempts(&academy.documents(&Quizzes).await);
        assert_eq!((before.len(), &before[0]["quiz_version"]), (1, &json!(1)));

        let change = quizzes::changed(&mut random, &mut quiz);
        academy.append(vec![change, quizzes::submitted(&mut random, &quiz, ada)], Vec::new()).await;
        academy.append(vec![quizzes::removed(&quiz)], Vec::new()).await;
        academy.catch_up(&mut worker).await;
        // Once more: what was delivered twice counts once.
        assert_eq!(worker.apply(academy.events().await).await.unwrap().events, 0);
        let documents = academy.documents(&Quizzes).await;
        assert_same(&documents, &oracle::expected_of_quizzes(&academy).await, "quizzes");
        let after = attempts(&documents);
        assert_eq!((documents.len(), after.len()), (2, 2), "the quiz is gone, what was answered is not");
        assert!(after.contains(&before[0]));
        assert!(after.iter().any(|attempt| attempt["quiz_version"] == 2));
        assert!(!format!("{documents:?}").contains("Canary"), "answers stay in the log");

        // An erasure takes the answers, which are not here.
        history::erase(&academy, ada).await;
        academy.catch_up(&mut worker).await;
        assert_eq!(academy.documents(&Quizzes).await, documents);
        assert_eq!(academy.parked().await, []);
    });
}

#[test]
fn attempts_of_the_erased_fold_to_the_same() {
    with_academy(&[Arc::new(Quizzes)], |academy| async move {
        let mut random = StdRng::seed_from_u64(2);
        let ada = history::register(&academy, "Ada").await;
        let quiz = quizzes::Known::new(&mut random, CourseId::new(Uuid::now_v7()));
        let events = vec![quizzes::created(&quiz), quizzes::submitted(&mut random, &quiz, ada)];
        academy.append(events, Vec::new()).await;
        history::erase(&academy, ada).await;
        let mut worker = academy.worker(Arc::new(Quizzes), 1).await;
        academy.catch_up(&mut worker).await;
        assert_eq!(academy.parked().await, [], "validators take what is left");
        let documents = academy.documents(&Quizzes).await;
        assert_eq!(attempts(&documents).len(), 1);
        assert_same(&documents, &oracle::expected_of_quizzes(&academy).await, "quizzes");
    });
}
