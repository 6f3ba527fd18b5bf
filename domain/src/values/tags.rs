//! Lists of tags.

use super::{
    ValueError,
    text::{Lines, at_most, clean},
};

/// A course's stack or keywords, or what a teacher knows about: at most 20 tags of 1 to 50 characters, in the order they
/// were given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagList(Vec<String>);

impl TagList {
    /// The greatest number of tags.
    pub const MAX: usize = 20;
    /// The greatest length of a tag, in characters.
    pub const MAX_LENGTH: usize = 50;

    /// Takes tags from outside, each without its outer blanks; one given again is left out.
    ///
    /// # Errors
    /// [`ValueError`] `Required` for a blank tag, `ControlCharacter` or `TooLong` for a bad one, `TooMany` for the
    /// list.
    pub fn parse<Tag: AsRef<str>>(tags: impl IntoIterator<Item = Tag>) -> Result<Self, ValueError> {
        let mut list: Vec<String> = Vec::new();
        for (place, tag) in tags.into_iter().enumerate() {
            if place == Self::MAX {
                return Err(ValueError::TooMany { max: Self::MAX });
            }
            let tag = clean(tag.as_ref(), Lines::One)?;
            at_most(tag, Self::MAX_LENGTH)?;
            if !list.iter().any(|known| known == tag) {
                list.push(tag.to_owned());
            }
        }
        Ok(Self(list))
    }

    /// The tags.
    #[must_use]
    pub fn as_slice(&self) -> &[String] {
        &self.0
    }

    /// The tags by themselves.
    #[must_use]
    pub fn into_vec(self) -> Vec<String> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_trimmed_and_kept_once_in_order() {
        let tags = TagList::parse([" pandas", "numpy", "pandas ", "R"]).unwrap();
        assert_eq!(tags.as_slice(), ["pandas", "numpy", "R"]);
        assert_eq!(TagList::parse(Vec::<String>::new()).unwrap().into_vec(), Vec::<String>::new());
    }

    #[test]
    fn bad_tags_are_refused() {
        assert_eq!(TagList::parse(["R", " "]).unwrap_err(), ValueError::Required);
        assert_eq!(TagList::parse(["a\nb"]).unwrap_err(), ValueError::ControlCharacter);
        assert_eq!(TagList::parse(["é".repeat(51)]).unwrap_err(), ValueError::TooLong { max: 50 });
        assert_eq!(TagList::parse(["é".repeat(50)]).unwrap().as_slice().len(), 1);
    }

    #[test]
    fn twenty_tags_are_the_most_also_of_the_same() {
        let tags = |count: usize| (0..count).map(|n| n.to_string()).chain(["0".to_owned()]);
        assert_eq!(TagList::parse(tags(19)).unwrap().as_slice().len(), 19);
        for too_many in [tags(20), tags(21)] {
            assert_eq!(TagList::parse(too_many).unwrap_err(), ValueError::TooMany { max: 20 });
        }
    }
}
