//! What may be uploaded.

/// A type of file that the academy takes, told by its content and not by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MediaType {
    /// PNG image.
    Png,
    /// JPEG image.
    Jpeg,
    /// GIF image.
    Gif,
    /// WebP image.
    Webp,
    /// MPEG-4 film.
    Mp4,
    /// WebM film.
    Webm,
    /// QuickTime film.
    QuickTime,
    /// PDF document.
    Pdf,
    /// ZIP archive.
    Zip,
    /// Excel workbook.
    Xlsx,
    /// Plain text: scripts and tables.
    Text,
}

impl MediaType {
    /// Every type.
    pub const ALL: &[Self] = &[
        Self::Png,
        Self::Jpeg,
        Self::Gif,
        Self::Webp,
        Self::Mp4,
        Self::Webm,
        Self::QuickTime,
        Self::Pdf,
        Self::Zip,
        Self::Xlsx,
        Self::Text,
    ];

    /// Its name as a media type (RFC 6838).
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
            Self::Mp4 => "video/mp4",
            Self::Webm => "video/webm",
            Self::QuickTime => "video/quicktime",
            Self::Pdf => "application/pdf",
            Self::Zip => "application/zip",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Text => "text/plain",
        }
    }

    /// The type of a name; none when the academy does not take it.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|media_type| media_type.as_str() == name)
    }

    /// Whether it may be an avatar or a cover.
    #[must_use]
    pub const fn is_image(self) -> bool {
        match self {
            Self::Png | Self::Jpeg | Self::Gif | Self::Webp => true,
            Self::Mp4 | Self::Webm | Self::QuickTime | Self::Pdf | Self::Zip | Self::Xlsx | Self::Text => false,
        }
    }

    /// Whether it may be the film of a lesson.
    #[must_use]
    pub const fn is_video(self) -> bool {
        match self {
            Self::Mp4 | Self::Webm | Self::QuickTime => true,
            Self::Png | Self::Jpeg | Self::Gif | Self::Webp | Self::Pdf | Self::Zip | Self::Xlsx | Self::Text => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_a_file_is() {
        for media_type in MediaType::ALL {
            let name = media_type.as_str();
            assert_eq!(MediaType::from_name(name), Some(*media_type));
            assert_eq!(media_type.is_image(), name.starts_with("image/"), "{name}");
            assert_eq!(media_type.is_video(), name.starts_with("video/"), "{name}");
        }
        // An SVG runs scripts.
        assert_eq!(MediaType::from_name("image/svg+xml"), None);
    }
}
