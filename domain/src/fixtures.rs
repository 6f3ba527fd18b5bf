//! Ids and events that the tests of several commands begin with.

use chrono::{DateTime, Utc};
use cqrs_es::test::TestFramework;
use events::{
    AccessEvent, AccessGranted, AccessReinstated, AccessRevoked, AccessSuspended, CourseArchived, CourseCompleted,
    CourseCreated, CourseEvent, CourseId, CoursePublished, CourseRestored, CourseUnpublished, Currency, DisputeWon,
    Domain, EnrollmentDropped, EnrollmentEvent, EnrollmentId, EnrollmentResumed, EnrollmentSource, FaqAdded, FaqId,
    Fold, GrantEnd, GrantId, GrantSource, InstructorApplied, Language, LearnerEnrolled, Lesson, LessonAdded, LessonId,
    LessonProgressRecorded, LessonStatus, LessonType, MediaEvent, MediaId, MediaRemoved, MediaUploaded, ModuleAdded,
    ModuleId, Money, PasswordReset, PaymentCompleted, PaymentDisputed, PaymentFailed, PaymentMethod, PaymentRefunded,
    PaymentStarted, Percent, Personal, Plan, PricingModel, ProviderEvent, PurchaseClosed, PurchaseOpened, Question,
    QuestionId, QuizChanged, QuizCreated, QuizEvent, QuizId, QuizRemoved, RefundCause, RefundRequested, ReviewChanged,
    ReviewEvent, ReviewId, ReviewRemoved, ReviewWritten, Role, SessionEnd, SessionEvent, SessionId, SessionRefreshed,
    SessionRevoked, SessionStarted, SubscriptionCancelled, SubscriptionDeclined, SubscriptionEnd, SubscriptionEvent,
    SubscriptionExpired, SubscriptionId, SubscriptionPaused, SubscriptionPlanChanged, SubscriptionRenewed,
    SubscriptionRequested, SubscriptionResumed, SubscriptionStarted, Timestamp, TransactionEvent, TransactionId,
    UserErased, UserEvent, UserId, UserRegistered,
};
use uuid::Uuid;

use crate::course::{Course, CourseCommand, CourseError, CourseStatus, Editor};
use crate::quiz::WrittenQuestion;
use crate::values::{Choices, Explanation, Key, MediaType, QuestionText, SourceText};

pub fn user_id(n: u128) -> UserId {
    UserId::new(Uuid::from_u128(n))
}

pub fn session_id(n: u128) -> SessionId {
    SessionId::new(Uuid::from_u128(0x5E_0000 + n))
}

pub fn course_id() -> CourseId {
    CourseId::new(Uuid::from_u128(0xC0))
}

pub fn module_id(n: u128) -> ModuleId {
    ModuleId::new(Uuid::from_u128(0x1000 + n))
}

pub fn lesson_id(n: u128) -> LessonId {
    LessonId::new(Uuid::from_u128(0x2000 + n))
}

pub fn at(seconds: i64) -> Timestamp {
    Timestamp::new(DateTime::<Utc>::from_timestamp(seconds, 0).unwrap())
}

pub fn registered(n: u128) -> UserEvent {
    let user_id = user_id(n);
    UserRegistered {
        user_id,
        email: Personal::new(user_id, "ada@example.org".to_owned()),
        first_name: Personal::new(user_id, "Ada".to_owned()),
        last_name: Personal::new(user_id, "Lovelace".to_owned()),
        language: Language::Fr,
        password_hash: Personal::new(user_id, "$argon2id$stored".to_owned()),
    }
    .into()
}

pub fn personal(n: u128, text: &str) -> Personal<String> {
    Personal::new(user_id(n), text.to_owned())
}

pub fn tags(n: u128, words: &[&str]) -> Personal<Vec<String>> {
    Personal::new(user_id(n), words.iter().map(|&word| word.to_owned()).collect())
}

pub fn applied(n: u128, bio: &str, words: &[&str]) -> UserEvent {
    InstructorApplied { user_id: user_id(n), bio: personal(n, bio), expertise_tags: tags(n, words) }.into()
}

pub fn password_reset(n: u128) -> UserEvent {
    PasswordReset { user_id: user_id(n), password_hash: personal(n, "$argon2id$reset") }.into()
}

pub fn erased(n: u128) -> UserEvent {
    UserErased { user_id: user_id(n) }.into()
}

