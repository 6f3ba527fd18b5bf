//! Projection `users`: accounts, and where they are signed in.

use events::{
    CourseEvent, CourseId, Event, RecordedEvent, ReviewEvent, ReviewId, SessionEvent, SessionId, StoredEvent,
    StreamType, UserEvent, UserId,
};
use read_models::{
    Collection, USER_COURSES, USER_RATINGS, USER_SESSIONS, USERS, USERS_PROJECTION, User, UserCourse, UserRating,
    UserSessions,
};

use crate::{DocKey, Documents, FoldError, Projection};

/// Collections `users`, `user_sessions` and, private, `user_courses` and `user_ratings`.
pub struct Users;

impl Projection for Users {
    fn name(&self) -> &'static str {
        USERS_PROJECTION
    }

    fn version(&self) -> u32 {
        5
    }

    fn collections(&self) -> &'static [Collection] {
        &[USERS, USER_SESSIONS, USER_COURSES, USER_RATINGS]
    }

    fn keys(&self, event: &RecordedEvent) -> Vec<DocKey> {
        match &event.event {
            Event::User(of_user) => {
                let user = DocKey::of::<User>(event.stream.id());
                match end_of_sessions(of_user) {
                    Some(_) => vec![user, DocKey::of::<UserSessions>(event.stream.id())],
                    None => vec![user],
                }
            }
            Event::Session(of_session) => match of_session {
                SessionEvent::SessionStarted(started) => {
                    vec![DocKey::of::<User>(started.user_id), DocKey::of::<UserSessions>(started.user_id)]
                }
                SessionEvent::SessionRefreshed(refreshed) => vec![DocKey::of::<UserSessions>(refreshed.user_id)],
                SessionEvent::SessionRevoked(revoked) => vec![DocKey::of::<UserSessions>(revoked.user_id)],
            },
            Event::Course(event) => match event {
                // The person is named to connect them with the course: its publication reaches them through it.
                CourseEvent::CourseCreated(created) => {
                    vec![DocKey::of::<UserCourse>(created.course_id), DocKey::of::<User>(created.instructor_id)]
                }
                CourseEvent::CoursePublished(published) => vec![DocKey::of::<UserCourse>(published.course_id)],
                CourseEvent::CourseUnpublished(unpublished) => vec![DocKey::of::<UserCourse>(unpublished.course_id)],
                CourseEvent::CourseArchived(archived) => vec![DocKey::of::<UserCourse>(archived.course_id)],
                CourseEvent::ModuleAdded(_)
                | CourseEvent::LessonAdded(_)
                | CourseEvent::CourseChanged(_)
                | CourseEvent::CourseRestored(_)
                | CourseEvent::ModuleChanged(_)
                | CourseEvent::ModuleRemoved(_)
                | CourseEvent::LessonChanged(_)
                | CourseEvent::LessonRemoved(_)
                | CourseEvent::OutlineArranged(_)
                | CourseEvent::FaqAdded(_)
                | CourseEvent::FaqChanged(_)
                | CourseEvent::FaqRemoved(_) => Vec::new(),
            },
            Event::Review(event) => {
                // Whose the course is, is reached through it.
                let (course_id, review_id) = reviewed(event);
                vec![DocKey::of::<UserCourse>(course_id), DocKey::of::<UserRating>(review_id)]
            }
            Event::EmailClaim(_)
            | Event::AdminRoster(_)
            | Event::Transaction(_)
            | Event::Subscription(_)
            | Event::InvoiceSeries(_)
            | Event::Quiz(_)
            | Event::QuizAttempt(_)
            | Event::Enrollment(_)
            | Event::Access(_)
            | Event::Certificate(_)
            | Event::Media(_)
            | Event::AuditAccess(_)
            | Event::ProjectionControl(_) => Vec::new(),
        }
    }

    fn unreadable_keys(&self, event: &StoredEvent) -> Vec<DocKey> {
        match event.stream_type {
            StreamType::User => {
                vec![DocKey::of::<User>(&event.stream_id), DocKey::of::<UserSessions>(&event.stream_id)]
            }
            StreamType::Course => vec![DocKey::of::<UserCourse>(&event.stream_id)],
            StreamType::Review => vec![DocKey::of::<UserRating>(&event.stream_id)],
            StreamType::Session => {
                let keys = |id: &UserId| [DocKey::of::<User>(id), DocKey::of::<UserSessions>(id)];
                event.subject_ids.iter().flat_map(keys).collect()
            }
            StreamType::EmailClaim
            | StreamType::AdminRoster
            | StreamType::Transaction
            | StreamType::Subscription
            | StreamType::InvoiceSeries
            | StreamType::Quiz
            | StreamType::QuizAttempt
            | StreamType::Enrollment
            | StreamType::Access
            | StreamType::Certificate
            | StreamType::Media
            | StreamType::AuditAccess
            | StreamType::ProjectionControl => event.subject_ids.iter().map(DocKey::of::<User>).collect(),
        }
    }

    fn fold(&self, event: &RecordedEvent, docs: &mut Documents<'_>) -> Result<(), FoldError> {
        match &event.event {
            Event::User(of_user) => user(event, of_user, docs),
            Event::Session(of_session) => session(event, of_session, docs),
            Event::Course(of_course) => course(of_course, docs),
            Event::Review(of_review) => review(of_review, docs),
            Event::EmailClaim(_)
            | Event::AdminRoster(_)
            | Event::Transaction(_)
            | Event::Subscription(_)
            | Event::InvoiceSeries(_)
            | Event::Quiz(_)
            | Event::QuizAttempt(_)
            | Event::Enrollment(_)
            | Event::Access(_)
            | Event::Certificate(_)
            | Event::Media(_)
            | Event::AuditAccess(_)
            | Event::ProjectionControl(_) => Ok(()),
        }
    }
}

