//! The process of the read-model writers, from its settings to its end.

use std::error::Error;
use std::time::Duration;

use event_log::{AppendLimits, EventLog, LogNames, LogSecrets, MasterKey, connect, connect_nats, start_waker};
use secrecy::ExposeSecret as _;
use service_kit::health::Health;
use service_kit::http::{self, HttpOptions, Messages};
use service_kit::settings::{Mode, Settings};
use service_kit::shutdown::{self, Tasks};
use service_kit::telemetry::{self, Metrics};
use tokio_util::sync::CancellationToken;

use crate::{all, collections, start};

/// How long the workers have to end a batch that is under way.
const END_LIMIT: Duration = Duration::from_secs(10);

/// Runs every projection by the settings of the environment, until SIGINT or SIGTERM.
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
    let mongo = connect(mongodb_uri.expose_secret(), "projectors").await?;
    let nats = connect_nats(nats_url.expose_secret(), "projectors").await?;
    let names = LogNames::new(&settings.mongodb.database, &settings.nats.prefix);
    let secrets = LogSecrets { master_key: MasterKey::new(*settings.secrets.master.expose()) };
    let log = EventLog::open(&mongo, names, &secrets).await?;
    let projections = all();
    read_models::ensure(log.database(), &collections(&projections)).await?;

    // To say that a rebuild has ended.
    let stop_appender = CancellationToken::new();
    let appender = log.start_appender(AppendLimits::within(settings.mongodb.patience), stop_appender.clone());
    let waker = start_waker(&log, &nats, stop_appender.clone());

    let ready = log.clone();
    let health = Health::new().check("mongodb", move || {
        let log = ready.clone();
        async move { log.head().await.map(drop) }
    });
    let options = HttpOptions::of(&settings.network, Messages::base())?;
    let router = http::with_layers(health.router().merge(metrics.router()), &options);
    let listener = tokio::net::TcpListener::bind((settings.network.bind, settings.network.metrics_port)).await?;

    let mut tasks = Tasks::new(shutdown.clone());
    tasks.spawn("metrics", metrics.upkeep(shutdown.clone()));
    let serving = http::serve(listener, router, shutdown.clone());
    tasks.spawn("http", async move {
        serving.await;
        Ok::<(), std::convert::Infallible>(())
    });
    tasks.spawn("projections", start(&log, &nats, projections, &shutdown).ended());
    let errors = tasks.wait(END_LIMIT).await.err().unwrap_or_default();
    stop_appender.cancel();
    appender.stopped().await;
    waker.await?;
    // Each was logged when it happened; the process says so once more by how it ends.
    if errors.is_empty() { Ok(()) } else { Err("a task has failed".into()) }
}
