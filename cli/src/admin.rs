//! `har admin`: accounts of those who run the academy.

use std::io::Read as _;
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow};
use clap::{Args, Subcommand};
use command_api::admin::create_admin::{NewAdmin, create_admin};
use command_api::commands::Commands;
use command_api::passwords::Passwords;
use command_api::tokens::EmailNames;
use command_api::{CommandApi, Refusal};
use event_log::{AppendLimits, EventLog, LogNames, LogSecrets, MasterKey, connect, connect_nats, start_waker};
use events::UserId;
use http::StatusCode;
use read_models::Positions;
use secrecy::ExposeSecret as _;
use service_kit::clock::Clock;
use service_kit::settings::{Mode, Settings};
use tokio_util::sync::CancellationToken;

use crate::output::say;

const APP: &str = "har-admin";
/// How long the product may be unavailable, and how often it is asked again meanwhile.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(250);

/// What can be done.
#[derive(Subcommand)]
pub enum Admin {
    /// Make an admin: a new account, or the one that has the address. Uses the settings of a deployment.
    Create(Create),
}

/// Who is to be an admin.
#[derive(Args)]
pub struct Create {
    /// Email.
    #[arg(long)]
    email: String,
    /// Password of a new account. Without it, it is read from standard input, where no list of processes shows it.
    #[arg(long)]
    password: Option<String>,
    /// First name of a new account.
    #[arg(long, default_value = "Har")]
    first_name: String,
    /// Last name of a new account.
    #[arg(long, default_value = "Academy")]
    last_name: String,
}

/// Does it.
///
/// # Errors
/// When a setting or a text is wrong, or a server away.
pub async fn run(admin: Admin) -> anyhow::Result<()> {
    let Admin::Create(create) = admin;
    let settings = Settings::load(Mode::Service)?;
    let new_admin = parse(&create)?;
    let uri = settings.mongodb.uri.as_ref().context("HAR_MONGODB_URI is missing")?;
    let nats_url = settings.nats.url.as_ref().context("HAR_NATS_URL is missing")?;
    let nats = connect_nats(nats_url.expose_secret(), APP).await?;
    let names = LogNames::new(&settings.mongodb.database, &settings.nats.prefix);
    let secrets = LogSecrets { master_key: MasterKey::new(*settings.secrets.master.expose()) };
    let log = EventLog::open(&connect(uri.expose_secret(), APP).await?, names, &secrets).await?;

    let (appending, listening) = (CancellationToken::new(), CancellationToken::new());
    let appender = log.start_appender(AppendLimits::within(settings.mongodb.patience), appending.clone());
    let waker = start_waker(&log, &nats, listening.clone());
    let positions = Positions::start(&log, nats, listening.clone());
    let commands = Commands::new(log, positions, Clock::new(settings.clock_offset), settings.read_wait);
    let emails = EmailNames::new(settings.secrets.email.expose());
    let made = create_admin(&commands, &passwords()?, &emails, new_admin).await;
    appending.cancel();
    appender.stopped().await;
    listening.cancel();
    waker.await?;
    say(format_args!("{} is an admin", made.map_err(refused)?));
    Ok(())
}

/// Makes an admin with the parts of a running product; tries again while that is unavailable, as at the start of a busy
/// machine it may be for seconds.
///
/// # Errors
/// When a text is no good, or it is refused.
pub async fn create(api: &CommandApi, admin: impl Fn() -> anyhow::Result<NewAdmin>) -> anyhow::Result<UserId> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match create_admin(&api.commands, &api.passwords, &api.emails, admin()?).await {
            Ok(user_id) => return Ok(user_id),
            Err(Refusal::Api(error))
                if error.status() == StatusCode::SERVICE_UNAVAILABLE && Instant::now() < deadline =>
            {
                tokio::time::sleep(PAUSE).await;
            }
            Err(refusal) => return Err(refused(refusal)),
        }
    }
}

/// The texts as a new admin; what is wrong is told by its name.
///
/// # Errors
/// When one is no good.
pub fn new_admin(email: &str, password: &str, first_name: &str, last_name: &str) -> anyhow::Result<NewAdmin> {
    NewAdmin::parse(email, password, first_name, last_name)
        .map_err(|(name, error)| anyhow!("the admin's {name} is no good: {error}"))
}

/// The pool that hashes passwords.
///
/// # Errors
/// When the machine has no randomness.
pub fn passwords() -> anyhow::Result<Passwords> {
    Passwords::new().map_err(|error| anyhow!("{error}: {}", error.cause().unwrap_or_default()))
}

fn parse(create: &Create) -> anyhow::Result<NewAdmin> {
    let mut password = create.password.clone().unwrap_or_default();
    if create.password.is_none() {
        std::io::stdin().read_to_string(&mut password)?;
    }
    new_admin(&create.email, password.trim_end_matches(['\r', '\n']), &create.first_name, &create.last_name)
}

fn refused(refusal: Refusal) -> anyhow::Error {
    match refusal {
        Refusal::Api(error) => anyhow!("refused: {error} {}", error.cause().unwrap_or_default()),
        Refusal::Duplicate => anyhow!("refused: carried out already"),
    }
}
