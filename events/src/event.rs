//! All events of the academy, and how they are told apart when they are read.

use std::borrow::Cow;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    AccessEvent, AdminRosterEvent, AuditAccessEvent, CertificateEvent, CourseEvent, EmailClaimEvent, EnrollmentEvent,
    InvoiceSeriesEvent, MediaEvent, ProjectionControlEvent, QuizAttemptEvent, QuizEvent, ReviewEvent, SessionEvent,
    StreamType, SubscriptionEvent, TransactionEvent, UnknownVersion, UserEvent, UserId,
};

/// Why stored data is no event that this code knows. Such an event parks; it is never skipped.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// The stream has no such event type.
    #[error("unknown event type {event_type} on a {stream_type} stream")]
    UnknownType {
        /// The kind of stream it was found on.
        stream_type: StreamType,
        /// Its name.
        event_type: String,
    },
    /// The event type is known, that version of it is not.
    #[error(transparent)]
    UnknownVersion(#[from] UnknownVersion),
    /// The data is not of the event's shape.
    #[error("malformed {event_type}: {cause}")]
    Malformed {
        /// The event type.
        event_type: String,
        /// What serde says of it.
        cause: serde_json::Error,
    },
}

/// Where the fields of an event are read from.
pub trait Fields {
    /// Why they can't be read as what is asked for.
    type Error;

    /// The fields as a value of that type.
    ///
    /// # Errors
    /// When they are not of its shape.
    fn read<T: DeserializeOwned>(self) -> Result<T, Self::Error>;
}

/// From a reference: nothing is copied but what the event keeps.
impl Fields for &Value {
    type Error = serde_json::Error;

    fn read<T: DeserializeOwned>(self) -> Result<T, Self::Error> {
        T::deserialize(self)
    }
}

/// The events of one kind of stream.
pub trait StreamEvent: cqrs_es::DomainEvent + Into<Event> + 'static {
    /// The kind of stream they are on.
    const STREAM_TYPE: StreamType;

    /// The event's name, past tense, unique over all streams.
    fn type_name(&self) -> &'static str;

    /// The version of its shape.
    fn schema_version(&self) -> u32;

    /// The persons it is about, each once.
    fn subjects(&self) -> Vec<UserId>;

    /// The event's fields; personal ones open.
    ///
    /// # Errors
    /// As serde: never for the events of this crate, whose keys are texts and whose numbers are finite.
    fn to_data(&self) -> Result<Value, serde_json::Error>;

    /// Today's version of the shape of the event of that name; none when the stream has no such event.
    fn current_version(type_name: &str) -> Option<u32>;

    /// The event of that name with these fields, which are of today's shape and open. None when the stream has no such
    /// event.
    ///
    /// # Errors
    /// As of the fields: they are not of the event's shape.
    fn from_fields<F: Fields>(type_name: &str, fields: F) -> Option<Result<Self, F::Error>>;

    /// The event of that name with these fields, personal ones open, after upcasting.
    ///
    /// # Errors
    /// [`DecodeError`] when the name, the version or the shape is not known.
    fn from_data(type_name: &str, schema_version: u32, data: &Value) -> Result<Self, DecodeError> {
        let event_type = || type_name.to_owned();
        let unknown = || DecodeError::UnknownType { stream_type: Self::STREAM_TYPE, event_type: event_type() };
        let current = Self::current_version(type_name).ok_or_else(unknown)?;
        let data = crate::upcast(type_name, schema_version, current, Cow::Borrowed(data))?;
        let event = Self::from_fields(type_name, &*data).ok_or_else(unknown)?;
        event.map_err(|cause| DecodeError::Malformed { event_type: event_type(), cause })
    }

    /// The same from the sum of all events; none when it is of another stream.
    fn from_event(event: Event) -> Option<Self>;

    /// As [`StreamEvent::from_event`], by reference: for who folds one stream, and so knows what is on it.
    fn of(event: &Event) -> Option<&Self>;
}