/// A session that dies at 1,000 s.
pub fn started(session: u128, user: u128, password_generation: u32) -> SessionEvent {
    SessionStarted {
        session_id: session_id(session),
        user_id: user_id(user),
        ip: Some(personal(user, "192.0.2.7")),
        user_agent: None,
        password_generation,
        expires_at: at(1_000),
    }
    .into()
}

/// A renewal by user 1.
pub fn refreshed(session: u128, generation: u32, made: i64, expires: i64) -> SessionEvent {
    let (session_id, user_id) = (session_id(session), user_id(1));
    SessionRefreshed { session_id, user_id, generation, at: at(made), expires_at: at(expires) }.into()
}

/// An end by user 1.
pub fn revoked(session: u128) -> SessionEvent {
    let (session_id, user_id) = (session_id(session), user_id(1));
    SessionRevoked { session_id, user_id, reason: SessionEnd::Revoked }.into()
}

/// Histories of accounts that are not there: never opened, or erased.
pub fn nobodies() -> [Vec<UserEvent>; 2] {
    [Vec::new(), vec![registered(1), erased(1)]]
}

/// The owner of the course of [`course_created`].
pub fn owner() -> Editor {
    Editor { user_id: user_id(1), role: Role::Instructor }
}

pub fn other_instructor() -> Editor {
    Editor { user_id: user_id(2), role: Role::Instructor }
}

pub fn admin() -> Editor {
    Editor { user_id: user_id(3), role: Role::Admin }
}

pub fn course_created() -> CourseEvent {
    CourseCreated {
        course_id: course_id(),
        instructor_id: owner().user_id,
        title: "Tableaux croisés".to_owned(),
        description: "De la feuille brute au rapport.".to_owned(),
        short_description: None,
        domain: Domain::Excel,
        stack: Vec::new(),
        price: Money { minor: 4_990, currency: Currency::EUR },
        pricing_model: PricingModel::OneTime,
        keywords: Vec::new(),
        image_url: None,
        category: None,
        language: Language::Fr,
    }
    .into()
}

pub fn module_added(n: u128, order: u32) -> CourseEvent {
    ModuleAdded {
        course_id: course_id(),
        module_id: module_id(n),
        title: format!("Module {n}"),
        description: None,
        order,
    }
    .into()
}

pub fn text_lesson(n: u128) -> Lesson {
    Lesson {
        lesson_id: lesson_id(n),
        title: format!("Leçon {n}"),
        description: None,
        lesson_type: LessonType::Text,
        video: None,
        content: Some("<p>Bonjour</p>".to_owned()),
        quiz_id: None,
        preview: false,
    }
}

pub fn lesson_added(module: u128, n: u128, order: u32) -> CourseEvent {
    LessonAdded { course_id: course_id(), module_id: module_id(module), lesson: text_lesson(n), order }.into()
}

pub fn course_published() -> CourseEvent {
    CoursePublished { course_id: course_id() }.into()
}

pub fn course_unpublished() -> CourseEvent {
    CourseUnpublished { course_id: course_id() }.into()
}

pub fn course_archived() -> CourseEvent {
    CourseArchived { course_id: course_id() }.into()
}

pub fn course_restored() -> CourseEvent {
    CourseRestored { course_id: course_id() }.into()
}

pub fn faq_id(n: u128) -> FaqId {
    FaqId::new(Uuid::from_u128(0x4000 + n))
}

pub fn faq_added(n: u128) -> CourseEvent {
    let (question, answer) = (format!("Question {n} ?"), format!("Réponse {n}."));
    FaqAdded { course_id: course_id(), faq_id: faq_id(n), question, answer }.into()
}

pub fn quiz_id() -> QuizId {
    QuizId::new(Uuid::from_u128(0x9))
}

pub fn question_id(n: u128) -> QuestionId {
    QuestionId::new(Uuid::from_u128(0x3000 + n))
}

/// A single choice, a multiple one, a yes or no, and words to fill in, over and over.
pub fn written_question(n: u128) -> WrittenQuestion {
    let choices = Choices::parse(["a", "b", "c"]).unwrap();
    let key = match n % 4 {
        1 => Key::single(choices, 1).unwrap(),
        2 => Key::multiple(choices, &[2, 0]).unwrap(),
        3 => Key::true_false(true),
        _ => Key::cloze(["écart-type", "sigma"]).unwrap(),
    };
    WrittenQuestion {
        question_id: question_id(n),
        question: QuestionText::parse(&format!("Question {n}")).unwrap(),
        key,
        explanation: Some(Explanation::parse("Parce que.").unwrap()),
        source: Some(SourceText::parse("La phrase.").unwrap()),
    }
}

