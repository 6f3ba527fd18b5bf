//! What people are written: one file per letter, in the languages of the academy.

mod instructor_rejected;
mod instructor_verified;
mod letter;
mod password_changed;
mod password_reset;

pub use instructor_rejected::instructor_rejected;
pub use instructor_verified::instructor_verified;
pub use letter::{Block, Letter};
pub use password_changed::password_changed;
pub use password_reset::{ResetLink, password_reset};
