//! Reviews, and what a course's stars come to. It is no change of the course: its time and version stay.

use events::{RecordedEvent, ReviewEvent};
use read_models::{Course, CourseInstructor, Review};

use crate::{DocKey, Documents, FoldError};

/// Who writes is connected with what they write: their name reaches it through them.
pub(super) fn keys_of(event: &ReviewEvent) -> Vec<DocKey> {
    match event {
        ReviewEvent::ReviewWritten(event) => vec![
            DocKey::of::<Course>(event.course_id),
            DocKey::of::<Review>(event.review_id),
            DocKey::of::<CourseInstructor>(event.user_id),
        ],
        ReviewEvent::ReviewChanged(event) => {
            vec![DocKey::of::<Course>(event.course_id), DocKey::of::<Review>(event.review_id)]
        }
        ReviewEvent::ReviewRemoved(event) => vec![
            DocKey::of::<Course>(event.course_id),
            DocKey::of::<Review>(event.review_id),
            DocKey::of::<CourseInstructor>(event.user_id),
        ],
    }
}

pub(super) fn review(recorded: &RecordedEvent, event: &ReviewEvent, docs: &mut Documents<'_>) -> Result<(), FoldError> {
    let (course_id, before, after) = match event {
        ReviewEvent::ReviewWritten(written) => {
            let mut writer: CourseInstructor = docs.require(written.user_id)?;
            docs.put(Review::written(recorded, written, writer.name()))?;
            writer.review_ids.push(written.review_id);
            docs.put(writer)?;
            (written.course_id, None, Some(written.rating))
        }
        ReviewEvent::ReviewChanged(changed) => {
            let mut review: Review = docs.require(changed.review_id)?;
            let before = review.rating;
            review.change(recorded, changed);
            docs.put(review)?;
            (changed.course_id, Some(before), Some(changed.rating))
        }
        ReviewEvent::ReviewRemoved(removed) => {
            let mut writer: CourseInstructor = docs.require(removed.user_id)?;
            writer.review_ids.retain(|id| *id != removed.review_id);
            docs.put(writer)?;
            let review: Review = docs.require(removed.review_id)?;
            docs.delete::<Review>(removed.review_id)?;
            (removed.course_id, Some(review.rating), None)
        }
    };
    let mut course: Course = docs.require(course_id)?;
    course.rate(before, after);
    docs.put(course)
}
