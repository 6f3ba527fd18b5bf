//! `har bench project`: how fast a projection follows, and how soon a command's effect is visible.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::ensure;
use clap::Args;
use event_log::{HeadRecorder, HeadSigner, PublisherSettings, connect_nats, start_publisher};
use events::{Position, UserId, Version};
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use projectors::{Projection, Users};
use rand::RngExt as _;
use read_models::{Positions, Waited};
use serde::Serialize;
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use super::commits::{change_role, change_roles, new_user, register};
use super::lab::Lab;
use super::latency::Figures;
use super::quiet::{all_caught_up, written_down};
use super::{Common, Machine};
use crate::output::say;

/// Events in one commit of the backlog, and how many commits wait at once.
const COMMIT_EVENTS: usize = 50;
const COMMITS_AT_ONCE: usize = 32;
/// Registrations that wait at once; more would wait longer than a commit may on a slow machine.
const REGISTRATIONS_AT_ONCE: usize = 256;
/// The longest that projecting the backlog, or making one effect visible, may take.
const BACKLOG_LIMIT: Duration = Duration::from_secs(300);
const VISIBLE_LIMIT: Duration = Duration::from_secs(5);

/// What is measured.
#[derive(Args)]
pub struct Options {
    /// Documents that the events are spread over at random.
    #[arg(long, default_value_t = 15_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    documents: u32,
    /// Events that are projected.
    #[arg(long, default_value_t = 200_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    events: u32,
    /// Commands per second, for the time from a command to its visible effect.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    commands: u32,
    /// Seconds of those commands.
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u64).range(1..=300))]
    seconds: u64,
    #[command(flatten)]
    common: Common,
}

#[derive(Serialize)]
struct Report {
    machine: Machine,
    documents: u32,
    events: u32,
    events_per_second: f64,
    commands_per_second: u32,
    durable: Figures,
    visible: Figures,
}

/// Measures and tells.
///
/// # Errors
/// When a server can't be had, a commit fails, or a projection does not follow.
pub async fn run(options: &Options) -> anyhow::Result<()> {
    let lab = Lab::open(options.common.dir.as_deref()).await?;
    let nats = connect_nats(&lab.nats_url, "har-bench").await?;
    let positions = Positions::start(&lab.log, nats.clone(), lab.stop.clone());
    let accounts: Vec<Account> = (0..options.documents).map(|_| Account::new()).collect();
    let registered = stream::iter(&accounts).map(|account| lab.log.append(register(&lab.log, account.user)));
    registered.buffer_unordered(REGISTRATIONS_AT_ONCE).try_for_each(|_| async { Ok(()) }).await?;

    let bench = Project { lab: &lab, nats: &nats, positions: &positions, accounts: accounts.into() };
    // The documents first, so that the events meet what is there.
    bench.project().await?;
    bench.append_backlog(options.events).await?;
    let elapsed = bench.project().await?;
    let (durable, visible) = bench.visibility(options).await?;
    lab.close().await?;

    let report = Report {
        machine: Machine::this(),
        documents: options.documents,
        events: options.events,
        events_per_second: f64::from(options.events) / elapsed.as_secs_f64(),
        commands_per_second: options.commands,
        durable,
        visible,
    };
    if options.common.json {
        say(serde_json::to_string_pretty(&report)?);
    } else {
        tell(&report);
    }
    Ok(())
}

struct Project<'a> {
    lab: &'a Lab,
    nats: &'a async_nats::Client,
    positions: &'a Positions,
    accounts: Arc<[Account]>,
}

/// A user, and where their stream stands: what a command would have loaded.
struct Account {
    user: UserId,
    version: Mutex<Version>,
}

impl Account {
    fn new() -> Self {
        Self { user: new_user(), version: Mutex::new(1) }
    }
}

