//! A module is described otherwise, or stands elsewhere.

use events::{CourseEvent, ModuleChanged, ModuleId, OutlineArranged};

use super::{Course, Editor, NotEditable, editor::move_to};
use crate::values::{Description, Order, ShortTitle};

/// Changes a module. What is none stays as it is; the inner none takes the description away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeModule {
    /// The module.
    pub module_id: ModuleId,
    /// Who asks.
    pub by: Editor,
    /// Title.
    pub title: Option<ShortTitle>,
    /// Description.
    pub description: Option<Option<Description>>,
    /// Where it stands from now on.
    pub order: Option<Order>,
}

/// Why the module stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChangeModuleError {
    /// The course can't be changed by them.
    #[error(transparent)]
    NotEditable(#[from] NotEditable),
    /// The course has no such module.
    #[error("the course has no such module")]
    UnknownModule,
}

impl Course {
    /// Decides [`ChangeModule`]. What changes nothing is no event.
    ///
    /// # Errors
    /// [`ChangeModuleError`] says which.
    pub fn change_module(&self, command: ChangeModule) -> Result<Vec<CourseEvent>, ChangeModuleError> {
        let details = self.editable_by(command.by)?;
        let (course_id, module_id) = (details.course_id, command.module_id);
        let module = details.module(module_id).ok_or(ChangeModuleError::UnknownModule)?;
        let title = command.title.map_or_else(|| module.title.clone(), ShortTitle::into_string);
        let description =
            command.description.map_or_else(|| module.description.clone(), |text| text.map(Description::into_string));
        let mut events = Vec::new();
        if title != module.title || description != module.description {
            events.push(ModuleChanged { course_id, module_id, title, description }.into());
        }
        if let Some(order) = command.order {
            let mut modules = details.outline();
            let index = modules.iter().position(|place| place.module_id == module_id);
            move_to(&mut modules, index.unwrap_or(usize::MAX), order);
            if modules != details.outline() {
                events.push(OutlineArranged { course_id, modules }.into());
            }
        }
        Ok(events)
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;
    use events::ModuleOutline;

    use super::*;
    use crate::fixtures::{
        admin, course_created, course_id, lesson_added, lesson_id, module_added, module_id, other_instructor, owner,
    };

    fn change(n: u128) -> ChangeModule {
        ChangeModule { module_id: module_id(n), by: owner(), title: None, description: None, order: None }
    }

    fn given() -> Vec<CourseEvent> {
        vec![course_created(), module_added(1, 1), module_added(2, 2), module_added(3, 3), lesson_added(2, 5, 1)]
    }

    fn changed(title: &str, description: Option<&str>) -> CourseEvent {
        let description = description.map(str::to_owned);
        ModuleChanged { course_id: course_id(), module_id: module_id(2), title: title.to_owned(), description }.into()
    }

    fn arranged(order: [u128; 3]) -> CourseEvent {
        let place = |n| ModuleOutline {
            module_id: module_id(n),
            lesson_ids: if n == 2 { vec![lesson_id(5)] } else { Vec::new() },
        };
        OutlineArranged { course_id: course_id(), modules: order.map(place).to_vec() }.into()
    }

    #[test]
    fn a_module_gets_another_description_and_loses_it() {
        let description = Some(Some(Description::parse("En bref").unwrap()));
        let title = Some(ShortTitle::parse("Filtrer").unwrap());
        TestFramework::<Course>::with(())
            .given(given())
            .when(ChangeModule { title, description, by: admin(), ..change(2) }.into())
            .then_expect_events(vec![changed("Filtrer", Some("En bref"))]);
        TestFramework::<Course>::with(())
            .given(given())
            .and(vec![changed("Filtrer", Some("En bref"))])
            .when(ChangeModule { description: Some(None), ..change(2) }.into())
            .then_expect_events(vec![changed("Filtrer", None)]);
    }

    #[test]
    fn a_module_moves_with_its_lessons() {
        for (order, expected) in [(1, Some([2, 1, 3])), (2, None), (3, Some([1, 3, 2])), (99, Some([1, 3, 2]))] {
            TestFramework::<Course>::with(())
                .given(given())
                .when(ChangeModule { order: Some(Order::parse(order).unwrap()), ..change(2) }.into())
                .then_expect_events(expected.map(arranged).into_iter().collect());
        }
    }

    #[test]
    fn what_changes_nothing_is_no_event() {
        let same = ChangeModule { title: Some(ShortTitle::parse("Module 2").unwrap()), ..change(2) };
        for command in [same, change(2)] {
            TestFramework::<Course>::with(()).given(given()).when(command.into()).then_expect_events(Vec::new());
        }
    }

    #[test]
    fn what_is_not_there_or_not_theirs_is_refused() {
        for (events, command, error) in [
            (given(), change(4), ChangeModuleError::UnknownModule),
            (given(), ChangeModule { by: other_instructor(), ..change(2) }, NotEditable::NotOwner.into()),
            (Vec::new(), change(2), NotEditable::NotFound.into()),
        ] {
            TestFramework::<Course>::with(()).given(events).when(command.into()).then_expect_error(error.into());
        }
    }
}
