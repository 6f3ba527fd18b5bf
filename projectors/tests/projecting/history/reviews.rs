//! Events of reviews and certificates, at random.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use events::{
    CertificateEvent, CertificateId, CertificateIssued, CourseId, Personal, ReviewChanged, ReviewEvent, ReviewId,
    ReviewRemoved, ReviewWritten, StreamId, StreamType, UserId,
};
use rand::RngExt;
use rand::rngs::StdRng;

use super::{Written, courses::Known, in_days};

fn of_review(user_id: UserId, course_id: CourseId, event: impl Into<ReviewEvent>) -> Written {
    (StreamId::new(StreamType::Review, ReviewId::of(user_id, course_id)), event.into().into())
}

pub fn written(user_id: UserId, course_id: CourseId, rating: u8, comment: Option<&str>) -> Written {
    let comment = comment.map(|text| Personal::new(user_id, text.to_owned()));
    let review_id = ReviewId::of(user_id, course_id);
    of_review(user_id, course_id, ReviewWritten { review_id, user_id, course_id, rating, comment })
}

pub fn changed(user_id: UserId, course_id: CourseId, rating: u8, comment: Option<&str>) -> Written {
    let comment = comment.map(|text| Personal::new(user_id, text.to_owned()));
    let review_id = ReviewId::of(user_id, course_id);
    of_review(user_id, course_id, ReviewChanged { review_id, user_id, course_id, rating, comment })
}

pub fn removed(user_id: UserId, course_id: CourseId) -> Written {
    let review_id = ReviewId::of(user_id, course_id);
    of_review(user_id, course_id, ReviewRemoved { review_id, user_id, course_id })
}

pub fn certified(user_id: UserId, course_id: CourseId) -> Written {
    let certificate_id = CertificateId::of(user_id, course_id);
    let issued = CertificateIssued {
        certificate_id,
        code: format!("{:016X}", certificate_id.uuid().as_u128() >> 64),
        user_id,
        course_id,
        course_title: "Été et cœur: R".to_owned(),
        completed_at: in_days(0),
    };
    (StreamId::new(StreamType::Certificate, certificate_id), CertificateEvent::from(issued).into())
}

/// Who has reviewed what, and who is certified to have completed it.
#[derive(Default)]
pub(super) struct Judging {
    reviewed: BTreeSet<(UserId, CourseId)>,
    certified: BTreeSet<(UserId, CourseId)>,
}

impl Judging {
    /// One event more, of these persons in these courses; none while there are no courses.
    pub(super) fn next(&mut self, random: &mut StdRng, users: &[UserId], courses: &[Known]) -> Option<Written> {
        if courses.is_empty() {
            return None;
        }
        let (user_id, course_id) =
            (users[random.random_range(0..users.len())], courses[random.random_range(0..courses.len())].id);
        if random.random_ratio(1, 3) {
            return self.certified.insert((user_id, course_id)).then(|| certified(user_id, course_id));
        }
        let (rating, comment) = (random.random_range(1..=5), random.random_bool(0.5).then_some("Clair"));
        if self.reviewed.insert((user_id, course_id)) {
            return Some(written(user_id, course_id, rating, comment));
        }
        if random.random_ratio(1, 3) {
            self.reviewed.remove(&(user_id, course_id));
            return Some(removed(user_id, course_id));
        }
        Some(changed(user_id, course_id, rating, comment))
    }
}
