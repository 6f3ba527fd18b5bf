//! What is recommended, and why.

use std::collections::HashSet;

use super::*;
use crate::Language;

fn course(id: usize, title: &str, domain: &str, learners: u64) -> CourseFacts {
    CourseFacts {
        id: id.to_string(),
        title: title.to_owned(),
        domain: domain.to_owned(),
        published: true,
        learners,
        ..CourseFacts::default()
    }
}

fn catalogue() -> Vec<CourseFacts> {
    vec![
        course(0, "Excel, les bases", "Excel", 9),
        course(1, "Excel : tableaux croisés dynamiques", "Excel", 4),
        course(2, "Python : premiers pas", "Python", 50),
        course(3, "Python : analyser des ventes avec pandas", "Python", 8),
        course(4, "R : statistiques", "R", 2),
        course(5, "Excel : macros et tableaux", "Excel", 0),
    ]
}

fn taken(courses: &[usize]) -> Vec<Taken> {
    courses.iter().map(|course| Taken { course: *course, weight: 1.0 }).collect()
}

fn places(found: &[Recommendation]) -> Vec<usize> {
    found.iter().map(|recommendation| recommendation.course).collect()
}

#[test]
fn a_newcomer_gets_what_most_take() {
    let model = Model::new(catalogue(), &[]);
    let found = model.recommend(&[], &HashSet::new(), 3);
    assert_eq!(places(&found), [2, 0, 3]);
    assert_eq!(found[0].reason, Reason::Popular(50));
    assert_eq!(found[0].reason.words(Language::En), "Among the most popular: 50 learners.");
}

#[test]
fn what_is_taken_excluded_or_not_published_is_never_recommended() {
    let mut courses = catalogue();
    courses[3].published = false;
    let model = Model::new(courses, &[taken(&[0, 3]), taken(&[0, 1, 3])]);
    let found = model.recommend(&taken(&[0]), &HashSet::from([2]), 10);
    let mut left = places(&found);
    left.sort_unstable();
    assert_eq!(left, [1, 4, 5]);
    assert!(found.windows(2).all(|pair| pair[0].score >= pair[1].score));
    assert!(found.iter().all(|recommendation| (0.0..=1.0).contains(&recommendation.score)));
}

#[test]
fn what_learners_took_together_goes_together_and_is_said() {
    let histories: Vec<Vec<Taken>> =
        (0..60).map(|turn| taken(if turn % 2 == 0 { &[1, 4, 0] } else { &[2, 3, 0] })).collect();
    let model = Model::new(catalogue(), &histories);
    let found = model.recommend(&taken(&[4]), &HashSet::new(), 3);
    assert_eq!(found[0].course, 1, "{found:?}");
    assert_eq!(found[0].reason, Reason::TakenWith("R : statistiques".to_owned()));
    assert_eq!(
        found[0].reason.words(Language::Fr),
        "Suivi aussi par des personnes qui ont suivi « R : statistiques »."
    );
}

#[test]
fn a_new_course_is_found_by_what_it_is_about() {
    let model = Model::new(catalogue(), &[]);
    let found = model.recommend(&taken(&[1]), &HashSet::new(), 2);
    assert!(places(&found).contains(&5) || places(&found).contains(&0), "{found:?}");
    assert!(found.iter().any(|found| matches!(&found.reason, Reason::Like(_) | Reason::Domain(_))), "{found:?}");
}

#[test]
fn nothing_comes_of_nothing() {
    let model = Model::new(Vec::new(), &[taken(&[7])]);
    assert_eq!(model.recommend(&taken(&[7]), &HashSet::new(), 5), []);
    assert_eq!(model.place("7"), None);
}
