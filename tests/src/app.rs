//! The whole product in this process, on a database and a stream of its own.

use std::collections::HashMap;
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use access::{Access, TokenKeyStore, TokenKeys, health, load_plans};
use command_api::CommandApi;
use command_api::courses::{start_completing, start_retiring};
use command_api::mail::{Mail, Mailer, start_mail};
use command_api::payments::start_billing;
use command_api::signing_keys::SigningKeys;
use event_log::{
    AppendLimits, EventLog, HeadRecorder, HeadSigner, LogNames, LogSecrets, MasterKey, Mongo, PublisherSettings,
    connect_nats, start_publisher, with_deadline,
};
use events::StoredEvent;
use gateway::{Addresses, Bound, Root};
use mongodb::options::{Acknowledgment, ClientOptions, ReadConcern, WriteConcern};
use projectors::Projection;
use query_api::{Auditing, QueryDeps};
use read_models::Positions;
use service_kit::clock::Clock;
use service_kit::http::Messages;
use service_kit::settings::{Mode, SecretKey, Settings};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{Client, Servers};

/// How long a test's requests, and its own questions to the log, wait for MongoDB: a machine that is busy with other
/// tests is not down.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the product limits. Tests aren't, unless they ask for it ([`AppOptions::with_limits`]).
const LIMITS: [&str; 4] = ["HAR_LOGIN_LIMIT", "HAR_LOGIN_FAILURE_LIMIT", "HAR_REGISTER_LIMIT", "HAR_MAIL_LIMIT"];

/// What a test wants different from the usual.
#[derive(Clone)]
pub struct AppOptions {
    /// The projections that run.
    pub projections: Vec<Arc<dyn Projection>>,
    /// How long commands and queries wait for the read collections. A test that counts on being waited for has more
    /// than any busy machine needs.
    pub read_wait: Duration,
    /// Seconds that the clock runs ahead.
    pub clock_offset: i64,
    /// Whether letters are sent by themselves; else a test takes the steps.
    pub sends_mail: bool,
    /// Further settings, by name.
    pub settings: HashMap<String, String>,
}

impl Default for AppOptions {
    fn default() -> Self {
        Self {
            projections: projectors::all(),
            read_wait: Duration::from_secs(20),
            clock_offset: 0,
            sends_mail: true,
            settings: HashMap::new(),
        }
    }
}

impl AppOptions {
    /// With the limits of the product, and so that a test can choose its address by `X-Forwarded-For`.
    #[must_use]
    pub fn with_limits() -> Self {
        let proxy = ("HAR_TRUSTED_PROXIES".to_owned(), "127.0.0.1".to_owned());
        // A blank setting is one that is not set.
        let limits = LIMITS.map(|limit| (limit.to_owned(), String::new()));
        Self { settings: limits.into_iter().chain([proxy]).collect(), ..Self::default() }
    }

    /// Nobody writes the read collections.
    #[must_use]
    pub fn without_projections() -> Self {
        Self { projections: Vec::new(), ..Self::default() }
    }
}

/// The product, running. It speaks to its gateway port: `app.get("/courses")`.
pub struct TestApp {
    /// The log.
    pub log: EventLog,
    /// NATS.
    pub nats: async_nats::Client,
    /// What the write side's use cases need.
    pub commands: CommandApi,
    /// What letters need.
    pub mail: Mail,
    /// Where letters are put, unless the settings name a server.
    pub mail_folder: PathBuf,
    /// Where uploaded files are put.
    pub media_folder: PathBuf,
    /// The keys of its access tokens.
    pub token_keys: TokenKeys,
    /// What seals those that sign.
    pub token_secret: SecretKey,
    /// Its clock.
    pub clock: Clock,
    /// Where its ports are.
    pub addresses: Addresses,
    /// Whether the test named the database, to start on it again.
    keeps_data: bool,
    client: Client,
    stop: CancellationToken,
    parts: Vec<JoinHandle<()>>,
    stop_appender: CancellationToken,
    appender: JoinHandle<()>,
}

impl Deref for TestApp {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.stop.cancel();
        self.stop_appender.cancel();
    }
}

