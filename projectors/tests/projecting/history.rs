//! Events to project: by hand, and at random.
#![allow(clippy::unwrap_used)]

use event_log::KeyChange;
use events::{
    CourseCreated, CourseEvent, CourseId, CoursePublished, Currency, Domain, EmailClaimEvent, EmailClaimed, Event,
    Language, Lesson, LessonAdded, LessonId, LessonType, ModuleAdded, ModuleId, Money, Personal, PricingModel,
    SessionEvent, SessionId, SessionStarted, StreamId, StreamType, Timestamp, UserErased, UserEvent, UserId,
    UserRegistered, Video, VideoSource,
};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use uuid::Uuid;

use crate::support::Academy;

pub mod accounts;
pub mod courses;
pub mod learners;
pub mod payments;
pub mod quizzes;
pub mod reviews;
pub mod subscriptions;

pub type Written = (StreamId, Event);

pub fn registered(user_id: UserId, first_name: &str) -> Written {
    let personal = |value: &str| Personal::new(user_id, value.to_owned());
    let event = UserRegistered {
        user_id,
        email: personal(&format!("{user_id}@example.org")),
        first_name: personal(first_name),
        last_name: personal("Martin"),
        language: Language::Fr,
        password_hash: personal("$argon2id$canary"),
    };
    (StreamId::new(StreamType::User, user_id), UserEvent::from(event).into())
}

/// Somebody registers, signed in at once; as one command does it.
pub async fn register(academy: &Academy, first_name: &str) -> UserId {
    let user_id = UserId::new(Uuid::now_v7());
    let claim = EmailClaimEvent::from(EmailClaimed { user_id });
    let claim = (StreamId::new(StreamType::EmailClaim, user_id.uuid().simple()), claim.into());
    let events = vec![registered(user_id, first_name), claim, signed_in(user_id)];
    academy.append(events, vec![KeyChange::Create(user_id)]).await;
    user_id
}

/// Somebody signs in on a device that is forgotten at once.
pub fn signed_in(user_id: UserId) -> Written {
    let session_id = SessionId::new(Uuid::now_v7());
    session_started(user_id, session_id, in_days(0))
}

pub fn session_started(user_id: UserId, session_id: SessionId, expires_at: Timestamp) -> Written {
    of_session(session_id, SessionStarted { session_id, user_id, password_generation: 0, expires_at })
}

pub fn in_days(days: i64) -> Timestamp {
    Timestamp::new(chrono::Utc::now() + chrono::TimeDelta::days(days))
}

pub fn of_session(session_id: SessionId, event: impl Into<SessionEvent>) -> Written {
    (StreamId::new(StreamType::Session, session_id), event.into().into())
}

pub fn of_user(user_id: UserId, event: impl Into<UserEvent>) -> Written {
    (StreamId::new(StreamType::User, user_id), event.into().into())
}

pub fn of_course(course_id: CourseId, event: impl Into<CourseEvent>) -> Written {
    (StreamId::new(StreamType::Course, course_id), event.into().into())
}

pub fn created(course_id: CourseId, instructor_id: UserId, title: &str) -> Written {
    let event = CourseCreated {
        course_id,
        instructor_id,
        title: title.to_owned(),
        description: "Des données à l'été".to_owned(),
        short_description: None,
        domain: Domain::Excel,
        stack: vec!["Excel 365".to_owned()],
        price: Money { minor: 4_990, currency: Currency::EUR },
        pricing_model: PricingModel::OneTime,
        keywords: vec!["tableau".to_owned()],
        image_url: None,
        category: None,
        language: Language::Fr,
    };
    of_course(course_id, event)
}

pub fn module_added(course_id: CourseId, module_id: ModuleId, order: u32) -> Written {
    let title = format!("Module {module_id}");
    of_course(course_id, ModuleAdded { course_id, module_id, title, description: None, order })
}

pub fn lesson_added(course_id: CourseId, module_id: ModuleId, lesson_id: LessonId, order: u32) -> Written {
    let lesson = lesson(lesson_id, order == 1);
    of_course(course_id, LessonAdded { course_id, module_id, lesson, order })
}

