//! `har log stats`, `har projections`, `har streams show`, `har jetstream rebuild`.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use clap::{Args, Subcommand};
use event_log::{Leases, rebuild_event_stream};
use events::{StreamId, StreamType};
use read_models::views::load_projections;
use read_models::{ALL_PROJECTIONS, lease_name};
use serde::Serialize;
use serde_json::json;

use crate::bar::bar;
use crate::deployment::Deployment;
use crate::output::say;

/// Whether programs read the answer.
#[derive(Args)]
pub struct ForPrograms {
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
}

/// The log.
#[derive(Subcommand)]
pub enum Log {
    /// How many events of each kind there are, and how large the log is.
    Stats(ForPrograms),
}

/// Streams.
#[derive(Subcommand)]
pub enum Streams {
    /// Print the events of a stream, as they are stored: personal data stays sealed.
    Show(Show),
}

/// Which stream.
#[derive(Args)]
pub struct Show {
    /// Its kind, such as `course`.
    stream_type: String,
    /// Its id within the kind.
    id: String,
    #[command(flatten)]
    form: ForPrograms,
}

/// The stream on NATS.
#[derive(Subcommand)]
pub enum Jetstream {
    /// Throw the stream away and make it anew from the log.
    Rebuild(ForPrograms),
}

/// `har log`.
///
/// # Errors
/// When a server is away.
pub async fn log(log: Log) -> anyhow::Result<()> {
    let Log::Stats(form) = log;
    let deployment = Deployment::open().await?;
    let stats = deployment.log.stats().await?;
    if form.json {
        say(serde_json::to_string_pretty(&stats)?);
        return Ok(());
    }
    say(format_args!("{} events, {} streams, {} bytes", stats.events, stats.streams, stats.bytes));
    say(format_args!("{} people can be read, {} bytes of indexes", stats.readable_people, stats.index_bytes));
    for (event_type, count) in &stats.by_type {
        say(format_args!("{count:>12}  {event_type}"));
    }
    Ok(())
}

#[derive(Serialize)]
struct Projection {
    name: &'static str,
    version: u32,
    position: u64,
    head: u64,
    lag: u64,
    has_worker: bool,
    rebuild: Option<&'static str>,
    parked: Vec<serde_json::Value>,
}

/// `har projections`.
///
/// # Errors
/// When a server is away.
pub async fn projections(form: ForPrograms) -> anyhow::Result<()> {
    let deployment = Deployment::open().await?;
    let records = load_projections(deployment.log.database()).await?;
    let leases = Leases::new(deployment.log.database());
    let head = deployment.log.head().await?.position;
    let mut projections = Vec::new();
    for name in ALL_PROJECTIONS.iter().copied() {
        let checkpoint = records.checkpoints.iter().find(|found| found.name == name);
        let position = checkpoint.map_or(0, |checkpoint| checkpoint.position).min(head);
        let rebuild = records.rebuilds.iter().find(|rebuild| rebuild.projection == name);
        let parked = records.parked.iter().filter(|parked| parked.projection == name);
        projections.push(Projection {
            name,
            version: checkpoint.map_or(0, |checkpoint| checkpoint.version),
            position,
            head,
            lag: head - position,
            has_worker: leases.state(&lease_name(name)).await?.is_some_and(|lease| lease.live),
            rebuild: rebuild.map(|rebuild| rebuild.state.as_str()),
            parked: parked
                .map(|parked| json!({ "id": parked.id, "position": parked.position, "error": parked.error }))
                .collect(),
        });
    }
    if form.json {
        say(serde_json::to_string_pretty(&projections)?);
        return Ok(());
    }
    for one in &projections {
        let worker = if one.has_worker { "live" } else { "stopped" };
        let rebuild = one.rebuild.map(|state| format!(", last rebuild {state}")).unwrap_or_default();
        say(format_args!(
            "{:<14} v{} at {} of {head}, {worker}, {} parked{rebuild}",
            one.name,
            one.version,
            one.position,
            one.parked.len()
        ));
        one.parked.iter().for_each(|parked| say(format_args!("    {parked}")));
    }
    Ok(())
}

/// `har streams`.
///
/// # Errors
/// When there is no such stream, or a server is away.
pub async fn streams(streams: Streams) -> anyhow::Result<()> {
    let Streams::Show(show) = streams;
    let stream_type: StreamType = show.stream_type.parse().ok().with_context(|| {
        let known: Vec<&str> = StreamType::ALL.iter().map(|kind| kind.as_str()).collect();
        format!("no streams of type {}; there are: {}", show.stream_type, known.join(", "))
    })?;
    let deployment = Deployment::open().await?;
    let events = deployment.log.read_stream(&StreamId::new(stream_type, &show.id), 0).await?;
    ensure!(!events.is_empty(), "no stream {stream_type}/{}", show.id);
    if show.form.json {
        say(serde_json::to_string_pretty(&events)?);
        return Ok(());
    }
    for event in &events {
        say(format_args!(
            "{:>10} {:>5} {} {} {}",
            event.position, event.version, event.time, event.event_type, event.data
        ));
    }
    Ok(())
}

/// `har jetstream`.
///
/// # Errors
/// When NATS or the log is away.
pub async fn jetstream(jetstream: Jetstream) -> anyhow::Result<()> {
    let Jetstream::Rebuild(form) = jetstream;
    let deployment = Deployment::open().await?;
    let head = deployment.log.head().await?.position;
    let bar = bar("publishing", head, form.json);
    let started = Instant::now();
    let (log, nats) = (deployment.log.clone(), deployment.nats.clone());
    let publishing = tokio::spawn(async move { rebuild_event_stream(&log, &nats).await });
    let context = async_nats::jetstream::new(deployment.nats.clone());
    while !publishing.is_finished() {
        if let Ok(mut stream) = context.get_stream(deployment.log.names().stream_name()).await {
            bar.set_position(stream.info().await.map(|info| info.state.last_sequence).unwrap_or_default());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let head = publishing.await??;
    bar.finish_and_clear();
    let seconds = started.elapsed().as_secs_f64();
    if form.json {
        say(json!({ "position": head, "seconds": seconds }));
    } else {
        say(format_args!("the stream is at {head} again, after {seconds:.1} s"));
    }
    Ok(())
}
