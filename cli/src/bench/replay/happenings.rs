//! What happens in a [`History`], one thing each.

use events::{
    AccessGranted, AccessId, AnswerKey, AttemptId, CourseCompleted, CourseCreated, CourseId, CoursePublished, Currency,
    Domain, EnrollmentId, EnrollmentSource, GrantId, GrantSource, InvoiceIssued, InvoiceSeriesEvent, Language,
    LearnerEnrolled, Lesson, LessonAdded, LessonId, LessonProgressRecorded, LessonStatus, LessonType, ModuleAdded,
    ModuleId, Money, PaymentCompleted, PaymentMethod, PaymentStarted, Percent, Personal, PricingModel, PurchaseOpened,
    Question, QuestionId, QuestionResult, QuizAttemptEvent, QuizAttemptSubmitted, QuizCreated, QuizEvent, QuizId,
    ReviewEvent, ReviewId, ReviewWritten, StreamId, StreamType, TransactionEvent, TransactionId, UserId,
};
use rand::RngExt as _;
use uuid::Uuid;

use super::history::{Course, Draft, History, Learning};
use crate::bench::commits::{claimed, registered, session_started};

const LESSONS: usize = 8;
const QUESTIONS: usize = 5;
const TEXT: &str = "<p>Une fonction rend toujours une valeur : la dernière expression qui y est évaluée. Ce qui précède \
                    n'est là que pour l'obtenir.</p>";

fn new<T>(id: impl Fn(Uuid) -> T) -> T {
    id(Uuid::now_v7())
}

const fn euros(cents: i64) -> Money {
    Money { minor: cents, currency: Currency::EUR }
}

impl History {
    /// Somebody registers, and is signed in.
    pub(super) fn register(&mut self, draft: &mut Draft) {
        let user_id = new(UserId::new);
        draft.create_key(user_id);
        for (stream, event) in [registered(user_id), claimed(user_id), session_started(user_id, self.now())] {
            draft.push(stream, event);
        }
        self.people.push(user_id);
    }

    /// Somebody comes back.
    pub(super) fn sign_in(&mut self, draft: &mut Draft) {
        if let Some(user_id) = self.someone() {
            let (stream, event) = session_started(user_id, self.now());
            draft.push(stream, event);
        }
    }

    /// A course is written, with a quiz, and published.
    pub(super) fn write_course(&mut self, draft: &mut Draft) {
        let Some(instructor_id) = self.someone() else { return };
        let (course_id, module_id, quiz_id) = (new(CourseId::new), new(ModuleId::new), new(QuizId::new));
        let lessons: Vec<LessonId> = (0..LESSONS).map(|_| new(LessonId::new)).collect();
        let stream = || StreamId::new(StreamType::Course, course_id);
        draft.push(stream(), events::CourseEvent::from(self.course(course_id, instructor_id)));
        let (title, order) = ("Premiers pas".to_owned(), 1);
        let module = ModuleAdded { course_id, module_id, title, description: None, order };
        draft.push(stream(), events::CourseEvent::from(module));
        for (order, lesson_id) in (1..).zip(&lessons) {
            let lesson = lesson(*lesson_id, order);
            draft.push(stream(), events::CourseEvent::from(LessonAdded { course_id, module_id, lesson, order }));
        }
        draft.push(stream(), events::CourseEvent::from(CoursePublished { course_id }));
        let questions: Vec<Question> = (0..QUESTIONS).map(question).collect();
        let question_ids = questions.iter().map(|question| question.question_id).collect();
        let created = QuizCreated {
            quiz_id,
            course_id,
            lesson_id: None,
            title: "Ce que vous savez".to_owned(),
            passing_score: Percent::of(3, 5),
            questions,
        };
        draft.push(StreamId::new(StreamType::Quiz, quiz_id), QuizEvent::from(created));
        self.courses.push(Course { id: course_id, lessons, quiz_id, question_ids });
    }

