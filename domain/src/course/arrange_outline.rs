//! Modules and lessons are put in another order, all at once.

use events::{CourseEvent, LessonId, ModuleId, ModuleOutline, OutlineArranged};

use super::{Course, Editor, NotEditable};

/// Puts modules and lessons in order. Lessons may move between modules; who has done them has done them still.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArrangeOutline {
    /// Who asks.
    pub by: Editor,
    /// Every module with every lesson, each exactly once.
    pub modules: Vec<ModuleOutline>,
}

/// Why the order stays as it is, all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArrangeOutlineError {
    /// The course can't be changed by them.
    #[error(transparent)]
    NotEditable(#[from] NotEditable),
    /// Something is missing, there twice, or not of this course.
    #[error("the outline must name every module and lesson of the course exactly once")]
    OutlineMismatch,
}

impl Course {
    /// Decides [`ArrangeOutline`]. The order that is there already is no event.
    ///
    /// # Errors
    /// [`ArrangeOutlineError`] says which.
    pub fn arrange_outline(&self, command: ArrangeOutline) -> Result<Vec<CourseEvent>, ArrangeOutlineError> {
        let details = self.editable_by(command.by)?;
        let now = details.outline();
        if named(&command.modules) != named(&now) {
            return Err(ArrangeOutlineError::OutlineMismatch);
        }
        if command.modules == now {
            return Ok(Vec::new());
        }
        Ok(vec![OutlineArranged { course_id: details.course_id, modules: command.modules }.into()])
    }
}

/// All that an outline names, sorted, with repeats.
fn named(outline: &[ModuleOutline]) -> (Vec<ModuleId>, Vec<LessonId>) {
    let mut modules: Vec<ModuleId> = outline.iter().map(|place| place.module_id).collect();
    let mut lessons: Vec<LessonId> = outline.iter().flat_map(|place| place.lesson_ids.iter().copied()).collect();
    modules.sort_unstable();
    lessons.sort_unstable();
    (modules, lessons)
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::fixtures::{
        admin, course_created, course_id, lesson_added, lesson_id, module_added, module_id, other_instructor, owner,
    };

    fn given() -> Vec<CourseEvent> {
        let modules = vec![course_created(), module_added(1, 1), module_added(2, 2)];
        modules.into_iter().chain([lesson_added(1, 1, 1), lesson_added(1, 2, 2), lesson_added(2, 3, 1)]).collect()
    }

    fn outline(places: &[(u128, &[u128])]) -> Vec<ModuleOutline> {
        let place = |(module, lessons): &(u128, &[u128])| ModuleOutline {
            module_id: module_id(*module),
            lesson_ids: lessons.iter().map(|&n| lesson_id(n)).collect(),
        };
        places.iter().map(place).collect()
    }

    fn expect_error(events: Vec<CourseEvent>, by: Editor, modules: Vec<ModuleOutline>, error: ArrangeOutlineError) {
        TestFramework::<Course>::with(())
            .given(events)
            .when(ArrangeOutline { by, modules }.into())
            .then_expect_error(error.into());
    }

    #[test]
    fn modules_and_lessons_move_at_once() {
        for by in [owner(), admin()] {
            for modules in [
                outline(&[(2, &[3]), (1, &[1, 2])]),
                outline(&[(1, &[2, 1]), (2, &[3])]),
                outline(&[(1, &[]), (2, &[2, 3, 1])]),
            ] {
                let arranged = OutlineArranged { course_id: course_id(), modules: modules.clone() };
                TestFramework::<Course>::with(())
                    .given(given())
                    .when(ArrangeOutline { by, modules }.into())
                    .then_expect_events(vec![arranged.into()]);
            }
        }
    }

    #[test]
    fn the_order_of_now_is_no_event() {
        TestFramework::<Course>::with(())
            .given(given())
            .when(ArrangeOutline { by: owner(), modules: outline(&[(1, &[1, 2]), (2, &[3])]) }.into())
            .then_expect_events(Vec::new());
    }

    #[test]
    fn everything_is_named_exactly_once() {
        for modules in [
            outline(&[]),
            outline(&[(1, &[1, 2])]),
            outline(&[(1, &[1]), (2, &[3])]),
            outline(&[(1, &[1, 2, 4]), (2, &[3])]),
            outline(&[(1, &[1, 2]), (2, &[3, 1])]),
            outline(&[(1, &[1, 1]), (2, &[3])]),
            outline(&[(1, &[1, 2]), (2, &[3]), (2, &[])]),
            outline(&[(1, &[1, 2]), (3, &[3])]),
            outline(&[(1, &[1, 2]), (2, &[3]), (3, &[])]),
        ] {
            expect_error(given(), owner(), modules, ArrangeOutlineError::OutlineMismatch);
        }
    }

    #[test]
    fn what_is_not_there_or_not_theirs_is_refused() {
        let modules = outline(&[(2, &[3]), (1, &[1, 2])]);
        expect_error(given(), other_instructor(), modules.clone(), NotEditable::NotOwner.into());
        expect_error(Vec::new(), owner(), modules, NotEditable::NotFound.into());
    }
}