impl Project<'_> {
    async fn append_backlog(&self, events: u32) -> anyhow::Result<()> {
        let mut left = events as usize;
        let commits = std::iter::from_fn(|| {
            let count = left.min(COMMIT_EVENTS).min(self.accounts.len());
            left -= count;
            (count > 0).then(|| self.some_accounts(count))
        });
        let log = &self.lab.log;
        let appends = stream::iter(commits).map(|accounts| async move {
            let users: Vec<UserId> = accounts.iter().map(|account| account.user).collect();
            let committed = log.append(change_roles(log, &users)).await?;
            for (account, event) in accounts.into_iter().zip(committed.events) {
                let mut version = account.version.lock().await;
                *version = event.version.max(*version);
            }
            anyhow::Ok(())
        });
        appends.buffer_unordered(COMMITS_AT_ONCE).try_collect().await
    }

    /// That many different ones, at random.
    fn some_accounts(&self, count: usize) -> Vec<&Account> {
        let mut random = rand::rng();
        let mut chosen = std::collections::BTreeSet::new();
        while chosen.len() < count {
            chosen.insert(random.random_range(0..self.accounts.len()));
        }
        chosen.into_iter().map(|index| &self.accounts[index]).collect()
    }

    /// Runs the projection `users`, lease and all, from its checkpoint to the end of the log; tells how long that took.
    async fn project(&self) -> anyhow::Result<Duration> {
        let users: Arc<dyn Projection> = Arc::new(Users);
        let projections = vec![users];
        read_models::ensure(self.lab.log.database(), &projectors::collections(&projections)).await?;
        let head = self.lab.log.head().await?.position;
        let stop = self.lab.stop.child_token();
        let started = Instant::now();
        let running = projectors::start(&self.lab.log, self.nats, projections, &stop);
        self.reached(head, BACKLOG_LIMIT).await?;
        let elapsed = started.elapsed();
        stop.cancel();
        running.ended().await?;
        Ok(elapsed)
    }

    async fn reached(&self, position: Position, limit: Duration) -> anyhow::Result<()> {
        let deadline = Instant::now() + limit;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.positions.wait(&[Users.name()], position, left).await {
                Waited::Reached => return Ok(()),
                // Its lease is about to be taken.
                Waited::Down if !left.is_zero() => tokio::time::sleep(Duration::from_millis(5)).await,
                Waited::Down | Waited::Behind { .. } => anyhow::bail!("the projection does not follow"),
            }
        }
    }

    /// Commands at a steady rate, with everything running as in the product; how long until each is durable, and until
    /// its effect is in the read collection.
    async fn visibility(&self, options: &Options) -> anyhow::Result<(Figures, Figures)> {
        let stop = self.lab.stop.child_token();
        let heads = tempfile::tempdir()?;
        let recorder = HeadRecorder::new(HeadSigner::new(&rand::random()), heads.path().join("heads"));
        let publisher =
            start_publisher(&self.lab.log, self.nats, &PublisherSettings::default(), recorder, stop.clone());
        let projections = projectors::all();
        read_models::ensure(self.lab.log.database(), &projectors::collections(&projections)).await?;
        let names: Vec<&'static str> = projections.iter().map(|projection| projection.name()).collect();
        let running = projectors::start(&self.lab.log, self.nats, projections, &stop);
        all_caught_up(&self.lab.log, self.nats, self.positions, &names, BACKLOG_LIMIT).await?;
        written_down(&self.lab.log).await?;

        let time = Duration::from_secs(options.seconds);
        let samples = self.commands_at(options.commands, time).await?;
        let (durable, visible) = samples.into_iter().unzip();
        stop.cancel();
        running.ended().await?;
        publisher.await?;
        Ok((Figures::of(durable, time), Figures::of(visible, time)))
    }

    /// Starts a command at each tick, whether those before have ended or not.
    async fn commands_at(&self, rate: u32, time: Duration) -> anyhow::Result<Vec<(Duration, Duration)>> {
        let mut ticks = tokio::time::interval(Duration::from_secs(1) / rate);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let count = u64::from(rate) * time.as_secs();
        let mut running = JoinSet::new();
        for _ in 0..count {
            ticks.tick().await;
            let (log, positions) = (self.lab.log.clone(), self.positions.clone());
            let (accounts, chosen) = (self.accounts.clone(), rand::rng().random_range(0..self.accounts.len()));
            running.spawn(async move {
                let Account { user, version } = &accounts[chosen];
                let started = Instant::now();
                // Another command may be at the same account.
                let mut version = version.lock().await;
                let committed = log.append(change_role(&log, *user, *version)).await?;
                *version += 1;
                drop(version);
                let durable = started.elapsed();
                let waited = positions.wait(&[Users.name()], committed.position(), VISIBLE_LIMIT).await;
                ensure!(waited == Waited::Reached, "an effect did not become visible: {waited:?}");
                anyhow::Ok((durable, started.elapsed()))
            });
        }
        running.join_all().await.into_iter().collect()
    }
}

fn tell(report: &Report) {
    say(&report.machine);
    say("");
    say(format_args!(
        "projected: {} events at random over {} documents: {:.0} events/s",
        report.events, report.documents, report.events_per_second
    ));
    say(format_args!("commands at {}/s, {} of them:", report.commands_per_second, report.visible.count));
    for (what, figures) in [("durable", report.durable), ("visible", report.visible)] {
        say(format_args!("  from command to {what}: p50 {:.2} ms, p99 {:.2} ms", figures.p50_ms, figures.p99_ms));
    }
}
