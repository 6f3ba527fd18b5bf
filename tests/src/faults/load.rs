//! Load: writers that never give a command up, and readers that must always be answered.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::{Result, anyhow, bail, ensure};
use futures::future::try_join_all;
use reqwest::StatusCode;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::api::{Answer, Api};
use super::wait::until;
use super::world::PATIENCE;

/// What a writer waits before it sends a request again.
const PAUSE: Duration = Duration::from_millis(50);
/// How long one command may be retried.
const COMMAND_LIMIT: Duration = Duration::from_secs(90);

/// A command that was acknowledged.
#[derive(Clone, Debug)]
pub struct Acknowledged {
    /// Address that was registered.
    pub email: String,
    /// Account that the answer named.
    pub user_id: String,
    /// Position that the answer named; a replay names a later one.
    pub position: u64,
    /// How often it was sent.
    pub sent: u64,
    /// Whether the answer was that of an earlier try whose answer was lost.
    pub replayed: bool,
}

/// What happened while the load ran.
#[derive(Clone, Debug, Default)]
pub struct Harvest {
    /// Every command, each acknowledged in the end.
    pub acknowledged: Vec<Acknowledged>,
    /// How often a command was told to come again.
    pub refusals: u64,
    /// How often the connection broke.
    pub broken: u64,
    /// The slowest 503.
    pub slowest_refusal: Duration,
}

/// Writers: each registers one person after the other, and sends a request again, the same with the same key, until it
/// is acknowledged.
pub struct Writers {
    stop: CancellationToken,
    count: Arc<AtomicU64>,
    /// Why the first writer that gave up did so.
    given_up: Arc<OnceLock<String>>,
    tasks: Vec<JoinHandle<Result<Harvest>>>,
}

impl Writers {
    /// Starts so many writers; `name` makes their addresses their own.
    pub fn start(api: &Api, name: &str, writers: usize) -> Self {
        let (stop, count, given_up) =
            (CancellationToken::new(), Arc::<AtomicU64>::default(), Arc::<OnceLock<_>>::default());
        let tasks = (0..writers).map(|writer| {
            let writer = Writer {
                api: api.clone(),
                name: format!("{name}-{writer}"),
                stop: stop.clone(),
                count: Arc::clone(&count),
                harvest: Harvest::default(),
            };
            let given_up = Arc::clone(&given_up);
            tokio::spawn(async move { writer.run().await.inspect_err(|error| _ = given_up.set(format!("{error:#}"))) })
        });
        let tasks = tasks.collect();
        Self { stop, count, given_up, tasks }
    }

    /// How many commands have been acknowledged.
    pub fn acknowledged(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// Waits until so many more have been acknowledged; an error when a writer has given up.
    pub async fn until_more(&self, more: u64) -> Result<Duration> {
        let goal = self.acknowledged() + more;
        until("more commands acknowledged", PATIENCE, async || {
            if let Some(why) = self.given_up.get() {
                bail!("a writer has given up: {why}");
            }
            Ok(self.acknowledged() >= goal)
        })
        .await
    }

    /// Lets every writer bring its last command to an end.
    ///
    /// # Errors
    /// What a writer could not accept: an answer that is neither success nor a request to come again.
    pub async fn finish(self) -> Result<Harvest> {
        self.stop.cancel();
        let mut whole = Harvest::default();
        for harvest in try_join_all(self.tasks).await? {
            let harvest = harvest?;
            whole.acknowledged.extend(harvest.acknowledged);
            whole.refusals += harvest.refusals;
            whole.broken += harvest.broken;
            whole.slowest_refusal = whole.slowest_refusal.max(harvest.slowest_refusal);
        }
        Ok(whole)
    }
}

struct Writer {
    api: Api,
    name: String,
    stop: CancellationToken,
    count: Arc<AtomicU64>,
    harvest: Harvest,
}

impl Writer {
    async fn run(mut self) -> Result<Harvest> {
        for number in 0_u64.. {
            if self.stop.is_cancelled() {
                break;
            }
            let email = format!("{}-{number}@example.org", self.name);
            let acknowledged = self.register(email).await?;
            self.harvest.acknowledged.push(acknowledged);
            self.count.fetch_add(1, Ordering::Relaxed);
        }
        Ok(self.harvest)
    }

