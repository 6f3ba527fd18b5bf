//! Texts with a length: trimmed, never blank, no control characters.

use super::ValueError;

/// Whether a text may have line breaks and tabs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lines {
    One,
    Many,
}

/// A text without its outer blanks, checked for what no text may be or hold.
pub(super) fn clean(text: &str, lines: Lines) -> Result<&str, ValueError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(ValueError::Required);
    }
    let allowed = |character: char| lines == Lines::Many && matches!(character, '\n' | '\r' | '\t');
    if text.chars().any(|character| character.is_control() && !allowed(character)) {
        return Err(ValueError::ControlCharacter);
    }
    Ok(text)
}

/// Refuses a text that is longer than `max` characters.
pub(super) fn at_most(text: &str, max: usize) -> Result<(), ValueError> {
    if text.chars().nth(max).is_some() { Err(ValueError::TooLong { max }) } else { Ok(()) }
}

/// A type that wraps a text and shows none of it when it is printed: it may be personal, secret, or half a megabyte.
macro_rules! text_newtype {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The text by itself.
            #[must_use]
            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({} bytes)"), self.0.len())
            }
        }
    };
}
pub(super) use text_newtype;

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident: $min:literal to $max:literal, $lines:ident;)+) => {$(
        text_newtype! { $(#[$doc])* $name }

        impl $name {
            /// The least length, in characters.
            pub const MIN: usize = $min;
            /// The greatest length, in characters.
            pub const MAX: usize = $max;

            /// Takes a text from outside, without its outer blanks.
            ///
            /// # Errors
            /// [`ValueError`] `Required`, `ControlCharacter`, `TooShort` or `TooLong`.
            pub fn parse(text: &str) -> Result<Self, ValueError> {
                let text = clean(text, Lines::$lines)?;
                at_most(text, Self::MAX)?;
                if text.chars().count() < Self::MIN {
                    return Err(ValueError::TooShort { min: Self::MIN });
                }
                Ok(Self(text.to_owned()))
            }
        }
    )+};
}

texts! {
    /// A first or a last name: one line.
    PersonName: 1 to 100, One;
    /// The title of a course: one line.
    Title: 5 to 200, One;
    /// The title of a module or a lesson: one line.
    ShortTitle: 1 to 200, One;
    /// A course in a line or two.
    ShortDescription: 1 to 500, Many;
    /// The description of a course, a module or a lesson.
    Description: 1 to 20_000, Many;
    /// The text of a lesson: HTML that was sanitised before, so that what is left of it is not blank.
    LessonContent: 1 to 500_000, Many;
    /// What is said in a video.
    Transcript: 1 to 500_000, Many;
    /// A shelf of the catalogue: one line.
    Category: 1 to 50, One;
    /// What a teacher says of themselves.
    Bio: 1 to 2_000, Many;
    /// Why somebody was refused something, or given it.
    Reason: 1 to 1_000, Many;
    /// What a learner says of a course.
    Comment: 1 to 1_000, Many;
    /// A question that a course's page answers.
    FaqQuestion: 1 to 1_000, Many;
    /// The answer to it.
    FaqAnswer: 1 to 10_000, Many;
    /// What a quiz asks.
    QuestionText: 1 to 2_000, Many;
    /// What may be chosen or filled in, and what somebody filled in.
    ChoiceText: 1 to 500, Many;
    /// Why an answer is right.
    Explanation: 1 to 2_000, Many;
    /// The sentence that a question was made from.
    SourceText: 1 to 2_000, Many;
    /// What a quiz is to be made from.
    QuizMaterial: 1 to 100_000, Many;
    /// What somebody asks the course's chat.
    ChatMessage: 1 to 2_000, Many;
    /// What the owner of a file calls it: one line.
    FileName: 1 to 255, One;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_count_characters_after_trimming() {
        assert_eq!(Title::parse("\u{2003} été! \n").unwrap_err(), ValueError::TooShort { min: 5 });
        assert_eq!(Title::parse("\u{2003} étés! \n").unwrap().as_str(), "étés!");
        let longest = "é".repeat(200);
        assert_eq!(Title::parse(&longest).unwrap().into_string(), longest);
        assert_eq!(Title::parse(&"é".repeat(201)).unwrap_err(), ValueError::TooLong { max: 200 });
        assert_eq!(PersonName::parse(&"😀".repeat(100)).unwrap().as_str().chars().count(), 100);
        assert_eq!(PersonName::parse(&"😀".repeat(101)).unwrap_err(), ValueError::TooLong { max: 100 });
    }

    #[test]
    fn blank_is_missing() {
        for blank in ["", " ", "\t\r\n", "\u{a0}\u{3000}"] {
            assert_eq!(Description::parse(blank).unwrap_err(), ValueError::Required, "{blank:?}");
        }
    }

    #[test]
    fn long_texts_have_lines_and_no_other_control_characters() {
        assert_eq!(Description::parse("a\r\n\tb").unwrap().as_str(), "a\r\n\tb");
        for control in ['\0', '\u{7}', '\u{1b}', '\u{7f}', '\u{85}'] {
            let text = format!("a{control}b");
            assert_eq!(LessonContent::parse(&text).unwrap_err(), ValueError::ControlCharacter, "{control:?}");
        }
        for control in ['\0', '\n', '\r', '\t'] {
            let text = format!("a{control}b");
            assert_eq!(PersonName::parse(&text).unwrap_err(), ValueError::ControlCharacter, "{control:?}");
        }
    }

    #[test]
    fn a_text_is_not_shown_when_it_is_printed() {
        assert_eq!(format!("{:?}", PersonName::parse("Ada").unwrap()), "PersonName(3 bytes)");
    }
}
