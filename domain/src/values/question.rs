//! Questions of a quiz that can be answered, and answered right.

use std::collections::BTreeSet;

use events::AnswerKey;

use super::{ChoiceText, ValueError};

/// What may be chosen: 2 to 20 different texts, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choices(Vec<String>);

impl Choices {
    /// The least number.
    pub const MIN: usize = 2;
    /// The greatest number.
    pub const MAX: usize = 20;

    /// Takes choices from outside, each without its outer blanks.
    ///
    /// # Errors
    /// [`ValueError`] `TooFew` or `TooMany` for the list, `Duplicate` for one that is there twice, else those of
    /// [`ChoiceText`].
    pub fn parse<Text: AsRef<str>>(texts: impl IntoIterator<Item = Text>) -> Result<Self, ValueError> {
        let choices = different(texts)?;
        if choices.len() < Self::MIN {
            return Err(ValueError::TooFew { min: Self::MIN });
        }
        Ok(Self(choices))
    }

    fn index(&self, number: i64) -> Result<u32, ValueError> {
        let index = u32::try_from(number).map_err(|_| ValueError::OutOfRange)?;
        let is_there = usize::try_from(index).is_ok_and(|index| index < self.0.len());
        if is_there { Ok(index) } else { Err(ValueError::OutOfRange) }
    }
}

/// At most [`Choices::MAX`] texts, no two alike.
fn different<Text: AsRef<str>>(texts: impl IntoIterator<Item = Text>) -> Result<Vec<String>, ValueError> {
    let mut list: Vec<String> = Vec::new();
    for text in texts {
        let text = ChoiceText::parse(text.as_ref())?.into_string();
        if list.contains(&text) {
            return Err(ValueError::Duplicate);
        }
        if list.len() == Choices::MAX {
            return Err(ValueError::TooMany { max: Choices::MAX });
        }
        list.push(text);
    }
    Ok(list)
}

/// What may be answered and what is right, such that something is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key(AnswerKey);

impl Key {
    /// One of several choices, counted from 0.
    ///
    /// # Errors
    /// [`ValueError::OutOfRange`] when there is no such choice.
    pub fn single(choices: Choices, answer_index: i64) -> Result<Self, ValueError> {
        let answer_index = choices.index(answer_index)?;
        Ok(Self(AnswerKey::Single { choices: choices.0, answer_index }))
    }

    /// Any of several choices, counted from 0, at least one; their order does not count.
    ///
    /// # Errors
    /// [`ValueError`] `Required` for none, `OutOfRange` when there is no such choice, `Duplicate` for one said twice.
    pub fn multiple(choices: Choices, answer_indexes: &[i64]) -> Result<Self, ValueError> {
        if answer_indexes.is_empty() {
            return Err(ValueError::Required);
        }
        let mut indexes = BTreeSet::new();
        for number in answer_indexes {
            if !indexes.insert(choices.index(*number)?) {
                return Err(ValueError::Duplicate);
            }
        }
        Ok(Self(AnswerKey::Multiple { choices: choices.0, answer_indexes: indexes.into_iter().collect() }))
    }

    /// Yes or no.
    #[must_use]
    pub const fn true_false(answer: bool) -> Self {
        Self(AnswerKey::TrueFalse { answer })
    }

    /// Words to fill in: the accepted spellings, 1 to 20 different ones.
    ///
    /// # Errors
    /// [`ValueError`] `Required` for none, else as [`Choices::parse`].
    pub fn cloze<Text: AsRef<str>>(answers: impl IntoIterator<Item = Text>) -> Result<Self, ValueError> {
        let answers = different(answers)?;
        if answers.is_empty() { Err(ValueError::Required) } else { Ok(Self(AnswerKey::Cloze { answers })) }
    }

    /// As events have it.
    #[must_use]
    pub fn into_key(self) -> AnswerKey {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choices(count: usize) -> Result<Choices, ValueError> {
        Choices::parse((0..count).map(|n| format!("choix {n}")))
    }

    #[test]
    fn two_to_twenty_different_choices() {
        for (count, error) in [(0, true), (1, true), (2, false), (20, false)] {
            assert_eq!(choices(count).err(), error.then_some(ValueError::TooFew { min: 2 }), "{count}");
        }
        assert_eq!(choices(21), Err(ValueError::TooMany { max: 20 }));
        assert_eq!(Choices::parse(["a", " a "]), Err(ValueError::Duplicate));
        assert_eq!(Choices::parse(["a", " "]), Err(ValueError::Required));
        assert_eq!(Choices::parse(["a".repeat(501), "b".to_owned()]), Err(ValueError::TooLong { max: 500 }));
    }

    #[test]
    fn the_right_choice_is_one_of_them() {
        for (index, right) in [(-1, None), (0, Some(0)), (2, Some(2)), (3, None), (i64::MAX, None)] {
            let key = Key::single(choices(3).unwrap(), index);
            let expected = right.map(|answer_index| AnswerKey::Single { choices: choices(3).unwrap().0, answer_index });
            assert_eq!(key.map(Key::into_key), expected.ok_or(ValueError::OutOfRange), "{index}");
        }
    }

    #[test]
    fn right_choices_are_a_set_with_something_in_it() {
        let multiple = |indexes: &[i64]| Key::multiple(choices(3).unwrap(), indexes).map(Key::into_key);
        let expected = AnswerKey::Multiple { choices: choices(3).unwrap().0, answer_indexes: vec![0, 2] };
        assert_eq!(multiple(&[2, 0]), Ok(expected));
        assert_eq!(multiple(&[]), Err(ValueError::Required));
        assert_eq!(multiple(&[0, 0]), Err(ValueError::Duplicate));
        assert_eq!(multiple(&[0, 3]), Err(ValueError::OutOfRange));
    }

    #[test]
    fn a_gap_has_a_spelling() {
        let answers = vec!["dplyr".to_owned(), "tidyverse".to_owned()];
        assert_eq!(Key::cloze([" dplyr", "tidyverse"]).map(Key::into_key), Ok(AnswerKey::Cloze { answers }));
        assert_eq!(Key::cloze(Vec::<String>::new()), Err(ValueError::Required));
        assert_eq!(Key::true_false(true).into_key(), AnswerKey::TrueFalse { answer: true });
    }
}
