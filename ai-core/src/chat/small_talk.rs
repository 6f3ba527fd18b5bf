//! What people say to people.

use crate::Language;
use crate::text::{Token, is_function_word};

/// What a message says that asks nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Talk {
    Greeting,
    Thanks,
    Farewell,
}

const GREETINGS: [&[&str]; 2] = [
    &["bonjour", "salut", "coucou", "bonsoir", "bjr", "slt", "va", "allez-vous", "vas-tu"],
    &["hello", "hi", "hey", "morning", "afternoon", "greetings"],
];
const THANKS: [&[&str]; 2] = [&["merci", "mercii", "remercie"], &["thanks", "thank", "thx", "cheers"]];
const FAREWELLS: [&[&str]; 2] = [&["revoir", "bye", "adieu", "bientot", "ciao"], &["goodbye", "bye", "see"]];

/// What goes with them.
const BESIDES: &[&str] = &[
    "va",
    "ca",
    "beaucoup",
    "bien",
    "tres",
    "super",
    "cool",
    "ok",
    "parfait",
    "tout",
    "monde",
    "bonne",
    "journee",
    "soiree",
    "much",
    "very",
    "good",
    "great",
    "there",
    "everyone",
    "all",
    "how",
    "doing",
    "later",
    "day",
    "evening",
    "lot",
    "pour",
    "aide",
    "votre",
    "your",
    "help",
    "for",
    "so",
    "again",
    "encore",
    "a",
    "d'accord",
    "accord",
    "genial",
    "perfect",
    "nice",
    "morning",
    "comment",
    "allez-vous",
    "allez",
    "vas-tu",
];

/// The answer to a message that greets, thanks or takes leave, and does nothing else.
pub(super) fn small_talk(tokens: &[Token], fallback: Language) -> Option<(Language, &'static str)> {
    let mut found: Option<(Talk, usize)> = None;
    for token in tokens {
        let word = token.folded.as_str();
        let lists = [(Talk::Farewell, FAREWELLS), (Talk::Thanks, THANKS), (Talk::Greeting, GREETINGS)];
        let said = lists.into_iter().find_map(|(talk, lists)| {
            lists.iter().position(|list| list.contains(&word)).map(|language| (talk, language))
        });
        match said {
            // Who thanks has been answered already; who only greets has not.
            Some((talk, language)) if found.is_none_or(|(before, _)| before == Talk::Greeting) => {
                found = Some((talk, language))
            }
            Some(_) => {}
            None if BESIDES.contains(&word)
                || is_function_word(word, Language::Fr)
                || is_function_word(word, Language::En) => {}
            None => return None,
        }
    }
    let (talk, list) = found?;
    let language = Language::detect(tokens).unwrap_or(match list {
        _ if tokens.iter().any(|token| token.folded == "bye") => fallback,
        0 => Language::Fr,
        _ => Language::En,
    });
    let words = match (talk, language) {
        (Talk::Greeting, Language::Fr) => {
            "Bonjour ! Posez-moi une question sur ce cours : je cherche la réponse dans sa FAQ et ses leçons."
        }
        (Talk::Greeting, Language::En) => {
            "Hello! Ask me a question about this course: I look for the answer in its FAQ and its lessons."
        }
        (Talk::Thanks, Language::Fr) => "Avec plaisir ! Bonne continuation dans le cours.",
        (Talk::Thanks, Language::En) => "You are welcome! Enjoy the course.",
        (Talk::Farewell, Language::Fr) => "Au revoir, et à bientôt !",
        (Talk::Farewell, Language::En) => "Goodbye, and see you soon!",
    };
    Some((language, words))
}

/// What is said when nothing is known.
pub(super) const fn unknown(language: Language) -> &'static str {
    match language {
        Language::Fr => {
            "Je ne sais pas : je n'ai rien trouvé dans ce cours qui réponde à cette question. Essayez avec d'autres mots, ou demandez à la personne qui donne le cours."
        }
        Language::En => {
            "I don't know: I found nothing in this course that answers this question. Try other words, or ask the course's instructor."
        }
    }
}
