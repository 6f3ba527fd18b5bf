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
    (
        "invalid_refresh_token",
        "La session a expiré ou a été fermée. Reconnectez-vous.",
        "The session has expired or was ended. Sign in again.",
    ),
    (
        "invalid_token",
        "Ce lien a expiré ou a déjà servi. Demandez-en un nouveau.",
        "This link has expired or was used already. Ask for a new one.",
    ),
    ("wrong_password", "Mot de passe incorrect.", "Wrong password."),
    ("email_not_found", "Aucun compte n'a cette adresse e-mail.", "No account has this email address."),
    ("account_erased", "Votre compte a été supprimé.", "Your account has been deleted."),
    ("logged_out", "Déconnecté", "Logged out"),
    ("session_revoked", "Cet appareil est déconnecté.", "This device is logged out."),
    ("password_changed", "Le mot de passe a été changé.", "The password has been changed."),
    ("password_reset_requested", "Un lien vous a été envoyé par e-mail.", "A link has been sent to you by email."),
    (
        "password_reset_requested_perhaps",
        "Si un compte a cette adresse, un lien lui a été envoyé par e-mail.",
        "If an account has this address, a link has been sent to it by email.",
    ),
    (
        "not_an_instructor",
        "Réservé aux formateurs et à ceux qui ont demandé à le devenir.",
        "Only for instructors, and for those who have applied to be one.",
    ),
    ("not_pending", "Aucune candidature n'est en attente.", "No application is pending."),
    ("already_verified", "Cette candidature a déjà été acceptée.", "This application was accepted already."),
    ("rebuild_running", "Une reconstruction est déjà en cours.", "A rebuild is running already."),
    ("rebuild_cancelled", "La reconstruction est arrêtée.", "The rebuild has been cancelled."),
    ("retry_requested", "Le document va être reconstruit.", "The document will be folded anew."),
    ("last_admin", "Il doit rester au moins un administrateur.", "At least one admin must remain."),
    (
        "course_incomplete",
        "Un cours se publie avec au moins un module contenant au moins une leçon.",
        "A course needs at least one module with at least one lesson to be published.",
    ),
    ("invalid_status", "L'état actuel ne permet pas cette opération.", "The current status does not allow this."),
    (
        "module_not_empty",
        "Ce module contient des leçons. Ajoutez cascade=true pour les supprimer avec lui.",
        "This module has lessons. Add cascade=true to remove them with it.",
    ),
    (
        "outline_mismatch",
        "Le plan doit nommer chaque module et chaque leçon du cours une seule fois.",
        "The outline must name every module and lesson of the course exactly once.",
    ),
    ("module_removed", "Le module a été supprimé.", "The module has been removed."),
    ("lesson_removed", "La leçon a été supprimée.", "The lesson has been removed."),
    ("faq_removed", "La question a été supprimée.", "The question has been removed."),
    ("too_few_items", "Pas assez d'éléments.", "Too few items."),
    ("duplicate", "Déjà présent dans la liste.", "Already in the list."),
    ("too_many_items", "Trop d'éléments.", "Too many items."),
    ("too_many_decimals", "Deux décimales au plus.", "At most two decimals."),
];
