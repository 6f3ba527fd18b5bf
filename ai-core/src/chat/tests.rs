//! What the chat answers.

use super::*;
use crate::eval::{courses, foreign_questions};

fn course() -> CourseIndex {
    courses()[0].index()
}

const fn asked(message: &str) -> Asked<'_> {
    Asked { message, lesson: None, opens_all: true, fallback: Language::Fr }
}

/// The id of the first source.
fn first(reply: &Reply) -> Option<&str> {
    reply.sources.first().map(|source| source.id.as_str())
}

#[test]
fn the_answer_of_the_faq_or_the_passage_is_given() {
    let reply = course().ask(&asked("Comment puis-je être remboursé ?"));
    assert_eq!(reply.reply, "Oui, pendant quatorze jours après l'achat, sans justification.");
    let source = &reply.sources[0];
    assert_eq!((source.is_lesson, source.id.as_str()), (false, "remboursement"));
    assert_eq!(source.title, "Puis-je être remboursé si le cours ne me plaît pas ?");
    let reply = course().ask(&asked("A quoi sert la touche F4 ?"));
    assert!(reply.reply.contains("La touche F4 passe de l'une à l'autre."), "{reply:?}");
    assert!(reply.sources[0].is_lesson && reply.sources[0].excerpt.contains("F4"));
    assert!(reply.confidence >= THRESHOLD && reply.confidence <= 1.0);
}

#[test]
fn accents_elisions_inflections_and_typos_do_not_matter() {
    for message in [
        "qu'est-ce qu'une reference absolue",
        "les références absolues ?",
        "L'ADRESSE ABSOLUE, référence",
        "refference absolu",
    ] {
        assert_eq!(first(&course().ask(&asked(message))), Some("cellules"), "{message}");
    }
}

#[test]
fn what_it_does_not_know_it_says_in_the_language_of_the_question() {
    let reply = course().ask(&asked("Quelle est la capitale de la Mongolie ?"));
    assert!(reply.reply.starts_with("Je ne sais pas") && reply.sources.is_empty() && reply.confidence < THRESHOLD);
    let reply = course().ask(&asked("What is the capital of Mongolia?"));
    assert!(reply.reply.starts_with("I don't know"), "{reply:?}");
    let nothing = CourseIndex::new(Language::Fr, Vec::new(), Vec::new());
    for message in ["Quand ?", "?!", "a", "12"] {
        let reply = nothing.ask(&asked(message));
        assert!(reply.sources.is_empty() && reply.confidence < THRESHOLD, "{message}");
    }
}

#[test]
fn greetings_and_thanks_are_returned() {
    for (message, begins) in [
        ("Bonjour !", "Bonjour"),
        ("salut, ça va ?", "Bonjour"),
        ("Comment ça va ?", "Bonjour"),
        ("Hello there", "Hello"),
        ("merci beaucoup", "Avec plaisir"),
        ("Bonjour et merci pour votre aide", "Avec plaisir"),
        ("Thanks a lot!", "You are welcome"),
        ("au revoir", "Au revoir"),
    ] {
        let reply = course().ask(&asked(message));
        assert!(reply.reply.starts_with(begins) && reply.sources.is_empty(), "{message}: {reply:?}");
    }
    let reply = course().ask(&asked("Bonjour, qu'est-ce qu'une plage ?"));
    assert_eq!(first(&reply), Some("cellules"));
}

#[test]
fn only_what_may_be_opened_is_said() {
    let mut sample = courses().remove(0);
    let closed = |index: &CourseIndex, message: &str| index.ask(&Asked { opens_all: false, ..asked(message) });
    let index = sample.index();
    for (id, question) in &sample.questions {
        let reply = closed(&index, question);
        assert!(reply.sources.iter().all(|source| !source.is_lesson), "{question}: {reply:?}");
        let is_faq = sample.faq.iter().any(|faq| faq.id == *id);
        assert!(is_faq || !reply.sources.iter().any(|source| source.id == *id));
    }
    sample.lessons[0].preview = true;
    assert_eq!(first(&closed(&sample.index(), "A quoi sert la touche F4 ?")), Some("cellules"));
}

#[test]
fn the_lesson_that_one_is_at_comes_first() {
    let lesson = |id: &str, text: &str| LessonText {
        id: id.to_owned(),
        title: format!("Leçon {id}"),
        texts: vec![text.to_owned()],
        preview: false,
    };
    let lessons = vec![
        lesson("un", "La fonction filter garde les lignes qui remplissent une condition."),
        lesson("deux", "La fonction filter choisit les lignes qui remplissent une condition."),
    ];
    let index = CourseIndex::new(Language::Fr, Vec::new(), lessons);
    for id in ["un", "deux"] {
        let reply = index.ask(&Asked { lesson: Some(id), ..asked("que fait la fonction filter ?") });
        assert_eq!(first(&reply), Some(id));
        assert_eq!(reply.sources.len(), 2);
    }
    assert!(index.has_lesson("un") && !index.has_lesson("trois"));
}

#[test]
fn any_message_has_an_answer() {
    let index = course();
    let long = "référence ".repeat(200);
    let odd = ["", "🙂🙂", "'", "l'", "\u{0}", "((((", "1 000 000", long.as_str()];
    for message in foreign_questions().collect::<Vec<&str>>().into_iter().chain(odd) {
        let reply = index.ask(&asked(message));
        assert!(!reply.reply.is_empty() && (0.0..=1.0).contains(&reply.confidence), "{message}");
    }
}
