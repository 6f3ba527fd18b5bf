//! The questions' words.

use super::distractors::wrong_answers;
use super::facts::{BLANK, Fact, FactKind};
use super::functions::family;
use super::lesson::Lesson;
use super::number_values::Figure;
use super::{Answer, Question};
use crate::Language;
use crate::hash::fixed_hash;
use crate::text::{collapsed, fold};

/// Wrong answers beside the right one: the most, and the least that make a choice.
const MOST_WRONG: usize = 3;
const LEAST_WRONG: usize = 2;

/// How a fact is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Choice,
    Gap,
    Statement,
}

/// The forms of a quiz, in turn.
const TURNS: [Form; 5] = [Form::Choice, Form::Gap, Form::Choice, Form::Statement, Form::Gap];

/// The questions that ask for these facts. No two are alike.
pub(super) fn questions(lesson: &Lesson, facts: &[Fact], chosen: &[usize]) -> Vec<Question> {
    let mut questions: Vec<Question> = Vec::with_capacity(chosen.len());
    let mut says_true = false;
    for (turn, index) in chosen.iter().enumerate() {
        let fact = &facts[*index];
        let wrong = wrong_answers(lesson, facts, fact, MOST_WRONG);
        let question = match form(lesson, fact, &wrong, TURNS[turn % TURNS.len()]) {
            Form::Choice => choice(lesson, fact, wrong),
            Form::Gap => gap(lesson, fact),
            Form::Statement => {
                says_true = !says_true;
                // Which of the two a quiz begins with hangs on its text.
                let flipped = fixed_hash([lesson.units[fact.unit].source.as_str()]).is_multiple_of(2);
                statement(lesson, fact, wrong.first().filter(|_| says_true != flipped || turn % 2 == 0))
            }
        };
        if questions.iter().all(|other| other.question != question.question) {
            questions.push(question);
        }
    }
    questions
}

/// The form that a fact can take, the wanted one if it can.
fn form(lesson: &Lesson, fact: &Fact, wrong: &[String], wanted: Form) -> Form {
    let can_choose = wrong.len() >= LEAST_WRONG;
    let unit = &lesson.units[fact.unit];
    // A statement that stands for itself, and is false when something else is said in it.
    let can_state = !unit.is_code && !wrong.is_empty() && fact.kind != FactKind::Term && unit.score > 0.5;
    match wanted {
        _ if fact.meaning.is_some() && can_choose => Form::Choice,
        Form::Statement if can_state => Form::Statement,
        Form::Choice | Form::Statement if can_choose => Form::Choice,
        Form::Gap if can_choose && fact.kind == FactKind::Term && fact.weight < 0.5 => Form::Choice,
        Form::Choice | Form::Statement | Form::Gap => Form::Gap,
    }
}

fn choice(lesson: &Lesson, fact: &Fact, wrong: Vec<String>) -> Question {
    let unit = &lesson.units[fact.unit];
    let question = match (&fact.meaning, lesson.language) {
        (Some(meaning), Language::Fr) => {
            format!("D'après le texte, de qui ou de quoi s'agit-il : « {} » ?", collapsed(unit.text(meaning)))
        }
        (Some(meaning), Language::En) => {
            format!("According to the text, who or what is this: “{}”?", collapsed(unit.text(meaning)))
        }
        (None, Language::Fr) if unit.is_code => {
            format!("Quelle fonction complète ce code ?\n{}", blanked(lesson, fact))
        }
        (None, Language::En) if unit.is_code => {
            format!("Which function completes this code?\n{}", blanked(lesson, fact))
        }
        (None, Language::Fr) => {
            format!("D'après le texte, que faut-il mettre à la place du blanc ? « {} »", blanked(lesson, fact))
        }
        (None, Language::En) => format!("According to the text, what goes in the blank? “{}”", blanked(lesson, fact)),
    };
    let right = collapsed(&fact.text);
    let mut choices: Vec<String> = wrong.iter().map(|text| collapsed(text)).collect();
    choices.push(right.clone());
    choices.sort_by_key(|choice| fixed_hash([unit.source.as_str(), choice]));
    let answer_index = choices.iter().position(|choice| *choice == right).unwrap_or(0);
    finished(lesson, fact, question, Answer::Single { choices, answer_index })
}

