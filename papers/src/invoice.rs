//! What was paid, for an accountant.

use chrono::{DateTime, Utc};
use krilla::color::rgb::Color;

use crate::fonts::Face;
use crate::pen::{At, Pen, Style, green, ink, paper, rectangle};
use crate::{PaperError, Tongue};

/// A4, standing.
const PAGE: (f32, f32) = (595.28, 841.89);
const LEFT: f32 = 56.0;
const RIGHT: f32 = PAGE.0 - 56.0;

/// What stands on an invoice. Amounts are in euro cents, VAT included in the total.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvoicePaper {
    /// The language that it is written in.
    pub tongue: Tongue,
    /// Its number.
    pub number: String,
    /// When it was issued.
    pub issued_at: DateTime<Utc>,
    /// Who sold.
    pub seller: String,
    /// Who bought; none when they were erased.
    pub buyer_name: Option<String>,
    /// What was sold; none when it can't be told any more.
    pub course_title: Option<String>,
    /// Without VAT.
    pub net: i64,
    /// The VAT.
    pub vat: i64,
    /// Its rate, in hundredths of a percent.
    pub vat_rate_basis_points: u32,
    /// With VAT.
    pub total: i64,
    /// What says that the money went back.
    pub credit_note: Option<CreditNotePaper>,
}

/// A credit note, as its invoice tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreditNotePaper {
    /// Its number.
    pub number: String,
    /// When it was issued.
    pub issued_at: DateTime<Utc>,
}

fn pale() -> Color {
    Color::new(236, 242, 240)
}

/// The invoice as PDF.
///
/// # Errors
/// [`PaperError`], which no words cause.
pub fn invoice(words: &InvoicePaper) -> Result<Vec<u8>, PaperError> {
    let title = format!("{} {}", words.tongue.of("Facture", "Invoice"), words.number);
    paper(PAGE, &title, words.tongue.of("fr", "en"), |pen| {
        head(pen, words);
        let y = item(pen, words, 290.0);
        let y = sums(pen, words, y);
        if let Some(credit_note) = &words.credit_note {
            refunded(pen, words, credit_note, y + 44.0);
        }
        foot(pen, words);
    })
}

fn head(pen: &mut Pen<'_, '_>, words: &InvoicePaper) {
    let tongue = words.tongue;
    pen.area(green(), &rectangle(0.0, 0.0, PAGE.0, 10.0));
    pen.line(Style::new(Face::Bold, 20.0, green()), At::Left, (LEFT, 76.0), 260.0, &words.seller);
    pen.line(Style::new(Face::Regular, 26.0, ink()), At::Right, (RIGHT, 76.0), 220.0, tongue.of("Facture", "Invoice"));
    let small = Style::new(Face::Regular, 11.0, ink());
    let number = format!("{} {}", tongue.of("N°", "No."), words.number);
    pen.line(small, At::Right, (RIGHT, 98.0), 220.0, &number);
    let day = format!("{} {}", tongue.of("Date :", "Date:"), tongue.day(words.issued_at));
    pen.line(small, At::Right, (RIGHT, 114.0), 220.0, &day);
    pen.line(Style::new(Face::Italic, 11.0, ink()), At::Left, (LEFT, 170.0), 260.0, tongue.of("Client", "Billed to"));
    let erased = tongue.of("(données effacées)", "(data erased)");
    let buyer = words.buyer_name.as_deref().unwrap_or(erased);
    pen.line(Style::new(Face::Bold, 13.0, ink()), At::Left, (LEFT, 188.0), 320.0, buyer);
}

