//! The order of things.

use anyhow::bail;
use service_kit::settings::{Mode, Settings};
use service_kit::{shutdown, telemetry};
use tokio_util::sync::CancellationToken;

use super::first_start::{self, Accounts};
use super::folder::DataFolder;
use super::product::Product;
use super::servers::Servers;
use super::welcome::welcome;
use crate::output::say;

/// Starts everything, says where it is, and runs until Ctrl-C; then ends everything in order.
///
/// # Errors
/// In words for who started it: a setting that is wrong, a folder or port that is taken, a server that can't be had, a
/// part that has failed.
pub async fn run() -> anyhow::Result<()> {
    let settings = Settings::load(Mode::Dev)?;
    // On standard error, so that the lines for people can be told from the log.
    telemetry::init_to(&log_filter(&settings.log), std::io::stderr)?;
    let stop = shutdown::on_signal()?;
    let folder = DataFolder::open(&settings.data_dir)?;
    let servers = tokio::select! {
        servers = Servers::start(&settings, &folder) => servers?,
        // Whatever has been started so far dies with its handle.
        () = stop.cancelled() => return Ok(()),
    };
    let ended = run_on(&servers, &settings, &folder, &stop).await;
    servers.stop().await?;
    if ended.is_ok() {
        say("stopped");
    }
    ended
}

/// The filter of the settings. The NATS library tells of each connection that it makes; who wants to read that says so.
fn log_filter(settings: &str) -> String {
    if settings.contains("async_nats") { settings.to_owned() } else { format!("{settings},async_nats=warn") }
}

async fn run_on(
    servers: &Servers,
    settings: &Settings,
    folder: &DataFolder,
    stop: &CancellationToken,
) -> anyhow::Result<()> {
    let product = tokio::select! {
        product = Product::start(settings, servers) => product?,
        () = stop.cancelled() => return Ok(()),
    };
    let prepared = tokio::select! {
        prepared = first_start::prepare(&product, settings, folder) => prepared.map(Some),
        () = stop.cancelled() => Ok(None),
    };
    let accounts = match prepared {
        Ok(Some(accounts)) => accounts,
        Ok(None) => {
            product.stop().await;
            return Ok(());
        }
        Err(error) => {
            product.stop().await;
            return Err(error);
        }
    };
    serve(product, &accounts, servers, settings, stop).await
}

async fn serve(
    product: Product,
    accounts: &Accounts,
    servers: &Servers,
    settings: &Settings,
    stop: &CancellationToken,
) -> anyhow::Result<()> {
    let (addresses, metrics) = (product.bound.addresses(), product.metrics_address);
    let mut parts = product.serve(settings)?;
    welcome(addresses, metrics, accounts, servers, settings);
    let failed = tokio::select! {
        () = stop.cancelled() => None,
        name = parts.first_to_fail() => Some(name),
    };
    parts.stop().await;
    match failed {
        None => Ok(()),
        Some(name) => bail!("{name} has ended unexpectedly; the log above says why"),
    }
}
