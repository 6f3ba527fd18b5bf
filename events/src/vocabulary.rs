//! The closed sets of words that events and answers share.

use serde::{Deserialize, Serialize};

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)+ })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Every value.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word in events and answers.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// The value of a word; none when it is not of the set.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )+};
}

words! {
    /// What a person may do.
    Role {
        /// Takes courses.
        Learner = "learner",
        /// Writes courses of their own.
        Instructor = "instructor",
        /// Runs the academy.
        Admin = "admin",
    }
    /// A language the academy speaks.
    Language {
        /// French, the default.
        Fr = "fr",
        /// English.
        En = "en",
    }
    /// What a course is about.
    Domain {
        /// Spreadsheets.
        Excel = "Excel",
        /// The language R.
        R = "R",
        /// The language Python.
        Python = "Python",
        /// Anything else.
        Other = "Other",
    }
    /// How a course is sold.
    PricingModel {
        /// Bought once, kept for good.
        OneTime = "one-time",
        /// Opened by a subscription.
        Subscription = "subscription",
    }
    /// What a lesson consists of.
    LessonType {
        /// A film.
        Video = "video",
        /// A text to read.
        Text = "text",
        /// Questions.
        Quiz = "quiz",
        /// Something to do.
        Exercise = "exercise",
    }
    /// How far a learner is with a lesson.
    LessonStatus {
        /// Not begun, or set back.
        NotStarted = "not_started",
        /// Begun.
        InProgress = "in_progress",
        /// Done.
        Completed = "completed",
    }
    /// By what right somebody is in a course.
    EnrollmentSource {
        /// The course is free.
        Free = "free",
        /// They bought it.
        Purchase = "purchase",
        /// Their subscription covers it.
        Subscription = "subscription",
        /// An admin gave it to them.
        Admin = "admin",
    }
    /// Why a session ended before its time.
    SessionEnd {
        /// Its owner signed out on the device.
        LoggedOut = "logged_out",
        /// Its owner ended it from another device.
        Revoked = "revoked",
        /// A refresh token that had been exchanged was presented again: somebody has copied it.
        Reused = "reused",
    }

    /// How a course is paid for.
    PaymentMethod {
        /// By card, through the provider.
        Card = "card",
        /// By transfer, which an admin confirms.
        BankTransfer = "bank_transfer",
        /// It costs nothing.
        Free = "free",
    }

    /// How far a payment has come. It only ever goes on, in this order.
    TransactionStatus {
        /// The money is awaited.
        Pending = "pending",
        /// It will not come.
        Failed = "failed",
        /// It is there.
        Completed = "completed",
        /// It went back.
        Refunded = "refunded",
    }

    /// Why money went back.
    RefundCause {
        /// The buyer or an admin asked for it.
        Requested = "requested",
        /// It was done with the provider.
        Provider = "provider",
        /// The buyer's bank took it.
        DisputeLost = "dispute_lost",
    }

    /// What somebody may subscribe to.
    Plan {
        /// The least.
        Basic = "basic",
        /// More.
        Pro = "pro",
        /// All of it.
        Enterprise = "enterprise",
    }

    /// Where a subscription stands.
    SubscriptionStatus {
        /// It opens courses until its renewal date, and is renewed then.
        Active = "active",
        /// It rests.
        Paused = "paused",
        /// It opens courses until its renewal date, and ends then.
        Cancelled = "cancelled",
        /// It is over.
        Expired = "expired",
    }

    /// Why a subscription is over.
    SubscriptionEnd {
        /// It was cancelled, and what was paid for has run out.
        RanOut = "ran_out",
        /// A month could not be paid for.
        PaymentFailed = "payment_failed",
        /// The provider has ended it.
        Provider = "provider",
        /// The person was erased.
        Erased = "erased",
    }
}
