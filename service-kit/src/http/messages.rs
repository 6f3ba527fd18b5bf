//! The texts behind the codes, in both languages.

use std::collections::HashMap;

use super::language::Language;

/// One row: code, French, English.
type Row = (&'static str, &'static str, &'static str);

/// What is said for a code that has no text of its own.
const UNNAMED: (&str, &str) = ("La demande n'a pas pu aboutir.", "The request could not be carried out.");

const ERRORS: &[Row] = &[
    ("validation_failed", "Certains champs ne sont pas valides.", "Some fields are not valid."),
    ("unknown_field", "La demande contient un champ inconnu.", "The request has an unknown field."),
    ("malformed_body", "Le corps de la demande n'est pas lisible.", "The body of the request cannot be read."),
    ("bad_request", "La demande n'est pas valide.", "The request is not valid."),
    ("unauthorized", "Vous devez vous connecter.", "You need to log in."),
    ("payment_required", "Un paiement est nécessaire.", "A payment is needed."),
    ("forbidden", "Vous n'avez pas le droit de faire cela.", "You are not allowed to do that."),
    ("not_found", "Introuvable.", "Not found."),
    ("method_not_allowed", "Cette méthode n'existe pas ici.", "This method does not exist here."),
    ("conflict", "Quelqu'un d'autre vient de modifier cela. Réessayez.", "Someone else just changed this. Try again."),
    ("idempotency_key_reused", "Cette clé a déjà servi à une autre demande.", "This key was used for another request."),
    ("precondition_failed", "La version a changé entre-temps.", "The version has changed in the meantime."),
    ("payload_too_large", "Le contenu envoyé est trop volumineux.", "What was sent is too large."),
    ("uri_too_long", "L'adresse est trop longue.", "The address is too long."),
    ("unsupported_media_type", "Ce type de contenu n'est pas accepté.", "This type of content is not accepted."),
    ("range_not_satisfiable", "Cette partie du fichier n'existe pas.", "This part of the file does not exist."),
    ("headers_too_large", "Les en-têtes sont trop volumineux.", "The headers are too large."),
    ("rate_limited", "Trop de tentatives. Réessayez plus tard.", "Too many attempts. Try again later."),
    ("internal", "Une erreur est survenue de notre côté.", "Something went wrong on our side."),
    ("unavailable", "Le service est momentanément indisponible.", "The service is unavailable for the moment."),
    ("overloaded", "Le service est très sollicité. Réessayez.", "The service is very busy. Try again."),
    ("timeout", "La réponse a pris trop de temps.", "The answer took too long."),
    (
        "read_model_behind",
        "Les données ne sont pas encore à jour. Réessayez.",
        "The data is not up to date yet. Try again.",
    ),
];

const DETAILS: &[Row] = &[
    ("required", "Ce champ est obligatoire.", "This field is required."),
    ("unknown", "Ce champ n'existe pas.", "This field does not exist."),
    ("too_short", "C'est trop court.", "This is too short."),
    ("too_long", "C'est trop long.", "This is too long."),
    ("too_few", "Il n'y en a pas assez.", "There are too few."),
    ("too_many", "Il y en a trop.", "There are too many."),
    ("out_of_range", "La valeur est hors limites.", "The value is out of range."),
    ("invalid", "La valeur n'est pas valide.", "The value is not valid."),
    ("invalid_email", "Cette adresse e-mail n'est pas valide.", "This email address is not valid."),
    ("invalid_url", "Cette adresse web n'est pas valide.", "This web address is not valid."),
    ("control_character", "Un caractère n'est pas permis.", "A character is not permitted."),
    ("duplicate", "La valeur est répétée.", "The value is repeated."),
    ("down", "Ne répond pas.", "Does not answer."),
];

/// A catalogue of texts. Each process starts with [`Messages::base`] and adds its own tables; nothing is global.
#[derive(Clone, Debug)]
pub struct Messages {
    texts: HashMap<&'static str, (&'static str, &'static str)>,
}

impl Messages {
    /// The texts of the codes that every process has.
    #[must_use]
    pub fn base() -> Self {
        Self { texts: HashMap::new() }.with(ERRORS).with(DETAILS)
    }

    /// Adds rows `(code, French, English)`; a code that is there already gets the new text.
    #[must_use]
    pub fn with(mut self, table: &[Row]) -> Self {
        self.texts.extend(table.iter().map(|&(code, fr, en)| (code, (fr, en))));
        self
    }

    /// The text of `code`; a general sentence when it has none.
    #[must_use]
    pub fn text(&self, code: &str, language: Language) -> &'static str {
        let (fr, en) = self.texts.get(code).copied().unwrap_or(UNNAMED);
        match language {
            Language::Fr => fr,
            Language::En => en,
        }
    }

    /// Whether `code` has a text of its own: for tests that hold a process's codes against its tables.
    #[must_use]
    pub fn contains(&self, code: &str) -> bool {
        self.texts.contains_key(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_adds_and_replaces() {
        let messages = Messages::base().with(&[("mine", "le mien", "mine"), ("internal", "aïe", "ouch")]);
        assert_eq!(messages.text("mine", Language::Fr), "le mien");
        assert_eq!(messages.text("internal", Language::En), "ouch");
        assert_eq!(messages.text("nobody", Language::En), UNNAMED.1);
        assert!(messages.contains("required") && !messages.contains("nobody"));
    }
}
