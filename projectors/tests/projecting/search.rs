//! Searching courses as the catalogue does: all words, best match first.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;

use bson::{Document, doc};
use events::CourseId;
use futures::TryStreamExt;
use projectors::Courses;
use read_models::search::Search;
use uuid::Uuid;

use crate::history;
use crate::support::{Academy, with_academy};

async fn find(academy: &Academy, text: &str) -> Vec<String> {
    let search = Search::new(text).unwrap();
    let stages = [
        doc! { "$match": search.filter() },
        doc! { "$set": { "score": search.score() } },
        doc! { "$sort": { "score": -1, "_id": -1 } },
    ];
    let found = academy.log.database().collection::<Document>("courses").aggregate(stages).await.unwrap();
    let found: Vec<Document> = found.try_collect().await.unwrap();
    found.iter().map(|course| course.get_str("title").unwrap().to_owned()).collect()
}

#[test]
fn all_words_must_match_and_the_best_comes_first() {
    with_academy(&[Arc::new(Courses)], |academy| async move {
        let user = history::register(&academy, "Ada").await;
        // Each has « tableau » in its keywords, « données » and « été » in its description.
        for title in ["Été en données", "Cœur de R", "Tableau croisé"] {
            let course = CourseId::new(Uuid::now_v7());
            academy.append(vec![history::created(course, user, title)], Vec::new()).await;
        }
        let mut worker = academy.worker(Arc::new(Courses), 1).await;
        academy.catch_up(&mut worker).await;

        assert_eq!(find(&academy, "coeur").await, ["Cœur de R"]);
        assert_eq!(find(&academy, "ÉTÉ R").await, ["Cœur de R"], "all words, wherever they stand");
        assert_eq!(find(&academy, "tableau").await, ["Tableau croisé", "Cœur de R", "Été en données"]);
        assert_eq!(find(&academy, "donnees ete").await, ["Été en données", "Tableau croisé", "Cœur de R"]);
        assert_eq!(find(&academy, "$where tableau").await, [""; 0], "words are data");
        assert_eq!(find(&academy, "crois").await, [""; 0], "whole words");
    });
}
