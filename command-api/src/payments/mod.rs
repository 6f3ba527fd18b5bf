//! Commands of the Payment service.
//!
//! | file | what it does |
//! |---|---|
//! | `provider` | who moves the money: [`Provider`] |
//! | `settle` | what follows from a payment's moves, in one commit with them |
//! | `purchase`, `refund`, `subscribe`, `subscription_steps`, `change_plan` | one file per use case |
//! | `webhook`, `signature`, `message` | what the provider says of itself |
//! | `billing` | what comes by itself: renewals, ends, and questions that a crash has left open |
//! | `reconcile` | the log held against what the provider has written down |

pub(crate) mod billing;
pub mod change_plan;
mod message;
pub(crate) mod provider;
pub mod purchase;
pub mod reconcile;
pub mod refund;
pub(crate) mod settle;
mod signature;
pub mod subscribe;
pub mod subscription_steps;
pub mod webhook;

use std::sync::Arc;

use domain::Subscription as SubscriptionState;
use events::{Fold, SubscriptionId, Timestamp, TransactionId, UserId};
use read_models::views::{SubscriptionView, TransactionView};
use read_models::{Subscription, Transaction};
use secrecy::SecretString;
use serde::Serialize;
use service_kit::http::ApiError;
use service_kit::settings::Payment;
use utoipa::ToSchema;

pub use billing::start_billing;
pub use provider::OpenStripeError;
use provider::Provider;

use crate::Refusal;
use crate::commands::Commands;
use crate::views::open_stream;

/// What payments need.
#[derive(Clone)]
pub struct Payments {
    /// Who moves the money.
    pub(crate) provider: Provider,
    /// What stands on invoices.
    pub(crate) terms: Arc<Terms>,
    /// The key of the provider's messages; without it none is valid.
    pub(crate) webhook_secret: Option<SecretString>,
}

/// What stands on invoices besides the payment.
#[derive(Debug)]
pub(crate) struct Terms {
    /// Who sells.
    pub(crate) seller: String,
    /// The VAT's rate, in hundredths of a percent.
    pub(crate) vat_rate_basis_points: u32,
}

impl Payments {
    /// # Errors
    /// When the settings ask for Stripe, and its address or key is none.
    pub(crate) fn open(settings: &Payment, token_key: &[u8; 32]) -> Result<Self, OpenStripeError> {
        let terms = Terms { seller: settings.seller.clone(), vat_rate_basis_points: settings.vat_rate_basis_points };
        Ok(Self {
            provider: Provider::open(settings, token_key)?,
            terms: Arc::new(terms),
            webhook_secret: settings.stripe_webhook_secret.clone(),
        })
    }
}

/// A payment under its name.
#[derive(Serialize, ToSchema)]
pub struct TransactionAnswer {
    /// The payment.
    pub(crate) transaction: TransactionView,
}

/// A subscription under its name.
#[derive(Serialize, ToSchema)]
pub struct SubscriptionAnswer {
    /// The subscription.
    pub(crate) subscription: SubscriptionView,
}

/// The payment as the log has it now.
pub(crate) async fn transaction_view(commands: &Commands, id: TransactionId) -> Result<TransactionView, Refusal> {
    let stream = open_stream(commands.log(), &domain::Transaction::stream(id)).await?;
    Ok(Transaction::of_stream(&stream).ok_or_else(ApiError::not_found)?.into())
}

/// The subscription as the log has it now; none when it never began.
pub(crate) async fn subscription_view(
    commands: &Commands,
    user_id: UserId,
    id: SubscriptionId,
) -> Result<Option<SubscriptionView>, Refusal> {
    let stream = open_stream(commands.log(), &SubscriptionState::stream(user_id)).await?;
    let now = Timestamp::new(commands.clock().now());
    Ok(Subscription::of_stream(&stream, id).and_then(|subscription| subscription.view(now)))
}
