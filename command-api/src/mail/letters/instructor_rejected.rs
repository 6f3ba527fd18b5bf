//! An application to teach was refused.

use events::Language;

use super::{Block, Letter};

/// The letter that says so, and why.
#[must_use]
pub fn instructor_rejected(language: Language, first_name: &str, reason: &str) -> Letter {
    let (subject, before, after) = match language {
        Language::Fr => (
            "Votre candidature n'est pas acceptée",
            "Votre candidature n'est pas acceptée, pour cette raison :",
            "Vous pouvez présenter une nouvelle candidature depuis votre profil.",
        ),
        Language::En => (
            "Your application is not accepted",
            "Your application is not accepted, for this reason:",
            "You can apply again from your profile.",
        ),
    };
    let blocks = vec![Block::Text(before.to_owned()), Block::Quote(reason.to_owned()), Block::Text(after.to_owned())];
    Letter { language, subject, first_name: first_name.to_owned(), blocks }
}
