//! What of a course opens to a caller: asked of the log, so that nothing opens by a read side that lags or is away.

use std::sync::Arc;

use domain::access::ContentRights;
use domain::course::CourseDetails;
use domain::{Access as Rights, Course, Enrollment, Subscription};
use event_log::{EventLog, Loaded, LogError};
use events::{AccessId, CourseId, EnrollmentId, Fold, Timestamp, UserId};
use service_kit::http::ApiError;

use crate::{Access, Caller, log_failure};

/// A course as the log has it now, with what of it opens to a caller.
#[derive(Clone, Debug)]
pub struct Content {
    course: Arc<Course>,
    /// The caller in the course.
    pub enrollment: Arc<Enrollment>,
    /// What opens to them.
    pub rights: ContentRights,
}

impl Content {
    /// The course.
    ///
    /// # Errors
    /// Never: there is no content without a course.
    pub fn course(&self) -> Result<&CourseDetails, ApiError> {
        self.course.details.as_ref().ok_or_else(ApiError::not_found)
    }
}

impl Access {
    /// What of a course opens to a caller. Lessons, quizzes, files and the chat go by it.
    ///
    /// # Errors
    /// 404 when there is no such course; 503 when the log can't be asked.
    pub async fn content(&self, caller: &Caller, course_id: CourseId) -> Result<Content, ApiError> {
        let streams =
            Streams::load(self.log(), caller.user_id, course_id).await.map_err(|error| log_failure(&error))?;
        let details = streams.course.state.details.as_ref().ok_or_else(ApiError::not_found)?;
        let (access, enrollment) = (&streams.access.state, &streams.enrollment.state);
        let now = Timestamp::new(self.clock().now());
        let is_enrolled = enrollment.present().is_some();
        let by_plan = streams.subscription.state.opens(self.plans(), details, is_enrolled, now);
        let rights = ContentRights::of((caller.user_id, caller.role), details, access, by_plan, enrollment);
        Ok(Content { rights, course: streams.course.state, enrollment: streams.enrollment.state })
    }
}

/// All that the decision is made of.
struct Streams {
    course: Loaded<Course>,
    access: Loaded<Rights>,
    enrollment: Loaded<Enrollment>,
    subscription: Loaded<Subscription>,
}

impl Streams {
    /// The streams as the log has them now. One covered query when what is known of them is cached.
    async fn load(log: &EventLog, user: UserId, course: CourseId) -> Result<Self, LogError> {
        if let Some(cached) = Self::cached(log, user, course)
            && !log.moved(&cached.places()).await?
        {
            return Ok(cached);
        }
        let (access_id, enrollment_id) = (AccessId::of(user, course), EnrollmentId::of(user, course));
        let (course, access, enrollment, subscription) =
            tokio::try_join!(log.load(course), log.load(access_id), log.load(enrollment_id), log.load(user))?;
        Ok(Self { course, access, enrollment, subscription })
    }

    /// What is known of them, unasked. Of who has no right and never enrolled nothing can be cached, which is known too.
    fn cached(log: &EventLog, user: UserId, course: CourseId) -> Option<Self> {
        Some(Self {
            course: log.cached(course)?,
            access: cached_or_none(log, AccessId::of(user, course)),
            enrollment: cached_or_none(log, EnrollmentId::of(user, course)),
            subscription: cached_or_none(log, user),
        })
    }

    fn places(&self) -> [(&events::StreamId, events::Version); 4] {
        [
            (&self.course.stream, self.course.version),
            (&self.access.stream, self.access.version),
            (&self.enrollment.stream, self.enrollment.version),
            (&self.subscription.stream, self.subscription.version),
        ]
    }
}

fn cached_or_none<A: Fold>(log: &EventLog, id: impl std::fmt::Display + Copy) -> Loaded<A> {
    let nothing = || Loaded { stream: A::stream(id), version: 0, state: Arc::default() };
    log.cached(id).unwrap_or_else(nothing)
}
