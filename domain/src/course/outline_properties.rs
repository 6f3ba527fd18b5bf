//! Whatever is added, moved and removed: each thing stands in one place, and places have no gap.

use std::collections::BTreeMap;

use events::{CourseEvent, Fold, LessonId, ModuleId};
use proptest::prelude::*;

use super::{AddLesson, AddModule, ArrangeOutline, ChangeLesson, ChangeModule, Course, RemoveLesson, RemoveModule};
use crate::fixtures::{course_created, lesson_id, module_id, owner};
use crate::values::{LessonContent, Order, ShortTitle};

/// A step; numbers choose among what is there.
#[derive(Clone, Copy, Debug)]
enum Step {
    AddModule { order: Option<i64> },
    AddLesson { module: usize, order: Option<i64> },
    MoveModule { module: usize, order: i64 },
    MoveLesson { lesson: usize, order: i64 },
    RemoveModule { module: usize, cascade: bool },
    RemoveLesson { lesson: usize },
    Arrange { from: usize, to: usize },
}

fn step() -> impl Strategy<Value = Step> {
    let order = || 1..8_i64;
    prop_oneof![
        proptest::option::of(order()).prop_map(|order| Step::AddModule { order }),
        (any::<usize>(), proptest::option::of(order())).prop_map(|(module, order)| Step::AddLesson { module, order }),
        (any::<usize>(), proptest::option::of(order())).prop_map(|(module, order)| Step::AddLesson { module, order }),
        (any::<usize>(), order()).prop_map(|(module, order)| Step::MoveModule { module, order }),
        (any::<usize>(), order()).prop_map(|(lesson, order)| Step::MoveLesson { lesson, order }),
        (any::<usize>(), any::<bool>()).prop_map(|(module, cascade)| Step::RemoveModule { module, cascade }),
        any::<usize>().prop_map(|lesson| Step::RemoveLesson { lesson }),
        (any::<usize>(), any::<usize>()).prop_map(|(from, to)| Step::Arrange { from, to }),
    ]
}

/// Something of a list; none of an empty one.
fn chosen<T: Copy>(list: &[T], number: usize) -> Option<T> {
    list.get(number % list.len().max(1)).copied()
}

/// What a step leads to; nothing where there is nothing to act on.
fn decide(course: &Course, step: Step, new: u128) -> Option<Vec<CourseEvent>> {
    let details = course.details.as_ref()?;
    let modules: Vec<ModuleId> = details.modules.iter().map(|module| module.module_id).collect();
    let lessons: Vec<LessonId> = details.lesson_ids().collect();
    let (by, order) = (owner(), |order| Order::parse(order).unwrap());
    let title = ShortTitle::parse("Titre").unwrap();
    match step {
        Step::AddModule { order: place } => {
            let order = place.map(order);
            course.add_module(AddModule { module_id: module_id(new), by, title, description: None, order }).ok()
        }
        Step::AddLesson { module, order: place } => {
            let command = AddLesson {
                lesson_id: lesson_id(new),
                module_id: chosen(&modules, module)?,
                by,
                title,
                description: None,
                lesson_type: events::LessonType::Text,
                video: None,
                content: Some(LessonContent::parse("<p>Bonjour</p>").unwrap()),
                quiz_id: None,
                preview: false,
                order: place.map(order),
            };
            course.add_lesson(command).ok()
        }
        Step::MoveModule { module, order: place } => {
            let (module_id, order) = (chosen(&modules, module)?, Some(order(place)));
            course.change_module(ChangeModule { module_id, by, title: None, description: None, order }).ok()
        }
        Step::MoveLesson { lesson, order: place } => {
            let lesson_id = chosen(&lessons, lesson)?;
            course
                .change_lesson(ChangeLesson { order: Some(order(place)), ..ChangeLesson::nothing(lesson_id, by) })
                .ok()
        }
        Step::RemoveModule { module, cascade } => {
            course.remove_module(RemoveModule { module_id: chosen(&modules, module)?, by, cascade }).ok()
        }
        Step::RemoveLesson { lesson } => {
            course.remove_lesson(RemoveLesson { lesson_id: chosen(&lessons, lesson)?, by }).ok()
        }
        Step::Arrange { from, to } => {
            // The last lesson of one module becomes the first of another, and that module the first of all.
            let mut outline = details.outline();
            let (from, to) = (from % outline.len().max(1), to % outline.len().max(1));
            let lesson = outline.get_mut(from)?.lesson_ids.pop()?;
            outline.get_mut(to)?.lesson_ids.insert(0, lesson);
            outline.rotate_left(to);
            Some(course.arrange_outline(ArrangeOutline { by, modules: outline }).unwrap())
        }
    }
}

