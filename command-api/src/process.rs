//! The write process, from its settings to its end.

use std::convert::Infallible;
use std::error::Error;
use std::time::Duration;

use access::{Access, TokenKeyStore, TokenKeys, health, load_plans};
use event_log::{
    AppendLimits, EventLog, HeadRecorder, HeadSigner, LogNames, LogSecrets, MasterKey, PublisherSettings, connect,
    connect_nats, start_publisher,
};
use gateway::Root;
use read_models::Positions;
use secrecy::ExposeSecret as _;
use service_kit::clock::Clock;
use service_kit::http::{HttpOptions, Messages, serve, with_layers};
use service_kit::settings::{Admin, Mode, Settings};
use service_kit::shutdown::{self, Tasks};
use service_kit::telemetry::{self, Metrics};
use tokio_util::sync::CancellationToken;

use crate::admin::create_admin::{NewAdmin, create_admin};
use crate::courses::{start_completing, start_retiring};
use crate::mail::{Mail, Mailer, start_mail};
use crate::media::start_sweeping;
use crate::payments::start_billing;
use crate::signing_keys::SigningKeys;
use crate::{CommandApi, MESSAGES, routers};

/// How long the tasks may take to end.
const END_LIMIT: Duration = Duration::from_secs(12);

/// Runs the write process by the settings of the environment, until SIGINT or SIGTERM.
///
/// # Errors
/// Whatever keeps it from starting, named: a setting, a port, a server that is away.
pub async fn run() -> Result<(), Box<dyn Error>> {
    let settings = Settings::load(Mode::Service)?;
    let token_key = settings.secrets.token_key()?;
    telemetry::init(&settings.log)?;
    let metrics = Metrics::install()?;
    let shutdown = shutdown::on_signal()?;

    // Before anything is connected to: a setting that is wrong is told whoever else is away.
    let mailer = Mailer::new(&settings.mail)?;
    let mongodb_uri = settings.mongodb.uri.as_ref().ok_or("HAR_MONGODB_URI is missing")?;
    let nats_url = settings.nats.url.as_ref().ok_or("HAR_NATS_URL is missing")?;
    let mongo = connect(mongodb_uri.expose_secret(), "command-api").await?;
    let nats = connect_nats(nats_url.expose_secret(), "command-api").await?;
    let names = LogNames::new(&settings.mongodb.database, &settings.nats.prefix);
    let secrets = LogSecrets { master_key: MasterKey::new(*settings.secrets.master.expose()) };
    let log = EventLog::open(&mongo, names, &secrets).await?;
    let clock = Clock::new(settings.clock_offset);
    let keys = TokenKeys::open(TokenKeyStore::open(mongo.client(), log.names()).await?, clock.clone()).await?;
    let signing = SigningKeys::open(keys.clone(), token_key).await?;

    // The appender outlives the HTTP side: what was accepted is written.
    let stop_appender = CancellationToken::new();
    let appender = log.start_appender(AppendLimits::within(settings.mongodb.patience), stop_appender.clone());
    let heads = HeadRecorder::new(HeadSigner::new(settings.secrets.head.expose()), &settings.head_file);
    let publisher = start_publisher(&log, &nats, &PublisherSettings::default(), heads, stop_appender.clone());

    let jwks = keys.tokens().keys().router();
    let positions = Positions::start(&log, nats.clone(), shutdown.clone());
    let plans = load_plans(settings.payment.plans_file.as_deref())?;
    let access = Access::new(log.clone(), keys.clone(), clock.clone()).with_plans(plans);
    let api = CommandApi::new(&log, positions, access, signing, clock.clone(), &settings).await?;
    let mail = Mail::open(&log, &nats, clock, mailer, &settings).await?;
    if let Some(admin) = &settings.admin {
        first_admin(&api, admin).await?;
    }

    let messages = Messages::base().with(MESSAGES);
    let root = Root { health: health(&log, &nats).router(), jwks, messages, title: "Har Academy" };
    let bound = gateway::listen(routers(&api), &settings, root).await?;
    let options = HttpOptions::of(&settings.network, Messages::base())?;
    let figures = tokio::net::TcpListener::bind((settings.network.bind, settings.network.metrics_port)).await?;
    let figures = serve(figures, with_layers(metrics.router(), &options), shutdown.clone());

    let mut tasks = Tasks::new(shutdown.clone());
    tasks.spawn("http", whole(bound.serve(shutdown.clone())));
    tasks.spawn("metrics", whole(figures));
    tasks.spawn("token keys", whole(keys.keep_fresh(shutdown.clone())));
    tasks.spawn("upkeep", metrics.upkeep(shutdown.clone()));
    tasks.spawn("retiring courses", start_retiring(&api.commands, shutdown.clone()));
    tasks.spawn("billing", start_billing(&api.commands, &api.payments, shutdown.clone()));
    tasks.spawn("completing courses", start_completing(&api.commands, shutdown.clone()));
    tasks.spawn("sweeping files", start_sweeping(&api.commands, &api.shelf, shutdown.clone()));
    tasks.spawn("mail", start_mail(mail, shutdown));
    let errors = tasks.wait(END_LIMIT).await.err().unwrap_or_default();
    stop_appender.cancel();
    appender.stopped().await;
    publisher.await?;
    // Each was logged when it happened; the process says so once more by how it ends.
    if errors.is_empty() { Ok(()) } else { Err("a task has failed".into()) }
}

async fn first_admin(api: &CommandApi, admin: &Admin) -> Result<(), Box<dyn Error>> {
    let admin = NewAdmin::parse(&admin.email, admin.password.expose_secret(), "Admin", "Har Academy")
        .map_err(|(name, error)| format!("HAR_ADMIN_{}: {error}", name.to_uppercase().replace(' ', "_")))?;
    create_admin(&api.commands, &api.passwords, &api.emails, admin)
        .await
        .map(drop)
        .map_err(|refusal| format!("the first admin could not be made: {refusal:?}").into())
}

async fn whole(task: impl Future<Output = ()>) -> Result<(), Infallible> {
    task.await;
    Ok(())
}