    async fn register(&mut self, email: String) -> Result<Acknowledged> {
        let key = format!("key-of-{email}");
        let started = Instant::now();
        for sent in 1_u64.. {
            if started.elapsed() > COMMAND_LIMIT {
                bail!("{email} was not acknowledged in {COMMAND_LIMIT:?}, sent {sent} times");
            }
            let Ok(answer) = self.api.register(&email, Some(&key)).await else {
                self.harvest.broken += 1;
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            match answer.status {
                StatusCode::CREATED => {
                    return Ok(Acknowledged {
                        email,
                        user_id: answer.text("/data/user/_id")?.to_owned(),
                        position: answer.number("x-position")?,
                        sent,
                        replayed: answer.headers.contains_key("idempotent-replayed"),
                    });
                }
                StatusCode::SERVICE_UNAVAILABLE => {
                    is_refusal(&answer)?;
                    self.harvest.refusals += 1;
                    self.harvest.slowest_refusal = self.harvest.slowest_refusal.max(answer.took);
                    tokio::time::sleep(PAUSE).await;
                }
                StatusCode::CONFLICT if answer.code() == "conflict" => {
                    self.harvest.refusals += 1;
                    tokio::time::sleep(PAUSE).await;
                }
                _ => bail!("{email}, sent for the {sent}. time with the same key, got {}", answer.shown()),
            }
        }
        Err(anyhow!("unreachable: the count of sendings has no end"))
    }
}

/// Checks that an answer says when to come again.
pub fn is_refusal(answer: &Answer) -> Result<()> {
    ensure!(answer.status == StatusCode::SERVICE_UNAVAILABLE, "expected a 503, got {}", answer.shown());
    ensure!(answer.number("retry-after")? >= 1, "a Retry-After of less than a second");
    ensure!(!answer.code().is_empty(), "a 503 without code");
    Ok(())
}

/// A reader that asks again and again, and must be answered 200 each time.
pub struct Reader {
    stop: CancellationToken,
    count: Arc<AtomicU64>,
    task: JoinHandle<Result<Duration>>,
}

impl Reader {
    /// Starts reading the catalogue and, with a token, an account.
    pub fn start(api: &Api, token: &str) -> Self {
        let (stop, count) = (CancellationToken::new(), Arc::new(AtomicU64::new(0)));
        let (api, token) = (api.clone(), token.to_owned());
        let task = {
            let (stop, count) = (stop.clone(), Arc::clone(&count));
            tokio::spawn(async move {
                let mut slowest = Duration::ZERO;
                while !stop.is_cancelled() {
                    for (path, token) in [("/courses", None), ("/auth/profile", Some(token.as_str()))] {
                        let answer = api.get(path, token, None).await?;
                        ensure!(answer.status == StatusCode::OK, "GET {path}: {}", answer.shown());
                        answer.number("x-position")?;
                        slowest = slowest.max(answer.took);
                        count.fetch_add(1, Ordering::Relaxed);
                    }
                }
                Ok(slowest)
            })
        };
        Self { stop, count, task }
    }

    /// How many answers came.
    pub fn answers(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// Ends it; the slowest answer.
    ///
    /// # Errors
    /// An answer that was none.
    pub async fn finish(self) -> Result<Duration> {
        self.stop.cancel();
        self.task.await?
    }
}

/// Registers one person who is needed for something else; the access token comes with it.
pub async fn newcomer(api: &Api, email: &str) -> Result<(Acknowledged, String)> {
    let answer = api.register(email, None).await?;
    ensure!(answer.status == StatusCode::CREATED, "register: {}", answer.shown());
    let acknowledged = Acknowledged {
        email: email.to_owned(),
        user_id: answer.text("/data/user/_id")?.to_owned(),
        position: answer.number("x-position")?,
        sent: 1,
        replayed: false,
    };
    Ok((acknowledged, answer.text("/data/token")?.to_owned()))
}