/// [`written_question`] as events have it.
pub fn question(n: u128) -> Question {
    let written = written_question(n);
    Question {
        question_id: written.question_id,
        question: format!("Question {n}"),
        answer_key: written.key.into_key(),
        explanation: Some("Parce que.".to_owned()),
        source: Some("La phrase.".to_owned()),
    }
}

pub fn quiz_created() -> QuizEvent {
    QuizCreated {
        quiz_id: quiz_id(),
        course_id: course_id(),
        lesson_id: Some(lesson_id(1)),
        title: "Quiz".to_owned(),
        passing_score: Percent::of(60, 100),
        questions: [1, 2, 3, 4].map(question).to_vec(),
    }
    .into()
}

pub fn quiz_changed(quiz_version: u32, title: &str) -> QuizEvent {
    QuizChanged {
        quiz_id: quiz_id(),
        quiz_version,
        title: title.to_owned(),
        passing_score: Percent::of(60, 100),
        questions: [1, 2, 3, 4].map(question).to_vec(),
    }
    .into()
}

pub fn quiz_removed() -> QuizEvent {
    QuizRemoved { quiz_id: quiz_id() }.into()
}

/// Of user 5 in the fixtures' course.
pub fn enrollment_id() -> EnrollmentId {
    EnrollmentId::of(user_id(5), course_id())
}

pub fn enrolled() -> EnrollmentEvent {
    let (enrollment_id, user_id, course_id) = (enrollment_id(), user_id(5), course_id());
    LearnerEnrolled { enrollment_id, user_id, course_id, source: EnrollmentSource::Free }.into()
}

pub fn resumed() -> EnrollmentEvent {
    let (enrollment_id, user_id, course_id) = (enrollment_id(), user_id(5), course_id());
    EnrollmentResumed { enrollment_id, user_id, course_id, source: EnrollmentSource::Free }.into()
}

pub fn dropped() -> EnrollmentEvent {
    EnrollmentDropped { enrollment_id: enrollment_id(), user_id: user_id(5), course_id: course_id() }.into()
}

pub fn course_completed(seconds: i64) -> EnrollmentEvent {
    let (enrollment_id, user_id, course_id) = (enrollment_id(), user_id(5), course_id());
    CourseCompleted { enrollment_id, user_id, course_id, completed_at: at(seconds) }.into()
}

pub fn recorded(
    lesson: u128,
    status: LessonStatus,
    time_spent_seconds: u64,
    quiz_score: Option<Percent>,
) -> EnrollmentEvent {
    LessonProgressRecorded {
        enrollment_id: enrollment_id(),
        user_id: user_id(5),
        course_id: course_id(),
        lesson_id: lesson_id(lesson),
        status,
        time_spent_seconds,
        quiz_score,
    }
    .into()
}

pub fn grant_id(n: u128) -> GrantId {
    GrantId::new(Uuid::from_u128(0x6A00 + n))
}

pub fn transaction_id(n: u128) -> TransactionId {
    TransactionId::new(Uuid::from_u128(0x7A00 + n))
}

pub fn purchase(n: u128) -> GrantSource {
    GrantSource::Purchase { transaction_id: transaction_id(n) }
}

/// By an admin, to user 5.
pub fn given(reason: &str) -> GrantSource {
    GrantSource::Admin { reason: personal(5, reason) }
}

/// To user 5.
pub fn granted(n: u128, source: GrantSource) -> AccessEvent {
    AccessGranted { grant_id: grant_id(n), user_id: user_id(5), course_id: course_id(), source }.into()
}

pub fn access_revoked(n: u128) -> AccessEvent {
    let end = GrantEnd::Refunded {};
    AccessRevoked { grant_id: grant_id(n), user_id: user_id(5), course_id: course_id(), end }.into()
}

pub fn access_suspended(n: u128) -> AccessEvent {
    AccessSuspended { grant_id: grant_id(n), user_id: user_id(5), course_id: course_id() }.into()
}

pub fn access_reinstated(n: u128) -> AccessEvent {
    AccessReinstated { grant_id: grant_id(n), user_id: user_id(5), course_id: course_id() }.into()
}

pub fn purchase_opened(n: u128) -> AccessEvent {
    PurchaseOpened { transaction_id: transaction_id(n), user_id: user_id(5), course_id: course_id() }.into()
}

