//! Values that are right by construction: a text from outside becomes one, or an error with a code. Whoever holds one
//! need not look again.

mod certificate_code;
mod decimal;
mod email;
mod error;
mod media_type;
mod number;
mod password;
mod presence;
mod price;
mod question;
mod tags;
mod text;
mod url;

pub use certificate_code::CertificateCode;
pub use email::Email;
pub use error::ValueError;
pub use media_type::MediaType;
pub use number::{DurationSeconds, Order, Rating, Score, TimeSpent};
pub use password::{Password, PasswordHash};
pub use presence::{optional, required, word};
pub use price::Price;
pub use question::{Choices, Key};
pub use tags::TagList;
pub use text::{
    Bio, Category, ChatMessage, ChoiceText, Comment, Description, Explanation, FaqAnswer, FaqQuestion, FileName,
    LessonContent, PersonName, QuestionText, QuizMaterial, Reason, ShortDescription, ShortTitle, SourceText, Title,
    Transcript,
};
pub use url::HttpUrl;
