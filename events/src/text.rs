//! Values that are written as text.

use std::fmt::{Display, Formatter};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::Deserializer;
use serde::de::{Error, Visitor};

/// The value of a text, which is not copied for it: a rebuild reads several for each event of the log.
///
/// # Errors
/// When there is no text, or it is not of such a value.
pub(crate) fn parsed<'de, D: Deserializer<'de>, T: FromStr<Err: Display>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_str(Parser(PhantomData))
}

struct Parser<T>(PhantomData<T>);

impl<T: FromStr<Err: Display>> Visitor<'_> for Parser<T> {
    type Value = T;

    fn expecting(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}
