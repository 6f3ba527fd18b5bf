//! What holds of a quiz from any text.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::text::{collapsed, fold};

/// Pieces that mean something to one part or another.
const PIECES: &[&str] = &[
    "La fonction",
    "SOMME",
    "est",
    "une",
    "le",
    "vecteur",
    "data frame",
    "de",
    "l'été",
    "Paris",
    "Ada Lovelace",
    "in",
    "the",
    "is a",
    "1789",
    "12,5 %",
    "1 000 000",
    "14 juillet 1789",
    "July 4, 1776",
    "XIXe siècle",
    "read.csv()",
    "mean(x)",
    "trois",
    "three",
    ".",
    ". ",
    "! ",
    "? ",
    "\n",
    "\n\n",
    "- ",
    "# ",
    "```\n",
    "<p>",
    "</p>",
    "<code>",
    "</code>",
    "<pre>",
    "</pre>",
    "<li>",
    "<strong>",
    "</strong>",
    "&#1;",
    "&amp;",
    "(",
    ")",
    "«",
    "»",
    "\"",
    "ajoute",
    "calcule",
    "Excel",
    "Python",
    "R",
    "et",
    "and",
    "population",
    "la population",
    "was founded",
    "by",
    "en",
    "\u{a0}",
    "l’",
    "_____",
    "texte",
    "'",
    "3.14",
    "https://a.fr/b",
    "c <- 1",
];

fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![12 => select(PIECES.to_vec()).prop_map(str::to_owned), 2 => "[a-zà-ÿ]{1,12}", 1 => "[A-Z][a-z]{1,9}", 1 => "[0-9]{1,7}", 1 => "\\PC{0,8}"];
    prop_oneof![
        6 => vec(piece, 0..150).prop_map(|pieces| pieces.join(" ")),
        1 => "\\PC{0,400}",
        1 => any::<String>(),
    ]
}

fn stands_in(text: &str, words: &str) -> bool {
    facts::stands_in(&fold(text), &fold(words))
}

fn check(text: &str, question: &Question) -> Result<(), TestCaseError> {
    let Question { question: asked, answer, explanation, source } = question;
    for (words, most) in [(asked, 2_000), (explanation, 2_000), (source, 2_000)] {
        prop_assert!(!words.trim().is_empty() && words.trim() == words && words.chars().count() <= most, "{words:?}");
        prop_assert!(
            !words.chars().any(|letter| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t')),
            "{words:?}"
        );
    }
    if !text.contains(['<', '&']) {
        prop_assert!(text.contains(source.as_str()), "{source:?}");
    }
    let texts: Vec<&String> = match answer {
        Answer::Single { choices, answer_index } => {
            prop_assert!((3..=4).contains(&choices.len()) && *answer_index < choices.len());
            for (index, choice) in choices.iter().enumerate() {
                for other in &choices[index + 1..] {
                    prop_assert_ne!(fold(choice), fold(other));
                }
            }
            let right = &choices[*answer_index];
            prop_assert!(collapsed(source).contains(right.as_str()) && !stands_in(asked, right), "{asked}: {right}");
            let wrong = choices.iter().filter(|choice| *choice != right);
            prop_assert!(wrong.into_iter().all(|choice| !stands_in(source, choice)), "{source}: {choices:?}");
            choices.iter().collect()
        }
        Answer::TrueFalse { answer } => {
            prop_assert_eq!(*answer, asked.contains(&collapsed(source)), "{}", asked);
            Vec::new()
        }
        Answer::Cloze { answers } => {
            prop_assert!(!stands_in(asked, &answers[0]), "{asked}: {answers:?}");
            prop_assert!(asked.contains(facts::BLANK));
            let restored = collapsed(&asked.replacen(
                facts::BLANK,
                &answers[0],
                if source.contains(facts::BLANK) { 0 } else { 1 },
            ));
            prop_assert!(source.contains(facts::BLANK) || restored.contains(&collapsed(source)), "{restored}");
            answers.iter().collect()
        }
    };
    prop_assert!(
        texts.iter().all(|text| !text.is_empty() && text.trim() == *text && text.chars().count() <= 500),
        "{texts:?}"
    );
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn every_question_is_fair(text in texts(), count in 1..=20_usize) {
        let Ok(questions) = generate(&text, count, Language::Fr) else { return Ok(()) };
        prop_assert!(!questions.is_empty() && questions.len() <= count);
        for (index, question) in questions.iter().enumerate() {
            check(&text, question)?;
            prop_assert!(questions[index + 1..].iter().all(|other| other.question != question.question));
        }
        prop_assert_eq!(generate(&text, count, Language::Fr), Ok(questions));
    }
}
