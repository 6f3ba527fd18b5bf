//! An application to teach was accepted.

use events::Language;

use super::{Block, Letter};

/// The letter that says so.
#[must_use]
pub fn instructor_verified(language: Language, first_name: &str) -> Letter {
    let (subject, line) = match language {
        Language::Fr => (
            "Votre candidature est acceptée",
            "Votre candidature est acceptée : vous pouvez maintenant créer et publier vos cours.",
        ),
        Language::En => (
            "Your application is accepted",
            "Your application is accepted: you can now create and publish your courses.",
        ),
    };
    Letter { language, subject, first_name: first_name.to_owned(), blocks: vec![Block::Text(line.to_owned())] }
}
