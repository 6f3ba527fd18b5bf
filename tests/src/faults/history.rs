//! A history to be projected: people and courses at random, appended past the commands, whose hashing of passwords
//! would be slow.

use std::collections::HashSet;

use anyhow::Result;
use chrono::Utc;
use event_log::{Commit, EventLog, Expected, KeyChange, Metadata, NewEvent, StreamAppend};
use events::{
    Actor, CorrelationId, CourseCreated, CourseEvent, CourseId, CoursePublished, Currency, Domain, Event, EventId,
    Language, Lesson, LessonAdded, LessonId, LessonType, ModuleAdded, ModuleId, Money, Personal, PricingModel, Role,
    SessionEvent, SessionId, SessionStarted, StreamId, StreamType, Timestamp, UserEvent, UserId, UserReactivated,
    UserRegistered, UserRoleChanged, UserSuspended, Version, Video, VideoSource,
};
use futures::future::try_join_all;
use uuid::Uuid;

/// How many commits are on the way together; each stream is in one of them at most.
const CHUNK: usize = 200;

struct Person {
    id: UserId,
    version: Version,
    suspended: bool,
    role: Role,
}

struct Work {
    id: CourseId,
    version: Version,
    modules: Vec<(ModuleId, u32)>,
    published: bool,
}

/// A history that goes on.
#[derive(Default)]
pub struct History {
    people: Vec<Person>,
    courses: Vec<Work>,
}

/// One event, the stream it goes to, and where that stream stands.
struct Next {
    stream: StreamId,
    version: Version,
    event: Event,
    key: Option<KeyChange>,
}

impl History {
    /// Appends so many events more.
    pub async fn go_on(&mut self, log: &EventLog, events: usize) -> Result<()> {
        let mut left = events;
        while left > 0 {
            let mut chunk = Chunk { people: self.people.len(), courses: self.courses.len(), taken: HashSet::new() };
            let count = left.min(CHUNK);
            let commits: Vec<Commit> = (0..count).map(|_| commit(log, self.next(&mut chunk))).collect();
            try_join_all(commits.into_iter().map(|commit| log.append(commit))).await?;
            left -= count;
        }
        Ok(())
    }

    fn next(&mut self, chunk: &mut Chunk) -> Next {
        let (person, course) = (chunk.person(), chunk.course());
        match (rand::random_range(0..10), person, course) {
            (0, Some(person), _) => self.change_person(person),
            (1, Some(person), _) => signed_in(self.people[person].id),
            (2, Some(person), _) => self.new_course(self.people[person].id),
            (3..9, _, Some(course)) => self.go_on_with(course),
            _ => self.new_person(),
        }
    }

    fn new_person(&mut self) -> Next {
        let id = UserId::new(Uuid::now_v7());
        let personal = |text: &str| Personal::new(id, text.to_owned());
        let event = UserRegistered {
            user_id: id,
            email: personal(&format!("{id}@example.org")),
            first_name: personal("Ada"),
            last_name: personal(&format!("Number {}", self.people.len())),
            language: Language::En,
            password_hash: personal("$argon2id$none"),
        };
        self.people.push(Person { id, version: 1, suspended: false, role: Role::Learner });
        Next { key: Some(KeyChange::Create(id)), ..of_user(id, 0, UserEvent::from(event)) }
    }

    fn change_person(&mut self, index: usize) -> Next {
        let person = &mut self.people[index];
        let (user_id, version) = (person.id, person.version);
        person.version += 1;
        let event = if rand::random() {
            let from = person.role;
            person.role = if from == Role::Learner { Role::Instructor } else { Role::Learner };
            UserEvent::from(UserRoleChanged { user_id, from, to: person.role })
        } else {
            person.suspended = !person.suspended;
            if person.suspended { UserSuspended { user_id }.into() } else { UserReactivated { user_id }.into() }
        };
        of_user(user_id, version, event)
    }

