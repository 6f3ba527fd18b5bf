//! What answers are worth: a pure function of the questions and them.

use std::collections::BTreeMap;

use events::{AnswerKey, Percent, Question, QuestionId, QuestionResult};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::values::ChoiceText;

/// An answer as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubmittedAnswer {
    /// The question.
    pub question_id: QuestionId,
    /// The answer; none when nothing was written, which counts as if the question was left out.
    pub answer: Option<AnswerValue>,
}

/// What may be answered. Choices are counted from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnswerValue {
    /// One choice.
    Index(u32),
    /// Any number of choices, in any order.
    Indexes(Vec<u32>),
    /// Yes or no.
    Truth(bool),
    /// Words.
    Text(ChoiceText),
}

/// Why answers can't be scored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("answer {place}: {fault}")]
pub struct AnswerError {
    /// Which of the answers, counted from 0.
    pub place: usize,
    /// What is wrong with it.
    pub fault: AnswerFault,
}

/// What is wrong with an answer, beside being wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerFault {
    /// The quiz has no such question.
    #[error("no such question")]
    UnknownQuestion,
    /// The question was answered before.
    #[error("the question is answered twice")]
    RepeatedQuestion,
    /// It is not what the question asks for: a text for a choice.
    #[error("not an answer to this type of question")]
    WrongType,
    /// The question has no such choice.
    #[error("no such choice")]
    UnknownChoice,
}

/// What answers were worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scored {
    /// The answers, in the order of the questions; what was left out is not there.
    pub answers: Vec<(QuestionId, AnswerValue)>,
    /// Whether they were right: every question, in order.
    pub results: Vec<QuestionResult>,
    /// Right answers over questions, half up to two decimals.
    pub score: Percent,
}

/// Scores answers. A question that is left out counts as wrong; of several choices only the exact set is right; words
/// are compared without case, accents and outer blanks.
///
/// # Errors
/// [`AnswerError`] for the first answer that answers nothing.
pub fn score(questions: &[Question], answers: Vec<SubmittedAnswer>) -> Result<Scored, AnswerError> {
    let known: BTreeMap<QuestionId, &Question> =
        questions.iter().map(|question| (question.question_id, question)).collect();
    let mut given: BTreeMap<QuestionId, (Option<AnswerValue>, bool)> = BTreeMap::new();
    for (place, SubmittedAnswer { question_id, answer }) in answers.into_iter().enumerate() {
        let fault = |fault| AnswerError { place, fault };
        let question = known.get(&question_id).ok_or(fault(AnswerFault::UnknownQuestion))?;
        let correct = match &answer {
            Some(answer) => is_right(&question.answer_key, answer).map_err(fault)?,
            None => false,
        };
        if given.insert(question_id, (answer, correct)).is_some() {
            return Err(fault(AnswerFault::RepeatedQuestion));
        }
    }
    let result = |question: &Question| QuestionResult {
        question_id: question.question_id,
        correct: given.get(&question.question_id).is_some_and(|(_, correct)| *correct),
    };
    let results: Vec<QuestionResult> = questions.iter().map(result).collect();
    let right = results.iter().filter(|result| result.correct).count();
    let answer = |id| given.remove(&id).and_then(|(answer, _)| Some((id, answer?)));
    Ok(Scored {
        answers: questions.iter().map(|question| question.question_id).filter_map(answer).collect(),
        score: Percent::of(right, results.len()),
        results,
    })
}

