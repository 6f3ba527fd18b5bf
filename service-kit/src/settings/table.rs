//! Every setting by name: what it means and what holds without it.

/// A row of the table of settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The environment variable.
    pub name: &'static str,
    /// What holds when it is not set; `None`: see the meaning.
    pub default: Option<&'static str>,
    /// One line for people.
    pub meaning: &'static str,
}

const fn with(name: &'static str, default: &'static str, meaning: &'static str) -> Setting {
    Setting { name, default: Some(default), meaning }
}

const fn unset(name: &'static str, meaning: &'static str) -> Setting {
    Setting { name, default: None, meaning }
}

/// The variable that names the settings file. It is no setting itself.
pub(super) const CONFIG: &str = "HAR_CONFIG";

pub(super) const TABLE: &[Setting] = &[
    with(
        "HAR_DATA_DIR",
        ".har",
        "folder for the data of servers started by `dev`, its secrets, its mails and the signed heads",
    ),
    with("HAR_BIND", "127.0.0.1", "address that all ports listen on"),
    with("HAR_GATEWAY_PORT", "8080", "port that serves every service"),
    with("HAR_AUTH_PORT", "3001", "port of the Auth service"),
    with("HAR_COURSE_PORT", "3002", "port of the Course service"),
    with("HAR_PAYMENT_PORT", "3003", "port of the Payment service"),
    with("HAR_AI_PORT", "5000", "port of the AI Core service"),
    with("HAR_METRICS_PORT", "9464", "port of /metrics"),
    unset(
        "HAR_PUBLIC_URL",
        "address that people reach the gateway at; by default http://localhost and the gateway's port",
    ),
    with("HAR_TRUSTED_PROXIES", "", "addresses or networks whose X-Forwarded-For counts"),
    with("HAR_CORS_ORIGINS", "", "origins whose pages may call the API"),
    unset("HAR_MONGODB_URI", "MongoDB replica set to use; `dev` starts one of its own without it"),
    with("HAR_MONGODB_DATABASE", "har", "database of log and read collections; keys are in <name>_keys"),
    unset("HAR_MONGOD", "mongod binary for `dev`; by default searched for, else fetched"),
    with(
        "HAR_MONGODB_PATIENCE_MS",
        "1800",
        "how long a request waits for MongoDB in all before its 503, in milliseconds; at least 500",
    ),
    unset("HAR_NATS_URL", "NATS server with JetStream to use; `dev` starts one of its own without it"),
    with("HAR_NATS_PREFIX", "har", "prefix of subjects, and in capitals of the stream"),
    unset("HAR_NATS_SERVER", "nats-server binary for `dev`; by default searched for, else fetched"),
    unset("HAR_MASTER_KEY", "secret: 32 bytes in base64 that wrap the keys of personal data"),
    unset("HAR_EMAIL_KEY", "secret: 32 bytes in base64 for the pseudonyms of email addresses"),
    unset(
        "HAR_TOKEN_KEY",
        "secret: 32 bytes in base64 that seal the keys which sign access tokens; command-api and `har keys` only",
    ),
    unset("HAR_HEAD_KEY", "secret: 32 bytes in base64, seed of the Ed25519 key that signs the log's heads"),
    unset("HAR_HEAD_FILE", "file that signed heads are appended to; by default heads.ndjson in the data folder"),
    unset("HAR_ADMIN_EMAIL", "email of the first admin, made at first start; `dev` has a demo one"),
    unset("HAR_ADMIN_PASSWORD", "secret: password of the first admin"),
    with("HAR_DEMO", "true", "demo catalogue and accounts, in `dev` only"),
    with(
        "HAR_CONCEAL_ACCOUNTS",
        "false",
        "answer a request for a password reset alike for known and unknown addresses",
    ),
    with("HAR_LOGIN_LIMIT", "5", "attempts to log in per 10 minutes and client address"),
    with(
        "HAR_LOGIN_FAILURE_LIMIT",
        "20",
        "wrong passwords per 10 minutes and account, from addresses that it has not used before",
    ),
    with("HAR_REGISTER_LIMIT", "1000", "registrations per 10 minutes and client address"),
    with("HAR_MAIL_LIMIT", "5", "mails per hour and recipient"),
    with("HAR_READ_WAIT_MS", "2000", "how long a command waits for the read collections, in milliseconds"),
    with("HAR_PAYMENT_GATEWAY", "simulated", "simulated or stripe"),
    with("HAR_STRIPE_API_BASE", "https://api.stripe.com", "address of Stripe's API"),
    unset("HAR_STRIPE_SECRET_KEY", "secret: key for Stripe's API"),
    unset("HAR_STRIPE_WEBHOOK_SECRET", "secret: key that webhooks are signed with; made in `dev`"),
    unset("HAR_PLANS_FILE", "TOML file of the plans: price per month, and which courses each opens; see docs/PLANS.md"),
    with("HAR_VAT_RATE", "20", "rate of the VAT that is in prices, in percent"),
    with("HAR_INVOICE_SELLER", "Har Academy", "who sells, as invoices name them"),
    unset(
        "HAR_SMTP_URL",
        "secret: mail server: smtps://user:password@host:port, or smtp:// with ?tls=required for STARTTLS, which is implied by a password; without it `dev` writes mails to the folder mail in the data folder",
    ),
    with("HAR_MAIL_FROM", "Har Academy <no-reply@har-academy.example>", "sender of mails"),
    unset("HAR_MEDIA_DIR", "folder for uploaded files; by default media in the data folder"),
    with("HAR_MEDIA_LIMIT", "2147483648", "bytes of an uploaded file at most"),
    unset("HAR_S3_BUCKET", "bucket for uploaded files, in place of the folder"),
    with("HAR_S3_REGION", "us-east-1", "region of the bucket"),
    unset("HAR_S3_ENDPOINT", "address of an S3-compatible service; Amazon's own without it"),
    unset("HAR_S3_ACCESS_KEY_ID", "who asks the bucket"),
    unset("HAR_S3_SECRET_ACCESS_KEY", "secret: key of who asks the bucket"),
    with("HAR_CLOCK_OFFSET", "0", "seconds that the clock runs ahead, in `dev` only"),
    with("HAR_LOG", "info", "log filter, as `warn,event_log=debug`"),
];

/// The setting's key in the file.
pub(super) fn key(name: &str) -> String {
    name.strip_prefix("HAR_").unwrap_or(name).to_ascii_lowercase()
}
