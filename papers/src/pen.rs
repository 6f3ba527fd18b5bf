//! Text and lines on a page. Lengths are in points; y goes down.

use krilla::Document;
use krilla::color::rgb::Color;
use krilla::geom::{PathBuilder, Point};
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;
use krilla::text::TextDirection;

use crate::PaperError;
use crate::fonts::{Face, Fonts};

/// How a text looks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    pub(crate) face: Face,
    pub(crate) size: f32,
    pub(crate) colour: Color,
}

impl Style {
    /// These letters in this size, in points, and colour.
    pub(crate) const fn new(face: Face, size: f32, colour: Color) -> Self {
        Self { face, size, colour }
    }
}

/// The colour of texts.
pub(crate) fn ink() -> Color {
    Color::new(33, 43, 54)
}

/// The academy's colour.
pub(crate) fn green() -> Color {
    Color::new(24, 92, 82)
}

/// What of a text is at its x.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    Left,
    Middle,
    Right,
}

/// Draws on the one page of a paper.
pub(crate) struct Pen<'a, 'b> {
    surface: &'a mut Surface<'b>,
    fonts: &'static Fonts,
}

/// The smallest part of its size that a text is made smaller by to fit.
const STEP: f32 = 0.96;

/// A paper of one page.
pub(crate) fn paper(
    (width, height): (f32, f32),
    title: &str,
    language: &str,
    draw: impl FnOnce(&mut Pen<'_, '_>),
) -> Result<Vec<u8>, PaperError> {
    let fonts = Fonts::shared()?;
    let settings = PageSettings::from_wh(width, height).ok_or_else(|| PaperError("no such page".to_owned()))?;
    let mut document = Document::new();
    let metadata = Metadata::new().title(title.to_owned()).language(language.to_owned());
    document.set_metadata(metadata.creator("Har Academy".to_owned()));
    let mut page = document.start_page_with(settings);
    let mut surface = page.surface();
    draw(&mut Pen { surface: &mut surface, fonts });
    surface.finish();
    page.finish();
    document.finish().map_err(|error| PaperError(format!("{error:?}")))
}

impl Pen<'_, '_> {
    /// Writes one line; gives the size that it has: smaller than asked for when it would be wider than `most`.
    pub(crate) fn line(&mut self, style: Style, at: At, (x, y): (f32, f32), most: f32, text: &str) -> f32 {
        let text = printable(text);
        let letters = self.fonts.letters(style.face);
        let mut size = style.size;
        while letters.width(&text, size) > most && size > 1.0 {
            size *= STEP;
        }
        let width = letters.width(&text, size);
        let left = match at {
            At::Left => x,
            At::Middle => x - width / 2.0,
            At::Right => x - width,
        };
        if !text.is_empty() {
            self.surface.set_stroke(None);
            self.surface.set_fill(Some(Fill { paint: style.colour.into(), ..Fill::default() }));
            let start = Point::from_xy(left, y);
            self.surface.draw_text(start, letters.font.clone(), size, &text, false, TextDirection::Auto);
        }
        size
    }

    /// The lines of a text that is broken between words, `lines` at most: what is left is on the last, made smaller.
    pub(crate) fn lines(&self, style: Style, most: f32, lines: usize, text: &str) -> Vec<String> {
        let letters = self.fonts.letters(style.face);
        let mut broken: Vec<String> = vec![String::new()];
        for word in printable(text).split_whitespace() {
            let full = broken.len() >= lines;
            let Some(line) = broken.last_mut() else { continue };
            let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
            if line.is_empty() || full || letters.width(&longer, style.size) <= most {
                *line = longer;
            } else {
                broken.push(word.to_owned());
            }
        }
        broken
    }

    /// A line of this width through these points.
    pub(crate) fn stroke(&mut self, colour: Color, width: f32, points: &[(f32, f32)], closed: bool) {
        if let Some(path) = path(points, closed) {
            self.surface.set_fill(None);
            self.surface.set_stroke(Some(Stroke { paint: colour.into(), width, ..Stroke::default() }));
            self.surface.draw_path(&path);
        }
    }

    /// An area between these points.
    pub(crate) fn area(&mut self, colour: Color, points: &[(f32, f32)]) {
        if let Some(path) = path(points, true) {
            self.surface.set_stroke(None);
            self.surface.set_fill(Some(Fill { paint: colour.into(), ..Fill::default() }));
            self.surface.draw_path(&path);
        }
    }
}

fn path(points: &[(f32, f32)], closed: bool) -> Option<krilla::geom::Path> {
    let mut builder = PathBuilder::new();
    let mut points = points.iter();
    let (x, y) = points.next()?;
    builder.move_to(*x, *y);
    points.for_each(|(x, y)| builder.line_to(*x, *y));
    if closed {
        builder.close();
    }
    builder.finish()
}

/// A text without what is no letter: it would be drawn as a box, if at all.
fn printable(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).collect()
}

/// The corners of a rectangle.
pub(crate) const fn rectangle(left: f32, top: f32, right: f32, bottom: f32) -> [(f32, f32); 4] {
    [(left, top), (right, top), (right, bottom), (left, bottom)]
}

/// The corners of a star, or with as many points as look round, of a disc.
pub(crate) fn star((x, y): (f32, f32), points: u16, outer: f32, inner: f32) -> Vec<(f32, f32)> {
    let corners = points * 2;
    let corner = |at: u16| {
        let angle = std::f32::consts::TAU * f32::from(at) / f32::from(corners) - std::f32::consts::FRAC_PI_2;
        let radius = if at.is_multiple_of(2) { outer } else { inner };
        (x + radius * angle.cos(), y + radius * angle.sin())
    };
    (0..corners).map(corner).collect()
}