pub fn purchase_closed(n: u128) -> AccessEvent {
    PurchaseClosed { transaction_id: transaction_id(n), user_id: user_id(5), course_id: course_id() }.into()
}

pub fn euros(minor: i64) -> Money {
    Money { minor, currency: Currency::EUR }
}

/// Of 49.90 by user 5, as are those that follow.
pub fn payment_started(method: PaymentMethod) -> TransactionEvent {
    let payment_method_id = (method == PaymentMethod::Card).then(|| "pm_card_visa".to_owned());
    let (transaction_id, user_id, course_id) = (transaction_id(1), user_id(5), course_id());
    PaymentStarted { transaction_id, user_id, course_id, amount: euros(4_990), method, payment_method_id }.into()
}

pub fn payment_completed(seconds: i64, intent: Option<&str>, event: Option<&str>) -> TransactionEvent {
    PaymentCompleted {
        transaction_id: transaction_id(1),
        user_id: user_id(5),
        course_id: course_id(),
        amount: euros(4_990),
        payment_intent_id: intent.map(str::to_owned),
        completed_at: at(seconds),
        provider_event_id: event.map(str::to_owned),
    }
    .into()
}

pub fn free_payment(seconds: i64) -> Vec<TransactionEvent> {
    let (transaction_id, user_id, course_id, amount) = (transaction_id(1), user_id(5), course_id(), euros(0));
    let (method, payment_method_id) = (PaymentMethod::Free, None);
    let completed = PaymentCompleted {
        transaction_id,
        user_id,
        course_id,
        amount,
        payment_intent_id: None,
        completed_at: at(seconds),
        provider_event_id: None,
    };
    let started = PaymentStarted { transaction_id, user_id, course_id, amount, method, payment_method_id };
    vec![started.into(), completed.into()]
}

pub fn payment_failed(event: &str) -> TransactionEvent {
    PaymentFailed {
        transaction_id: transaction_id(1),
        user_id: user_id(5),
        course_id: course_id(),
        payment_intent_id: Some("pi_1".to_owned()),
        code: "card_declined".to_owned(),
        provider_event_id: Some(event.to_owned()),
    }
    .into()
}

pub fn refund_requested(reason: Option<Personal<String>>) -> TransactionEvent {
    RefundRequested { transaction_id: transaction_id(1), user_id: user_id(5), course_id: course_id(), reason }.into()
}

/// With the provider.
pub fn payment_refunded(seconds: i64, event: Option<&str>) -> TransactionEvent {
    PaymentRefunded {
        transaction_id: transaction_id(1),
        user_id: user_id(5),
        course_id: course_id(),
        amount: euros(4_990),
        cause: RefundCause::Provider,
        refunded_at: at(seconds),
        provider_event_id: event.map(str::to_owned),
    }
    .into()
}

pub fn payment_disputed(event: &str) -> TransactionEvent {
    let (transaction_id, user_id, course_id) = (transaction_id(1), user_id(5), course_id());
    PaymentDisputed { transaction_id, user_id, course_id, provider_event_id: event.to_owned() }.into()
}

pub fn dispute_won(event: &str) -> TransactionEvent {
    let (transaction_id, user_id, course_id) = (transaction_id(1), user_id(5), course_id());
    DisputeWon { transaction_id, user_id, course_id, provider_event_id: event.to_owned() }.into()
}

/// By user 5.
pub fn review_written(rating: u8, comment: Option<&str>) -> ReviewEvent {
    let (user_id, course_id, comment) = (user_id(5), course_id(), comment.map(|text| personal(5, text)));
    ReviewWritten { review_id: ReviewId::of(user_id, course_id), user_id, course_id, rating, comment }.into()
}

pub fn review_changed(rating: u8, comment: Option<&str>) -> ReviewEvent {
    let (user_id, course_id, comment) = (user_id(5), course_id(), comment.map(|text| personal(5, text)));
    ReviewChanged { review_id: ReviewId::of(user_id, course_id), user_id, course_id, rating, comment }.into()
}

pub fn review_removed() -> ReviewEvent {
    let (user_id, course_id) = (user_id(5), course_id());
    ReviewRemoved { review_id: ReviewId::of(user_id, course_id), user_id, course_id }.into()
}

pub fn media_id() -> MediaId {
    MediaId::new(Uuid::from_u128(0x3E))
}

