//! Values that are right by construction: a text from outside becomes one, or an error with a code. Whoever holds one
//! need not look again.

mod email;
mod error;
mod number;
mod password;
mod presence;
mod price;
mod tags;
mod text;
mod url;

pub use email::Email;
pub use error::ValueError;
pub use number::{DurationSeconds, Order};
pub use password::{Password, PasswordHash};
pub use presence::{optional, required, word};
pub use price::Price;
pub use tags::TagList;
pub use text::{
    Bio, Category, Description, LessonContent, PersonName, Reason, ShortDescription, ShortTitle, Title, Transcript,
};
pub use url::HttpUrl;
