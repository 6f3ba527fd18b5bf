//! Modules and lessons, and where they stand.

use events::{
    LessonAdded, LessonChanged, LessonRemoved, ModuleAdded, ModuleChanged, ModuleRemoved, OutlineArranged,
    RecordedEvent,
};
use read_models::{Lesson, Module, ReadDocument};

use super::touched_course;
use crate::{Documents, FoldError};

pub(super) fn module_added(
    recorded: &RecordedEvent,
    added: &ModuleAdded,
    docs: &mut Documents<'_>,
) -> Result<(), FoldError> {
    let mut course = touched_course(recorded, added.course_id, docs)?;
    docs.put(Module::added(recorded, added))?;
    course.take_in_module(added);
    renumber(&course.modules, added.order, docs, |module: &mut Module| &mut module.order)?;
    docs.put(course)
}

pub(super) fn module_changed(
    recorded: &RecordedEvent,
    changed: &ModuleChanged,
    docs: &mut Documents<'_>,
) -> Result<(), FoldError> {
    let course = touched_course(recorded, changed.course_id, docs)?;
    docs.put(course)?;
    let mut module: Module = docs.require(changed.module_id)?;
    module.change(changed);
    docs.put(module)
}

pub(super) fn module_removed(
    recorded: &RecordedEvent,
    removed: &ModuleRemoved,
    docs: &mut Documents<'_>,
) -> Result<(), FoldError> {
    let mut course = touched_course(recorded, removed.course_id, docs)?;
    let module: Module = docs.require(removed.module_id)?;
    for id in &removed.lesson_ids {
        course.take_out_lesson(&docs.require(id)?);
        docs.delete::<Lesson>(id)?;
    }
    docs.delete::<Module>(module.id)?;
    course.modules.retain(|id| *id != module.id);
    renumber(&course.modules, module.order, docs, |module: &mut Module| &mut module.order)?;
    docs.put(course)
}

pub(super) fn lesson_added(
    recorded: &RecordedEvent,
    added: &LessonAdded,
    docs: &mut Documents<'_>,
) -> Result<(), FoldError> {
    let mut course = touched_course(recorded, added.course_id, docs)?;
    let mut module: Module = docs.require(added.module_id)?;
    docs.put(Lesson::added(recorded, added))?;
    module.take_in_lesson(added);
    renumber(&module.lessons, added.order, docs, |lesson: &mut Lesson| &mut lesson.order)?;
    course.take_in_lesson(added);
    docs.put(module)?;
    docs.put(course)
}

pub(super) fn lesson_changed(
    recorded: &RecordedEvent,
    changed: &LessonChanged,
    docs: &mut Documents<'_>,
) -> Result<(), FoldError> {
    let mut course = touched_course(recorded, changed.course_id, docs)?;
    let before: Lesson = docs.require(changed.lesson.lesson_id)?;
    let mut lesson = before.clone();
    lesson.change(recorded, changed);
    course.count_anew(&before, &lesson);
    docs.put(lesson)?;
    docs.put(course)
}

pub(super) fn lesson_removed(
    recorded: &RecordedEvent,
    removed: &LessonRemoved,
    docs: &mut Documents<'_>,
) -> Result<(), FoldError> {
    let mut course = touched_course(recorded, removed.course_id, docs)?;
    let mut module: Module = docs.require(removed.module_id)?;
    let lesson: Lesson = docs.require(removed.lesson_id)?;
    course.take_out_lesson(&lesson);
    docs.delete::<Lesson>(lesson.id)?;
    module.lessons.retain(|id| *id != lesson.id);
    renumber(&module.lessons, lesson.order, docs, |lesson: &mut Lesson| &mut lesson.order)?;
    docs.put(module)?;
    docs.put(course)
}

/// Where something stands is no change of what it says: only the course's time moves.
pub(super) fn arranged(
    recorded: &RecordedEvent,
    arranged: &OutlineArranged,
    docs: &mut Documents<'_>,
) -> Result<(), FoldError> {
    let mut course = touched_course(recorded, arranged.course_id, docs)?;
    course.modules = arranged.modules.iter().map(|place| place.module_id).collect();
    docs.put(course)?;
    for (order, place) in (1..).zip(&arranged.modules) {
        let module: Module = docs.require(place.module_id)?;
        if module.order != order || module.lessons != place.lesson_ids {
            docs.put(Module { order, lessons: place.lesson_ids.clone(), ..module })?;
        }
        for (order, id) in (1..).zip(&place.lesson_ids) {
            let lesson: Lesson = docs.require(id)?;
            if (lesson.module_id, lesson.order) != (place.module_id, order) {
                docs.put(Lesson { module_id: place.module_id, order, ..lesson })?;
            }
        }
    }
    Ok(())
}

/// Gives the documents from a place on the number of their place.
fn renumber<D: ReadDocument>(
    ids: &[impl std::fmt::Display],
    from: u32,
    docs: &mut Documents<'_>,
    order_of: fn(&mut D) -> &mut u32,
) -> Result<(), FoldError> {
    // A newcomer is always among them: its place may have been past the end.
    let moved = usize::try_from(from).unwrap_or(usize::MAX).saturating_sub(1).min(ids.len().saturating_sub(1));
    docs.expect::<D>(&ids[moved..])?;
    for (order, id) in (1..).zip(ids).skip(moved) {
        let mut document: D = docs.require(id)?;
        if *order_of(&mut document) != order {
            *order_of(&mut document) = order;
            docs.put(document)?;
        }
    }
    Ok(())
}