    fn new_course(&mut self, instructor_id: UserId) -> Next {
        let course_id = CourseId::new(Uuid::now_v7());
        let event = CourseCreated {
            course_id,
            instructor_id,
            title: format!("Course number {}", self.courses.len()),
            description: "Une très longue histoire, à projeter".to_owned(),
            short_description: rand::random::<bool>().then(|| "Histoire courte".to_owned()),
            domain: Domain::Python,
            stack: vec!["pandas".to_owned()],
            price: Money { minor: rand::random_range(0..10_000), currency: Currency::EUR },
            pricing_model: PricingModel::OneTime,
            keywords: vec!["données".to_owned()],
            image_url: None,
            category: None,
            language: Language::Fr,
        };
        self.courses.push(Work { id: course_id, version: 1, modules: Vec::new(), published: false });
        of_course(course_id, 0, event.into())
    }

    fn go_on_with(&mut self, index: usize) -> Next {
        let course = &mut self.courses[index];
        let (course_id, version) = (course.id, course.version);
        course.version += 1;
        let modules = course.modules.len();
        let event = if modules > 0 && !course.published && rand::random_range(0..10) == 0 {
            course.published = true;
            CoursePublished { course_id }.into()
        } else if modules == 0 || rand::random_range(0..4) == 0 {
            let module_id = ModuleId::new(Uuid::now_v7());
            // Anywhere among those that are there, so that others move.
            let order = place(modules);
            course.modules.push((module_id, 0));
            let title = format!("Module {modules}");
            CourseEvent::from(ModuleAdded { course_id, module_id, title, description: None, order })
        } else {
            let (module_id, lessons) = &mut course.modules[rand::random_range(0..modules)];
            let order = place(*lessons as usize);
            *lessons += 1;
            CourseEvent::from(LessonAdded { course_id, module_id: *module_id, lesson: lesson(), order })
        };
        of_course(course_id, version, event)
    }
}

/// What may be written in one chunk: what was there before it, each once.
struct Chunk {
    people: usize,
    courses: usize,
    taken: HashSet<(bool, usize)>,
}

impl Chunk {
    fn person(&mut self) -> Option<usize> {
        self.take(true, self.people)
    }

    fn course(&mut self) -> Option<usize> {
        self.take(false, self.courses)
    }

    fn take(&mut self, person: bool, count: usize) -> Option<usize> {
        let index = (count > 0).then(|| rand::random_range(0..count))?;
        self.taken.insert((person, index)).then_some(index)
    }
}

fn place(count: usize) -> u32 {
    rand::random_range(1..=u32::try_from(count).unwrap_or(u32::MAX).saturating_add(1))
}

fn lesson() -> Lesson {
    let film = rand::random();
    let video = Video {
        source: VideoSource::Url { url: "https://example.org/film".to_owned() },
        duration_seconds: Some(90),
        transcript: None,
        thumbnail_url: None,
    };
    Lesson {
        lesson_id: LessonId::new(Uuid::now_v7()),
        title: "Lesson".to_owned(),
        description: None,
        lesson_type: if film { LessonType::Video } else { LessonType::Text },
        video: film.then_some(video),
        content: (!film).then(|| "<p>Text</p>".to_owned()),
        quiz_id: None,
        preview: rand::random(),
    }
}

fn signed_in(user_id: UserId) -> Next {
    let session_id = SessionId::new(Uuid::now_v7());
    let expires_at = Timestamp::new(Utc::now());
    let event = SessionEvent::from(SessionStarted { session_id, user_id, password_generation: 0, expires_at });
    let stream = StreamId::new(StreamType::Session, session_id);
    Next { stream, version: 0, event: event.into(), key: None }
}

fn of_user(id: UserId, version: Version, event: UserEvent) -> Next {
    Next { stream: StreamId::new(StreamType::User, id), version, event: event.into(), key: None }
}

fn of_course(id: CourseId, version: Version, event: CourseEvent) -> Next {
    Next { stream: StreamId::new(StreamType::Course, id), version, event: event.into(), key: None }
}

fn commit(log: &EventLog, next: Next) -> Commit {
    let event = NewEvent { id: EventId::new(Uuid::now_v7()), event: next.event };
    Commit {
        appends: vec![StreamAppend {
            stream: next.stream,
            expected: Expected::Exactly(next.version),
            events: vec![event],
        }],
        guards: Vec::new(),
        idempotency: None,
        keys: next.key.into_iter().collect(),
        metadata: Metadata {
            time: Timestamp::new(Utc::now()),
            actor: Actor::system(),
            correlation_id: CorrelationId::new(Uuid::now_v7()),
            causation_id: None,
        },
        observed: log.observed(),
    }
}
