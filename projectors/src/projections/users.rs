//! Projection `users`: accounts.

use events::{CourseEvent, Event, RecordedEvent, SessionEvent, StoredEvent, StreamType, UserEvent};
use read_models::{Collection, USER_COURSES, USERS, USERS_PROJECTION, User, UserCourse};

use crate::{DocKey, Documents, FoldError, Projection};

/// Collections `users` and, private, `user_courses`.
pub struct Users;

impl Projection for Users {
    fn name(&self) -> &'static str {
        USERS_PROJECTION
    }

    fn version(&self) -> u32 {
        1
    }

    fn collections(&self) -> &'static [Collection] {
        &[USERS, USER_COURSES]
    }

    fn handles(&self, stream: StreamType) -> bool {
        match stream {
            StreamType::User | StreamType::Session | StreamType::Course => true,
            StreamType::EmailClaim | StreamType::AdminRoster => false,
        }
    }

    fn keys(&self, event: &RecordedEvent) -> Vec<DocKey> {
        match &event.event {
            Event::User(_) => vec![DocKey::of::<User>(event.stream.id())],
            Event::Session(SessionEvent::SessionStarted(started)) => vec![DocKey::of::<User>(started.user_id)],
            Event::Course(event) => match event {
                // The person is named to connect them with the course: its publication reaches them through it.
                CourseEvent::CourseCreated(created) => {
                    vec![DocKey::of::<UserCourse>(created.course_id), DocKey::of::<User>(created.instructor_id)]
                }
                CourseEvent::CoursePublished(published) => vec![DocKey::of::<UserCourse>(published.course_id)],
                CourseEvent::ModuleAdded(_) | CourseEvent::LessonAdded(_) => Vec::new(),
            },
            Event::EmailClaim(_) | Event::AdminRoster(_) => Vec::new(),
        }
    }

    fn unreadable_keys(&self, event: &StoredEvent) -> Vec<DocKey> {
        match event.stream_type {
            StreamType::User => vec![DocKey::of::<User>(&event.stream_id)],
            StreamType::Course => vec![DocKey::of::<UserCourse>(&event.stream_id)],
            StreamType::Session | StreamType::EmailClaim | StreamType::AdminRoster => {
                event.subject_ids.iter().map(DocKey::of::<User>).collect()
            }
        }
    }

    fn fold(&self, event: &RecordedEvent, docs: &mut Documents<'_>) -> Result<(), FoldError> {
        match &event.event {
            Event::User(of_user) => user(event, of_user, docs),
            Event::Session(SessionEvent::SessionStarted(started)) => {
                let mut user: User = docs.require(started.user_id)?;
                user.last_login_at = Some(event.time);
                docs.put(user)
            }
            Event::Course(of_course) => course(of_course, docs),
            Event::EmailClaim(_) | Event::AdminRoster(_) => Ok(()),
        }
    }
}

fn user(recorded: &RecordedEvent, event: &UserEvent, docs: &mut Documents<'_>) -> Result<(), FoldError> {
    let before = match event {
        UserEvent::UserRegistered(_) => None,
        UserEvent::UserRoleChanged(_) | UserEvent::UserSuspended(_) | UserEvent::UserReactivated(_) => {
            Some(docs.require(recorded.stream.id())?)
        }
    };
    match User::after(before, recorded, event) {
        Some(user) => docs.put(user),
        None => Err(FoldError::Contradiction("the event needs an account")),
    }
}

fn course(event: &CourseEvent, docs: &mut Documents<'_>) -> Result<(), FoldError> {
    match event {
        CourseEvent::CourseCreated(created) => docs.put(UserCourse {
            id: created.course_id,
            instructor_id: created.instructor_id,
            published: false,
            stale: false,
        }),
        CourseEvent::CoursePublished(published) => {
            let mut course: UserCourse = docs.require(published.course_id)?;
            if course.published {
                return Ok(());
            }
            let mut user: User = docs.require(course.instructor_id)?;
            user.instructor.total_courses += 1;
            course.published = true;
            docs.put(user)?;
            docs.put(course)
        }
        CourseEvent::ModuleAdded(_) | CourseEvent::LessonAdded(_) => Ok(()),
    }
}