impl TestApp {
    /// Starts it on the shared servers.
    pub async fn start(options: AppOptions) -> Self {
        with_deadline(PATIENCE, Self::start_parts(options)).await
    }

    async fn start_parts(options: AppOptions) -> Self {
        let servers = Servers::shared();
        let settings = settings(servers, &options);
        let keeps_data = options.settings.contains_key("HAR_MONGODB_DATABASE");
        let nats = connect_nats(&servers.nats_url, "test").await.unwrap();
        let log = open_log(servers, &settings).await;
        read_models::ensure(log.database(), &projectors::collections(&projectors::all())).await.unwrap();

        let (stop, stop_appender) = (CancellationToken::new(), CancellationToken::new());
        let appender = tokio::spawn(
            log.start_appender(AppendLimits::within(settings.mongodb.patience), stop_appender.clone()).stopped(),
        );
        let heads = HeadRecorder::new(HeadSigner::new(settings.secrets.head.expose()), &settings.head_file);
        let publisher = start_publisher(&log, &nats, &PublisherSettings::default(), heads, stop.clone());
        let projecting = projectors::start(&log, &nats, options.projections, &stop);
        let projecting = tokio::spawn(async move { projecting.ended().await.unwrap() });

        let positions = Positions::start(&log, nats.clone(), stop.clone());
        let clock = Clock::new(settings.clock_offset);
        let store = TokenKeyStore::open(log.client(), log.names()).await.unwrap();
        let token_keys = TokenKeys::open(store, clock.clone()).await.unwrap();
        let token_secret = settings.secrets.token_key().unwrap().clone();
        let signing = SigningKeys::open(token_keys.clone(), &token_secret).await.unwrap();
        let plans = load_plans(settings.payment.plans_file.as_deref()).unwrap();
        let access = Access::new(log.clone(), token_keys.clone(), clock.clone()).with_plans(plans);
        let signer = HeadSigner::new(settings.secrets.head.expose());
        let auditing = Auditing { nats: nats.clone(), signer, stop: stop.clone() };
        let queries = QueryDeps::new(access.clone(), &log, positions.clone(), &settings, auditing).unwrap();
        let commands = CommandApi::new(&log, positions, access, signing, clock.clone(), &settings).await.unwrap();
        let mailer = Mailer::new(&settings.mail).unwrap();
        let mail = Mail::open(&log, &nats, clock.clone(), mailer, &settings).await.unwrap();
        let bound = bind(&commands, &queries, &token_keys, (&log, &nats), &settings).await;
        let addresses = bound.addresses();
        let fresh = tokio::spawn(token_keys.clone().keep_fresh(stop.clone()));
        let serving = tokio::spawn(bound.serve(stop.clone()));
        let retiring = start_retiring(&commands.commands, stop.clone());
        let completing = start_completing(&commands.commands, stop.clone());
        let billing = start_billing(&commands.commands, &commands.payments, stop.clone());
        let mut parts = vec![billing, serving, projecting, publisher, fresh, retiring, completing];
        if options.sends_mail {
            parts.push(start_mail(mail.clone(), stop.clone()));
        }
        let (client, mail_folder) = (Client::new(addresses.gateway), settings.mail.folder);
        let media_folder = settings.media.folder;
        Self {
            log,
            nats,
            commands,
            mail,
            mail_folder,
            media_folder,
            token_keys,
            token_secret,
            clock,
            addresses,
            keeps_data,
            client,
            stop,
            parts,
            stop_appender,
            appender,
        }
    }

    /// Ends everything: requests under way first, the log last.
    pub async fn stop(mut self) {
        self.stop.cancel();
        for part in self.parts.drain(..) {
            part.await.unwrap();
        }
        self.stop_appender.cancel();
        (&mut self.appender).await.unwrap();
        // A collection is a file and each index another: with those of all tests mongod would run out of open files.
        if !self.keeps_data {
            self.log.database().drop().await.unwrap();
        }
    }

    /// A client of the Auth port.
    #[must_use]
    pub fn auth_port(&self) -> Client {
        self.client.at(self.addresses.auth)
    }

    /// A client of the Course port.
    #[must_use]
    pub fn course_port(&self) -> Client {
        self.client.at(self.addresses.course)
    }

