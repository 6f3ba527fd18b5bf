//! Who may write a course.

use events::{Role, UserId};

use super::{Course, CourseDetails};
use crate::values::Order;

/// Who asks for a change of a course, in the role they have at that moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Editor {
    /// The person.
    pub user_id: UserId,
    /// What they may do.
    pub role: Role,
}

/// Why somebody can't change a course.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotEditable {
    /// There is no such course.
    #[error("no such course")]
    NotFound,
    /// They are neither its owner nor an admin.
    #[error("only the owner or an admin may change the course")]
    NotOwner,
}

impl Editor {
    /// Whether they may begin a course of their own.
    #[must_use]
    pub const fn may_create(self) -> bool {
        match self.role {
            Role::Instructor | Role::Admin => true,
            Role::Learner => false,
        }
    }
}

impl Course {
    /// The course, if `editor` may change it: they own it or are an admin.
    ///
    /// # Errors
    /// [`NotEditable`] says why not.
    pub fn editable_by(&self, editor: Editor) -> Result<&CourseDetails, NotEditable> {
        let details = self.details.as_ref().ok_or(NotEditable::NotFound)?;
        if editor.user_id == details.instructor_id || editor.role == Role::Admin {
            Ok(details)
        } else {
            Err(NotEditable::NotOwner)
        }
    }
}

/// The place, from 1, at which something new goes into a list of `len`: the asked one, or the end when none is asked,
/// or when the asked one lies beyond it.
pub(super) fn place(order: Option<Order>, len: usize) -> u32 {
    let end = u32::try_from(len).unwrap_or(u32::MAX).saturating_add(1);
    order.map_or(end, |order| order.get().min(end))
}

/// Moves what stands at `index` to a place counted from 1, or to the end when the place lies beyond it; the others close
/// up and make room.
pub(super) fn move_to<T>(list: &mut Vec<T>, index: usize, order: Order) {
    if index < list.len() {
        let item = list.remove(index);
        let place = usize::try_from(order.get()).unwrap_or(usize::MAX).saturating_sub(1);
        list.insert(place.min(list.len()), item);
    }
}
