//! What of a course opens to somebody: the one rule that lessons, quizzes, files and the chat go by.

use events::{Role, UserId};

use super::Access;
use crate::Enrollment;
use crate::course::{CourseDetails, CourseStatus};

/// What of a course opens to somebody who is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentRights {
    status: CourseStatus,
    is_editor: bool,
    holds: bool,
    enrollment: Presence,
}

/// Whether somebody is in a course.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presence {
    Never,
    Left,
    Present,
}

impl ContentRights {
    /// The rights of `user`, in the role they have now, to a course; with what the log knows of the pair, and whether the
    /// plan that they have subscribed to opens it now.
    #[must_use]
    pub fn of(
        (user, role): (UserId, Role),
        course: &CourseDetails,
        access: &Access,
        by_plan: bool,
        enrollment: &Enrollment,
    ) -> Self {
        let presence = match (&enrollment.learner, enrollment.present()) {
            (None, _) => Presence::Never,
            (Some(_), None) => Presence::Left,
            (Some(_), Some(_)) => Presence::Present,
        };
        Self {
            status: course.status,
            is_editor: user == course.instructor_id || role == Role::Admin,
            holds: access.is_open() || by_plan,
            enrollment: presence,
        }
    }

    /// Whether they own the course or are an admin.
    #[must_use]
    pub const fn is_editor(self) -> bool {
        self.is_editor
    }

    /// Whether they are in the course: enrolled, and not dropped.
    #[must_use]
    pub const fn is_enrolled(self) -> bool {
        matches!(self.enrollment, Presence::Present)
    }

    /// Whether a right of theirs lives, by a grant or by their plan.
    #[must_use]
    pub const fn holds(self) -> bool {
        self.holds
    }

    /// Whether they see the course and its outline: drafts are for who writes them, archived ones for who has access.
    #[must_use]
    pub const fn sees_course(self) -> bool {
        match self.status {
            CourseStatus::Published => true,
            CourseStatus::Archived => self.is_editor || self.holds,
            CourseStatus::Draft => self.is_editor,
        }
    }

    /// Whether the course is no secret to them: what it refuses, it refuses by 403, not by 404. So it is for who sees it,
    /// holds a right to it, or ever was in it.
    #[must_use]
    pub const fn knows_course(self) -> bool {
        self.sees_course() || self.holds || !matches!(self.enrollment, Presence::Never)
    }

    /// Whether all of its content opens: to its owner, to admins, and to who is enrolled while a right of theirs lives.
    #[must_use]
    pub const fn opens(self) -> bool {
        self.is_editor || (self.holds && self.is_enrolled())
    }

    /// Whether a lesson opens; previews do to everybody who sees the course.
    #[must_use]
    pub const fn opens_lesson(self, preview: bool) -> bool {
        self.opens() || (preview && self.sees_course())
    }
}

#[cfg(test)]
mod tests {
    use events::{CourseEvent, EnrollmentEvent, Fold};

    use super::*;
    use crate::Course;
    use crate::fixtures::{
        access_reinstated, access_revoked, access_suspended, admin, course_archived, course_created, course_published,
        dropped, enrolled, granted, other_instructor, owner, purchase, resumed, user_id,
    };

    fn folded<A: Fold>(events: Vec<A::Event>) -> A {
        let mut state = A::default();
        events.iter().for_each(|event| state.apply(event));
        state
    }

    struct Case {
        who: (UserId, Role),
        course: Vec<CourseEvent>,
        access: Vec<events::AccessEvent>,
        by_plan: bool,
        enrollment: Vec<EnrollmentEvent>,
    }

    impl Case {
        fn rights(&self) -> ContentRights {
            let course: Course = folded([vec![course_created()], self.course.clone()].concat());
            let (access, enrollment) = (folded(self.access.clone()), folded(self.enrollment.clone()));
            ContentRights::of(self.who, course.details.as_ref().unwrap(), &access, self.by_plan, &enrollment)
        }

        /// Sees the course, knows it, opens its content, opens a preview.
        fn summary(&self) -> [bool; 4] {
            let rights = self.rights();
            [rights.sees_course(), rights.knows_course(), rights.opens(), rights.opens_lesson(true)]
        }
    }

    fn learner(
        course: Vec<CourseEvent>,
        access: Vec<events::AccessEvent>,
        enrollment: Vec<EnrollmentEvent>,
    ) -> [bool; 4] {
        Case { who: (user_id(5), Role::Learner), course, access, by_plan: false, enrollment }.summary()
    }

    #[test]
    fn content_opens_to_who_is_enrolled_while_a_right_lives() {
        let published = || vec![course_published()];
        let bought = || vec![granted(1, purchase(7))];
        let suspended = || [bought(), vec![access_suspended(1)]].concat();
        for (access, enrollment, opens) in [
            (Vec::new(), Vec::new(), false),
            (bought(), Vec::new(), false),
            (Vec::new(), vec![enrolled()], false),
            (bought(), vec![enrolled()], true),
            (bought(), vec![enrolled(), dropped()], false),
            (bought(), vec![enrolled(), dropped(), resumed()], true),
            (suspended(), vec![enrolled()], false),
            ([suspended(), vec![access_reinstated(1)]].concat(), vec![enrolled()], true),
            ([bought(), vec![access_revoked(1)]].concat(), vec![enrolled()], false),
        ] {
            assert_eq!(learner(published(), access, enrollment), [true, true, opens, true]);
        }
    }

    #[test]
    fn a_plan_opens_as_a_grant_does() {
        for (enrollment, opens) in [(vec![enrolled()], true), (Vec::new(), false), (vec![enrolled(), dropped()], false)]
        {
            let (who, course) = ((user_id(5), Role::Learner), vec![course_published()]);
            let case = Case { who, course, access: Vec::new(), by_plan: true, enrollment };
            assert_eq!(case.rights().opens(), opens);
        }
    }

    #[test]
    fn what_is_not_published_is_seen_by_few_and_kept_by_who_has_it() {
        let archived = || vec![course_published(), course_archived()];
        let bought = || vec![granted(1, purchase(7))];
        for course in [Vec::new(), archived()] {
            assert_eq!(learner(course.clone(), Vec::new(), Vec::new()), [false; 4]);
            assert_eq!(learner(course, Vec::new(), vec![enrolled()]), [false, true, false, false]);
        }
        assert_eq!(learner(Vec::new(), bought(), vec![enrolled()]), [false, true, true, true]);
        assert_eq!(learner(archived(), bought(), vec![enrolled()]), [true; 4]);
        assert_eq!(learner(archived(), bought(), vec![enrolled(), dropped()]), [true, true, false, true]);
    }

    #[test]
    fn owner_and_admins_need_no_right() {
        for course in [Vec::new(), vec![course_published()], vec![course_published(), course_archived()]] {
            for editor in [owner(), admin()] {
                let who = (editor.user_id, editor.role);
                let case =
                    Case { who, course: course.clone(), access: Vec::new(), by_plan: false, enrollment: Vec::new() };
                assert_eq!(case.summary(), [true; 4]);
                assert!(case.rights().is_editor() && !case.rights().is_enrolled());
            }
            let who = (other_instructor().user_id, Role::Instructor);
            let case = Case { who, course, access: Vec::new(), by_plan: false, enrollment: Vec::new() };
            assert!(!case.rights().opens() && !case.rights().is_editor());
        }
    }
}