fn is_right(key: &AnswerKey, answer: &AnswerValue) -> Result<bool, AnswerFault> {
    let one_of = |choices: &[String], index: u32| {
        let is_there = usize::try_from(index).is_ok_and(|index| index < choices.len());
        if is_there { Ok(index) } else { Err(AnswerFault::UnknownChoice) }
    };
    match (key, answer) {
        (AnswerKey::Single { choices, answer_index }, AnswerValue::Index(index)) => {
            Ok(one_of(choices, *index)? == *answer_index)
        }
        (AnswerKey::Multiple { choices, answer_indexes }, AnswerValue::Indexes(indexes)) => {
            indexes.iter().try_for_each(|index| one_of(choices, *index).map(drop))?;
            Ok(as_set(indexes) == as_set(answer_indexes))
        }
        (AnswerKey::TrueFalse { answer: right }, AnswerValue::Truth(answer)) => Ok(answer == right),
        (AnswerKey::Cloze { answers }, AnswerValue::Text(text)) => {
            let text = folded(text.as_str());
            Ok(answers.iter().any(|accepted| folded(accepted) == text))
        }
        (
            AnswerKey::Single { .. }
            | AnswerKey::Multiple { .. }
            | AnswerKey::TrueFalse { .. }
            | AnswerKey::Cloze { .. },
            AnswerValue::Index(_) | AnswerValue::Indexes(_) | AnswerValue::Truth(_) | AnswerValue::Text(_),
        ) => Err(AnswerFault::WrongType),
    }
}

/// Ascending, each once.
pub(crate) fn as_set(indexes: &[u32]) -> Vec<u32> {
    let mut set = indexes.to_vec();
    set.sort_unstable();
    set.dedup();
    set
}

