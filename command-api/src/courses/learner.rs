//! A learner and a course: what is decided upon whenever somebody enrolls, buys, goes on, tries a quiz or leaves.

use access::Caller;
use domain::access::ContentRights;
use domain::certificate::IssueCertificate;
use domain::course::CourseDetails;
use domain::user::UserStatus;
use domain::values::CertificateCode;
use domain::{Access, Certificate, Course, Enrollment, Subscription, User};
use events::{AccessId, CertificateId, CourseId, EnrollmentId, EnrollmentSource, LessonId, Role, Timestamp, UserId};
use service_kit::http::ApiError;

use crate::Refusal;
use crate::commands::{Held, UnitOfWork};

/// The caller at the moment of the commit: with the role they have then, and not suspended or erased meanwhile.
///
/// # Errors
/// 401, 403 `user_suspended`.
pub(crate) async fn acting_role(work: &mut UnitOfWork<'_>, caller: &Caller) -> Result<Role, Refusal> {
    let user = work.load::<User>(caller.user_id).await?;
    let account = user.state().account.as_ref().ok_or_else(ApiError::unauthorized)?;
    let role = match account.status {
        UserStatus::Active => account.role,
        UserStatus::Suspended => return Err(ApiError::new(http::StatusCode::FORBIDDEN, "user_suspended").into()),
        UserStatus::Deleted => return Err(ApiError::unauthorized().into()),
    };
    work.put(user);
    Ok(role)
}

/// The streams of a learner and a course, in the hands of a command.
pub(crate) struct Learner {
    user_id: UserId,
    course_id: CourseId,
    /// The course; it is only read.
    pub(crate) course: Held<Course>,
    /// What opens the course to them.
    pub(crate) access: Held<Access>,
    /// How far they have come.
    pub(crate) enrollment: Held<Enrollment>,
    subscription: Held<Subscription>,
    had_completed: bool,
}

impl Learner {
    /// Loads all three.
    ///
    /// # Errors
    /// 503 when the log can't be read.
    pub(crate) async fn load(work: &UnitOfWork<'_>, user_id: UserId, course_id: CourseId) -> Result<Self, Refusal> {
        let course = work.load(course_id).await?;
        let access = work.load(AccessId::of(user_id, course_id)).await?;
        let enrollment: Held<Enrollment> = work.load(EnrollmentId::of(user_id, course_id)).await?;
        let had_completed = has_completed(enrollment.state());
        let subscription = work.load(user_id).await?;
        Ok(Self { user_id, course_id, course, access, enrollment, subscription, had_completed })
    }

    /// The caller in a course that they know, and what of it opens to them now.
    ///
    /// # Errors
    /// 401, 403 `user_suspended`; 404 when there is no such course, or they may not know of it; 503 when the log can't be
    /// read.
    pub(crate) async fn who_knows(
        work: &mut UnitOfWork<'_>,
        caller: &Caller,
        course_id: CourseId,
        now: Timestamp,
    ) -> Result<(Self, ContentRights), Refusal> {
        let role = acting_role(work, caller).await?;
        let learner = Self::load(work, caller.user_id, course_id).await?;
        let rights = learner.rights(work, role, now)?;
        if rights.knows_course() { Ok((learner, rights)) } else { Err(ApiError::not_found().into()) }
    }

    /// Who, and in which course.
    pub(crate) const fn ids(&self) -> (UserId, CourseId) {
        (self.user_id, self.course_id)
    }

    /// By what right the course opens to them now: by a grant, or by their plan.
    ///
    /// # Errors
    /// 404 when there is no such course.
    pub(crate) fn right(&self, work: &UnitOfWork<'_>, now: Timestamp) -> Result<Option<EnrollmentSource>, ApiError> {
        let by_plan = self.is_open_by_plan(work, now)?.then_some(EnrollmentSource::Subscription);
        Ok(self.access.state().right().or(by_plan))
    }

    fn is_open_by_plan(&self, work: &UnitOfWork<'_>, now: Timestamp) -> Result<bool, ApiError> {
        let is_enrolled = self.enrollment.state().present().is_some();
        Ok(self.subscription.state().opens(work.plans(), self.details()?, is_enrolled, now))
    }

    /// The course.
    ///
    /// # Errors
    /// 404 when there is none.
    pub(crate) fn details(&self) -> Result<&CourseDetails, ApiError> {
        self.course.state().details.as_ref().ok_or_else(ApiError::not_found)
    }

    /// What of the course opens to them now, in this role.
    ///
    /// # Errors
    /// 404 when there is no such course.
    pub(crate) fn rights(&self, work: &UnitOfWork<'_>, role: Role, now: Timestamp) -> Result<ContentRights, ApiError> {
        let (access, enrollment) = (self.access.state(), self.enrollment.state());
        let by_plan = self.is_open_by_plan(work, now)?;
        Ok(ContentRights::of((self.user_id, role), self.details()?, access, by_plan, enrollment))
    }

    /// The lessons that the course has now.
    ///
    /// # Errors
    /// 404 when there is no such course.
    pub(crate) fn lessons_now(&self) -> Result<Vec<LessonId>, ApiError> {
        Ok(self.details()?.lesson_ids().collect())
    }

    /// Puts all three back. When the course was completed by it, its certificate is issued in the same commit.
    ///
    /// # Errors
    /// 503 when the log can't be read.
    pub(crate) async fn put(self, work: &mut UnitOfWork<'_>) -> Result<(), Refusal> {
        if !self.had_completed && has_completed(self.enrollment.state()) {
            self.issue_certificate(work).await?;
        }
        work.put(self.course);
        work.put(self.access);
        work.put(self.enrollment);
        work.put(self.subscription);
        Ok(())
    }

    async fn issue_certificate(&self, work: &mut UnitOfWork<'_>) -> Result<(), Refusal> {
        let (user_id, course_id) = (self.user_id, self.course_id);
        let mut certificate = work.load::<Certificate>(CertificateId::of(user_id, course_id)).await?;
        let command = IssueCertificate {
            user_id,
            course_id,
            course_title: self.details()?.title.clone(),
            completed_at: self.enrollment.state().learner.as_ref().and_then(|learner| learner.completed_at),
            code: CertificateCode::new(rand::random()),
        };
        certificate.decide(command).await?;
        work.put(certificate);
        Ok(())
    }
}

fn has_completed(enrollment: &Enrollment) -> bool {
    enrollment.learner.as_ref().is_some_and(|learner| learner.completed_at.is_some())
}