fn user(recorded: &RecordedEvent, event: &UserEvent, docs: &mut Documents<'_>) -> Result<(), FoldError> {
    let before =
        if matches!(event, UserEvent::UserRegistered(_)) { None } else { Some(docs.require(recorded.stream.id())?) };
    let user = User::after(before, recorded, event).ok_or(FoldError::Contradiction("the event needs an account"))?;
    let id = user.id;
    docs.put(user)?;
    match end_of_sessions(event) {
        Some(End::Document) => docs.delete::<UserSessions>(id),
        Some(End::AllBut(kept)) => change_sessions(id, docs, |sessions| sessions.keep_only(kept)),
        None => Ok(()),
    }
}

/// What becomes of the sessions of a person.
enum End {
    /// They end, save one.
    AllBut(Option<SessionId>),
    /// Nothing is left of them.
    Document,
}

/// What an event of the account does to its sessions; none when it leaves them alone.
const fn end_of_sessions(event: &UserEvent) -> Option<End> {
    match event {
        UserEvent::PasswordChanged(changed) => Some(End::AllBut(changed.kept_session_id)),
        UserEvent::PasswordReset(_) => Some(End::AllBut(None)),
        UserEvent::UserErased(_) => Some(End::Document),
        UserEvent::UserRegistered(_)
        | UserEvent::UserRoleChanged(_)
        | UserEvent::UserSuspended(_)
        | UserEvent::UserReactivated(_)
        | UserEvent::UserProfileChanged(_)
        | UserEvent::InstructorProfileChanged(_)
        | UserEvent::NotificationSettingsChanged(_)
        | UserEvent::InstructorApplied(_)
        | UserEvent::InstructorVerified(_)
        | UserEvent::InstructorRejected(_)
        | UserEvent::PasswordResetRequested(_)
        | UserEvent::PasswordRehashed(_) => None,
    }
}

