//! The settings, typed and grouped.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use secrecy::SecretString;

use super::reader::{Problem, SettingsError};
use super::secrets::Secrets;

/// How the process was started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// `har dev`: what is missing is started or made.
    Dev,
    /// A process of a deployment: what is missing is an error.
    Service,
}

/// All settings of a process. `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How the process was started.
    pub mode: Mode,
    /// Folder for data on disk.
    pub data_dir: PathBuf,
    /// Log filter.
    pub log: String,
    /// Addresses, ports, proxies.
    pub network: Network,
    /// MongoDB.
    pub mongodb: Mongodb,
    /// NATS.
    pub nats: Nats,
    /// Keys.
    pub secrets: Secrets,
    /// File that signed heads are appended to.
    pub head_file: PathBuf,
    /// The first admin, when both its settings are there.
    pub admin: Option<Admin>,
    /// Whether to make the demo data; never outside `dev`.
    pub demo: bool,
    /// Whether a request for a password reset tells nothing about who has an account.
    pub conceal_accounts: bool,
    /// Limits on what one caller may do.
    pub limits: Limits,
    /// How long a command waits for the read collections.
    pub read_wait: Duration,
    /// The payment provider.
    pub payment: Payment,
    /// Mails.
    pub mail: Mail,
    /// Uploaded files.
    pub media: Media,
    /// Seconds that the clock runs ahead; 0 outside `dev`.
    pub clock_offset: i64,
}

/// Where the process listens and who stands in front of it.
#[derive(Clone, Debug)]
pub struct Network {
    /// Address of all ports.
    pub bind: IpAddr,
    /// Port of everything.
    pub gateway_port: u16,
    /// Port of the Auth service.
    pub auth_port: u16,
    /// Port of the Course service.
    pub course_port: u16,
    /// Port of the Payment service.
    pub payment_port: u16,
    /// Port of the AI Core service.
    pub ai_port: u16,
    /// Port of `/metrics`.
    pub metrics_port: u16,
    /// Where people reach the gateway; no slash at the end.
    pub public_url: String,
    /// Proxies whose `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<IpNet>,
    /// Origins whose pages may call the API; visible ASCII.
    pub cors_origins: Vec<String>,
}

/// The database. Without a URI, which only `dev` may lack, a server is started from `binary` or from what is found.
#[derive(Clone, Debug)]
pub struct Mongodb {
    /// Connection string; may hold a password.
    pub uri: Option<SecretString>,
    /// Database name.
    pub database: String,
    /// `mongod` for `dev`.
    pub binary: Option<PathBuf>,
    /// How long all calls of one request to it may take together.
    pub patience: Duration,
}

/// The carrier of events. Without a URL, which only `dev` may lack, a server is started.
#[derive(Clone, Debug)]
pub struct Nats {
    /// Server address; may hold a password.
    pub url: Option<SecretString>,
    /// Prefix of subjects: small letters, digits, `-` and `_`.
    pub prefix: String,
    /// `nats-server` for `dev`.
    pub binary: Option<PathBuf>,
}

/// The first admin.
#[derive(Clone)]
pub struct Admin {
    /// Email as it was set; not yet checked.
    pub email: String,
    /// Password; not yet checked.
    pub password: SecretString,
}

impl fmt::Debug for Admin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Admin").finish_non_exhaustive()
    }
}

/// Limits on what one caller may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Attempts to log in per 10 minutes and client address.
    pub logins: u32,
    /// Wrong passwords per 10 minutes and account, from addresses that it has not used before.
    pub login_failures: u32,
    /// Registrations per 10 minutes and client address.
    pub registrations: u32,
    /// Mails per hour and recipient.
    pub mails: u32,
}

/// Where uploaded files are.
#[derive(Clone, Debug)]
pub struct Media {
    /// Folder for them, when there is no bucket.
    pub folder: PathBuf,
    /// Bytes of a file at most.
    pub limit: u64,
    /// The bucket that they are in instead.
    pub bucket: Option<Bucket>,
}

/// A bucket of an S3-compatible service.
#[derive(Clone, Debug)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// Its region.
    pub region: String,
    /// Address of the service; none for Amazon's own.
    pub endpoint: Option<String>,
    /// Who asks.
    pub access_key_id: String,
    /// Their secret.
    pub secret_access_key: SecretString,
}

/// How mails go out.
#[derive(Clone, Debug)]
pub struct Mail {
    /// Mail server, which only `dev` may lack; may hold a password. See [`Mail::server`].
    pub smtp_url: Option<SecretString>,
    /// Folder for the mails of a process without a server.
    pub folder: PathBuf,
    /// Sender, as `Name <address>`; not yet checked.
    pub from: String,
    /// Whether a server must be there.
    pub(super) is_server_needed: bool,
}

impl Mail {
    /// The server for a process that sends mails; none in `dev` where none is set: they go to the folder.
    ///
    /// # Errors
    /// [`SettingsError`] outside `dev` when none is set: nobody would look for their mail in a folder.
    pub fn server(&self) -> Result<Option<&SecretString>, SettingsError> {
        if self.smtp_url.is_none() && self.is_server_needed {
            let what = "is missing: outside `dev` mails need a server".to_owned();
            return Err(SettingsError { problems: vec![Problem { name: "HAR_SMTP_URL".to_owned(), what }] });
        }
        Ok(self.smtp_url.as_ref())
    }
}

/// Which payment provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gateway {
    /// None: payments succeed or fail by the name of the payment method.
    Simulated,
    /// Stripe, or what stands at its address.
    Stripe,
}

/// The payment provider.
#[derive(Clone, Debug)]
pub struct Payment {
    /// Which one.
    pub gateway: Gateway,
    /// Address of Stripe's API; no slash at the end.
    pub stripe_api_base: String,
    /// Key for the API; there whenever `gateway` is Stripe.
    pub stripe_secret_key: Option<SecretString>,
    /// File of the plans that may be subscribed to; none for those that come with the product.
    pub plans_file: Option<PathBuf>,
    /// The rate of VAT that is in prices, in hundredths of a percent.
    pub vat_rate_basis_points: u32,
    /// Who sells, as invoices name them.
    pub seller: String,
    /// Key of webhook signatures; there in `dev` and whenever `gateway` is Stripe. Without it no webhook is valid.
    pub stripe_webhook_secret: Option<SecretString>,
}
