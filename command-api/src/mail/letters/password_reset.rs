//! The link to set another password, for who asked for it.

use events::{Language, Timestamp};

use super::{Block, Letter};

/// What the letter hands over.
#[derive(Clone, Copy)]
pub struct ResetLink<'a> {
    /// Where people reach the academy; no slash at the end.
    pub public_url: &'a str,
    /// The token: in the link, and by itself for clients without pages.
    pub token: &'a str,
    /// The first instant at which it is worth nothing.
    pub expires_at: Timestamp,
}

/// The letter with the link.
#[must_use]
pub fn password_reset(language: Language, first_name: &str, link: ResetLink<'_>) -> Letter {
    let url = format!("{}/reset-password?token={}", link.public_url, link.token);
    let code = Block::Code(link.token.to_owned());
    let text = |text: &str| Block::Text(text.to_owned());
    let until = link.expires_at.utc();
    let (subject, blocks) = match language {
        Language::Fr => (
            "Choisir un nouveau mot de passe",
            vec![
                text("Vous avez demandé à choisir un nouveau mot de passe. Suivez ce lien :"),
                Block::Link { label: "Choisir un nouveau mot de passe", url },
                text("Si votre application vous demande un code, c'est celui-ci :"),
                code,
                Block::Text(format!(
                    "Le lien et le code servent une fois, jusqu'au {} (UTC).",
                    until.format("%d/%m/%Y à %H h %M")
                )),
                text("Si vous n'avez rien demandé, ignorez ce message : votre mot de passe reste le même."),
            ],
        ),
        Language::En => (
            "Choose a new password",
            vec![
                text("You asked to choose a new password. Follow this link:"),
                Block::Link { label: "Choose a new password", url },
                text("If your application asks for a code, it is this one:"),
                code,
                Block::Text(format!(
                    "The link and the code work once, until {} (UTC).",
                    until.format("%-d %B %Y, %H:%M")
                )),
                text("If you did not ask for this, ignore this message: your password stays the same."),
            ],
        ),
    };
    Letter { language, subject, first_name: first_name.to_owned(), blocks }
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone as _, Utc};

    use super::*;

    #[test]
    fn it_holds_the_link_the_token_and_the_end() {
        let expires_at = Timestamp::new(Utc.with_ymd_and_hms(2026, 3, 1, 9, 5, 0).unwrap());
        let link = ResetLink { public_url: "https://academy.example", token: "t0ken", expires_at };
        for (language, until) in [(Language::Fr, "01/03/2026 à 09 h 05"), (Language::En, "1 March 2026, 09:05")] {
            let letter = password_reset(language, "Ada", link);
            for form in [letter.text(), letter.html()] {
                assert!(form.contains("https://academy.example/reset-password?token=t0ken"), "{form}");
                assert!(form.contains(until), "{form}");
            }
            assert!(letter.text().contains("\n\nt0ken\n\n"), "{}", letter.text());
        }
    }
}
