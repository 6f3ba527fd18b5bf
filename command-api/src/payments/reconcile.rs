//! The log held against what the provider has written down, by `har payments reconcile` and once an hour by itself.
//!
//! | file | what it is |
//! |---|---|
//! | `reconcile/ours` | the payments of the log, held against a book |
//! | `reconcile/difference` | what is not the same, and its words |

use std::time::Duration;

use event_log::{EventLog, LogError, Opened};
use events::StreamType;
use futures::TryStreamExt as _;
use serde::Serialize;
use service_kit::settings::{Settings, SettingsError};
use tokio_util::sync::CancellationToken;

use super::provider::{OpenStripeError, Provider, Unavailable};

mod difference;
mod ours;

pub use difference::{Difference, DifferenceKind};
use ours::Ours;

/// How often a running process compares.
const EVERY: Duration = Duration::from_secs(60 * 60);
/// How long after a first look a second one is taken: a payment that was under way has arrived on both sides by then.
const MEANWHILE: Duration = Duration::from_secs(2);
/// Events that are read at once.
const BATCH: u32 = 2_000;

/// What a comparison has found.
#[derive(Debug, Serialize)]
pub struct Reconciliation {
    /// Payments by card of the log: for courses, and for months of subscriptions.
    pub payments: usize,
    /// Payments that the provider has written down; none when it writes nothing down, as the simulated one does.
    pub entries: Option<usize>,
    /// What is not the same.
    pub differences: Vec<Difference>,
}

/// Why nothing was compared.
#[derive(Debug, thiserror::Error)]
pub enum ReconcileError {
    /// A setting is missing.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// Stripe can't be spoken to.
    #[error(transparent)]
    Stripe(#[from] OpenStripeError),
    /// The log can't be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The provider gives no answer, in these words.
    #[error("{0}")]
    Provider(String),
}

impl From<Unavailable> for ReconcileError {
    fn from(error: Unavailable) -> Self {
        Self::Provider(error.to_string())
    }
}

/// Compares all payments of a deployment with what its provider has written down. Both sides are looked at again when they
/// differ, since money moves meanwhile; what differs both times is told.
///
/// # Errors
/// [`ReconcileError`] says what could not be read.
pub async fn reconcile(log: &EventLog, settings: &Settings) -> Result<Reconciliation, ReconcileError> {
    let provider = Provider::open(&settings.payment, settings.secrets.token_key()?.expose())?;
    compare(log, &provider).await
}

/// Compares now and then, keeps the number of differences as the metric `har_payment_differences`, and has the provider
/// forget cards that are of no use any more. Ends at once when nothing is written down anywhere.
pub(super) async fn keep_reconciled(log: &EventLog, provider: &Provider, cancel: &CancellationToken) {
    if matches!(provider, Provider::Simulated(_)) {
        return;
    }
    let mut ticks = tokio::time::interval(EVERY);
    let round = async {
        loop {
            ticks.tick().await;
            match compare(log, provider).await {
                Ok(found) => tell(&found),
                Err(error) => tracing::warn!(%error, "log and payment provider were not compared"),
            }
            if let Err(error) = release_ended_at(log, provider).await {
                tracing::warn!(%error, "cards of former subscribers are kept for another hour");
            }
        }
    };
    tokio::select! {
        () = cancel.cancelled() => {}
        () = round => {}
    }
}

fn tell(found: &Reconciliation) {
    #[allow(clippy::cast_precision_loss)] // Metrics are floats; nobody has that many differences.
    metrics::gauge!("har_payment_differences").set(found.differences.len() as f64);
    for difference in &found.differences {
        tracing::error!(%difference, "log and payment provider differ");
    }
}

/// Has the provider forget the cards of all whose subscription has ended: by cancelling it, for want of money, by being
/// erased. Whose it was is read from the log. Gives how many were forgotten.
///
/// # Errors
/// [`ReconcileError`] says what could not be read.
pub async fn release_ended(log: &EventLog, settings: &Settings) -> Result<usize, ReconcileError> {
    let provider = Provider::open(&settings.payment, settings.secrets.token_key()?.expose())?;
    release_ended_at(log, &provider).await
}

async fn release_ended_at(log: &EventLog, provider: &Provider) -> Result<usize, ReconcileError> {
    // Before the log: a subscription that begins meanwhile has its customer afterwards.
    let customers = provider.customers().await?;
    let ours = read(log).await?;
    let ended = customers.iter().filter(|customer| customer.subscription_id.is_some_and(|id| ours.has_ended(id)));
    let mut count = 0;
    for customer in ended {
        provider.forget(customer).await?;
        count += 1;
    }
    Ok(count)
}

async fn compare(log: &EventLog, provider: &Provider) -> Result<Reconciliation, ReconcileError> {
    let Some(first) = look(log, provider).await? else {
        return Ok(Reconciliation { payments: 0, entries: None, differences: Vec::new() });
    };
    if first.differences.is_empty() {
        return Ok(first);
    }
    tokio::time::sleep(MEANWHILE).await;
    let Some(mut second) = look(log, provider).await? else { return Ok(first) };
    second.differences.retain(|difference| first.differences.contains(difference));
    Ok(second)
}

async fn look(log: &EventLog, provider: &Provider) -> Result<Option<Reconciliation>, ReconcileError> {
    let Some(book) = provider.book().await? else { return Ok(None) };
    let ours = read(log).await?;
    let entries = Some(book.len());
    Ok(Some(Reconciliation { payments: ours.count(), entries, differences: ours.against(book) }))
}

async fn read(log: &EventLog) -> Result<Ours, LogError> {
    let mut ours = Ours::default();
    let head = log.head().await?.position;
    let mut events = std::pin::pin!(log.scan((0, head), &[StreamType::Transaction, StreamType::Subscription], BATCH));
    while let Some(batch) = events.try_next().await? {
        for scanned in batch {
            match scanned.event {
                Opened::Known(recorded) => ours.take_in(&recorded.event),
                Opened::Unknown { stored, error } => {
                    return Err(LogError::Corrupt(format!("event {} is not known: {error}", stored.position)));
                }
            }
        }
    }
    Ok(ours)
}
