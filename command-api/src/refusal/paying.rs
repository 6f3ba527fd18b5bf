//! What the refusals of payments and subscriptions mean to a caller.

use domain::access::{ClosePurchaseError, OpenPurchaseError};
use domain::subscription::{
    AnswerSubscriptionError, ChangePlanError, HearOfSubscriptionError, RenewSubscriptionError,
    RequestSubscriptionError, StepSubscriptionError, SubscriptionError,
};
use domain::transaction::{
    ConfirmTransferError, HearProviderError, RequestRefundError, StartPaymentError, TransactionError,
};
use http::StatusCode;
use service_kit::http::ApiError;

use super::Refusal;

const fn no_subscription() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "no_subscription")
}

refusals! {
    OpenPurchaseError {
        AlreadyOwned => ApiError::bad_request("already_owned"),
        Pending => ApiError::bad_request("purchase_pending"),
    }
    StartPaymentError {
        AlreadyStarted => ApiError::conflict(),
        NotFree => ApiError::of_status(StatusCode::PAYMENT_REQUIRED),
        NotSold => ApiError::bad_request("course_not_found"),
    }
    HearProviderError { NotFound => ApiError::not_found(), }
    ConfirmTransferError {
        NotFound => ApiError::not_found(),
        NotAwaited => ApiError::bad_request("invalid_status"),
    }
    RequestRefundError {
        NotFound => ApiError::not_found(),
        NothingToRefund => ApiError::bad_request("refund_not_possible"),
        TooOld => ApiError::bad_request("refund_not_possible"),
    }
    RequestSubscriptionError { AlreadySubscribed => ApiError::bad_request("already_subscribed"), }
    AnswerSubscriptionError { OutsideCalendar => ApiError::internal("a month outside the calendar"), }
    StepSubscriptionError {
        NoSubscription => no_subscription(),
        InvalidStatus => ApiError::bad_request("invalid_status"),
    }
    ChangePlanError {
        NoSubscription => no_subscription(),
        InvalidStatus => ApiError::bad_request("invalid_status"),
    }
}

/// Decisions that refuse nothing.
macro_rules! never {
    ($($error:ident)+) => {$(
        impl From<$error> for Refusal {
            fn from(never: $error) -> Self {
                match never {}
            }
        }
    )+};
}

never! { ClosePurchaseError RenewSubscriptionError HearOfSubscriptionError }

sums! {
    TransactionError { StartPayment, HearProvider, ConfirmTransfer, RequestRefund, }
    SubscriptionError {
        RequestSubscription, AnswerSubscription, StepSubscription, ChangePlan, RenewSubscription, HearOfSubscription,
    }
}
