//! The product in one process: the log with its appender and publisher, the projections, both APIs on all ports.

use std::convert::Infallible;
use std::net::SocketAddr;

use access::{Access, TokenKeyStore, TokenKeys, health, load_plans};
use command_api::CommandApi;
use command_api::courses::{start_completing, start_retiring};
use command_api::mail::{Mail, Mailer, start_mail};
use command_api::media::start_sweeping;
use command_api::payments::start_billing;
use command_api::signing_keys::SigningKeys;
use event_log::{
    AppendLimits, EventLog, HeadRecorder, HeadSigner, LogNames, LogSecrets, MasterKey, PublisherSettings, connect,
    connect_nats, start_publisher,
};
use gateway::{Bound, Root, ServiceRouters};
use query_api::{Auditing, QueryDeps};
use read_models::Positions;
use service_kit::clock::Clock;
use service_kit::http::{HttpOptions, Messages, serve, with_layers};
use service_kit::settings::Settings;
use service_kit::telemetry::Metrics;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::parts::Parts;
use super::servers::Servers;
use crate::openapi::TITLE;

const APP: &str = "har-dev";

/// The product, ready to be served.
pub struct Product {
    /// The log.
    pub log: EventLog,
    /// What the write side's use cases need.
    pub commands: CommandApi,
    /// All ports of the contract, bound and not served yet.
    pub bound: Bound,
    /// The port of `/metrics`.
    pub metrics_address: SocketAddr,
    metrics: Metrics,
    metrics_listener: TcpListener,
    background: Parts,
    /// Ends the answers that have no end of their own.
    tails: CancellationToken,
}

impl Product {
    /// Opens and starts everything but the ports.
    ///
    /// # Errors
    /// When a setting is no good, a port taken, or a server away.
    pub async fn start(settings: &Settings, servers: &Servers) -> anyhow::Result<Self> {
        let metrics = Metrics::install()?;
        let network = &settings.network;
        let wanted = SocketAddr::new(network.bind, network.metrics_port);
        let (metrics_listener, metrics_address) = gateway::bind("HAR_METRICS_PORT", wanted).await?;
        let nats = connect_nats(servers.nats_url(), APP).await?;
        let log = open_log(settings, servers).await?;
        let projections = projectors::all();
        read_models::ensure(log.database(), &projectors::collections(&projections)).await?;

        let listening = CancellationToken::new();
        let positions = Positions::start(&log, nats.clone(), listening.clone());
        let clock = Clock::new(settings.clock_offset);
        let keys = TokenKeys::open(TokenKeyStore::open(log.client(), log.names()).await?, clock.clone()).await?;
        let signing = SigningKeys::open(keys.clone(), settings.secrets.token_key()?).await?;
        let plans = load_plans(settings.payment.plans_file.as_deref())?;
        let access = Access::new(log.clone(), keys.clone(), clock.clone()).with_plans(plans);
        let tails = CancellationToken::new();
        let signer = HeadSigner::new(settings.secrets.head.expose());
        let auditing = Auditing { nats: nats.clone(), signer, stop: tails.clone() };
        let queries = QueryDeps::new(access.clone(), &log, positions.clone(), settings, auditing)?;
        let commands = CommandApi::new(&log, positions, access, signing, clock.clone(), settings).await?;
        let mail = Mail::open(&log, &nats, clock, Mailer::new(&settings.mail)?, settings).await?;
        let services = command_api::routers(&commands).merge(query_api::routers(&queries));
        let bound = listen(services, settings, &log, &nats, &keys).await?;

        // Nothing is started before all that can be refused has been accepted.
        let mut background = Parts::default();
        start_background(&mut background, settings, &log, &nats);
        let projecting = CancellationToken::new();
        let running = projectors::start(&log, &nats, projections, &projecting);
        let running = tokio::spawn(async move {
            if let Err(error) = running.ended().await {
                tracing::error!(%error, "a projection has failed");
            }
        });
        let stop = CancellationToken::new();
        background.add("token keys", stop.clone(), tokio::spawn(keys.keep_fresh(stop)));
        background.add("projections", projecting, running);
        let mailing = CancellationToken::new();
        background.add("mail", mailing.clone(), start_mail(mail, mailing));
        let retiring = CancellationToken::new();
        background.add("retiring courses", retiring.clone(), start_retiring(&commands.commands, retiring));
        let completing = CancellationToken::new();
        background.add("completing courses", completing.clone(), start_completing(&commands.commands, completing));
        let billing = CancellationToken::new();
        let bills = start_billing(&commands.commands, &commands.payments, billing.clone());
        background.add("billing", billing, bills);
        let sweeping = CancellationToken::new();
        let sweeper = start_sweeping(&commands.commands, &commands.shelf, sweeping.clone());
        background.add("sweeping files", sweeping, sweeper);
        let listened = listening.clone();
        background.add("positions", listening, tokio::spawn(async move { listened.cancelled().await }));
        Ok(Self { log, commands, bound, metrics_address, metrics, metrics_listener, background, tails })
    }

