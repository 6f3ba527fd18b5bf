//! What may be subscribed to: what each plan costs, and which courses it opens.

use std::collections::BTreeSet;

use events::{CourseId, Currency, Money, Plan, PricingModel};
use serde::{Deserialize, Serialize};

use crate::course::{CourseDetails, CourseStatus};

/// The plans on offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plans {
    /// The least.
    pub basic: PlanOffer,
    /// More.
    pub pro: PlanOffer,
    /// All of it.
    pub enterprise: PlanOffer,
}

/// What a plan costs, and what it opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanOffer {
    /// What a month costs.
    pub amount_per_month: Money,
    /// Whether it opens the courses that are sold by subscription.
    pub subscription_courses: bool,
    /// The greatest price, in minor units, of the courses sold once that it opens; none when it opens none of them.
    pub one_time_up_to: Option<i64>,
    /// Courses that it opens besides.
    pub course_ids: BTreeSet<CourseId>,
}

impl Plans {
    /// Those that the academy offers when nothing else is set: each opens the courses that are sold by subscription,
    /// `pro` also those sold once for up to 50 EUR, `enterprise` all.
    #[must_use]
    pub const fn standard() -> Self {
        Self {
            basic: PlanOffer::standard(990, None),
            pro: PlanOffer::standard(1_990, Some(5_000)),
            enterprise: PlanOffer::standard(4_990, Some(i64::MAX)),
        }
    }

    /// The offer of a plan.
    #[must_use]
    pub const fn offer(&self, plan: Plan) -> &PlanOffer {
        match plan {
            Plan::Basic => &self.basic,
            Plan::Pro => &self.pro,
            Plan::Enterprise => &self.enterprise,
        }
    }

    /// Whether a plan opens a course to somebody: published ones, and those put away to who is enrolled, since they
    /// keep them.
    #[must_use]
    pub fn opens(&self, plan: Plan, course: &CourseDetails, is_enrolled: bool) -> bool {
        let is_there = match course.status {
            CourseStatus::Published => true,
            CourseStatus::Archived => is_enrolled,
            CourseStatus::Draft => false,
        };
        is_there && self.offer(plan).covers(course.course_id, course.pricing_model, course.price)
    }
}

impl PlanOffer {
    const fn standard(minor: i64, one_time_up_to: Option<i64>) -> Self {
        Self {
            amount_per_month: Money { minor, currency: Currency::EUR },
            subscription_courses: true,
            one_time_up_to,
            course_ids: BTreeSet::new(),
        }
    }

    /// Whether a course that is sold so is among those of the plan, whatever its status.
    #[must_use]
    pub fn covers(&self, id: CourseId, model: PricingModel, price: Money) -> bool {
        let by_model = match model {
            PricingModel::Subscription => self.subscription_courses,
            PricingModel::OneTime => self.one_time_up_to.is_some_and(|limit| price.minor <= limit),
        };
        by_model || self.course_ids.contains(&id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{course_id, euros};

    #[test]
    fn each_plan_covers_what_it_is_to() {
        let covers = |plan, model, price| Plans::standard().offer(plan).covers(course_id(), model, euros(price));
        for (plan, one_time) in [(Plan::Basic, 0), (Plan::Pro, 5_000), (Plan::Enterprise, i64::MAX)] {
            assert!(covers(plan, PricingModel::Subscription, 9_900));
            assert_eq!(covers(plan, PricingModel::OneTime, 5_000), one_time >= 5_000, "{plan}");
            assert_eq!(covers(plan, PricingModel::OneTime, 5_001), one_time > 5_000, "{plan}");
        }
        let mut named = Plans::standard();
        named.basic.course_ids.insert(course_id());
        assert!(named.basic.covers(course_id(), PricingModel::OneTime, euros(9_900)));
    }
}