fn session(recorded: &RecordedEvent, event: &SessionEvent, docs: &mut Documents<'_>) -> Result<(), FoldError> {
    match event {
        SessionEvent::SessionStarted(started) => {
            let mut user: User = docs.require(started.user_id)?;
            user.last_login_at = Some(recorded.time);
            docs.put(user)?;
            let known = docs.get(started.user_id)?;
            let mut sessions = known.unwrap_or_else(|| UserSessions::none(started.user_id));
            sessions.start(started, recorded.position, recorded.time);
            docs.put(sessions)
        }
        SessionEvent::SessionRefreshed(refreshed) => {
            change_sessions(refreshed.user_id, docs, |sessions| sessions.refresh(refreshed, recorded.time))
        }
        SessionEvent::SessionRevoked(revoked) => {
            change_sessions(revoked.user_id, docs, |sessions| sessions.end(revoked.session_id))
        }
    }
}

/// Changes where somebody is signed in. Who never was, or was erased, has no document, and gets none by it.
fn change_sessions(
    id: UserId,
    docs: &mut Documents<'_>,
    change: impl FnOnce(&mut UserSessions),
) -> Result<(), FoldError> {
    let Some(mut sessions) = docs.get::<UserSessions>(id)? else { return Ok(()) };
    change(&mut sessions);
    docs.put(sessions)
}

fn course(event: &CourseEvent, docs: &mut Documents<'_>) -> Result<(), FoldError> {
    match event {
        CourseEvent::CourseCreated(created) => docs.put(UserCourse {
            id: created.course_id,
            instructor_id: created.instructor_id,
            published: false,
            stale: false,
        }),
        CourseEvent::CoursePublished(published) => show_course(published.course_id, true, docs),
        CourseEvent::CourseUnpublished(unpublished) => show_course(unpublished.course_id, false, docs),
        CourseEvent::CourseArchived(archived) => show_course(archived.course_id, false, docs),
        CourseEvent::ModuleAdded(_)
        | CourseEvent::LessonAdded(_)
        | CourseEvent::CourseChanged(_)
        | CourseEvent::CourseRestored(_)
        | CourseEvent::ModuleChanged(_)
        | CourseEvent::ModuleRemoved(_)
        | CourseEvent::LessonChanged(_)
        | CourseEvent::LessonRemoved(_)
        | CourseEvent::OutlineArranged(_)
        | CourseEvent::FaqAdded(_)
        | CourseEvent::FaqChanged(_)
        | CourseEvent::FaqRemoved(_) => Ok(()),
    }
}

/// A course is in the catalogue from now on, or is not: its instructor has one more, or one less, where that is new.
fn show_course(id: CourseId, published: bool, docs: &mut Documents<'_>) -> Result<(), FoldError> {
    let mut course: UserCourse = docs.require(id)?;
    if course.published == published {
        return Ok(());
    }
    let mut user: User = docs.require(course.instructor_id)?;
    let total = &mut user.instructor.total_courses;
    *total = if published { *total + 1 } else { total.saturating_sub(1) };
    course.published = published;
    docs.put(user)?;
    docs.put(course)
}

const fn reviewed(event: &ReviewEvent) -> (CourseId, ReviewId) {
    match event {
        ReviewEvent::ReviewWritten(event) => (event.course_id, event.review_id),
        ReviewEvent::ReviewChanged(event) => (event.course_id, event.review_id),
        ReviewEvent::ReviewRemoved(event) => (event.course_id, event.review_id),
    }
}

/// A review of one of somebody's courses is another: so are their stars.
fn review(event: &ReviewEvent, docs: &mut Documents<'_>) -> Result<(), FoldError> {
    let after = match event {
        ReviewEvent::ReviewWritten(event) => Some(event.rating),
        ReviewEvent::ReviewChanged(event) => Some(event.rating),
        ReviewEvent::ReviewRemoved(_) => None,
    };
    let (course_id, id) = reviewed(event);
    let course: UserCourse = docs.require(course_id)?;
    let before = docs.get::<UserRating>(id)?.map(|known| known.rating);
    let mut user: User = docs.require(course.instructor_id)?;
    user.instructor.rate(before, after);
    docs.put(user)?;
    match after {
        Some(rating) => docs.put(UserRating { id, rating, stale: false }),
        None => docs.delete::<UserRating>(id),
    }
}
