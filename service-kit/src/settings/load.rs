//! From layers to typed settings.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ipnet::IpNet;
use secrecy::SecretString;

use super::groups::{Admin, Bucket, Gateway, Limits, Mail, Media, Mode, Mongodb, Nats, Network, Payment, Settings};
use super::reader::{Reader, SettingsError};
use super::secrets;
use super::table::{CONFIG, Setting, TABLE};

/// A century either way; beyond it dates leave what JSON clients can show.
const MAX_CLOCK_OFFSET: i64 = 100 * 366 * 86_400;

impl Settings {
    /// Reads the settings of this process: file and environment.
    ///
    /// # Errors
    /// [`SettingsError`] with everything that is wrong.
    pub fn load(mode: Mode) -> Result<Self, SettingsError> {
        let variables: HashMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned())))
            .collect();
        let file = match variables.get(CONFIG).filter(|path| !path.is_empty()) {
            Some(path) => Some(PathBuf::from(path)),
            None => Some(PathBuf::from("har.toml")).filter(|path| path.exists()),
        };
        Self::from_layers(mode, variables, file.as_deref())
    }

    /// Reads the settings from these variables and this file: what [`Settings::load`] does, for tests and for who
    /// starts several processes' parts in one. In `dev` it may write secrets into the data folder.
    ///
    /// # Errors
    /// [`SettingsError`] with everything that is wrong.
    pub fn from_layers(
        mode: Mode,
        variables: HashMap<String, String>,
        file: Option<&Path>,
    ) -> Result<Self, SettingsError> {
        let mut reader = Reader::new(variables, file);
        let data_dir = PathBuf::from(reader.text("HAR_DATA_DIR").unwrap_or_default());
        let settings = Self {
            mode,
            log: log(&mut reader),
            network: network(&mut reader),
            mongodb: mongodb(&mut reader, mode),
            nats: nats(&mut reader, mode),
            secrets: secrets::read(&mut reader, mode, &data_dir),
            head_file: reader.text("HAR_HEAD_FILE").map_or_else(|| data_dir.join("heads.ndjson"), PathBuf::from),
            admin: admin(&mut reader),
            demo: flag(&mut reader, "HAR_DEMO") && mode == Mode::Dev,
            conceal_accounts: flag(&mut reader, "HAR_CONCEAL_ACCOUNTS"),
            limits: Limits {
                logins: number(&mut reader, "HAR_LOGIN_LIMIT", 1),
                login_failures: number(&mut reader, "HAR_LOGIN_FAILURE_LIMIT", 1),
                registrations: number(&mut reader, "HAR_REGISTER_LIMIT", 1),
                mails: number(&mut reader, "HAR_MAIL_LIMIT", 1),
            },
            read_wait: Duration::from_millis(number(&mut reader, "HAR_READ_WAIT_MS", 0).into()),
            payment: payment(&mut reader, mode, &data_dir),
            mail: Mail {
                smtp_url: url(&mut reader, "HAR_SMTP_URL", &["smtp://", "smtps://"]).map(SecretString::from),
                folder: data_dir.join("mail"),
                from: reader.text("HAR_MAIL_FROM").unwrap_or_default(),
                is_server_needed: mode == Mode::Service,
            },
            media: media(&mut reader, &data_dir),
            clock_offset: clock_offset(&mut reader, mode),
            data_dir,
        };
        reader.finish(settings)
    }

    /// Every setting with its default and meaning, for people.
    #[must_use]
    pub const fn table() -> &'static [Setting] {
        TABLE
    }
}

fn log(reader: &mut Reader) -> String {
    reader.parsed("HAR_LOG", String::new(), "is no log filter", |text| {
        text.parse::<tracing_subscriber::EnvFilter>().ok().map(|_| text.to_owned())
    })
}

