//! Quizzes from real paragraphs.

use super::*;
use crate::text::fold;

const REVOLUTION: &str = include_str!("../../samples/quiz/revolution.fr.txt");
const NORMANS: &str = include_str!("../../samples/quiz/normans.en.txt");
const VECTORS: &str = include_str!("../../samples/quiz/vecteurs.fr.html");
const SPREADSHEETS: &str = include_str!("../../samples/quiz/spreadsheets.en.md");

fn quiz(text: &str, count: usize) -> Vec<Question> {
    generate(text, count, Language::Fr).unwrap()
}

/// The right answers of a quiz, true and false left out.
fn answers(questions: &[Question]) -> Vec<&str> {
    questions
        .iter()
        .filter_map(|question| match &question.answer {
            Answer::Single { choices, answer_index } => Some(choices[*answer_index].as_str()),
            Answer::Cloze { answers } => Some(answers[0].as_str()),
            Answer::TrueFalse { .. } => None,
        })
        .collect()
}

#[test]
fn what_matters_is_asked_for() {
    let told = |text: &str, count: usize, expected: &[&str]| {
        let questions = quiz(text, count);
        assert_eq!(questions.len(), count, "{questions:#?}");
        let answers = answers(&questions);
        let found = expected.iter().filter(|answer| answers.contains(answer)).count();
        assert!(found * 2 >= expected.len(), "{answers:?}");
    };
    told(
        REVOLUTION,
        8,
        &["Révolution française", "Ancien Régime", "Louis XVI", "septembre 1792", "85", "Maximilien de Robespierre"],
    );
    told(NORMANS, 8, &["Normans", "King Charles III of West Francia", "Kingdom of Sicily", "Oxygen", "Photosynthesis"]);
    told(VECTORS, 8, &["vecteur", "data frame", "mean", "read.csv", "RECHERCHEV", "Ross Ihaka"]);
    told(SPREADSHEETS, 8, &["pivot table", "VLOOKUP", "cell", "1985", "SUMIF"]);
}

#[test]
fn a_quiz_has_questions_of_every_type() {
    for text in [REVOLUTION, NORMANS, VECTORS, SPREADSHEETS] {
        let questions = quiz(text, 10);
        let count = |is: fn(&Answer) -> bool| questions.iter().filter(|question| is(&question.answer)).count();
        assert!(count(|answer| matches!(answer, Answer::Single { .. })) >= 2, "{questions:#?}");
        assert!(count(|answer| matches!(answer, Answer::Cloze { .. })) >= 1, "{questions:#?}");
        assert!(count(|answer| matches!(answer, Answer::TrueFalse { .. })) >= 1, "{questions:#?}");
    }
}

#[test]
fn wrong_answers_are_of_the_same_kind() {
    let is_number = |text: &str| text.chars().next().is_some_and(|letter| letter.is_ascii_digit());
    let mut seen = 0;
    for text in [REVOLUTION, NORMANS, VECTORS, SPREADSHEETS] {
        for question in quiz(text, 20) {
            if let Answer::Single { choices, answer_index } = &question.answer {
                seen += 1;
                let right = &choices[*answer_index];
                assert!(choices.iter().all(|choice| is_number(choice) == is_number(right)), "{choices:?}");
            }
        }
    }
    assert!(seen > 15, "{seen}");
}

#[test]
fn a_question_speaks_the_language_of_its_text() {
    assert!(quiz(REVOLUTION, 10).iter().all(|question| question.explanation.starts_with("Le texte dit")));
    assert!(quiz(NORMANS, 10).iter().all(|question| question.explanation.starts_with("The text says")));
}

#[test]
fn statements_are_true_and_false() {
    let mut given = [0, 0];
    for text in [REVOLUTION, NORMANS, VECTORS, SPREADSHEETS] {
        for question in quiz(text, 20) {
            if let Answer::TrueFalse { answer } = question.answer {
                given[usize::from(answer)] += 1;
            }
        }
    }
    assert!(given[0] >= 3 && given[1] >= 2, "{given:?}");
}

#[test]
fn code_is_whole_and_tags_are_gone() {
    for question in quiz(VECTORS, 20) {
        assert!(!question.question.contains("</") && !question.source.contains("<p>"), "{question:?}");
        if question.source.contains("<- c(") {
            assert_eq!(question.source, "notes <- c(12, 15, 9)\nmean(notes)");
        }
    }
}

#[test]
fn one_sentence_is_enough_and_less_is_too_little() {
    assert_eq!(answers(&quiz("La fonction SOMME additionne les valeurs d'une plage.", 5))[0], "SOMME");
    assert_eq!(quiz("Paris est la capitale de la France depuis plusieurs siècles.", 1).len(), 1);
    for text in [
        "Bonjour.",
        "ok",
        "<p></p>",
        "<p>Bonjour</p>",
        "?!… 12",
        "Titre\n\nAutre titre",
        "<p>for (i in 1:3) print(i)</p>",
    ] {
        assert_eq!(generate(text, 5, Language::Fr), Err(TooLittle), "{text}");
    }
}

#[test]
fn what_another_sentence_says_too_is_no_wrong_answer() {
    let text = "Le langage Python est utilisé pour l'analyse de données. Le langage R est utilisé pour l'analyse de données. \
                Le langage Fortran date de 1957. Le langage Cobol date de 1959. Le langage Lisp date de 1958.";
    for question in quiz(text, 20) {
        if let Answer::Single { choices, answer_index } = &question.answer
            && question.source.contains("analyse")
        {
            let twin = if choices[*answer_index] == "Python" { "R" } else { "Python" };
            assert!(!choices.iter().any(|choice| choice == twin), "{question:?}");
        }
    }
}

#[test]
fn a_long_text_gives_as_many_as_are_asked_for_each_from_another_sentence() {
    let long = [REVOLUTION, NORMANS].join("\n\n");
    let questions = quiz(&long, 12);
    assert_eq!(questions.len(), 12);
    let mut sources: Vec<String> = questions.iter().map(|question| fold(&question.source)).collect();
    sources.dedup();
    assert_eq!(sources.len(), 12);
}
