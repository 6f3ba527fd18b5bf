//! A purchase comes to nothing.

use events::{AccessEvent, CourseId, PurchaseClosed, TransactionId, UserId};

use super::Access;

/// Ends a purchase that was not paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClosePurchase {
    /// The payment.
    pub transaction_id: TransactionId,
    /// Who wanted to buy.
    pub user_id: UserId,
    /// The course.
    pub course_id: CourseId,
}

/// There is no reason not to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClosePurchaseError {}

impl Access {
    /// Decides [`ClosePurchase`]. When it is not the one that is under way there is no event.
    ///
    /// # Errors
    /// Never.
    pub fn close_purchase(&self, command: ClosePurchase) -> Result<Vec<AccessEvent>, ClosePurchaseError> {
        let ClosePurchase { transaction_id, user_id, course_id } = command;
        let is_open = self.purchase == Some(transaction_id);
        Ok(if is_open { vec![PurchaseClosed { transaction_id, user_id, course_id }.into()] } else { Vec::new() })
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::fixtures::{course_id, purchase_closed, purchase_opened, transaction_id, user_id};

    #[test]
    fn only_the_one_under_way_is_closed() {
        for (given, expected) in [
            (vec![purchase_opened(1)], vec![purchase_closed(1)]),
            (vec![purchase_opened(2)], Vec::new()),
            (vec![purchase_opened(1), purchase_closed(1)], Vec::new()),
            (Vec::new(), Vec::new()),
        ] {
            let command =
                ClosePurchase { transaction_id: transaction_id(1), user_id: user_id(5), course_id: course_id() };
            TestFramework::<Access>::with(()).given(given).when(command.into()).then_expect_events(expected);
        }
    }
}
