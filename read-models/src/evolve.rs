//! How documents come out of events: pure, and used twice. The projectors fold the whole log with it into the read
//! collections; command-api folds one stream with it, to answer a command whose effect the collections don't show yet.

use events::{
    CourseCreated, CourseEvent, CourseId, Event, LessonAdded, ModuleAdded, RecordedEvent, SessionId, SessionRefreshed,
    SessionStarted, Timestamp, UserEvent, UserId, UserRegistered,
};

use crate::search::CourseWords;
use crate::views::CourseDocuments;
use crate::{
    Course, CoursePrice, CourseStatus, DeviceSession, InstructorInfo, Lesson, Module, NotificationSettings, User,
    UserSessions, UserStatus, VerificationStatus,
};

impl User {
    /// A newcomer.
    #[must_use]
    pub fn registered(recorded: &RecordedEvent, registered: &UserRegistered) -> Self {
        Self {
            id: registered.user_id,
            email: registered.email.value().cloned(),
            first_name: registered.first_name.value().cloned(),
            last_name: registered.last_name.value().cloned(),
            avatar_url: None,
            role: events::Role::Learner,
            status: UserStatus::Active,
            language: registered.language,
            created_at: recorded.time,
            updated_at: recorded.time,
            last_login_at: None,
            instructor: InstructorInfo::default(),
            notification_settings: NotificationSettings::default(),
            version: recorded.version,
            stale: false,
        }
    }

    /// The account after an event of its own stream; none when there is no account yet to take it in.
    #[must_use]
    pub fn after(before: Option<Self>, recorded: &RecordedEvent, event: &UserEvent) -> Option<Self> {
        let mut user = if let UserEvent::UserRegistered(registered) = event {
            Self::registered(recorded, registered)
        } else {
            let mut user = before?;
            user.take_in(event);
            user
        };
        if is_change(event) {
            user.updated_at = recorded.time;
        }
        user.version = recorded.version;
        Some(user)
    }

    fn take_in(&mut self, event: &UserEvent) {
        match event {
            UserEvent::UserRegistered(_)
            | UserEvent::PasswordChanged(_)
            | UserEvent::PasswordResetRequested(_)
            | UserEvent::PasswordReset(_)
            | UserEvent::PasswordRehashed(_) => {}
            UserEvent::UserRoleChanged(changed) => self.role = changed.to,
            UserEvent::UserSuspended(_) => self.status = UserStatus::Suspended,
            UserEvent::UserReactivated(_) => self.status = UserStatus::Active,
            UserEvent::UserProfileChanged(changed) => {
                self.first_name = changed.first_name.value().cloned();
                self.last_name = changed.last_name.value().cloned();
                self.avatar_url = changed.avatar_url.as_ref().and_then(|url| url.value().cloned());
                self.language = changed.language;
            }
            UserEvent::InstructorProfileChanged(changed) => {
                self.instructor.bio = changed.bio.as_ref().and_then(|bio| bio.value().cloned());
                self.instructor.expertise_tags = changed.expertise_tags.value().cloned().unwrap_or_default();
            }
            UserEvent::NotificationSettingsChanged(changed) => {
                self.notification_settings = NotificationSettings {
                    email_notifications: changed.email_notifications,
                    marketing_emails: changed.marketing_emails,
                    newsletter: changed.newsletter,
                };
            }
            UserEvent::InstructorApplied(applied) => {
                self.instructor.bio = applied.bio.value().cloned();
                self.instructor.expertise_tags = applied.expertise_tags.value().cloned().unwrap_or_default();
                self.instructor.verification_status = VerificationStatus::Pending;
            }
            UserEvent::InstructorVerified(_) => self.instructor.verification_status = VerificationStatus::Verified,
            UserEvent::InstructorRejected(_) => self.instructor.verification_status = VerificationStatus::Rejected,
            UserEvent::UserErased(_) => self.erase(),
        }
    }

    fn erase(&mut self) {
        self.status = UserStatus::Deleted;
        self.email = None;
        self.first_name = None;
        self.last_name = None;
        self.avatar_url = None;
        self.instructor.bio = None;
        self.instructor.expertise_tags = Vec::new();
    }

    /// The account of a whole stream. Sessions are streams of their own: the last login is not known to it.
    #[must_use]
    pub fn of_stream(stream: &[RecordedEvent]) -> Option<Self> {
        stream.iter().fold(None, |user, recorded| match &recorded.event {
            Event::User(event) => Self::after(user, recorded, event),
            Event::EmailClaim(_)
            | Event::Session(_)
            | Event::Course(_)
            | Event::AdminRoster(_)
            | Event::Quiz(_)
            | Event::QuizAttempt(_)
            | Event::Enrollment(_)
            | Event::Access(_)
            | Event::Review(_)
            | Event::Certificate(_)
            | Event::Media(_) => user,
        })
    }
}

