//! The floors under which nobody may fall.

use super::*;

#[test]
fn the_chat_finds_what_is_there_and_knows_what_is_not() {
    let figures = chat();
    assert!(figures.asked >= 100 && figures.foreign >= 400);
    assert!(figures.first_source_right() >= 0.93, "{:.3} {:#?}", figures.first_source_right(), figures.misses);
    assert!(figures.abstention() >= 0.97, "{:.3} {:#?}", figures.abstention(), figures.misses);
}

#[test]
fn recommendations_foresee_more_than_popularity_does() {
    let figures = recommendations(60, 1_500);
    assert!(figures.learners > 1_000, "{figures:?}");
    assert!(figures.against_popularity() >= 1.8, "{} {} {:?}", figures.hits, figures.popular_hits, figures.method);
    let (beginners, hits, popular) = figures.beginners;
    assert!(beginners > 50 && hits > popular, "{:?}", figures.beginners);
}

#[test]
fn quizzes_are_whole_and_varied() {
    let figures = quiz();
    assert!(figures.made * 100 >= figures.wanted * 95, "{figures:?}");
    let kinds = [figures.single.0, figures.true_false.0, figures.cloze];
    assert!(kinds.iter().all(|kind| kind * 12 >= figures.made), "{figures:?}");
    assert!(figures.single.1 * 10 >= figures.single.0 * 36, "four choices nearly always: {figures:?}");
    let told = figures.true_false;
    assert!(told.1 * 5 >= told.0 && told.1 * 5 <= told.0 * 4, "{figures:?}");
}
