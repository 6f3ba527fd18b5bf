//! The schemas of types that know nothing of API documents: ids, times, closed sets of words.

use events::{
    Currency, Domain, Language, LessonStatus, LessonType, PaymentMethod, Plan, PricingModel, Role, SubscriptionStatus,
    TransactionStatus,
};
use utoipa::openapi::schema::{KnownFormat, Object, ObjectBuilder, SchemaFormat, SchemaType, Type};

use crate::{CourseStatus, EnrollmentStatus, QuestionType, UserStatus, VerificationStatus};

/// A UUID in lower-case text.
pub fn id() -> Object {
    ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid))).build()
}

/// A UUID, or null.
pub fn nullable_id() -> Object {
    nullable(KnownFormat::Uuid)
}

/// A time: RFC 3339, UTC, milliseconds.
pub fn time() -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
        .build()
}

/// A time, or null.
pub fn nullable_time() -> Object {
    nullable(KnownFormat::DateTime)
}

fn nullable(format: KnownFormat) -> Object {
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
        .format(Some(SchemaFormat::KnownFormat(format)))
        .build()
}

fn one_of<'a>(words: impl Iterator<Item = &'a str>) -> Object {
    let words: Vec<&str> = words.collect();
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).build()
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident: $set:ident;)+) => {$(
        $(#[$doc])*
        pub fn $name() -> Object {
            one_of($set::ALL.iter().map(|word| word.as_str()))
        }
    )+};
}

words! {
    /// What a person may do.
    role: Role;
    /// Whether an account may be used.
    user_status: UserStatus;
    /// A language of the academy.
    language: Language;
    /// How far an application to teach has come.
    verification_status: VerificationStatus;
    /// What a course is about.
    domain: Domain;
    /// Where a course stands.
    course_status: CourseStatus;
    /// How a course is sold.
    pricing_model: PricingModel;
    /// What a lesson consists of.
    lesson_type: LessonType;
    /// How a course is paid for.
    payment_method: PaymentMethod;
    /// How far a payment has come.
    transaction_status: TransactionStatus;
    /// What may be subscribed to.
    plan: Plan;
    /// Where a subscription stands.
    subscription_status: SubscriptionStatus;
    /// How far somebody has come in a course.
    enrollment_status: EnrollmentStatus;
    /// How a question is answered.
    question_type: QuestionType;
    /// How far somebody is with a lesson.
    lesson_status: LessonStatus;
}

/// A currency of the academy.
pub fn currency() -> Object {
    one_of([Currency::EUR.code()].into_iter())
}
