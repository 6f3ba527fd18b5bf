//! A purchase begins.

use events::{AccessEvent, CourseId, PurchaseOpened, TransactionId, UserId};

use super::Access;

/// Begins a purchase: no other of this course by this person may, before it has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenPurchase {
    /// The payment.
    pub transaction_id: TransactionId,
    /// Who buys.
    pub user_id: UserId,
    /// The course.
    pub course_id: CourseId,
}

/// Why it does not begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenPurchaseError {
    /// A purchase of theirs lives.
    #[error("they own the course")]
    AlreadyOwned,
    /// Another is under way.
    #[error("a purchase is under way")]
    Pending,
}

impl Access {
    /// Decides [`OpenPurchase`].
    ///
    /// # Errors
    /// [`OpenPurchaseError`] says which.
    pub fn open_purchase(&self, command: OpenPurchase) -> Result<Vec<AccessEvent>, OpenPurchaseError> {
        if self.is_bought() {
            return Err(OpenPurchaseError::AlreadyOwned);
        }
        if self.purchase.is_some() {
            return Err(OpenPurchaseError::Pending);
        }
        let OpenPurchase { transaction_id, user_id, course_id } = command;
        Ok(vec![PurchaseOpened { transaction_id, user_id, course_id }.into()])
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::fixtures::{
        access_revoked, access_suspended, course_id, given, granted, purchase, purchase_closed, purchase_opened,
        transaction_id, user_id,
    };

    #[test]
    fn one_purchase_is_under_way_and_a_living_one_is_enough() {
        let opened = Ok(vec![purchase_opened(2)]);
        for (given, expected) in [
            (Vec::new(), opened.clone()),
            (vec![granted(1, given("Boursière"))], opened.clone()),
            (vec![purchase_opened(1)], Err(OpenPurchaseError::Pending)),
            (vec![purchase_opened(1), purchase_closed(1)], opened.clone()),
            (vec![purchase_opened(1), granted(1, purchase(1))], Err(OpenPurchaseError::AlreadyOwned)),
            (vec![granted(1, purchase(1)), access_suspended(1)], Err(OpenPurchaseError::AlreadyOwned)),
            (vec![purchase_opened(1), granted(1, purchase(1)), access_revoked(1)], opened),
        ] {
            let command =
                OpenPurchase { transaction_id: transaction_id(2), user_id: user_id(5), course_id: course_id() };
            let test = TestFramework::<Access>::with(()).given(given).when(command.into());
            match expected {
                Ok(events) => test.then_expect_events(events),
                Err(error) => test.then_expect_error(error.into()),
            }
        }
    }
}
