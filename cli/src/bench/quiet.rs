//! Waiting until a system has nothing left to do, so that what comes before does not run on measured time.

use std::time::{Duration, Instant};

use anyhow::ensure;
use bson::doc;
use event_log::EventLog;
use read_models::Positions;

/// Pause before it is looked at again.
const PAUSE: Duration = Duration::from_millis(50);

/// Waits until publication and these projections are at the end of the log, for `limit` at most.
///
/// # Errors
/// When they do not get there.
pub(super) async fn all_caught_up(
    log: &EventLog,
    nats: &async_nats::Client,
    positions: &Positions,
    projections: &[&str],
    limit: Duration,
) -> anyhow::Result<()> {
    let head = log.head().await?.position;
    let context = async_nats::jetstream::new(nats.clone());
    let deadline = Instant::now() + limit;
    loop {
        let published = match context.get_stream(log.names().stream_name()).await {
            Ok(mut stream) => stream.info().await.map(|info| info.state.last_sequence).unwrap_or_default(),
            Err(_) => 0,
        };
        let projected = if projections.is_empty() { head } else { positions.current(projections).await? };
        if published >= head && projected >= head {
            return Ok(());
        }
        ensure!(Instant::now() < deadline, "publication at {published}, projections at {projected} of {head}");
        tokio::time::sleep(PAUSE).await;
    }
}

/// Makes MongoDB write down at once what it would write within a minute, beside whatever is measured then.
///
/// # Errors
/// The driver's.
pub(super) async fn written_down(log: &EventLog) -> anyhow::Result<()> {
    log.client().database("admin").run_command(doc! { "fsync": 1 }).await?;
    Ok(())
}