    /// Serves all ports. The parts that it returns end in order: first the ports, last the projections.
    ///
    /// # Errors
    /// When a setting of the network is no good.
    pub fn serve(self, settings: &Settings) -> anyhow::Result<Parts> {
        let options = HttpOptions::of(&settings.network, Messages::base())?;
        let mut parts = Parts::default();
        // First: the ports wait for their answers.
        let tails = self.tails.clone();
        parts.add("live events", self.tails, tokio::spawn(async move { tails.cancelled().await }));
        let stop = CancellationToken::new();
        parts.add("http", stop.clone(), tokio::spawn(self.bound.serve(stop)));
        parts.append(self.background);
        let stop = CancellationToken::new();
        let page = serve(self.metrics_listener, with_layers(self.metrics.router(), &options), stop.clone());
        parts.add("metrics", stop, tokio::spawn(page));
        let stop = CancellationToken::new();
        let upkeep = self.metrics.upkeep(stop.clone());
        let upkeep = tokio::spawn(async move {
            let _: Result<(), Infallible> = upkeep.await;
        });
        parts.add("upkeep of metrics", stop, upkeep);
        Ok(parts)
    }

    /// Ends what runs, without having served.
    pub async fn stop(self) {
        self.background.stop().await;
    }
}

async fn open_log(settings: &Settings, servers: &Servers) -> anyhow::Result<EventLog> {
    let mongo = connect(servers.mongodb_uri(), APP).await?;
    let names = LogNames::new(&settings.mongodb.database, &settings.nats.prefix);
    let secrets = LogSecrets { master_key: MasterKey::new(*settings.secrets.master.expose()) };
    Ok(EventLog::open(&mongo, names, &secrets).await?)
}

async fn listen(
    services: ServiceRouters,
    settings: &Settings,
    log: &EventLog,
    nats: &async_nats::Client,
    keys: &TokenKeys,
) -> anyhow::Result<Bound> {
    let root = Root {
        health: health(log, nats).router(),
        jwks: keys.tokens().keys().router(),
        messages: Messages::base().with(command_api::MESSAGES).with(query_api::MESSAGES),
        title: TITLE,
    };
    Ok(gateway::listen(services, settings, root).await?)
}

/// Appending and publication.
fn start_background(parts: &mut Parts, settings: &Settings, log: &EventLog, nats: &async_nats::Client) {
    let stop = CancellationToken::new();
    let appender = log.start_appender(AppendLimits::within(settings.mongodb.patience), stop.clone());
    parts.add("appender", stop, tokio::spawn(appender.stopped()));
    let stop = CancellationToken::new();
    let heads = HeadRecorder::new(HeadSigner::new(settings.secrets.head.expose()), &settings.head_file);
    let publisher = start_publisher(log, nats, &PublisherSettings::default(), heads, stop.clone());
    parts.add("publisher", stop, publisher);
}