fn network(reader: &mut Reader) -> Network {
    let gateway_port = port(reader, "HAR_GATEWAY_PORT");
    let public_url = url(reader, "HAR_PUBLIC_URL", &["http://", "https://"]);
    Network {
        bind: reader.parsed("HAR_BIND", IpAddr::V4(Ipv4Addr::LOCALHOST), "is no IP address", |text| text.parse().ok()),
        gateway_port,
        auth_port: port(reader, "HAR_AUTH_PORT"),
        course_port: port(reader, "HAR_COURSE_PORT"),
        payment_port: port(reader, "HAR_PAYMENT_PORT"),
        ai_port: port(reader, "HAR_AI_PORT"),
        metrics_port: port(reader, "HAR_METRICS_PORT"),
        public_url: public_url.unwrap_or_else(|| format!("http://localhost:{gateway_port}")),
        trusted_proxies: reader.list("HAR_TRUSTED_PROXIES", "names something that is no address or network", |text| {
            text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
        }),
        cors_origins: reader.list("HAR_CORS_ORIGINS", "names something that is no origin", |text| {
            let scheme = ["http://", "https://"].iter().find_map(|scheme| text.strip_prefix(scheme))?;
            let host = !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'/');
            host.then(|| text.to_ascii_lowercase())
        }),
    }
}

fn mongodb(reader: &mut Reader, mode: Mode) -> Mongodb {
    let uri = url(reader, "HAR_MONGODB_URI", &["mongodb://", "mongodb+srv://"]);
    needed(reader, "HAR_MONGODB_URI", uri.is_some(), mode);
    Mongodb {
        uri: uri.map(SecretString::from),
        database: reader.parsed("HAR_MONGODB_DATABASE", String::new(), "is no database name", |text| word(text, 58)),
        binary: reader.text("HAR_MONGOD").map(PathBuf::from),
        patience: Duration::from_millis(number(reader, "HAR_MONGODB_PATIENCE_MS", 500).into()),
    }
}

fn nats(reader: &mut Reader, mode: Mode) -> Nats {
    let url = url(reader, "HAR_NATS_URL", &["nats://", "tls://"]);
    needed(reader, "HAR_NATS_URL", url.is_some(), mode);
    Nats {
        url: url.map(SecretString::from),
        prefix: reader.parsed(
            "HAR_NATS_PREFIX",
            String::new(),
            "may have up to 64 small letters, digits, - and _",
            |text| word(text, 64).filter(|text| !text.bytes().any(|byte| byte.is_ascii_uppercase())),
        ),
        binary: reader.text("HAR_NATS_SERVER").map(PathBuf::from),
    }
}

fn admin(reader: &mut Reader) -> Option<Admin> {
    match (reader.text("HAR_ADMIN_EMAIL"), reader.text("HAR_ADMIN_PASSWORD")) {
        (Some(email), Some(password)) => Some(Admin { email, password: password.into() }),
        (None, None) => None,
        (None, Some(_)) => {
            reader.problem("HAR_ADMIN_EMAIL", "is missing beside HAR_ADMIN_PASSWORD");
            None
        }
        (Some(_), None) => {
            reader.problem("HAR_ADMIN_PASSWORD", "is missing beside HAR_ADMIN_EMAIL");
            None
        }
    }
}

fn payment(reader: &mut Reader, mode: Mode, data_dir: &Path) -> Payment {
    let gateway =
        reader.parsed(
            "HAR_PAYMENT_GATEWAY",
            Gateway::Simulated,
            "is neither simulated nor stripe",
            |text| match text {
                "simulated" => Some(Gateway::Simulated),
                "stripe" => Some(Gateway::Stripe),
                _ => None,
            },
        );
    let stripe_api_base = url(reader, "HAR_STRIPE_API_BASE", &["http://", "https://"]).unwrap_or_default();
    let stripe_secret_key = reader.text("HAR_STRIPE_SECRET_KEY").map(SecretString::from);
    let stripe_webhook_secret = secrets::secret_text(reader, "HAR_STRIPE_WEBHOOK_SECRET", mode, data_dir);
    if gateway == Gateway::Stripe {
        // Nobody can make up the key to an account with Stripe, so `dev` needs it too.
        needed(reader, "HAR_STRIPE_SECRET_KEY", stripe_secret_key.is_some(), Mode::Service);
        needed(reader, "HAR_STRIPE_WEBHOOK_SECRET", stripe_webhook_secret.is_some(), mode);
    }
    Payment {
        gateway,
        stripe_api_base,
        stripe_secret_key,
        plans_file: reader.text("HAR_PLANS_FILE").map(PathBuf::from),
        vat_rate_basis_points: reader.parsed("HAR_VAT_RATE", 0, "is no percentage from 0 to 100", basis_points),
        seller: reader.text("HAR_INVOICE_SELLER").unwrap_or_default(),
        stripe_webhook_secret,
    }
}