/// By user 1.
pub fn media_uploaded(media_type: MediaType) -> MediaEvent {
    MediaUploaded {
        media_id: media_id(),
        owner_id: user_id(1),
        filename: personal(1, "fichier"),
        content_type: media_type.as_str().to_owned(),
        size: 12,
        sha256: "ab".repeat(32),
    }
    .into()
}

pub fn media_removed() -> MediaEvent {
    MediaRemoved { media_id: media_id(), owner_id: user_id(1) }.into()
}

/// Gives a command to a draft to which `more` has happened: it makes this event, which leads to that status, or is
/// refused.
pub fn course_step<E: Into<CourseError>>(
    more: &[CourseEvent],
    command: impl Into<CourseCommand>,
    event: CourseEvent,
    expected: Result<CourseStatus, E>,
) {
    let given = [&[course_created()], more].concat();
    let test = TestFramework::<Course>::with(()).given(given.clone()).when(command.into());
    match expected {
        Ok(status) => {
            test.then_expect_events(vec![event.clone()]);
            let mut course = Course::default();
            given.iter().chain([&event]).for_each(|event| course.apply(event));
            assert_eq!(course.details.map(|details| details.status), Some(status));
        }
        Err(error) => test.then_expect_error(error.into()),
    }
}

/// The first renewal date, and the second, of what begins at 0 s: in February and March 1970.
pub const MONTH: i64 = 31 * 86_400;
pub const TWO_MONTHS: i64 = (31 + 28) * 86_400;

pub fn subscription_id(n: u128) -> SubscriptionId {
    SubscriptionId::new(Uuid::from_u128(0x8A00 + n))
}

/// By user 5, for `pro`.
pub fn subscription_requested(n: u128) -> SubscriptionEvent {
    SubscriptionRequested {
        subscription_id: subscription_id(n),
        user_id: user_id(5),
        plan: Plan::Pro,
        amount_per_month: euros(1_990),
        payment_method_id: "pm_card_visa".to_owned(),
    }
    .into()
}

/// At 0 s, as `sub_1`.
pub fn subscription_started() -> SubscriptionEvent {
    SubscriptionStarted {
        subscription_id: subscription_id(1),
        user_id: user_id(5),
        provider_subscription_id: "sub_1".to_owned(),
        started_at: at(0),
        renewal_date: at(MONTH),
    }
    .into()
}

pub fn subscribed() -> Vec<SubscriptionEvent> {
    vec![subscription_requested(1), subscription_started()]
}

pub fn subscription_declined() -> SubscriptionEvent {
    let (subscription_id, user_id) = (subscription_id(1), user_id(5));
    SubscriptionDeclined { subscription_id, user_id, code: "card_declined".to_owned() }.into()
}

/// At 10 s.
pub fn subscription_cancelled() -> SubscriptionEvent {
    let (subscription_id, user_id, cancelled_at) = (subscription_id(1), user_id(5), at(10));
    SubscriptionCancelled { subscription_id, user_id, cancelled_at, provider_event: None }.into()
}

pub fn subscription_paused() -> SubscriptionEvent {
    SubscriptionPaused { subscription_id: subscription_id(1), user_id: user_id(5), provider_event: None }.into()
}

pub fn subscription_resumed(from: Option<i64>) -> SubscriptionEvent {
    let (subscription_id, user_id, counted_from) = (subscription_id(1), user_id(5), from.map(at));
    SubscriptionResumed { subscription_id, user_id, counted_from, provider_event: None }.into()
}

/// To `enterprise`.
pub fn plan_changed() -> SubscriptionEvent {
    let (subscription_id, user_id, plan) = (subscription_id(1), user_id(5), Plan::Enterprise);
    SubscriptionPlanChanged { subscription_id, user_id, plan, amount_per_month: euros(4_990) }.into()
}

pub fn subscription_renewed(until: i64) -> SubscriptionEvent {
    SubscriptionRenewed {
        subscription_id: subscription_id(1),
        user_id: user_id(5),
        amount: euros(1_990),
        renewal_date: at(until),
        provider_invoice_id: None,
        provider_event: None,
    }
    .into()
}

pub fn subscription_expired(reason: SubscriptionEnd) -> SubscriptionEvent {
    let (subscription_id, user_id) = (subscription_id(1), user_id(5));
    SubscriptionExpired { subscription_id, user_id, reason, provider_event: None }.into()
}

pub fn provider_event(id: &str, created: i64) -> ProviderEvent {
    ProviderEvent { id: id.to_owned(), created_at: Some(at(created)) }
}
