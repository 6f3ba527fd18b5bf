//! Ids of pairs: what there is once for a person and a course, or for a learner and a lesson, has an id that both tell,
//! so that two commands at once meet on one stream.

use uuid::{Uuid, uuid};

use crate::{AccessId, CertificateId, CourseId, EnrollmentId, LessonId, LessonProgressId, ReviewId, UserId};

/// Namespace (RFC 9562 §5.5) of [`EnrollmentId`]. Frozen, as all of these: the log is full of what comes out of it.
pub const ENROLLMENT_NAMESPACE: Uuid = uuid!("5d2e9f0a-6b1c-4f57-9c3e-0b8a4d7f1e21");
/// Namespace of [`LessonProgressId`].
pub const LESSON_PROGRESS_NAMESPACE: Uuid = uuid!("b7d04e36-5c8a-4f19-8d2b-3e6a9c1f7054");
/// Namespace of [`AccessId`].
pub const ACCESS_NAMESPACE: Uuid = uuid!("8f4b1c7d-2a90-4e36-b5d8-6c1f0e9a7b42");
/// Namespace of [`ReviewId`].
pub const REVIEW_NAMESPACE: Uuid = uuid!("c3a7e512-9d4f-4b08-8e61-7f2b5a0d9c63");
/// Namespace of [`CertificateId`].
pub const CERTIFICATE_NAMESPACE: Uuid = uuid!("1e6c0b94-f38a-4d72-a7f5-9b4d2c8e3a84");

/// The name within a namespace: the sixteen bytes of the one, then those of the other.
fn pair(namespace: &Uuid, one: Uuid, other: Uuid) -> Uuid {
    let mut name = [0; 32];
    name[..16].copy_from_slice(one.as_bytes());
    name[16..].copy_from_slice(other.as_bytes());
    Uuid::new_v5(namespace, &name)
}

macro_rules! of_pairs {
    ($($(#[$doc:meta])* $name:ident in $namespace:ident of $one:ident: $One:ident, $other:ident: $Other:ident;)+) => {$(
        impl $name {
            $(#[$doc])*
            #[must_use]
            pub fn of($one: $One, $other: $Other) -> Self {
                Self::new(pair(&$namespace, $one.uuid(), $other.uuid()))
            }
        }
    )+};
}

of_pairs! {
    /// The id of a learner's enrollment in a course.
    EnrollmentId in ENROLLMENT_NAMESPACE of user: UserId, course: CourseId;
    /// The id of how far a learner is with a lesson.
    LessonProgressId in LESSON_PROGRESS_NAMESPACE of enrollment: EnrollmentId, lesson: LessonId;
    /// The id of all that opens a course to a person.
    AccessId in ACCESS_NAMESPACE of user: UserId, course: CourseId;
    /// The id of a learner's review of a course.
    ReviewId in REVIEW_NAMESPACE of user: UserId, course: CourseId;
    /// The id of a learner's certificate of a course.
    CertificateId in CERTIFICATE_NAMESPACE of user: UserId, course: CourseId;
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_of_pairs_are_frozen_and_differ() {
        let user = UserId::new(uuid!("018f3a5c-7d10-7e42-9a31-5b6c7d8e9f01"));
        let course = CourseId::new(uuid!("018f3a5d-0000-7c00-8c00-000000000001"));
        let lesson = LessonId::new(uuid!("018f3a5d-0000-7c00-8c00-000000000002"));
        let swapped = (UserId::new(course.uuid()), CourseId::new(user.uuid()));
        let ids = [
            EnrollmentId::of(user, course).uuid(),
            AccessId::of(user, course).uuid(),
            ReviewId::of(user, course).uuid(),
            CertificateId::of(user, course).uuid(),
            EnrollmentId::of(swapped.0, swapped.1).uuid(),
            LessonProgressId::of(EnrollmentId::of(user, course), lesson).uuid(),
        ];
        let texts = ids.map(|id| id.to_string());
        assert_eq!(
            texts,
            [
                "5d71442a-25b8-5b9b-91e4-36461a2b16bb",
                "961be88a-1486-549e-b47b-5ded16bb7fcf",
                "b5a7a72b-fef0-532e-89d4-1af11e745224",
                "ebb549c6-4ead-5af5-9c7a-74e23319bd98",
                "81b7997f-ed68-5a5b-9b20-521c06f08920",
                "e108a06e-7887-55f9-9293-5ea671c5b8da",
            ]
        );
        assert_eq!(texts.iter().collect::<BTreeSet<_>>().len(), ids.len());
        assert!(ids.iter().all(|id| id.get_version_num() == 5));
    }
}
