//! `har bench append`: the whole path through the log against the driver's bare `insert_one`.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use event_log::EventLog;
use events::UserId;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use rand::RngExt as _;
use serde::Serialize;
use tokio::task::JoinSet;

use super::commits::{log_in, new_user, register};
use super::lab::Lab;
use super::latency::Figures;
use super::raw::RawInserts;
use super::{Common, Machine};
use crate::output::say;

/// Persons that log in, over and over.
const PERSONS: usize = 1_000;
/// How many of them register at once.
const REGISTRATIONS_AT_ONCE: usize = 128;
/// Before counting begins.
const WARM_UP: Duration = Duration::from_millis(700);

/// What is measured.
#[derive(Args)]
pub struct Options {
    /// How many clients append at once; several numbers, several rounds.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 64, 256], value_parser = clap::value_parser!(u32).range(1..=4_096))]
    clients: Vec<u32>,
    /// Seconds per figure.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=300))]
    seconds: u64,
    #[command(flatten)]
    common: Common,
}

/// One number of clients: the same for all three.
#[derive(Serialize)]
struct Round {
    clients: u32,
    insert_one: Figures,
    login: Compared,
    register: Compared,
}

/// Commands through the log, beside the bare inserts of the same round.
#[derive(Serialize)]
struct Compared {
    #[serde(flatten)]
    figures: Figures,
    events_per_second: f64,
    commands_to_inserts: f64,
    p50_to_insert: f64,
}

#[derive(Serialize)]
struct Report {
    machine: Machine,
    seconds: u64,
    rounds: Vec<Round>,
}

/// Measures and tells.
///
/// # Errors
/// When a server can't be had, or a commit fails.
pub async fn run(options: &Options) -> anyhow::Result<()> {
    let lab = Lab::open(options.common.dir.as_deref()).await?;
    let persons = persons(&lab.log).await?;
    let mut rounds = Vec::new();
    for clients in &options.clients {
        rounds.push(round(&lab, *clients, &persons, Duration::from_secs(options.seconds)).await?);
    }
    lab.close().await?;
    let report = Report { machine: Machine::this(), seconds: options.seconds, rounds };
    if options.common.json {
        say(serde_json::to_string_pretty(&report)?);
    } else {
        tell(&report);
    }
    Ok(())
}

async fn persons(log: &EventLog) -> anyhow::Result<Arc<[UserId]>> {
    let persons: Vec<UserId> = (0..PERSONS).map(|_| new_user()).collect();
    let registered = stream::iter(&persons).map(|person| log.append(register(log, *person)));
    registered.buffer_unordered(REGISTRATIONS_AT_ONCE).try_for_each(|_| async { Ok(()) }).await?;
    Ok(persons.into())
}

async fn round(lab: &Lab, clients: u32, persons: &Arc<[UserId]>, time: Duration) -> anyhow::Result<Round> {
    let raw = RawInserts::like_the_last_event(&lab.log, &lab.mongodb_uri, clients).await?;
    let insert_one = measure(clients, time, move || {
        let raw = raw.clone();
        async move { raw.insert().await }
    })
    .await?;
    let (log, persons) = (lab.log.clone(), Arc::clone(persons));
    let login = measure(clients, time, move || {
        let (log, person) = (log.clone(), persons[rand::rng().random_range(0..persons.len())]);
        async move { Ok(log.append(log_in(&log, person, 1)).await.map(drop)?) }
    })
    .await?;
    let log = lab.log.clone();
    let register = measure(clients, time, move || {
        let log = log.clone();
        async move { Ok(log.append(register(&log, new_user())).await.map(drop)?) }
    })
    .await?;
    Ok(Round {
        clients,
        insert_one,
        login: Compared::new(login, 1.0, insert_one),
        register: Compared::new(register, 3.0, insert_one),
    })
}

impl Compared {
    fn new(figures: Figures, events: f64, inserts: Figures) -> Self {
        Self {
            figures,
            events_per_second: figures.rate * events,
            commands_to_inserts: figures.rate / inserts.rate,
            p50_to_insert: figures.p50_ms / inserts.p50_ms,
        }
    }
}

/// Does it again and again, `clients` at a time, and times each. Each client is a task, as a connection is one in a server,
/// and begins again when it has been answered.
async fn measure<A, F>(clients: u32, time: Duration, act: A) -> anyhow::Result<Figures>
where
    A: Fn() -> F + Clone + Send + 'static,
    F: Future<Output = anyhow::Result<()>> + Send,
{
    let from = Instant::now() + WARM_UP;
    let until = from + time;
    let mut running = JoinSet::new();
    for _ in 0..clients {
        let act = act.clone();
        running.spawn(async move {
            let mut samples = Vec::new();
            loop {
                let started = Instant::now();
                if started >= until {
                    return anyhow::Ok(samples);
                }
                act().await?;
                if started >= from {
                    samples.push(started.elapsed());
                }
            }
        });
    }
    let mut samples = Vec::new();
    while let Some(of_one) = running.join_next().await {
        samples.extend(of_one??);
    }
    Ok(Figures::of(samples, time))
}

fn tell(report: &Report) {
    say(&report.machine);
    say("");
    say("clients  what         commands/s  events/s   p50 ms   p99 ms  commands : inserts  p50 : insert");
    for round in &report.rounds {
        let clients = round.clients;
        let raw = round.insert_one;
        say(format_args!(
            "{clients:>7}  insert_one   {:>10.0}  {:>8.0} {:>8.2} {:>8.2}",
            raw.rate, raw.rate, raw.p50_ms, raw.p99_ms
        ));
        for (name, row) in [("login", &round.login), ("register", &round.register)] {
            say(format_args!(
                "{clients:>7}  {name:<12} {:>10.0}  {:>8.0} {:>8.2} {:>8.2} {:>19.2} {:>13.2}",
                row.figures.rate,
                row.events_per_second,
                row.figures.p50_ms,
                row.figures.p99_ms,
                row.commands_to_inserts,
                row.p50_to_insert
            ));
        }
    }
    say("");
    say("insert_one: the driver's, one event document each, majority and journaled, no other index, no validator.");
    say("login: 1 event and 1 guard; register: 3 events in 3 streams and a new key. Both: sealing, hash chain,");
    say("idempotency record, validators.");
}
