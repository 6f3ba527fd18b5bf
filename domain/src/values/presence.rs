//! From what may be missing to a value.

use super::ValueError;

/// A value that must be there: missing is [`ValueError::Required`], as blank is.
///
/// # Errors
/// Those of `parse`.
pub fn required<In, Out>(
    input: Option<In>,
    parse: impl FnOnce(In) -> Result<Out, ValueError>,
) -> Result<Out, ValueError> {
    input.ok_or(ValueError::Required).and_then(parse)
}

/// A value that may be missing: blank is missing too.
///
/// # Errors
/// Those of `parse`, without [`ValueError::Required`].
pub fn optional<In, Out>(
    input: Option<In>,
    parse: impl FnOnce(In) -> Result<Out, ValueError>,
) -> Result<Option<Out>, ValueError> {
    match input.map(parse).transpose() {
        Err(ValueError::Required) => Ok(None),
        parsed => parsed,
    }
}

/// A word of a closed set, as `word(text, Language::from_word)`: exactly as it is written there.
///
/// # Errors
/// [`ValueError::Required`] for a blank, [`ValueError::Invalid`] for any other word.
pub fn word<Out>(text: &str, from_word: impl FnOnce(&str) -> Option<Out>) -> Result<Out, ValueError> {
    if text.trim().is_empty() {
        return Err(ValueError::Required);
    }
    from_word(text).ok_or(ValueError::Invalid)
}

#[cfg(test)]
mod tests {
    use events::{Domain, Language, LessonType, PricingModel};

    use super::*;
    use crate::values::Title;

    #[test]
    fn required_wants_a_value() {
        let title = |text: Option<&'static str>| required(text, Title::parse).map(Title::into_string);
        assert_eq!(title(None), Err(ValueError::Required));
        assert_eq!(title(Some("  ")), Err(ValueError::Required));
        assert_eq!(title(Some("abc")), Err(ValueError::TooShort { min: 5 }));
        assert_eq!(title(Some("abcde")), Ok("abcde".to_owned()));
    }

    #[test]
    fn optional_takes_a_blank_for_nothing_and_refuses_the_rest() {
        let title =
            |text: Option<&'static str>| optional(text, Title::parse).map(|title| title.map(Title::into_string));
        assert_eq!(title(None), Ok(None));
        assert_eq!(title(Some(" \u{a0}")), Ok(None));
        assert_eq!(title(Some("abc")), Err(ValueError::TooShort { min: 5 }));
        assert_eq!(title(Some("abcde")), Ok(Some("abcde".to_owned())));
    }

    #[test]
    fn words_are_taken_as_they_are_written() {
        assert_eq!(word("fr", Language::from_word), Ok(Language::Fr));
        assert_eq!(word("Excel", Domain::from_word), Ok(Domain::Excel));
        assert_eq!(word("one-time", PricingModel::from_word), Ok(PricingModel::OneTime));
        assert_eq!(word("exercise", LessonType::from_word), Ok(LessonType::Exercise));
        for (text, error) in [("", ValueError::Required), (" ", ValueError::Required), ("FR", ValueError::Invalid)] {
            assert_eq!(word(text, Language::from_word), Err(error), "{text:?}");
        }
    }
}
