//! What people read for the codes of this process.

/// Code, French, English.
pub const MESSAGES: &[(&str, &str, &str)] = &[
    ("email_exists", "Cette adresse e-mail est déjà utilisée.", "This email address is already in use."),
    (
        "weak_password",
        "Le mot de passe doit compter de 8 à 128 caractères, dont une majuscule et un chiffre.",
        "The password needs 8 to 128 characters, with an upper-case letter and a digit.",
    ),
    ("invalid_credentials", "Adresse e-mail ou mot de passe incorrect.", "Wrong email address or password."),
    ("user_suspended", "Ce compte est suspendu.", "This account is suspended."),
    ("last_admin", "Il doit rester au moins un administrateur.", "At least one admin must remain."),
    (
        "course_incomplete",
        "Un cours se publie avec au moins un module contenant au moins une leçon.",
        "A course needs at least one module with at least one lesson to be published.",
    ),
    ("invalid_status", "L'état actuel ne permet pas cette opération.", "The current status does not allow this."),
    ("too_many_items", "Trop d'éléments.", "Too many items."),
    ("too_many_decimals", "Deux décimales au plus.", "At most two decimals."),
];
