//! A module goes into a course.

use events::{CourseEvent, ModuleAdded, ModuleId};

use super::{Course, Editor, MAX_MODULES, NotEditable, editor::place};
use crate::values::{Description, Order, ShortTitle};

/// Puts a module into a course.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddModule {
    /// A new id.
    pub module_id: ModuleId,
    /// Who asks.
    pub by: Editor,
    /// Title.
    pub title: ShortTitle,
    /// Description.
    pub description: Option<Description>,
    /// Where it goes; those from there on move by one. The end by default.
    pub order: Option<Order>,
}

/// Why no module was put in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddModuleError {
    /// The course can't be changed by them.
    #[error(transparent)]
    NotEditable(#[from] NotEditable),
    /// The course has [`MAX_MODULES`].
    #[error("a course has at most {MAX_MODULES} modules")]
    TooManyModules,
}

impl Course {
    /// Decides [`AddModule`].
    ///
    /// # Errors
    /// [`AddModuleError`] says which.
    pub fn add_module(&self, command: AddModule) -> Result<Vec<CourseEvent>, AddModuleError> {
        let details = self.editable_by(command.by)?;
        if details.modules.len() >= MAX_MODULES {
            return Err(AddModuleError::TooManyModules);
        }
        let order = place(command.order, details.modules.len());
        let event = ModuleAdded {
            course_id: details.course_id,
            module_id: command.module_id,
            title: command.title.into_string(),
            description: command.description.map(Description::into_string),
            order,
        };
        Ok(vec![event.into()])
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;
    use events::Fold;
    use proptest::prelude::*;

    use super::*;
    use crate::fixtures::{admin, course_created, module_added, module_id, other_instructor, owner};

    fn add(n: u128, order: Option<i64>) -> AddModule {
        AddModule {
            module_id: module_id(n),
            by: owner(),
            title: ShortTitle::parse(&format!("Module {n}")).unwrap(),
            description: None,
            order: order.map(|order| Order::parse(order).unwrap()),
        }
    }

    #[test]
    fn a_module_goes_to_the_end_unless_a_place_is_named() {
        for (order, placed) in [(None, 3), (Some(1), 1), (Some(2), 2), (Some(3), 3)] {
            TestFramework::<Course>::with(())
                .given(vec![course_created(), module_added(1, 1), module_added(2, 2)])
                .when(add(3, order).into())
                .then_expect_events(vec![module_added(3, placed)]);
        }
    }

    #[test]
    fn a_place_beyond_the_end_is_the_end() {
        TestFramework::<Course>::with(())
            .given(vec![course_created(), module_added(1, 1)])
            .when(add(2, Some(9)).into())
            .then_expect_events(vec![module_added(2, 2)]);
    }

    #[test]
    fn the_owner_and_admins_only() {
        TestFramework::<Course>::with(())
            .given(vec![course_created()])
            .when(AddModule { by: other_instructor(), ..add(1, None) }.into())
            .then_expect_error(AddModuleError::NotEditable(NotEditable::NotOwner).into());
        TestFramework::<Course>::with(())
            .given(vec![course_created()])
            .when(AddModule { by: admin(), ..add(1, None) }.into())
            .then_expect_events(vec![module_added(1, 1)]);
    }

    #[test]
    fn no_course_no_module() {
        TestFramework::<Course>::with(())
            .given_no_previous_events()
            .when(add(1, None).into())
            .then_expect_error(AddModuleError::NotEditable(NotEditable::NotFound).into());
    }

    #[test]
    fn the_two_hundredth_module_is_the_last() {
        let mut events = vec![course_created()];
        events.extend((1..200).map(|n| module_added(n, 1)));
        TestFramework::<Course>::with(())
            .given(events.clone())
            .when(add(200, None).into())
            .then_expect_events(vec![module_added(200, 200)]);
        events.push(module_added(200, 200));
        TestFramework::<Course>::with(())
            .given(events)
            .when(add(201, None).into())
            .then_expect_error(AddModuleError::TooManyModules.into());
    }

    proptest! {
        /// Whatever is asked in whatever order, each module stands where it was put, and the others keep their order.
        #[test]
        fn an_outline_is_a_list(asked in prop::collection::vec(prop::option::of(1_i64..40), 0..40)) {
            let mut course = Course::default();
            course.apply(&course_created());
            let mut list = Vec::new();
            for (n, order) in (1_u128..).zip(asked) {
                let end = i64::try_from(list.len()).unwrap() + 1;
                let events = course.add_module(add(n, order)).unwrap();
                events.iter().for_each(|event| course.apply(event));
                list.insert(usize::try_from(order.unwrap_or(end).min(end)).unwrap() - 1, module_id(n));
                let modules = &course.details.as_ref().unwrap().modules;
                prop_assert_eq!(modules.iter().map(|module| module.module_id).collect::<Vec<_>>(), list.clone());
            }
        }
    }
}