/// Whether an event is what the account's owner would call a change of it. Neither a link that was asked for nor a
/// stronger hash of the same password is one.
const fn is_change(event: &UserEvent) -> bool {
    match event {
        UserEvent::PasswordResetRequested(_) | UserEvent::PasswordRehashed(_) => false,
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
        | UserEvent::PasswordChanged(_)
        | UserEvent::PasswordReset(_)
        | UserEvent::UserErased(_) => true,
    }
}

impl UserSessions {
    /// Of somebody who has not signed in yet.
    #[must_use]
    pub const fn none(id: UserId) -> Self {
        Self { id, sessions: Vec::new(), stale: false }
    }

    /// Takes in a new session, and lets go of those that have expired by then. Of too many, the oldest are let go too:
    /// they are not shown any more, and live on.
    pub fn start(&mut self, started: &SessionStarted, time: Timestamp) {
        self.sessions.retain(|session| time < session.expires_at);
        self.sessions.push(DeviceSession {
            id: started.session_id,
            created_at: time,
            last_used_at: time,
            expires_at: started.expires_at,
            ip: started.ip.as_ref().and_then(|ip| ip.value().cloned()),
            user_agent: started.user_agent.as_ref().and_then(|agent| agent.value().cloned()),
        });
        let too_many = self.sessions.len().saturating_sub(Self::MAX);
        self.sessions.drain(..too_many);
    }

    /// Moves a session's last use; one that is not there stays so.
    pub fn refresh(&mut self, refreshed: &SessionRefreshed, time: Timestamp) {
        if let Some(session) = self.sessions.iter_mut().find(|session| session.id == refreshed.session_id) {
            session.last_used_at = time;
            session.expires_at = refreshed.expires_at;
        }
    }

    /// Takes a session away.
    pub fn end(&mut self, id: SessionId) {
        self.sessions.retain(|session| session.id != id);
    }

    /// Takes every session away but one: the password has become another.
    pub fn keep_only(&mut self, kept: Option<SessionId>) {
        self.sessions.retain(|session| Some(session.id) == kept);
    }
}

impl Course {
    /// A draft.
    #[must_use]
    pub fn created(recorded: &RecordedEvent, created: &CourseCreated, instructor_name: Option<String>) -> Self {
        let short_description = created.short_description.as_deref();
        Self {
            id: created.course_id,
            title: created.title.clone(),
            description: created.description.clone(),
            short_description: created.short_description.clone(),
            domain: created.domain,
            stack: created.stack.clone(),
            price: CoursePrice {
                minor: created.price.minor,
                currency: created.price.currency,
                pricing_model: created.pricing_model,
            },
            instructor_id: created.instructor_id,
            instructor_name,
            status: CourseStatus::Draft,
            modules: Vec::new(),
            total_lessons: 0,
            total_duration_seconds: 0,
            enrollments_count: 0,
            average_rating: 0.0,
            reviews_count: 0,
            keywords: created.keywords.clone(),
            image_url: created.image_url.clone(),
            category: created.category.clone(),
            language: created.language,
            created_at: recorded.time,
            updated_at: recorded.time,
            published_at: None,
            version: recorded.version,
            search: CourseWords::new(&created.title, &created.keywords, &created.description, short_description),
            stale: false,
        }
    }

    /// Notes that an event of the course has happened.
    pub fn touch(&mut self, recorded: &RecordedEvent) {
        self.updated_at = recorded.time;
        self.version = recorded.version;
    }

    /// Puts a new module into the outline.
    pub fn take_in_module(&mut self, added: &ModuleAdded) {
        insert_at(&mut self.modules, added.module_id, added.order);
    }

    /// Counts a new lesson.
    pub fn take_in_lesson(&mut self, added: &LessonAdded) {
        let seconds = added.lesson.video.as_ref().and_then(|video| video.duration_seconds).unwrap_or(0);
        self.total_lessons += 1;
        self.total_duration_seconds += u64::from(seconds);
    }

    /// Puts it into the catalogue.
    pub fn publish(&mut self, recorded: &RecordedEvent) {
        self.status = CourseStatus::Published;
        self.published_at = Some(recorded.time);
    }
}

