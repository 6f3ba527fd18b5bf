//! A module leaves a course.

use events::{CourseEvent, ModuleId, ModuleRemoved};

use super::{Course, Editor, NotEditable};

/// Removes a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RemoveModule {
    /// The module.
    pub module_id: ModuleId,
    /// Who asks.
    pub by: Editor,
    /// Whether its lessons may go with it.
    pub cascade: bool,
}

/// Why the module stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RemoveModuleError {
    /// The course can't be changed by them.
    #[error(transparent)]
    NotEditable(#[from] NotEditable),
    /// The course has no such module.
    #[error("the course has no such module")]
    UnknownModule,
    /// It has lessons, and nothing was said of them.
    #[error("the module has lessons")]
    NotEmpty,
}

impl Course {
    /// Decides [`RemoveModule`].
    ///
    /// # Errors
    /// [`RemoveModuleError`] says which.
    pub fn remove_module(&self, command: RemoveModule) -> Result<Vec<CourseEvent>, RemoveModuleError> {
        let details = self.editable_by(command.by)?;
        let module = details.module(command.module_id).ok_or(RemoveModuleError::UnknownModule)?;
        if !command.cascade && !module.lessons.is_empty() {
            return Err(RemoveModuleError::NotEmpty);
        }
        let lesson_ids = module.lessons.iter().map(|lesson| lesson.lesson_id).collect();
        Ok(vec![ModuleRemoved { course_id: details.course_id, module_id: module.module_id, lesson_ids }.into()])
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::fixtures::{
        course_created, course_id, lesson_added, lesson_id, module_added, module_id, other_instructor, owner,
    };

    fn remove(n: u128, cascade: bool) -> RemoveModule {
        RemoveModule { module_id: module_id(n), by: owner(), cascade }
    }

    fn given() -> Vec<CourseEvent> {
        let modules = vec![course_created(), module_added(1, 1), module_added(2, 2)];
        modules.into_iter().chain([lesson_added(2, 1, 1), lesson_added(2, 2, 1)]).collect()
    }

    fn removed(n: u128, lessons: &[u128]) -> CourseEvent {
        let lesson_ids = lessons.iter().map(|&n| lesson_id(n)).collect();
        ModuleRemoved { course_id: course_id(), module_id: module_id(n), lesson_ids }.into()
    }

    #[test]
    fn an_empty_module_goes_and_a_full_one_only_with_its_lessons() {
        for (command, expected) in [
            (remove(1, false), removed(1, &[])),
            (remove(1, true), removed(1, &[])),
            (remove(2, true), removed(2, &[2, 1])),
        ] {
            TestFramework::<Course>::with(()).given(given()).when(command.into()).then_expect_events(vec![expected]);
        }
    }

    #[test]
    fn what_is_full_not_there_or_not_theirs_stays() {
        for (events, command, error) in [
            (given(), remove(2, false), RemoveModuleError::NotEmpty),
            (given(), remove(3, true), RemoveModuleError::UnknownModule),
            ([given(), vec![removed(1, &[])]].concat(), remove(1, true), RemoveModuleError::UnknownModule),
            (given(), RemoveModule { by: other_instructor(), ..remove(1, true) }, NotEditable::NotOwner.into()),
            (Vec::new(), remove(1, true), NotEditable::NotFound.into()),
        ] {
            TestFramework::<Course>::with(()).given(events).when(command.into()).then_expect_error(error.into());
        }
    }
}