    fn course(&mut self, course_id: CourseId, instructor_id: UserId) -> CourseCreated {
        let number = self.courses.len();
        let domain = [Domain::Excel, Domain::R, Domain::Python][number % 3];
        CourseCreated {
            course_id,
            instructor_id,
            title: format!("{domain}, tome {number}"),
            description: "Des données désordonnées à l'analyse que l'on peut montrer, pas à pas.".repeat(4),
            short_description: Some("Pas à pas".to_owned()),
            domain,
            stack: vec!["dplyr".to_owned(), "Excel 365".to_owned()],
            price: euros(self.random.random_range(0..20) * 500),
            pricing_model: PricingModel::OneTime,
            keywords: vec!["données".to_owned(), "tableau".to_owned()],
            image_url: None,
            category: None,
            language: Language::Fr,
        }
    }

    /// Somebody begins a course that costs nothing.
    pub(super) fn enroll(&mut self, draft: &mut Draft) {
        let Some((user_id, course)) = self.newcomer() else { return };
        self.enter(user_id, course, (GrantSource::Free {}, EnrollmentSource::Free), draft);
    }

    /// Somebody buys a course.
    pub(super) fn buy(&mut self, draft: &mut Draft) {
        let Some((user_id, course)) = self.newcomer() else { return };
        let Some(course_id) = self.courses.get(course).map(|course| course.id) else { return };
        let (transaction_id, amount) = (new(TransactionId::new), euros(4_990));
        let access = StreamId::new(StreamType::Access, AccessId::of(user_id, course_id));
        draft.push(access, events::AccessEvent::from(PurchaseOpened { transaction_id, user_id, course_id }));
        let payment = || StreamId::new(StreamType::Transaction, transaction_id);
        let started = PaymentStarted {
            transaction_id,
            user_id,
            course_id,
            amount,
            method: PaymentMethod::Card,
            payment_method_id: Some("pm_card_visa".to_owned()),
        };
        draft.push(payment(), TransactionEvent::from(started));
        let completed = PaymentCompleted {
            transaction_id,
            user_id,
            course_id,
            amount,
            payment_intent_id: Some(format!("pi_{}", transaction_id.uuid().simple())),
            completed_at: self.now(),
            provider_event_id: None,
        };
        draft.push(payment(), TransactionEvent::from(completed));
        let invoice = InvoiceIssued {
            transaction_id,
            user_id,
            buyer_name: Personal::new(user_id, "Éloïse Marchand".to_owned()),
            seller: "Har Academy".to_owned(),
            total: amount,
            net: euros(4_158),
            vat: euros(832),
            vat_rate_basis_points: 2_000,
        };
        draft.push(StreamId::new(StreamType::InvoiceSeries, "2026"), InvoiceSeriesEvent::from(invoice));
        self.enter(user_id, course, (GrantSource::Purchase { transaction_id }, EnrollmentSource::Purchase), draft);
    }

    /// Somebody, and a course that they are not in; none when the two that were drawn know each other.
    fn newcomer(&mut self) -> Option<(UserId, usize)> {
        let count = self.courses.len();
        // A few courses have most of the learners.
        let share: f64 = self.random.random();
        #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let course = (share * share * count as f64) as usize;
        let user_id = self.someone()?;
        (course < count && self.entered.insert((user_id, course))).then_some((user_id, course))
    }

    fn enter(
        &mut self,
        user_id: UserId,
        course: usize,
        (source, by): (GrantSource, EnrollmentSource),
        draft: &mut Draft,
    ) {
        let Some(course_id) = self.courses.get(course).map(|course| course.id) else { return };
        let access = StreamId::new(StreamType::Access, AccessId::of(user_id, course_id));
        let grant_id = new(GrantId::new);
        draft.push(access, events::AccessEvent::from(AccessGranted { grant_id, user_id, course_id, source }));
        let enrollment_id = EnrollmentId::of(user_id, course_id);
        let enrolled = LearnerEnrolled { enrollment_id, user_id, course_id, source: by };
        draft.push(enrollment(enrollment_id), events::EnrollmentEvent::from(enrolled));
        self.learning.push(Learning { user_id, course, done: 0, reviewed: false });
    }

