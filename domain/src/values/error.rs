//! Why a value was refused.

/// Why something from outside is no value of its type. Lengths are in characters (Unicode scalar values).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// It is not there, or blank.
    #[error("required")]
    Required,
    /// It is shorter than allowed.
    #[error("shorter than {min} characters")]
    TooShort {
        /// The least length.
        min: usize,
    },
    /// It is longer than allowed.
    #[error("longer than {max} characters")]
    TooLong {
        /// The greatest length.
        max: usize,
    },
    /// It is a number outside its range.
    #[error("out of range")]
    OutOfRange,
    /// It is not of the expected form, or no word of a closed set.
    #[error("invalid")]
    Invalid,
    /// It is no email address.
    #[error("not an email address")]
    InvalidEmail,
    /// It is no absolute http or https URL.
    #[error("not an http or https URL")]
    InvalidUrl,
    /// It holds a control character that its type does not allow.
    #[error("contains a control character")]
    ControlCharacter,
    /// It is a password that is too easy, too short or too long.
    #[error("a password needs 8 to 128 characters, an upper-case letter and a digit")]
    WeakPassword,
    /// It is a list with fewer entries than asked for.
    #[error("fewer than {min} items")]
    TooFew {
        /// The least number.
        min: usize,
    },
    /// It is in its list already.
    #[error("there twice")]
    Duplicate,
    /// It is a list with more entries than allowed.
    #[error("more than {max} items")]
    TooMany {
        /// The greatest number.
        max: usize,
    },
    /// It is an amount with more decimals than its currency has.
    #[error("more than 2 decimals")]
    TooManyDecimals,
}

impl ValueError {
    /// The stable code that an error body gives in `details[].code`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::TooShort { .. } => "too_short",
            Self::TooLong { .. } => "too_long",
            Self::OutOfRange => "out_of_range",
            Self::Invalid => "invalid",
            Self::InvalidEmail => "invalid_email",
            Self::InvalidUrl => "invalid_url",
            Self::ControlCharacter => "control_character",
            Self::WeakPassword => "weak_password",
            Self::TooFew { .. } => "too_few_items",
            Self::Duplicate => "duplicate",
            Self::TooMany { .. } => "too_many_items",
            Self::TooManyDecimals => "too_many_decimals",
        }
    }
}