fn media(reader: &mut Reader, data_dir: &Path) -> Media {
    let bucket = reader.text("HAR_S3_BUCKET").map(|name| {
        let mut needed = |name: &str| {
            let text = reader.text(name);
            if text.is_none() {
                reader.problem(name, "is missing: a bucket needs it");
            }
            text.unwrap_or_default()
        };
        let access_key_id = needed("HAR_S3_ACCESS_KEY_ID");
        let secret_access_key = SecretString::from(needed("HAR_S3_SECRET_ACCESS_KEY"));
        let region = needed("HAR_S3_REGION");
        let endpoint = url(reader, "HAR_S3_ENDPOINT", &["http://", "https://"]);
        Bucket { name, region, endpoint, access_key_id, secret_access_key }
    });
    Media {
        folder: reader.text("HAR_MEDIA_DIR").map_or_else(|| data_dir.join("media"), PathBuf::from),
        limit: reader.parsed("HAR_MEDIA_LIMIT", 0, "is no whole number from 1", |text| {
            text.parse().ok().filter(|limit| *limit > 0)
        }),
        bucket,
    }
}

/// A percentage with at most two decimals, in hundredths of a percent.
fn basis_points(text: &str) -> Option<u32> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || decimals.len() > 2 || !is_digits(whole) || !is_digits(decimals) {
        return None;
    }
    format!("{whole}{decimals:0<2}").parse().ok().filter(|points| *points <= 10_000)
}

fn clock_offset(reader: &mut Reader, mode: Mode) -> i64 {
    let offset = reader.parsed("HAR_CLOCK_OFFSET", 0, "is no number of seconds within a century", |text| {
        text.parse().ok().filter(|offset: &i64| offset.checked_abs().is_some_and(|size| size <= MAX_CLOCK_OFFSET))
    });
    if offset != 0 && mode == Mode::Service {
        reader.problem("HAR_CLOCK_OFFSET", "is refused outside `dev`");
    }
    offset
}

fn needed(reader: &mut Reader, name: &str, there: bool, mode: Mode) {
    // A value that is wrong has been told already, and counts as there.
    if !there && mode == Mode::Service && reader.text(name).is_none() {
        reader.problem(name, "is missing");
    }
}

/// Port 0 lets the system choose.
fn port(reader: &mut Reader, name: &str) -> u16 {
    reader.parsed(name, 0, "is no port from 0 to 65535", |text| text.parse().ok())
}

fn number(reader: &mut Reader, name: &str, least: u32) -> u32 {
    reader.parsed(name, 0, &format!("is no whole number from {least}"), |text| {
        text.parse().ok().filter(|number| *number >= least)
    })
}

fn flag(reader: &mut Reader, name: &str) -> bool {
    reader.parsed(name, false, "is neither true nor false", |text| match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Some(true),
        "false" | "0" | "no" | "off" => Some(false),
        _ => None,
    })
}

/// A URL of one of the schemes, without the slashes at its end.
fn url(reader: &mut Reader, name: &str, schemes: &[&str]) -> Option<String> {
    let text = reader.text(name)?;
    let rest = schemes.iter().find_map(|scheme| text.strip_prefix(scheme));
    if rest.is_none_or(|rest| rest.is_empty() || rest.contains(char::is_whitespace)) {
        reader.problem(name, format!("must begin with {}", schemes.join(" or ")));
        return None;
    }
    Some(text.trim_end_matches('/').to_owned())
}

fn word(text: &str, max: usize) -> Option<String> {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    ((1..=max).contains(&text.len()) && text.bytes().all(good)).then(|| text.to_owned())
}