macro_rules! stream_events {
    ($(#[$doc:meta])* $name:ident on $stream:ident { $($(#[$vdoc:meta])* $variant:ident: $version:literal about [$($subject:ident),*],)+ }) => {
        $(#[$doc])*
        // Variants bear the names of the event types in the log, prefix and all, to be found by them.
        #[allow(clippy::enum_variant_names)]
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(tag = "type", content = "data")]
        pub enum $name {
            $($(#[$vdoc])* $variant($variant),)+
        }

        impl $crate::StreamEvent for $name {
            const STREAM_TYPE: $crate::StreamType = $crate::StreamType::$stream;

            fn type_name(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => stringify!($variant),)+
                }
            }

            fn schema_version(&self) -> u32 {
                match self {
                    $(Self::$variant(_) => $version,)+
                }
            }

            fn subjects(&self) -> Vec<$crate::UserId> {
                match self {
                    $(Self::$variant(_event) => vec![$(_event.$subject),*],)+
                }
            }

            fn to_data(&self) -> Result<serde_json::Value, serde_json::Error> {
                match self {
                    $(Self::$variant(event) => serde_json::to_value(event),)+
                }
            }

            fn current_version(type_name: &str) -> Option<u32> {
                match type_name {
                    $(stringify!($variant) => Some($version),)+
                    _ => None,
                }
            }

            fn from_fields<F: $crate::Fields>(type_name: &str, fields: F) -> Option<Result<Self, F::Error>> {
                match type_name {
                    $(stringify!($variant) => Some(fields.read().map(Self::$variant)),)+
                    _ => None,
                }
            }

            fn from_event(event: $crate::Event) -> Option<Self> {
                if let $crate::Event::$stream(event) = event { Some(event) } else { None }
            }

            fn of(event: &$crate::Event) -> Option<&Self> {
                if let $crate::Event::$stream(event) = event { Some(event) } else { None }
            }
        }

        impl cqrs_es::DomainEvent for $name {
            fn event_type(&self) -> String {
                $crate::StreamEvent::type_name(self).to_owned()
            }

            fn event_version(&self) -> String {
                $crate::StreamEvent::schema_version(self).to_string()
            }
        }

        impl From<$name> for $crate::Event {
            fn from(event: $name) -> Self {
                Self::$stream(event)
            }
        }

        $(impl From<$variant> for $name {
            fn from(event: $variant) -> Self {
                Self::$variant(event)
            }
        })+
    };
}
pub(crate) use stream_events;

macro_rules! all_streams {
    ($($(#[$doc:meta])* $stream:ident($events:ident),)+) => {
        /// Any event of the academy. Every `match` over it names each stream: a new event must be handled, or named
        /// and ignored, in each place that folds.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Event {
            $($(#[$doc])* $stream($events),)+
        }

        impl Event {
            /// The event's name.
            #[must_use]
            pub fn type_name(&self) -> &'static str {
                match self {
                    $(Self::$stream(event) => event.type_name(),)+
                }
            }

            /// The version of its shape.
            #[must_use]
            pub fn schema_version(&self) -> u32 {
                match self {
                    $(Self::$stream(event) => event.schema_version(),)+
                }
            }

            /// The persons it is about, each once.
            #[must_use]
            pub fn subjects(&self) -> Vec<UserId> {
                match self {
                    $(Self::$stream(event) => event.subjects(),)+
                }
            }

            /// The event's fields; personal ones open.
            ///
            /// # Errors
            /// As [`StreamEvent::to_data`].
            pub fn to_data(&self) -> Result<Value, serde_json::Error> {
                match self {
                    $(Self::$stream(event) => event.to_data(),)+
                }
            }
        }

        /// The event with these fields, straight from where they are stored. None when it takes more than reading them:
        /// the version is not today's, or the event is not known.
        ///
        /// # Errors
        /// As of the fields: they are not of the event's shape; also when personal ones are not open.
        pub fn decode_current<F: Fields>(
            stream_type: StreamType,
            event_type: &str,
            schema_version: u32,
            fields: F,
        ) -> Option<Result<Event, F::Error>> {
            match stream_type {
                $(StreamType::$stream => {
                    $events::current_version(event_type).filter(|version| *version == schema_version)?;
                    $events::from_fields(event_type, fields).map(|event| event.map(Event::$stream))
                })+
            }
        }

        /// The event with these fields (personal ones open) on that kind of stream, brought to today's shape.
        ///
        /// # Errors
        /// [`DecodeError`] when the name, the version or the shape is not known.
        pub fn decode(
            stream_type: StreamType,
            event_type: &str,
            schema_version: u32,
            data: &Value,
        ) -> Result<Event, DecodeError> {
            match stream_type {
                $(StreamType::$stream => $events::from_data(event_type, schema_version, data).map(Event::$stream),)+
            }
        }
    };
}

all_streams! {
    /// Of an account.
    User(UserEvent),
    /// Of an email address.
    EmailClaim(EmailClaimEvent),
    /// Of a signed-in device.
    Session(SessionEvent),
    /// Of a course.
    Course(CourseEvent),
    /// Of a quiz.
    Quiz(QuizEvent),
    /// Of a try at a quiz.
    QuizAttempt(QuizAttemptEvent),
    /// Of a learner in a course.
    Enrollment(EnrollmentEvent),
    /// Of what opens a course to a person.
    Access(AccessEvent),
    /// Of a review.
    Review(ReviewEvent),
    /// Of a certificate.
    Certificate(CertificateEvent),
    /// Of an uploaded file.
    Media(MediaEvent),
    /// Of a payment.
    Transaction(TransactionEvent),
    /// Of a person's subscription.
    Subscription(SubscriptionEvent),
    /// Of the invoices or credit notes of a year.
    InvoiceSeries(InvoiceSeriesEvent),
    /// Of the roster of admins.
    AdminRoster(AdminRosterEvent),
    /// Of somebody who looks at the audit trail.
    AuditAccess(AuditAccessEvent),
    /// Of what operators ask of a projection.
    ProjectionControl(ProjectionControlEvent),
}
