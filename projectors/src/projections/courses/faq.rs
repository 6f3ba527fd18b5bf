//! The questions that a course answers. They are part of its stream, so the course's version moves with them.

use events::{FaqAdded, FaqChanged, FaqRemoved, RecordedEvent};
use read_models::Faq;

use super::touched_course;
use crate::{Documents, FoldError};

pub(super) fn added(recorded: &RecordedEvent, added: &FaqAdded, docs: &mut Documents<'_>) -> Result<(), FoldError> {
    let course = touched_course(recorded, added.course_id, docs)?;
    docs.put(course)?;
    docs.put(Faq::added(recorded, added))
}

pub(super) fn changed(
    recorded: &RecordedEvent,
    changed: &FaqChanged,
    docs: &mut Documents<'_>,
) -> Result<(), FoldError> {
    let course = touched_course(recorded, changed.course_id, docs)?;
    docs.put(course)?;
    let mut entry: Faq = docs.require(changed.faq_id)?;
    entry.change(changed);
    docs.put(entry)
}

pub(super) fn removed(
    recorded: &RecordedEvent,
    removed: &FaqRemoved,
    docs: &mut Documents<'_>,
) -> Result<(), FoldError> {
    let course = touched_course(recorded, removed.course_id, docs)?;
    docs.put(course)?;
    docs.delete::<Faq>(removed.faq_id)
}
