//! The floors under which nobody may fall.

use super::*;

#[test]
fn the_chat_finds_what_is_there_and_knows_what_is_not() {
    let figures = chat();
    assert!(figures.asked >= 100 && figures.foreign >= 400);
    assert!(figures.first_source_right() >= 0.9, "{:.3} {:#?}", figures.first_source_right(), figures.misses);
    assert!(figures.abstention() >= 0.95, "{:.3} {:#?}", figures.abstention(), figures.misses);
}

#[test]
fn recommendations_foresee_more_than_popularity_does() {
    let figures = recommendations(60, 1_500);
    assert!(figures.learners > 1_000, "{figures:?}");
    assert!(figures.against_popularity() >= 1.8, "{} {} {:?}", figures.hits, figures.popular_hits, figures.method);
    let (beginners, hits, popular) = figures.beginners;
    assert!(beginners > 50 && hits > popular, "{:?}", figures.beginners);
}