fn gap(lesson: &Lesson, fact: &Fact) -> Question {
    let is_code = lesson.units[fact.unit].is_code;
    let sentence = blanked(lesson, fact);
    let question = match lesson.language {
        Language::Fr if is_code => format!("Complétez le code :\n{sentence}"),
        Language::En if is_code => format!("Complete the code:\n{sentence}"),
        Language::Fr => format!("Complétez : « {sentence} »"),
        Language::En => format!("Fill in the blank: “{sentence}”"),
    };
    finished(lesson, fact, question, Answer::Cloze { answers: spellings(lesson, fact) })
}

/// A statement of the text, or what becomes of it with a wrong answer in the right one's place.
fn statement(lesson: &Lesson, fact: &Fact, wrong: Option<&String>) -> Question {
    let unit = &lesson.units[fact.unit];
    let said = match wrong {
        Some(wrong) => format!("{}{wrong}{}", &unit.source[..fact.range.start], &unit.source[fact.range.end..]),
        None => unit.source.clone(),
    };
    let question = match lesson.language {
        Language::Fr => format!("D'après le texte, vrai ou faux : « {} »", collapsed(&said)),
        Language::En => format!("According to the text, true or false: “{}”", collapsed(&said)),
    };
    finished(lesson, fact, question, Answer::TrueFalse { answer: wrong.is_none() })
}

fn finished(lesson: &Lesson, fact: &Fact, question: String, answer: Answer) -> Question {
    let unit = &lesson.units[fact.unit];
    let quoted = if unit.is_code { format!("\n{}", unit.source) } else { collapsed(&unit.source) };
    let explanation = match lesson.language {
        Language::Fr => format!("Le texte dit : « {quoted} »"),
        Language::En => format!("The text says: “{quoted}”"),
    };
    Question { question, answer, explanation, source: unit.source.clone() }
}

/// The sentence with a blank; of code the lines stay.
fn blanked(lesson: &Lesson, fact: &Fact) -> String {
    let unit = &lesson.units[fact.unit];
    let text = format!("{}{BLANK}{}", &unit.source[..fact.range.start], &unit.source[fact.range.end..]);
    if unit.is_code { text } else { collapsed(&text) }
}

/// What is right to fill in: as the text has it, and as people write it too.
fn spellings(lesson: &Lesson, fact: &Fact) -> Vec<String> {
    let text = collapsed(&fact.text);
    let mut further = Vec::new();
    match fact.kind {
        FactKind::Function => {
            let is_called = lesson.units[fact.unit].source[fact.range.end..].starts_with('(');
            further.extend((is_called || family(&text).is_some()).then(|| format!("{text}()")));
        }
        FactKind::Number | FactKind::Percent | FactKind::Year => {
            further.extend(Figure::read(&fact.text).map(|figure| figure.spellings()).unwrap_or_default());
            if fact.kind == FactKind::Percent {
                further.extend([format!("{text} %"), format!("{text}%")]);
            }
        }
        FactKind::Definition
        | FactKind::Date
        | FactKind::Century
        | FactKind::Numeral
        | FactKind::Name
        | FactKind::Term => {}
    }
    if text.contains(['’', '\u{a0}', '\u{202f}']) {
        further.push(text.replace('’', "'").replace(['\u{a0}', '\u{202f}'], " "));
    }
    let mut spellings = vec![text];
    for spelling in further {
        // Case and accents do not count where answers are compared.
        if spellings.iter().all(|other| fold(other) != fold(&spelling)) {
            spellings.push(spelling);
        }
    }
    spellings
}