/// The places that a reader of the events alone gives to modules and lessons, counted from 1 as answers show them.
#[derive(Default)]
struct Places {
    modules: BTreeMap<ModuleId, u32>,
    lessons: BTreeMap<LessonId, (ModuleId, u32)>,
}

impl Places {
    fn take_in(&mut self, event: &CourseEvent) {
        if let CourseEvent::ModuleAdded(added) = event {
            self.modules.values_mut().filter(|place| **place >= added.order).for_each(|place| *place += 1);
            self.modules.insert(added.module_id, added.order);
        } else if let CourseEvent::LessonAdded(added) = event {
            let behind = |(module, place): &(ModuleId, u32)| *module == added.module_id && *place >= added.order;
            self.lessons.values_mut().filter(|place| behind(place)).for_each(|place| place.1 += 1);
            self.lessons.insert(added.lesson.lesson_id, (added.module_id, added.order));
        } else if let CourseEvent::ModuleRemoved(removed) = event {
            let gone = self.modules.remove(&removed.module_id).unwrap();
            self.modules.values_mut().filter(|place| **place > gone).for_each(|place| *place -= 1);
            removed.lesson_ids.iter().for_each(|id| assert!(self.lessons.remove(id).is_some()));
        } else if let CourseEvent::LessonRemoved(removed) = event {
            let (module, gone) = self.lessons.remove(&removed.lesson_id).unwrap();
            let behind = |place: &(ModuleId, u32)| place.0 == module && place.1 > gone;
            self.lessons.values_mut().filter(|place| behind(place)).for_each(|place| place.1 -= 1);
        } else if let CourseEvent::OutlineArranged(arranged) = event {
            *self = Self::default();
            for (order, place) in (1..).zip(&arranged.modules) {
                self.modules.insert(place.module_id, order);
                let lessons = (1..).zip(&place.lesson_ids);
                self.lessons.extend(lessons.map(|(order, id)| (*id, (place.module_id, order))));
            }
        }
    }

    /// The same from the folded course, where places are those of its lists.
    fn of(course: &Course) -> (BTreeMap<ModuleId, u32>, BTreeMap<LessonId, (ModuleId, u32)>) {
        let modules = &course.details.as_ref().unwrap().modules;
        let lessons = modules.iter().flat_map(|module| {
            let lessons = (1..).zip(&module.lessons);
            lessons.map(|(order, lesson)| (lesson.lesson_id, (module.module_id, order)))
        });
        ((1..).zip(modules).map(|(order, module)| (module.module_id, order)).collect(), lessons.collect())
    }
}

proptest! {
    #[test]
    fn places_count_from_one_without_gap_or_repeat(steps in prop::collection::vec(step(), 1..60)) {
        let (mut course, mut places) = (Course::default(), Places::default());
        course.apply(&course_created());
        for (new, step) in (1..).zip(steps) {
            let before = course.details.as_ref().map(super::CourseDetails::lesson_count);
            for event in decide(&course, step, new).unwrap_or_default() {
                course.apply(&event);
                places.take_in(&event);
            }
            let (modules, lessons) = Places::of(&course);
            prop_assert_eq!(&modules, &places.modules);
            prop_assert_eq!(&lessons, &places.lessons);
            if matches!(step, Step::Arrange { .. } | Step::MoveLesson { .. } | Step::MoveModule { .. }) {
                prop_assert_eq!(before, course.details.as_ref().map(super::CourseDetails::lesson_count));
            }
        }
    }
}
