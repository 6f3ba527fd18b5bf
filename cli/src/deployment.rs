//! What the operators' commands work on: the deployment of the settings, or the `har dev` that runs here.

use anyhow::Context as _;
use event_log::{
    AppendLimits, Appender, EventLog, LogNames, LogSecrets, MasterKey, connect, connect_nats, start_waker,
};
use secrecy::{ExposeSecret as _, SecretString};
use service_kit::settings::{Mode, Settings};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::dev::ports_in;

const APP: &str = "har-ops";

/// A deployment, connected to.
pub struct Deployment {
    /// Its settings.
    pub settings: Settings,
    /// Its log.
    pub log: EventLog,
    /// Its NATS.
    pub nats: async_nats::Client,
}

/// An appender for as long as a command needs one.
pub struct Appending {
    stop: CancellationToken,
    appender: Appender,
    waker: JoinHandle<()>,
}

impl Deployment {
    /// Connects by the settings; without `HAR_MONGODB_URI` and `HAR_NATS_URL`, to the servers that `har dev` has started
    /// on its data folder.
    ///
    /// # Errors
    /// When a setting is wrong, or a server away.
    pub async fn open() -> anyhow::Result<Self> {
        let named = std::env::var_os("HAR_MONGODB_URI").is_some_and(|uri| !uri.is_empty());
        let settings = Settings::load(if named { Mode::Service } else { Mode::Dev })?;
        let (uri, url) = addresses(&settings)?;
        let mongo = connect(uri.expose_secret(), APP).await?;
        let nats = connect_nats(url.expose_secret(), APP).await?;
        let names = LogNames::new(&settings.mongodb.database, &settings.nats.prefix);
        let secrets = LogSecrets { master_key: MasterKey::new(*settings.secrets.master.expose()) };
        let log = EventLog::open(&mongo, names, &secrets).await?;
        Ok(Self { settings, log, nats })
    }

    /// Starts to append.
    pub fn append(&self) -> Appending {
        let stop = CancellationToken::new();
        let appender = self.log.start_appender(AppendLimits::within(self.settings.mongodb.patience), stop.clone());
        Appending { waker: start_waker(&self.log, &self.nats, stop.clone()), stop, appender }
    }
}

impl Appending {
    /// Ends it.
    ///
    /// # Errors
    /// When a task has failed.
    pub async fn end(self) -> anyhow::Result<()> {
        self.stop.cancel();
        self.appender.stopped().await;
        Ok(self.waker.await?)
    }
}

fn addresses(settings: &Settings) -> anyhow::Result<(SecretString, SecretString)> {
    if let (Some(uri), Some(url)) = (&settings.mongodb.uri, &settings.nats.url) {
        return Ok((uri.clone(), url.clone()));
    }
    let ports = ports_in(&settings.data_dir);
    let words = "HAR_MONGODB_URI and HAR_NATS_URL name no servers, and no `har dev` has run on the data folder";
    let mongod = ports.mongod.context(words)?;
    let nats = ports.nats_server.context(words)?;
    let uri = local_servers::mongodb_uri(mongod);
    let own = |address: String| SecretString::from(address);
    Ok((
        settings.mongodb.uri.clone().unwrap_or_else(|| own(uri)),
        settings.nats.url.clone().unwrap_or_else(|| own(format!("nats://127.0.0.1:{nats}"))),
    ))
}
