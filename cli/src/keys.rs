//! `har keys`: the keys that sign access tokens.

use access::TokenKeyStore;
use anyhow::Context as _;
use bson::DateTime;
use chrono::SecondsFormat;
use clap::Subcommand;
use command_api::signing_keys::rotate;
use event_log::{LogNames, connect};
use secrecy::ExposeSecret as _;
use service_kit::clock::Clock;
use service_kit::settings::{Mode, Settings};

use crate::output::say;

const APP: &str = "har-keys";

/// What can be done. Both use the settings of a deployment.
#[derive(Clone, Copy, Subcommand)]
pub enum Keys {
    /// Make a new key. It signs after 30 s; tokens of the one before stay good until they end.
    Rotate,
    /// Print each key that still verifies: its `kid`, from when on it signs, until when it verifies.
    List,
}

/// Does it.
///
/// # Errors
/// When a setting is wrong, or MongoDB is away.
pub async fn run(keys: Keys) -> anyhow::Result<()> {
    let settings = Settings::load(Mode::Service)?;
    let uri = settings.mongodb.uri.as_ref().context("HAR_MONGODB_URI is missing")?;
    let mongo = connect(uri.expose_secret(), APP).await?;
    let names = LogNames::new(&settings.mongodb.database, &settings.nats.prefix);
    let store = TokenKeyStore::open(mongo.client(), &names).await?;
    let now = Clock::new(settings.clock_offset).now();
    match keys {
        Keys::Rotate => {
            let made = rotate(&store, settings.secrets.token_key()?, now).await?;
            say(format_args!("{} signs from {} on", made.kid, shown(made.signs_from)));
        }
        Keys::List => {
            for key in store.verifying_at(DateTime::from_chrono(now)).await? {
                let until = key.verifies_until.map_or_else(|| "-".to_owned(), shown);
                say(format_args!("{}  {}  {until}", key.kid, shown(key.signs_from)));
            }
        }
    }
    Ok(())
}

fn shown(time: DateTime) -> String {
    time.to_chrono().to_rfc3339_opts(SecondsFormat::Secs, true)
}
