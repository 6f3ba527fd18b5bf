//! The projections, one file each.

mod audit;
mod certificates;
mod courses;
mod enrollments;
mod entitlements;
mod quizzes;
mod subscriptions;
mod transactions;
mod users;

use std::sync::Arc;

use read_models::{Collection, PARKED, PROJECTIONS, REBUILDS};

pub use audit::Audit;
pub use certificates::Certificates;
pub use courses::Courses;
pub use enrollments::Enrollments;
pub use entitlements::Entitlements;
pub use quizzes::Quizzes;
pub use subscriptions::Subscriptions;
pub use transactions::Transactions;
pub use users::Users;

use crate::Projection;

/// Every projection.
#[must_use]
pub fn all() -> Vec<Arc<dyn Projection>> {
    vec![
        Arc::new(Users),
        Arc::new(Courses),
        Arc::new(Enrollments),
        Arc::new(Entitlements),
        Arc::new(Quizzes),
        Arc::new(Certificates),
        Arc::new(Transactions),
        Arc::new(Subscriptions),
        Arc::new(Audit),
    ]
}

/// The collections that the given projections and their runner write; to be made before they run.
#[must_use]
pub fn collections(projections: &[Arc<dyn Projection>]) -> Vec<Collection> {
    let own = projections.iter().flat_map(|projection| projection.collections().iter().copied());
    own.chain([PROJECTIONS, PARKED, REBUILDS]).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use events::StreamType;
    use read_models::{ALL_PROJECTIONS, NOT_WAITED_FOR, projections_of};

    use super::all;

    #[test]
    fn commands_wait_for_exactly_the_projections_that_fold_their_events_and_are_waited_for() {
        for stream in StreamType::ALL {
            let folding: BTreeSet<_> = all()
                .iter()
                .filter(|projection| projection.handles(*stream))
                .map(|projection| projection.name())
                .filter(|name| !NOT_WAITED_FOR.contains(name))
                .collect();
            assert_eq!(folding, projections_of(*stream).iter().copied().collect(), "{stream}");
        }
    }

    #[test]
    fn all_of_them_have_a_known_name() {
        let names: BTreeSet<_> = all().iter().map(|projection| projection.name()).collect();
        assert_eq!(names, ALL_PROJECTIONS.iter().copied().collect());
        assert!(ALL_PROJECTIONS.is_sorted());
    }

    #[test]
    fn who_is_not_waited_for_is_a_projection() {
        let names: Vec<_> = all().iter().map(|projection| projection.name()).collect();
        assert!(NOT_WAITED_FOR.iter().all(|name| names.contains(name)), "{names:?}");
    }

    #[test]
    fn no_two_projections_write_one_collection() {
        let mut names: Vec<_> =
            all().iter().flat_map(|projection| projection.collections()).map(|one| one.name).collect();
        names.sort_unstable();
        let before = names.len();
        names.dedup();
        assert_eq!(names.len(), before);
    }
}