    /// Somebody goes on with their course: looks at the next lesson, or completes it, with which the course may end.
    pub(super) fn go_on(&mut self, draft: &mut Draft) {
        let Some(index) = self.some_learning() else { return self.enroll(draft) };
        let (seconds, completes) = (self.random.random_range(30..3_000), self.random.random_ratio(2, 3));
        let now = self.now();
        let Some(learning) = self.learning.get_mut(index) else { return };
        let Some(course) = self.courses.get(learning.course) else { return };
        let (user_id, course_id) = (learning.user_id, course.id);
        let enrollment_id = EnrollmentId::of(user_id, course_id);
        // Who is through looks at the last lesson again.
        let at = learning.done.min(course.lessons.len() - 1);
        let Some(lesson_id) = course.lessons.get(at).copied() else { return };
        let status = if completes || learning.done > at { LessonStatus::Completed } else { LessonStatus::InProgress };
        let recorded = LessonProgressRecorded {
            enrollment_id,
            user_id,
            course_id,
            lesson_id,
            status,
            time_spent_seconds: seconds,
            quiz_score: None,
        };
        draft.push(enrollment(enrollment_id), events::EnrollmentEvent::from(recorded));
        if completes && learning.done < course.lessons.len() {
            learning.done += 1;
            if learning.done == course.lessons.len() {
                let completed = CourseCompleted { enrollment_id, user_id, course_id, completed_at: now };
                draft.push(enrollment(enrollment_id), events::EnrollmentEvent::from(completed));
            }
        }
    }

    /// Somebody answers their course's quiz.
    pub(super) fn attempt(&mut self, draft: &mut Draft) {
        let Some(index) = self.some_learning() else { return };
        let right = self.random.random_range(0..=QUESTIONS);
        let Some(learning) = self.learning.get(index) else { return };
        let Some(course) = self.courses.get(learning.course) else { return };
        let attempt_id = new(AttemptId::new);
        let results = course.question_ids.iter().enumerate();
        let submitted = QuizAttemptSubmitted {
            attempt_id,
            quiz_id: course.quiz_id,
            quiz_version: 1,
            course_id: course.id,
            lesson_id: None,
            user_id: learning.user_id,
            answers: Vec::new(),
            results: results
                .map(|(at, question_id)| QuestionResult { question_id: *question_id, correct: at < right })
                .collect(),
            score: Percent::of(right, QUESTIONS),
            passed: right >= 3,
        };
        draft.push(StreamId::new(StreamType::QuizAttempt, attempt_id), QuizAttemptEvent::from(submitted));
    }

    /// Somebody says what they think.
    pub(super) fn review(&mut self, draft: &mut Draft) {
        let Some(index) = self.some_learning() else { return };
        let rating = self.random.random_range(2..=5);
        let Some(learning) = self.learning.get_mut(index).filter(|learning| !learning.reviewed) else { return };
        let Some(course) = self.courses.get(learning.course) else { return };
        learning.reviewed = true;
        let (user_id, course_id) = (learning.user_id, course.id);
        let review_id = ReviewId::of(user_id, course_id);
        let comment = Some(Personal::new(user_id, "Clair, et sans longueurs.".to_owned()));
        let written = ReviewWritten { review_id, user_id, course_id, rating, comment };
        draft.push(StreamId::new(StreamType::Review, review_id), ReviewEvent::from(written));
    }
}

fn enrollment(id: EnrollmentId) -> StreamId {
    StreamId::new(StreamType::Enrollment, id)
}

fn lesson(lesson_id: LessonId, order: u32) -> Lesson {
    Lesson {
        lesson_id,
        title: format!("Leçon {order}"),
        description: None,
        lesson_type: LessonType::Text,
        video: None,
        content: Some(TEXT.repeat(5)),
        quiz_id: None,
        preview: order == 1,
    }
}

fn question(number: usize) -> Question {
    Question {
        question_id: new(QuestionId::new),
        question: format!("Que rend une fonction ({number}) ?"),
        answer_key: AnswerKey::TrueFalse { answer: number.is_multiple_of(2) },
        explanation: None,
        source: None,
    }
}