/// A text without what does not count: decomposed (Unicode NFD), without combining marks, lower-cased, trimmed.
fn folded(text: &str) -> String {
    let letters = text.nfd().filter(|letter| !is_combining_mark(*letter));
    // Lower-casing may bring marks back (İ becomes i and a dot); what is left may begin with a blank that bore a mark.
    let lower: String = letters.flat_map(char::to_lowercase).filter(|letter| !is_combining_mark(*letter)).collect();
    lower.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fixtures::{question, question_id};

    /// The fixtures' questions: 1 asks for the second of three, 2 for the first and the third, 3 for yes, 4 for words.
    fn quiz() -> Vec<Question> {
        [1, 2, 3, 4].map(question).to_vec()
    }

    fn text(words: &str) -> AnswerValue {
        AnswerValue::Text(ChoiceText::parse(words).unwrap())
    }

    fn answer(n: u128, answer: AnswerValue) -> SubmittedAnswer {
        SubmittedAnswer { question_id: question_id(n), answer: Some(answer) }
    }

    fn blank(n: u128) -> SubmittedAnswer {
        SubmittedAnswer { question_id: question_id(n), answer: None }
    }

    fn is_correct(n: u128, value: AnswerValue) -> bool {
        let scored = score(&[question(n)], vec![answer(n, value)]).unwrap();
        assert_eq!(scored.score == Percent::HUNDRED, scored.results[0].correct);
        scored.results[0].correct
    }

    #[test]
    fn each_type_has_its_right_answer() {
        assert!(is_correct(1, AnswerValue::Index(1)));
        assert!(!is_correct(1, AnswerValue::Index(0)));
        for (indexes, right) in
            [(vec![0, 2], true), (vec![2, 0, 2], true), (vec![0], false), (vec![0, 1, 2], false), (vec![], false)]
        {
            assert_eq!(is_correct(2, AnswerValue::Indexes(indexes.clone())), right, "{indexes:?}");
        }
        assert!(is_correct(3, AnswerValue::Truth(true)));
        assert!(!is_correct(3, AnswerValue::Truth(false)));
        for (words, right) in [
            ("Écart-type", true),
            (" ECART-TYPE\n", true),
            ("e\u{301}cart-type", true),
            ("\u{9fe} sigma", true),
            ("sigma", true),
            ("σ", false),
            ("ecart type", false),
            ("écart", false),
        ] {
            assert_eq!(is_correct(4, text(words)), right, "{words}");
        }
    }

    #[test]
    fn what_is_left_out_is_wrong_and_answers_stand_in_order() {
        let scored =
            score(&quiz(), vec![answer(3, AnswerValue::Truth(true)), answer(1, AnswerValue::Index(0))]).unwrap();
        assert_eq!(scored.score.to_string(), "25.00");
        assert_eq!(scored.results.iter().map(|result| result.correct).collect::<Vec<_>>(), [false, false, true, false]);
        let given = [(question_id(1), AnswerValue::Index(0)), (question_id(3), AnswerValue::Truth(true))];
        assert_eq!(scored.answers, given);
        let with_blank =
            vec![blank(4), answer(3, AnswerValue::Truth(true)), blank(2), answer(1, AnswerValue::Index(0))];
        assert_eq!(score(&quiz(), with_blank).unwrap(), scored, "a blank is left out");
        let thirds = score(&quiz()[..3], vec![answer(1, AnswerValue::Index(1)), answer(3, AnswerValue::Truth(true))]);
        assert_eq!(thirds.unwrap().score.to_string(), "66.67");
        assert_eq!(score(&quiz(), Vec::new()).unwrap().score, Percent::ZERO);
    }

    #[test]
    fn an_answer_to_nothing_is_refused() {
        let right = || answer(1, AnswerValue::Index(1));
        for (second, fault) in [
            (answer(9, AnswerValue::Index(1)), AnswerFault::UnknownQuestion),
            (blank(9), AnswerFault::UnknownQuestion),
            (right(), AnswerFault::RepeatedQuestion),
            (blank(1), AnswerFault::RepeatedQuestion),
            (answer(3, AnswerValue::Index(1)), AnswerFault::WrongType),
            (answer(2, AnswerValue::Index(1)), AnswerFault::WrongType),
            (answer(4, AnswerValue::Truth(true)), AnswerFault::WrongType),
            (answer(3, text("true")), AnswerFault::WrongType),
            (answer(2, AnswerValue::Indexes(vec![0, 3])), AnswerFault::UnknownChoice),
        ] {
            assert_eq!(score(&quiz(), vec![right(), second]), Err(AnswerError { place: 1, fault }), "{fault}");
        }
        let beyond = score(&quiz(), vec![answer(1, AnswerValue::Index(3))]);
        assert_eq!(beyond, Err(AnswerError { place: 0, fault: AnswerFault::UnknownChoice }));
    }

    proptest! {
        #[test]
        fn a_score_is_the_share_of_what_was_right(marks in prop::collection::vec(prop::option::of(any::<bool>()), 1..60)) {
            let questions: Vec<Question> = (1..).zip(&marks).map(|(n, _)| Question { question_id: question_id(n), ..question(3) }).collect();
            let given = (1..).zip(&marks).filter_map(|(n, mark)| Some(answer(n, AnswerValue::Truth((*mark)?))));
            let mut answers: Vec<SubmittedAnswer> = given.collect();
            // In whatever order they come.
            answers.reverse();
            let scored = score(&questions, answers).unwrap();
            let right = marks.iter().filter(|mark| **mark == Some(true)).count();
            prop_assert_eq!(scored.results.iter().filter(|result| result.correct).count(), right);
            let exact = right as f64 * 100.0 / marks.len() as f64;
            prop_assert!((scored.score.value() - exact).abs() <= 0.005 + 1e-9);
            prop_assert_eq!(scored.score == Percent::HUNDRED, right == marks.len());
            prop_assert_eq!(scored.answers.len(), marks.iter().flatten().count());
        }

        #[test]
        fn only_the_exact_set_is_right(indexes in prop::collection::vec(0..3_u32, 0..6)) {
            let right = indexes.contains(&0) && indexes.contains(&2) && !indexes.contains(&1);
            prop_assert_eq!(is_correct(2, AnswerValue::Indexes(indexes)), right);
        }

        #[test]
        fn folding_is_done_once(words in "\\PC{0,12}") {
            prop_assert_eq!(folded(&folded(&words)), folded(&words));
            prop_assert_eq!(folded(&format!(" {words}\t")), folded(&words));
        }
    }
}
