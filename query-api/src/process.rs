//! The read process, from its settings to its end.

use std::convert::Infallible;
use std::error::Error;
use std::time::Duration;

use access::{Access, TokenKeyStore, TokenKeys, health, load_plans};
use event_log::{
    AppendLimits, EventLog, HeadSigner, LogNames, LogSecrets, MasterKey, connect, connect_nats, start_waker,
};
use gateway::Root;
use read_models::Positions;
use secrecy::ExposeSecret as _;
use service_kit::clock::Clock;
use service_kit::http::{HttpOptions, Messages, serve, with_layers};
use service_kit::settings::{Mode, Settings};
use service_kit::shutdown::{self, Tasks};
use service_kit::telemetry::{self, Metrics};
use tokio_util::sync::CancellationToken;

use crate::{Auditing, MESSAGES, QueryDeps, routers};

/// How long open requests have to end; the connections themselves are cut off before.
const END_LIMIT: Duration = Duration::from_secs(12);

/// Runs the read process by the settings of the environment, until SIGINT or SIGTERM.
///
/// # Errors
/// Whatever keeps it from starting, named: a setting, a port, a server that is away.
pub async fn run() -> Result<(), Box<dyn Error>> {
    let settings = Settings::load(Mode::Service)?;
    telemetry::init(&settings.log)?;
    let metrics = Metrics::install()?;
    let shutdown = shutdown::on_signal()?;

    let mongodb_uri = settings.mongodb.uri.as_ref().ok_or("HAR_MONGODB_URI is missing")?;
    let nats_url = settings.nats.url.as_ref().ok_or("HAR_NATS_URL is missing")?;
    let mongo = connect(mongodb_uri.expose_secret(), "query-api").await?;
    let nats = connect_nats(nats_url.expose_secret(), "query-api").await?;
    let names = LogNames::new(&settings.mongodb.database, &settings.nats.prefix);
    let secrets = LogSecrets { master_key: MasterKey::new(*settings.secrets.master.expose()) };
    let log = EventLog::open(&mongo, names, &secrets).await?;

    let clock = Clock::new(settings.clock_offset);
    let keys = TokenKeys::open(TokenKeyStore::open(mongo.client(), log.names()).await?, clock.clone()).await?;
    let root = Root {
        health: health(&log, &nats).router(),
        jwks: keys.tokens().keys().router(),
        messages: Messages::base().with(MESSAGES),
        title: "Har Academy",
    };
    // The appender outlives the HTTP side: what is shown of the audit trail is written down before.
    let stop_appender = CancellationToken::new();
    let appender = log.start_appender(AppendLimits::within(settings.mongodb.patience), stop_appender.clone());
    let waker = start_waker(&log, &nats, stop_appender.clone());
    let auditing = Auditing {
        nats: nats.clone(),
        signer: HeadSigner::new(settings.secrets.head.expose()),
        stop: shutdown.clone(),
    };
    let positions = Positions::start(&log, nats, shutdown.clone());
    let plans = load_plans(settings.payment.plans_file.as_deref())?;
    let access = Access::new(log.clone(), keys.clone(), clock).with_plans(plans);
    let deps = QueryDeps::new(access, &log, positions, &settings, auditing)?;
    let bound = gateway::listen(routers(&deps), &settings, root).await?;
    let options = HttpOptions::of(&settings.network, Messages::base())?;
    let figures = tokio::net::TcpListener::bind((settings.network.bind, settings.network.metrics_port)).await?;
    let figures = serve(figures, with_layers(metrics.router(), &options), shutdown.clone());

    let mut tasks = Tasks::new(shutdown.clone());
    tasks.spawn("http", whole(bound.serve(shutdown.clone())));
    tasks.spawn("metrics", whole(figures));
    tasks.spawn("token keys", whole(keys.keep_fresh(shutdown.clone())));
    tasks.spawn("upkeep", metrics.upkeep(shutdown));
    let errors = tasks.wait(END_LIMIT).await.err().unwrap_or_default();
    stop_appender.cancel();
    appender.stopped().await;
    waker.await?;
    // Each was logged when it happened; the process says so once more by how it ends.
    if errors.is_empty() { Ok(()) } else { Err("a task has failed".into()) }
}

/// A task that can't fail, as `Tasks` takes them.
async fn whole(task: impl Future<Output = ()>) -> Result<(), Infallible> {
    task.await;
    Ok(())
}
