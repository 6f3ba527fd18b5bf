//! P1 and P9: mongod is killed, then frozen, under load.

use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use event_log::EventLog;
use reqwest::StatusCode;
use tokio::time::Instant;

use super::api::{Answer, Api};
use super::audit::PERHAPS;
use super::load::{Acknowledged, Writers, is_refusal, newcomer};
use super::process::Process;
use super::wait::until;
use super::world::World;
use super::{Figure, Outcome, Part, Programs, Scale, audit};

const WRITERS: usize = 16;
/// Within this a command must have its 503.
const REFUSAL_LIMIT: Duration = Duration::from_secs(3);
/// Within this writes must go on once mongod is back.
const RESUME_LIMIT: Duration = Duration::from_secs(15);
/// Rounds of probes while it is away.
const ROUNDS: usize = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outage {
    Killed,
    Frozen,
}

struct Harm<'a> {
    world: &'a mut World,
    projectors: &'a Process,
    commands: Api,
    queries: Api,
    token: String,
    slowest: Duration,
    resumed: Duration,
    probes: usize,
}

/// Takes mongod away again and again. Meanwhile every command must be refused in time; once it is back writes must
/// resume, and all that was acknowledged must be there.
pub async fn run(programs: &Programs, scale: Scale) -> Outcome {
    let started = Instant::now();
    let (kills, freezes) = (scale.of(2, 10), scale.of(1, 5));
    let mut world = World::start(programs, &[]).await?;
    let (commands, queries) = (world.run(Part::CommandApi).await?, world.run(Part::QueryApi).await?);
    let projectors = world.run(Part::Projectors).await?;
    let (account, token) = newcomer(&commands.api()?, "prober@example.org").await?;
    let mut accounts: Vec<Acknowledged> = vec![account];
    let writers = Writers::start(&commands.api()?, "writer", WRITERS);
    writers.until_more(WRITERS as u64).await?;
    let mut harm = Harm {
        world: &mut world,
        projectors: &projectors.process,
        commands: commands.api()?,
        queries: queries.api()?,
        token,
        slowest: Duration::ZERO,
        resumed: Duration::ZERO,
        probes: 0,
    };
    let outages = [(Outage::Frozen, freezes), (Outage::Killed, kills)];
    for outage in outages.into_iter().flat_map(|(outage, times)| std::iter::repeat_n(outage, times)) {
        harm.take_away(outage, &writers)
            .await
            .map_err(|error| anyhow!("mongod {outage:?}: {error:#}\n{}", commands.process.log_end()))?;
    }
    let (slowest, resumed, probes) = (harm.slowest, harm.resumed, harm.probes);
    let harvest = writers.finish().await?;
    let slowest_writer = harvest.slowest_refusal;
    ensure!(slowest_writer <= REFUSAL_LIMIT, "a writer had its 503 only after {slowest_writer:?}");
    accounts.extend(harvest.acknowledged);
    check_log(&world.log().await?, &world.nats_client().await?, &accounts).await?;
    let result = format!(
        "{} commands acknowledged, all in the log once; {} refusals, all 503 with Retry-After, slowest {:.1?} (of {probes} \
         probes), {slowest_writer:.1?} (of the writers); writes resumed {resumed:.1?} after its return at the latest",
        accounts.len(),
        harvest.refusals + probes as u64,
        slowest
    );
    let size = format!("{kills} kills, {freezes} freezes, {WRITERS} writers");
    Ok(vec![Figure::new("mongod killed; mongod frozen", size, result, started)])
}

impl Harm<'_> {
    async fn take_away(&mut self, outage: Outage, writers: &Writers) -> Result<()> {
        match outage {
            Outage::Killed => {
                // Each of their commits has the journal written, and with it what the commands have left in memory.
                // Frozen, they do not help: a command that was acknowledged too early is lost for good.
                self.projectors.suspend()?;
                writers.until_more(4 * WRITERS as u64).await?;
                self.world.mongo.kill().await?;
                self.projectors.resume()?;
            }
            Outage::Frozen => self.world.mongo.suspend()?,
        }
        for round in 0..ROUNDS {
            self.probe(round).await?;
        }
        match outage {
            Outage::Killed => self.world.mongo.restart().await?,
            Outage::Frozen => self.world.mongo.resume()?,
        }
        let more = writers.until_more(1).await?;
        ensure!(more <= RESUME_LIMIT, "writes resumed only {more:?} after the return");
        self.resumed = self.resumed.max(more);
        let profile = || self.queries.get("/auth/profile", Some(&self.token), None);
        until("reads resumed", RESUME_LIMIT, async || Ok(profile().await?.status == StatusCode::OK)).await?;
        writers.until_more(WRITERS as u64).await?;
        Ok(())
    }

    /// Every kind of command and query, all at once.
    async fn probe(&mut self, round: usize) -> Result<()> {
        let (commands, queries, token) = (&self.commands, &self.queries, Some(self.token.as_str()));
        let (key, probe) = (format!("probe-{}-{round}", self.probes), "prober@example.org");
        let perhaps = |name: &str| format!("{PERHAPS}{name}-{}@example.org", self.probes);
        let (without, with) = (perhaps("without"), perhaps("with"));
        let sent = tokio::join!(
            commands.register(&without, None),
            commands.register(&with, Some(&key)),
            commands.login(probe, None),
            commands.login(probe, Some(&key)),
            commands.create_course(&self.token, None),
            commands.create_course(&self.token, Some(&key)),
            queries.get("/courses", None, None),
            queries.get("/courses", token, None),
            queries.get("/courses", None, Some(u64::MAX >> 2)),
            queries.get("/auth/profile", token, None),
            queries.get("/auth/verify-jwt", token, None),
        );
        let answers: [(&str, Result<Answer>); 11] = [
            ("register", sent.0),
            ("register with a key", sent.1),
            ("login", sent.2),
            ("login with a key", sent.3),
            ("create a course", sent.4),
            ("create a course with a key", sent.5),
            ("catalogue", sent.6),
            ("catalogue with a token", sent.7),
            ("catalogue from a position", sent.8),
            ("profile", sent.9),
            ("verify", sent.10),
        ];
        for (what, answer) in answers {
            let answer = answer.with_context(|| format!("{what} died"))?;
            is_refusal(&answer).with_context(|| what.to_owned())?;
            ensure!(answer.took <= REFUSAL_LIMIT, "{what}: {}", answer.shown());
            self.slowest = self.slowest.max(answer.took);
            self.probes += 1;
        }
        Ok(())
    }
}

async fn check_log(log: &EventLog, nats: &async_nats::Client, accounts: &[Acknowledged]) -> Result<()> {
    let events = audit::whole_log(log).await?;
    audit::registered_once(log, &events, accounts).await?;
    audit::stream_is_log(nats, log, &events).await
}
