//! The password is another one now: for the owner to know, whoever did it.

use events::Language;

use super::{Block, Letter};

/// The letter that says so.
#[must_use]
pub fn password_changed(language: Language, first_name: &str) -> Letter {
    let (subject, lines) = match language {
        Language::Fr => (
            "Votre mot de passe a changé",
            [
                "Le mot de passe de votre compte vient de changer. Vos autres appareils sont déconnectés.",
                "Si ce n'était pas vous, demandez tout de suite un nouveau mot de passe depuis la page de connexion.",
            ],
        ),
        Language::En => (
            "Your password has changed",
            [
                "The password of your account has just changed. Your other devices are signed out.",
                "If this was not you, ask for a new password from the sign-in page at once.",
            ],
        ),
    };
    let blocks = lines.map(|line| Block::Text(line.to_owned())).into();
    Letter { language, subject, first_name: first_name.to_owned(), blocks }
}
