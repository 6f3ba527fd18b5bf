//! The two servers: those that settings name, or ones of our own in the data folder.

use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use anyhow::Context as _;
use local_servers::{Binaries, MongoServer, NatsServer, StartMongo, StartNats, Wanted, find_or_fetch};
use secrecy::{ExposeSecret as _, SecretString};
use service_kit::settings::Settings;

use super::folder::{DataFolder, ServerPorts};

const STOP_LIMIT: Duration = Duration::from_secs(15);

/// The servers in use.
pub struct Servers {
    /// Where MongoDB is; may hold a password.
    pub mongodb_uri: SecretString,
    /// Where NATS is; may hold a password.
    pub nats_url: SecretString,
    /// Ours, when no setting names another.
    pub mongod: Option<MongoServer>,
    /// Ours, when no setting names another.
    pub nats_server: Option<NatsServer>,
}

impl Servers {
    /// Finds or fetches the binaries, with a bar on stderr while it fetches, and starts what the settings do not name.
    ///
    /// # Errors
    /// In words that name the ways out, when a server can't be had or does not start.
    pub async fn start(settings: &Settings, folder: &DataFolder) -> anyhow::Result<Self> {
        let (uri, url) = (settings.mongodb.uri.clone(), settings.nats.url.clone());
        let (mongod, nats_server) = match (&uri, &url) {
            (Some(_), Some(_)) => (None, None),
            _ => {
                let binaries = binaries(settings).await?;
                start(&binaries, folder, uri.is_none(), url.is_none()).await?
            }
        };
        let here = |address: Option<String>| address.map(SecretString::from);
        Ok(Self {
            mongodb_uri: uri.or_else(|| here(mongod.as_ref().map(MongoServer::uri))).context("no MongoDB")?,
            nats_url: url.or_else(|| here(nats_server.as_ref().map(NatsServer::url))).context("no NATS")?,
            mongod,
            nats_server,
        })
    }

    /// Stops ours, in order.
    ///
    /// # Errors
    /// When one can't be stopped.
    pub async fn stop(self) -> anyhow::Result<()> {
        if let Some(mut nats_server) = self.nats_server {
            nats_server.stop(STOP_LIMIT).await?;
        }
        if let Some(mut mongod) = self.mongod {
            mongod.stop(STOP_LIMIT).await?;
        }
        Ok(())
    }

    /// MongoDB's address.
    pub fn mongodb_uri(&self) -> &str {
        self.mongodb_uri.expose_secret()
    }

    /// NATS's address.
    pub fn nats_url(&self) -> &str {
        self.nats_url.expose_secret()
    }
}

async fn binaries(settings: &Settings) -> anyhow::Result<Binaries> {
    let wanted =
        Wanted { mongod: settings.mongodb.binary.clone(), nats_server: settings.nats.binary.clone(), cache_dir: None };
    Ok(find_or_fetch(&wanted, true).await?)
}

async fn start(
    binaries: &Binaries,
    folder: &DataFolder,
    with_mongod: bool,
    with_nats: bool,
) -> anyhow::Result<(Option<MongoServer>, Option<NatsServer>)> {
    let before = folder.ports();
    let mongod = async {
        let mut start = StartMongo::new(&binaries.mongod, folder.join("mongodb"));
        start.port = before.mongod.filter(|port| is_free(*port));
        if with_mongod { MongoServer::start(start).await.map(Some) } else { Ok(None) }
    };
    let nats_server = async {
        let mut start = StartNats::new(&binaries.nats_server, folder.join("nats"));
        start.port = before.nats_server.filter(|port| is_free(*port));
        if with_nats { NatsServer::start(start).await.map(Some) } else { Ok(None) }
    };
    let (mongod, nats_server) = tokio::try_join!(mongod, nats_server)?;
    folder.remember_ports(ServerPorts {
        mongod: mongod.as_ref().map(MongoServer::port).or(before.mongod),
        nats_server: nats_server.as_ref().map(NatsServer::port).or(before.nats_server),
    })?;
    Ok((mongod, nats_server))
}

/// Whether a port can be had; somebody else may have taken it since the last time, and then any other will do.
fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}