/// The one line; gives where it ends.
fn item(pen: &mut Pen<'_, '_>, words: &InvoicePaper, top: f32) -> f32 {
    let tongue = words.tongue;
    pen.area(pale(), &rectangle(LEFT, top - 46.0, RIGHT, top - 20.0));
    let label = Style::new(Face::Bold, 11.0, ink());
    pen.line(label, At::Left, (LEFT + 8.0, top - 29.0), 300.0, tongue.of("Désignation", "Description"));
    pen.line(label, At::Right, (RIGHT - 8.0, top - 29.0), 120.0, tongue.of("Montant TTC", "Amount incl. VAT"));
    let text = Style::new(Face::Regular, 12.0, ink());
    let course = match &words.course_title {
        Some(title) => format!("{} {title}", tongue.of("Cours en ligne :", "Online course:")),
        None => tongue.of("Cours en ligne", "Online course").to_owned(),
    };
    let mut y = top;
    for line in pen.lines(text, 340.0, 4, &course) {
        pen.line(text, At::Left, (LEFT + 8.0, y), 340.0, &line);
        y += 16.0;
    }
    pen.line(text, At::Right, (RIGHT - 8.0, top), 120.0, &tongue.euros(words.total));
    pen.stroke(green(), 0.8, &[(LEFT, y), (RIGHT, y)], false);
    y
}

/// Net, VAT and total; gives where they end.
fn sums(pen: &mut Pen<'_, '_>, words: &InvoicePaper, top: f32) -> f32 {
    let tongue = words.tongue;
    let vat = format!("{} {}", tongue.of("TVA", "VAT"), tongue.rate(words.vat_rate_basis_points));
    let rows = [
        (tongue.of("Total HT", "Net").to_owned(), words.net, Face::Regular),
        (vat, words.vat, Face::Regular),
        (tongue.of("Total TTC", "Total").to_owned(), words.total, Face::Bold),
    ];
    let mut y = top + 26.0;
    for (label, cents, face) in rows {
        let row = Style::new(face, 12.0, ink());
        pen.line(row, At::Left, (RIGHT - 230.0, y), 120.0, &label);
        pen.line(row, At::Right, (RIGHT - 8.0, y), 120.0, &tongue.euros(cents));
        y += 19.0;
    }
    y
}

fn refunded(pen: &mut Pen<'_, '_>, words: &InvoicePaper, credit_note: &CreditNotePaper, y: f32) {
    let tongue = words.tongue;
    let words = format!(
        "{} {} {} {}.",
        tongue.of("Remboursée : avoir n°", "Refunded: credit note no."),
        credit_note.number,
        tongue.of("du", "of"),
        tongue.day(credit_note.issued_at)
    );
    pen.line(Style::new(Face::Bold, 12.0, green()), At::Left, (LEFT, y), RIGHT - LEFT, &words);
}

fn foot(pen: &mut Pen<'_, '_>, words: &InvoicePaper) {
    let paid = words.tongue.of(
        "Facture acquittée. Montants en euros, TVA comprise dans le prix.",
        "Paid. Amounts in euros; prices include VAT.",
    );
    pen.stroke(green(), 0.5, &[(LEFT, 786.0), (RIGHT, 786.0)], false);
    pen.line(Style::new(Face::Italic, 10.0, ink()), At::Left, (LEFT, 802.0), RIGHT - LEFT, paid);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(seller: &str, title: Option<&str>) -> InvoicePaper {
        InvoicePaper {
            tongue: Tongue::French,
            number: "2026-00042".to_owned(),
            issued_at: DateTime::UNIX_EPOCH,
            seller: seller.to_owned(),
            buyer_name: Some("Éloïse Lœwenstein".to_owned()),
            course_title: title.map(str::to_owned),
            net: 4_158,
            vat: 832,
            vat_rate_basis_points: 2_000,
            total: 4_990,
            credit_note: None,
        }
    }

    #[test]
    fn the_same_words_give_the_same_paper() {
        let made = invoice(&words("Har Academy", Some("Les tableaux croisés"))).unwrap();
        assert!(made.starts_with(b"%PDF-"));
        assert_eq!(made, invoice(&words("Har Academy", Some("Les tableaux croisés"))).unwrap());
        let refunded = InvoicePaper {
            credit_note: Some(CreditNotePaper { number: "A-2026-00007".to_owned(), issued_at: DateTime::UNIX_EPOCH }),
            buyer_name: None,
            tongue: Tongue::English,
            ..words("Har Academy", None)
        };
        assert_ne!(made, invoice(&refunded).unwrap());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn no_words_break_it(seller in ".{0,200}", title in "\\PC{0,300}", total in any::<i64>()) {
            let words = InvoicePaper { total, ..words(&seller, Some(&title)) };
            prop_assert!(invoice(&words).is_ok());
        }
    }
}
