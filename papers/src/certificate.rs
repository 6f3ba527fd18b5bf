//! That a course was completed, to be framed.

use chrono::{DateTime, Utc};
use krilla::color::rgb::Color;

use crate::fonts::Face;
use crate::pen::{At, Pen, Style, green, ink, paper, rectangle, star};
use crate::{PaperError, Tongue};

/// A4, lying.
const PAGE: (f32, f32) = (841.89, 595.28);
const MIDDLE: f32 = PAGE.0 / 2.0;
/// What texts may be as wide as.
const WIDE: f32 = 620.0;

/// What stands on a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificatePaper {
    /// The language that it is written in.
    pub tongue: Tongue,
    /// Whose it is; none when they were erased.
    pub name: Option<String>,
    /// The course.
    pub course_title: String,
    /// When they completed it.
    pub completed_at: DateTime<Utc>,
    /// What it is checked by.
    pub code: String,
    /// Where it is checked.
    pub check_at: String,
}

fn gold() -> Color {
    Color::new(176, 137, 66)
}

fn paper_white() -> Color {
    Color::new(253, 251, 245)
}

/// The certificate as PDF.
///
/// # Errors
/// [`PaperError`], which no words cause.
pub fn certificate(words: &CertificatePaper) -> Result<Vec<u8>, PaperError> {
    let title = words.tongue.of("Certificat de réussite", "Certificate of completion");
    paper(PAGE, title, words.tongue.of("fr", "en"), |pen| {
        frame(pen);
        text(pen, words, title);
        seal(pen);
    })
}

fn frame(pen: &mut Pen<'_, '_>) {
    let (width, height) = PAGE;
    let inset = |by: f32| rectangle(by, by, width - by, height - by);
    pen.area(paper_white(), &inset(0.0));
    pen.stroke(green(), 2.4, &inset(26.0), true);
    pen.stroke(gold(), 0.8, &inset(33.0), true);
    for x in [33.0, width - 33.0] {
        for y in [33.0, height - 33.0] {
            pen.area(paper_white(), &star((x, y), 2, 16.0, 16.0));
            pen.area(gold(), &star((x, y), 8, 10.0, 4.2));
            pen.area(green(), &star((x, y), 12, 2.6, 2.6));
        }
    }
}

fn text(pen: &mut Pen<'_, '_>, words: &CertificatePaper, title: &str) {
    let tongue = words.tongue;
    let mut line = |style: Style, y: f32, text: &str| pen.line(style, At::Middle, (MIDDLE, y), WIDE, text);
    line(Style::new(Face::Bold, 17.0, green()), 92.0, "HAR ACADEMY");
    line(Style::new(Face::Regular, 43.0, ink()), 158.0, title);
    line(Style::new(Face::Italic, 16.0, ink()), 206.0, tongue.of("décerné à", "awarded to"));
    let name = words.name.as_deref().unwrap_or("—");
    line(Style::new(Face::Italic, 46.0, green()), 262.0, name);
    line(
        Style::new(Face::Italic, 16.0, ink()),
        312.0,
        tongue.of("qui a suivi jusqu'au bout le cours", "who has completed the course"),
    );
    let course = Style::new(Face::Bold, 25.0, ink());
    let broken = pen.lines(course, WIDE, 2, &words.course_title);
    let mut y = if broken.len() > 1 { 346.0 } else { 356.0 };
    for text in &broken {
        pen.line(course, At::Middle, (MIDDLE, y), WIDE, text);
        y += 30.0;
    }
    pen.stroke(gold(), 0.8, &[(MIDDLE - 170.0, 277.0), (MIDDLE + 170.0, 277.0)], false);
    // Below: when on the left, by what it is checked on the right.
    let (left, right, small) = (92.0, PAGE.0 - 92.0, Style::new(Face::Regular, 11.0, ink()));
    pen.line(Style::new(Face::Regular, 15.0, ink()), At::Left, (left, 490.0), 250.0, &tongue.day(words.completed_at));
    pen.stroke(ink(), 0.5, &[(left, 498.0), (left + 200.0, 498.0)], false);
    pen.line(small, At::Left, (left, 513.0), 250.0, tongue.of("Cours achevé le", "Completed on"));
    pen.line(Style::new(Face::Bold, 15.0, ink()), At::Right, (right, 490.0), 250.0, &words.code);
    pen.stroke(ink(), 0.5, &[(right - 200.0, 498.0), (right, 498.0)], false);
    pen.line(small, At::Right, (right, 513.0), 250.0, tongue.of("Code de vérification", "Verification code"));
    let check = format!("{} {}", tongue.of("À vérifier à l'adresse", "To be checked at"), words.check_at);
    pen.line(Style::new(Face::Regular, 9.0, ink()), At::Middle, (MIDDLE, 546.0), WIDE, &check);
}

fn seal(pen: &mut Pen<'_, '_>) {
    let middle = (MIDDLE, 470.0);
    pen.area(
        gold(),
        &[
            (MIDDLE - 20.0, 486.0),
            (MIDDLE - 3.0, 492.0),
            (MIDDLE - 16.0, 526.0),
            (MIDDLE - 24.0, 514.0),
            (MIDDLE - 37.0, 517.0),
        ],
    );
    pen.area(
        gold(),
        &[
            (MIDDLE + 20.0, 486.0),
            (MIDDLE + 3.0, 492.0),
            (MIDDLE + 16.0, 526.0),
            (MIDDLE + 24.0, 514.0),
            (MIDDLE + 37.0, 517.0),
        ],
    );
    pen.area(green(), &star(middle, 28, 40.0, 36.0));
    pen.area(paper_white(), &star(middle, 60, 31.0, 31.0));
    pen.area(green(), &star(middle, 60, 29.6, 29.6));
    pen.area(gold(), &star(middle, 5, 20.0, 8.4));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(name: &str, title: &str) -> CertificatePaper {
        CertificatePaper {
            tongue: Tongue::French,
            name: Some(name.to_owned()),
            course_title: title.to_owned(),
            completed_at: DateTime::UNIX_EPOCH,
            code: "7K2M-9XQ4-T0VB-3HSE".to_owned(),
            check_at: "https://academy.example/api/v1/certificates/7K2M-9XQ4-T0VB-3HSE".to_owned(),
        }
    }

    #[test]
    fn the_same_words_give_the_same_paper_and_fonts_are_in_it() {
        let made = certificate(&words("Éloïse Lœwenstein", "Les tableaux croisés")).unwrap();
        assert!(made.starts_with(b"%PDF-"));
        assert_eq!(made, certificate(&words("Éloïse Lœwenstein", "Les tableaux croisés")).unwrap());
        assert_ne!(made, certificate(&words("Éloïse Loewenstein", "Les tableaux croisés")).unwrap());
        assert!(made.len() < 200_000, "only the letters that are used: {} bytes", made.len());
        let nobody = CertificatePaper { name: None, ..words("", "") };
        assert!(certificate(&nobody).is_ok());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn no_words_break_it(name in ".{0,200}", title in "\\PC{0,200}", code in ".{0,40}") {
            let words = CertificatePaper { code, ..words(&name, &title) };
            prop_assert!(certificate(&words).is_ok());
        }
    }
}