    /// A client of the Payment port.
    #[must_use]
    pub fn payment_port(&self) -> Client {
        self.client.at(self.addresses.payment)
    }

    /// A client of the AI Core port.
    #[must_use]
    pub fn ai_port(&self) -> Client {
        self.client.at(self.addresses.ai)
    }

    /// The position of the last event.
    pub async fn head(&self) -> u64 {
        with_deadline(PATIENCE, self.log.head()).await.unwrap().position
    }

    /// The events after a position, sealed.
    pub async fn events_after(&self, position: u64) -> Vec<StoredEvent> {
        with_deadline(PATIENCE, self.log.read(position, 100_000)).await.unwrap()
    }
}

/// A free port for each service, secrets of no worth, names that no other app has.
fn settings(servers: &Servers, options: &AppOptions) -> Settings {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let name = format!("app_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let mut variables = options.settings.clone();
    let mut set = |name: &str, value: String| {
        variables.entry(name.to_owned()).or_insert(value);
    };
    for port in ["GATEWAY", "AUTH", "COURSE", "PAYMENT", "AI", "METRICS"] {
        set(&format!("HAR_{port}_PORT"), "0".to_owned());
    }
    // All tests come from one address.
    for limit in LIMITS {
        set(limit, "1000000000".to_owned());
    }
    for (index, secret) in ["MASTER", "EMAIL", "TOKEN", "HEAD"].into_iter().enumerate() {
        // 32 bytes in base64: 42 digits, of which each key has others, and then the end.
        let digit = char::from(b'a' + u8::try_from(index).unwrap());
        set(&format!("HAR_{secret}_KEY"), format!("{}A=", digit.to_string().repeat(42)));
    }
    set("HAR_STRIPE_WEBHOOK_SECRET", "of no worth".to_owned());
    set("HAR_DATA_DIR", servers.folder.join(&name).display().to_string());
    set("HAR_MONGODB_DATABASE", name.clone());
    set("HAR_NATS_PREFIX", name);
    set("HAR_CLOCK_OFFSET", options.clock_offset.to_string());
    set("HAR_MONGODB_PATIENCE_MS", PATIENCE.as_millis().to_string());
    set("HAR_READ_WAIT_MS", options.read_wait.as_millis().to_string());
    Settings::from_layers(Mode::Dev, variables, None).unwrap()
}

/// As a process of a deployment opens it, save for the patience, which is the driver's own: a machine that is busy with
/// other tests is not down.
async fn open_log(servers: &Servers, settings: &Settings) -> EventLog {
    let mut options = ClientOptions::parse(&servers.mongodb_uri).await.unwrap();
    options.read_concern = Some(ReadConcern::majority());
    options.write_concern = Some(WriteConcern::builder().w(Acknowledgment::Majority).journal(true).build());
    let mongo = Mongo::with_options(options).unwrap();
    let names = LogNames::new(&settings.mongodb.database, &settings.nats.prefix);
    let secrets = LogSecrets { master_key: MasterKey::new(*settings.secrets.master.expose()) };
    EventLog::open(&mongo, names, &secrets).await.unwrap()
}

async fn bind(
    commands: &CommandApi,
    queries: &QueryDeps,
    keys: &TokenKeys,
    (log, nats): (&EventLog, &async_nats::Client),
    settings: &Settings,
) -> Bound {
    let root = Root {
        health: health(log, nats).router(),
        jwks: keys.tokens().keys().router(),
        messages: messages(),
        title: TITLE,
    };
    let services = command_api::routers(commands).merge(query_api::routers(queries));
    gateway::listen(services, settings, root).await.unwrap()
}

/// Title of the product's API document.
pub const TITLE: &str = "Har Academy";

/// The texts of all codes.
#[must_use]
pub fn messages() -> Messages {
    Messages::base().with(command_api::MESSAGES).with(query_api::MESSAGES)
}

/// The product's API document.
///
/// # Panics
/// When it has no JSON form, which every document has.
#[must_use]
pub fn document() -> serde_json::Value {
    serde_json::to_value(gateway::document(TITLE, [command_api::openapi(), query_api::openapi()])).unwrap()
}