pub fn lesson(lesson_id: LessonId, preview: bool) -> Lesson {
    let seconds = u32::try_from(lesson_id.uuid().as_u128() % 5_000).unwrap();
    let video = Video {
        source: VideoSource::Url { url: "https://example.org/film".to_owned() },
        duration_seconds: Some(seconds),
        transcript: None,
        thumbnail_url: None,
    };
    Lesson {
        lesson_id,
        title: "Leçon".to_owned(),
        description: Some("Premiers pas".to_owned()),
        lesson_type: LessonType::Video,
        video: Some(video),
        content: None,
        quiz_id: None,
        preview,
    }
}

pub fn published(course_id: CourseId) -> Written {
    of_course(course_id, CoursePublished { course_id })
}

/// Who is there, and where they are signed in.
struct People {
    here: Vec<UserId>,
    sessions: Vec<(UserId, SessionId)>,
}

/// Appends about `count` events at random, all of them possible, in commits of a few. Nobody pays for anything.
pub async fn random(academy: &Academy, seed: u64, count: usize) {
    mixed(academy, seed, count, 8).await;
}

/// The same, with people who buy and subscribe.
pub async fn with_trade(academy: &Academy, seed: u64, count: usize) {
    mixed(academy, seed, count, 11).await;
}

/// Of these kinds of events the first `kinds`.
async fn mixed(academy: &Academy, seed: u64, count: usize, kinds: u32) {
    let mut random = StdRng::seed_from_u64(seed);
    let mut people = People { here: Vec::new(), sessions: Vec::new() };
    let mut courses: Vec<courses::Known> = Vec::new();
    let mut learning = learners::Learning::default();
    let mut quizzes: Vec<quizzes::Known> = Vec::new();
    let mut judging = reviews::Judging::default();
    let mut paid = payments::Paid::default();
    let mut subscribed = subscriptions::Subscribed::default();
    let mut pending: Vec<Written> = Vec::new();
    for _ in 0..count {
        if people.here.is_empty() || random.random_ratio(1, 12) {
            academy_append(academy, &mut pending).await;
            people.here.push(register(academy, "Éloïse").await);
            continue;
        }
        if people.here.len() > 3 && random.random_ratio(1, 40) {
            academy_append(academy, &mut pending).await;
            let gone = people.here.swap_remove(random.random_range(0..people.here.len()));
            people.sessions.retain(|(user_id, _)| *user_id != gone);
            erase(academy, gone).await;
            continue;
        }
        match random.random_range(0..kinds) {
            0..2 => pending.push(accounts::next(&mut random, &mut people)),
            2..4 => pending.push(courses::next(&mut random, &people.here, &mut courses)),
            4 => pending.extend(quizzes::next(&mut random, &people.here, &courses, &mut quizzes)),
            5 => pending.extend(judging.next(&mut random, &people.here, &courses)),
            6 | 7 => pending.extend(learning.next(&mut random, &people.here, &courses)),
            8 => pending.push(subscribed.next(&mut random, &people.here)),
            _ => {
                // A payment's events are a commit of their own: its invoice stands in a stream that all payments share.
                academy_append(academy, &mut pending).await;
                pending = paid.next(&mut random, &people.here, &courses);
                academy_append(academy, &mut pending).await;
            }
        }
        if random.random_ratio(1, 4) {
            academy_append(academy, &mut pending).await;
        }
    }
    academy_append(academy, &mut pending).await;
}

/// Somebody is erased, as one command does it.
pub async fn erase(academy: &Academy, user_id: UserId) {
    academy.append(vec![of_user(user_id, UserErased { user_id })], vec![KeyChange::Destroy(user_id)]).await;
}

async fn academy_append(academy: &Academy, pending: &mut Vec<Written>) {
    if !pending.is_empty() {
        academy.append(std::mem::take(pending), Vec::new()).await;
    }
}
