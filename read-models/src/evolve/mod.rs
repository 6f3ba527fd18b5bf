//! How documents come out of events: pure, and used twice. The projectors fold the whole log with it into the read
//! collections; command-api folds one stream with it, to answer a command whose effect the collections don't show yet.

mod course;
mod course_documents;
mod enrollment;
mod grant;
mod quiz;
mod review;
mod subscription;
mod transaction;
mod user;

pub use grant::grant_of;
pub use subscription::subscription_of;
