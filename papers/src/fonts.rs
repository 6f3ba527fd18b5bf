//! The letters.

use std::sync::OnceLock;

use krilla::text::Font;
use ttf_parser::{Face as Metrics, name_id};

use crate::PaperError;

const FAMILY: &str = "Libertinus Serif";

/// A style of letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Face {
    /// Upright.
    Regular,
    /// Slanted.
    Italic,
    /// Heavy.
    Bold,
}

/// A font, and how wide its letters are.
pub(crate) struct Letters {
    pub(crate) font: Font,
    metrics: Metrics<'static>,
}

impl Letters {
    /// How wide a text is, in points. Kerning is left out: it makes texts a little narrower.
    pub(crate) fn width(&self, text: &str, size: f32) -> f32 {
        let units: u32 = text.chars().map(|letter| u32::from(self.advance(letter))).sum();
        #[allow(clippy::cast_precision_loss, reason = "texts of a page")]
        let units = units as f32;
        units / f32::from(self.metrics.units_per_em()) * size
    }

    fn advance(&self, letter: char) -> u16 {
        let glyph = self.metrics.glyph_index(letter).unwrap_or_default();
        self.metrics.glyph_hor_advance(glyph).unwrap_or_default()
    }
}

/// All faces.
pub(crate) struct Fonts {
    regular: Letters,
    italic: Letters,
    bold: Letters,
}

impl Fonts {
    /// The fonts of this process, found once.
    pub(crate) fn shared() -> Result<&'static Self, PaperError> {
        static SHARED: OnceLock<Option<Fonts>> = OnceLock::new();
        let missing = || PaperError("a font is missing".to_owned());
        SHARED.get_or_init(Self::find).as_ref().ok_or_else(missing)
    }

    fn find() -> Option<Self> {
        Some(Self { regular: letters("Regular")?, italic: letters("Italic")?, bold: letters("Bold")? })
    }

    pub(crate) const fn letters(&self, face: Face) -> &Letters {
        match face {
            Face::Regular => &self.regular,
            Face::Italic => &self.italic,
            Face::Bold => &self.bold,
        }
    }
}

/// The font of the family that has this style.
fn letters(style: &str) -> Option<Letters> {
    typst_assets::fonts().find_map(|data| {
        let metrics = Metrics::parse(data, 0).ok()?;
        let named = |id: u16, wanted: &str| {
            let mut names = metrics.names().into_iter().filter(|name| name.name_id == id);
            names.any(|name| name.to_string().as_deref() == Some(wanted))
        };
        if !named(name_id::FAMILY, FAMILY) || !named(name_id::SUBFAMILY, style) {
            return None;
        }
        Some(Letters { font: Font::new(data.into(), 0)?, metrics })
    })
}