impl Module {
    /// A new module.
    #[must_use]
    pub fn added(recorded: &RecordedEvent, added: &ModuleAdded) -> Self {
        Self {
            id: added.module_id,
            course_id: added.course_id,
            title: added.title.clone(),
            description: added.description.clone(),
            order: added.order,
            lessons: Vec::new(),
            created_at: recorded.time,
            stale: false,
        }
    }

    /// Puts a new lesson into the module.
    pub fn take_in_lesson(&mut self, added: &LessonAdded) {
        insert_at(&mut self.lessons, added.lesson.lesson_id, added.order);
    }
}

impl Lesson {
    /// A new lesson.
    #[must_use]
    pub fn added(recorded: &RecordedEvent, added: &LessonAdded) -> Self {
        let lesson = &added.lesson;
        Self {
            id: lesson.lesson_id,
            module_id: added.module_id,
            course_id: added.course_id,
            title: lesson.title.clone(),
            description: lesson.description.clone(),
            lesson_type: lesson.lesson_type,
            order: added.order,
            video: lesson.video.clone().map(Into::into),
            content: lesson.content.clone(),
            quiz_id: lesson.quiz_id,
            preview: lesson.preview,
            created_at: recorded.time,
            updated_at: recorded.time,
            stale: false,
        }
    }
}

impl CourseDocuments {
    /// The documents of a course's whole stream. What other streams count into it (enrollments, reviews) is not known
    /// to it; neither is the name of its instructor, which the caller brings.
    #[must_use]
    pub fn of_stream(stream: &[RecordedEvent], instructor_name: Option<&str>) -> Option<Self> {
        stream.iter().fold(None, |documents, recorded| match &recorded.event {
            Event::Course(event) => Self::after(documents, recorded, event, instructor_name),
            Event::User(_)
            | Event::EmailClaim(_)
            | Event::Session(_)
            | Event::AdminRoster(_)
            | Event::Quiz(_)
            | Event::QuizAttempt(_)
            | Event::Enrollment(_)
            | Event::Access(_)
            | Event::Review(_)
            | Event::Certificate(_)
            | Event::Media(_) => documents,
        })
    }

    fn after(
        before: Option<Self>,
        recorded: &RecordedEvent,
        event: &CourseEvent,
        instructor_name: Option<&str>,
    ) -> Option<Self> {
        if let CourseEvent::CourseCreated(created) = event {
            let course = Course::created(recorded, created, instructor_name.map(str::to_owned));
            return Some(Self { course, modules: Vec::new(), lessons: Vec::new() });
        }
        let mut documents = before?;
        documents.course.touch(recorded);
        match event {
            CourseEvent::CourseCreated(_) => {}
            CourseEvent::ModuleAdded(added) => {
                documents.course.take_in_module(added);
                documents.modules.push(Module::added(recorded, added));
            }
            CourseEvent::LessonAdded(added) => {
                documents.course.take_in_lesson(added);
                documents.lessons.push(Lesson::added(recorded, added));
                let module = documents.modules.iter_mut().find(|module| module.id == added.module_id)?;
                module.take_in_lesson(added);
            }
            CourseEvent::CoursePublished(_) => documents.course.publish(recorded),
            CourseEvent::CourseChanged(_)
            | CourseEvent::CourseUnpublished(_)
            | CourseEvent::CourseArchived(_)
            | CourseEvent::CourseRestored(_)
            | CourseEvent::ModuleChanged(_)
            | CourseEvent::ModuleRemoved(_)
            | CourseEvent::LessonChanged(_)
            | CourseEvent::LessonRemoved(_)
            | CourseEvent::OutlineArranged(_)
            | CourseEvent::FaqAdded(_)
            | CourseEvent::FaqChanged(_)
            | CourseEvent::FaqRemoved(_) => {}
        }
        documents.renumber();
        Some(documents)
    }

    /// `order` is the place in the outline.
    fn renumber(&mut self) {
        for module in &mut self.modules {
            module.order = place_of(&self.course.modules, &module.id);
            for lesson in self.lessons.iter_mut().filter(|lesson| lesson.module_id == module.id) {
                lesson.order = place_of(&module.lessons, &lesson.id);
            }
        }
    }

    /// The course that they are of.
    #[must_use]
    pub const fn id(&self) -> CourseId {
        self.course.id
    }
}

fn place_of<T: PartialEq>(ids: &[T], id: &T) -> u32 {
    ids.iter().position(|other| other == id).and_then(|index| u32::try_from(index + 1).ok()).unwrap_or(0)
}

fn insert_at<T>(ids: &mut Vec<T>, id: T, order: u32) {
    let place = usize::try_from(order).unwrap_or(usize::MAX).saturating_sub(1);
    ids.insert(place.min(ids.len()), id);
}
