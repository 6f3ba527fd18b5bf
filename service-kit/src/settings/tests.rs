//! Layers, and what is refused.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::ExposeSecret;

use super::*;

fn variables(pairs: &[(&str, &str)]) -> HashMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Settings of `dev` with these variables, in a folder of their own.
fn dev(folder: &tempfile::TempDir, pairs: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    let mut all = variables(pairs);
    all.insert("HAR_DATA_DIR".to_owned(), folder.path().display().to_string());
    Settings::from_layers(Mode::Dev, all, None)
}

/// What a service can't do without.
fn complete() -> HashMap<String, String> {
    let key = STANDARD.encode([7; 32]);
    let mut all =
        variables(&[("HAR_MONGODB_URI", "mongodb://u:canary-1@db/"), ("HAR_NATS_URL", "nats://u:canary-2@bus")]);
    for name in ["HAR_MASTER_KEY", "HAR_EMAIL_KEY", "HAR_TOKEN_KEY", "HAR_HEAD_KEY"] {
        all.insert(name.to_owned(), key.clone());
    }
    all
}

fn names(result: Result<Settings, SettingsError>) -> Vec<String> {
    result.unwrap_err().problems.into_iter().map(|problem| problem.name).collect()
}

#[test]
fn dev_needs_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let settings = dev(&folder, &[("PATH", "/bin"), ("HAR_AUTH_PORT", "")]).unwrap();
    assert_eq!((settings.network.auth_port, settings.network.ai_port), (3001, 5000));
    assert_eq!(settings.network.public_url, "http://localhost:8080");
    assert!(settings.demo && settings.mongodb.uri.is_none() && settings.admin.is_none());
    assert_eq!(settings.head_file, folder.path().join("heads.ndjson"));
    assert_eq!(settings.read_wait.as_millis(), 2_000);
    let limits = settings.limits;
    assert_eq!((limits.logins, limits.login_failures, limits.registrations, limits.mails), (5, 20, 1_000, 5));
}

#[test]
fn dev_makes_its_secrets_once_and_keeps_them_close() {
    let folder = tempfile::tempdir().unwrap();
    let first = dev(&folder, &[]).unwrap();
    let second = dev(&folder, &[]).unwrap();
    assert_eq!(first.secrets.master.expose(), second.secrets.master.expose());
    assert_ne!(first.secrets.master.expose(), first.secrets.email.expose());
    let webhook = |settings: &Settings| settings.payment.stripe_webhook_secret.clone().unwrap();
    assert_eq!(webhook(&first).expose_secret(), webhook(&second).expose_secret());
    let kept = fs::read_dir(folder.path().join("secrets")).unwrap();
    let modes: Vec<u32> = kept.map(|file| file.unwrap().metadata().unwrap().permissions().mode() & 0o777).collect();
    assert_eq!(modes, [0o600; 5]);
    fs::write(folder.path().join("secrets/master_key"), "damaged").unwrap();
    assert_eq!(names(dev(&folder, &[])), ["HAR_MASTER_KEY"]);
}

#[test]
fn every_problem_is_named_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let wrong = [
        ("HAR_AUTH_PORT", "99999"),
        ("HAR_BIND", "everywhere"),
        ("HAR_DEMO", "perhaps"),
        ("HAR_GATEWAY_PROT", "8080"),
        ("HAR_MASTER_KEY", "c2hvcnQ="),
        ("HAR_TRUSTED_PROXIES", "10.0.0.0/8, proxy"),
        ("HAR_CORS_ORIGINS", "https://a.example/path"),
        ("HAR_MONGODB_URI", "localhost"),
        ("HAR_NATS_PREFIX", "a.b"),
        ("HAR_PAYMENT_GATEWAY", "paypal"),
        ("HAR_ADMIN_EMAIL", "admin@example.org"),
        ("HAR_CLOCK_OFFSET", "-9223372036854775808"),
        ("HAR_LOG", "a=b=c"),
        ("HAR_LOGIN_LIMIT", "0"),
        ("HAR_LOGIN_FAILURE_LIMIT", "0"),
        ("HAR_REGISTER_LIMIT", "0"),
        ("HAR_MAIL_LIMIT", "0"),
    ];
    let result = dev(&folder, &wrong);
    let text = result.as_ref().unwrap_err().to_string();
    let mut expected: Vec<&str> = wrong.iter().map(|(name, _)| *name).collect();
    expected[10] = "HAR_ADMIN_PASSWORD";
    expected.sort_unstable();
    assert_eq!(names(result), expected);
    assert!(!text.contains("c2hvcnQ") && !text.contains("admin@"), "{text}");
}

#[test]
fn a_service_needs_servers_and_secrets() {
    let missing = names(Settings::from_layers(Mode::Service, HashMap::new(), None));
    assert_eq!(missing, ["HAR_EMAIL_KEY", "HAR_HEAD_KEY", "HAR_MASTER_KEY", "HAR_MONGODB_URI", "HAR_NATS_URL"]);
    let settings = Settings::from_layers(Mode::Service, complete(), None).unwrap();
    assert!(!settings.demo && settings.secrets.token_key().is_ok());

    let mut shifted = complete();
    shifted.insert("HAR_CLOCK_OFFSET".to_owned(), "60".to_owned());
    shifted.insert("HAR_PAYMENT_GATEWAY".to_owned(), "stripe".to_owned());
    let refused = names(Settings::from_layers(Mode::Service, shifted, None));
    assert_eq!(refused, ["HAR_CLOCK_OFFSET", "HAR_STRIPE_SECRET_KEY", "HAR_STRIPE_WEBHOOK_SECRET"]);
}

#[test]
fn a_process_that_only_verifies_needs_no_token_key() {
    let mut reading = complete();
    reading.remove("HAR_TOKEN_KEY");
    let settings = Settings::from_layers(Mode::Service, reading.clone(), None).unwrap();
    reading.insert("HAR_TOKEN_KEY".to_owned(), STANDARD.encode([9; 31]));
    assert_eq!(names(Settings::from_layers(Mode::Service, reading, None)), ["HAR_TOKEN_KEY"]);
    assert_eq!(settings.secrets.token_key().unwrap_err().problems[0].name, "HAR_TOKEN_KEY");
}

#[test]
fn the_environment_stands_over_the_file_and_the_file_over_defaults() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("har.toml");
    fs::write(
        &path,
        "auth_port = 4001\ncourse_port = 4002\nconceal_accounts = true\ntrusted_proxies = [\"10.0.0.1\", \"fd00::/8\"]\n",
    )
    .unwrap();
    let mut all = complete();
    all.insert("HAR_AUTH_PORT".to_owned(), "5001".to_owned());
    let settings = Settings::from_layers(Mode::Service, all.clone(), Some(&path)).unwrap();
    let network = &settings.network;
    assert_eq!((network.auth_port, network.course_port, network.payment_port), (5001, 4002, 3003));
    assert!(settings.conceal_accounts);
    assert_eq!(network.trusted_proxies.len(), 2);

    fs::write(&path, "auth_prot = 1\n[network]\nbind = 1\n").unwrap();
    let error = Settings::from_layers(Mode::Service, all.clone(), Some(&path)).unwrap_err().to_string();
    assert!(error.contains("auth_prot") && error.contains("network"), "{error}");
    fs::write(&path, "auth_port = \"canary-3").unwrap();
    let error = Settings::from_layers(Mode::Service, all.clone(), Some(&path)).unwrap_err();
    assert!(error.problems.len() == 1 && !error.to_string().contains("canary-3"), "{error}");
    let absent = Settings::from_layers(Mode::Service, all, Some(&folder.path().join("absent.toml")));
    assert_eq!(absent.unwrap_err().problems.len(), 1);
}

#[test]
fn mails_need_a_server_outside_dev() {
    let folder = tempfile::tempdir().unwrap();
    let mail = dev(&folder, &[]).unwrap().mail;
    assert!(mail.server().unwrap().is_none());
    assert_eq!(mail.folder, folder.path().join("mail"));

    let mut all = complete();
    let lacking = Settings::from_layers(Mode::Service, all.clone(), None).unwrap();
    assert_eq!(lacking.mail.server().unwrap_err().problems[0].name, "HAR_SMTP_URL");
    all.insert("HAR_SMTP_URL".to_owned(), "smtp://mail:1025".to_owned());
    let complete = Settings::from_layers(Mode::Service, all, None).unwrap();
    assert_eq!(complete.mail.server().unwrap().unwrap().expose_secret(), "smtp://mail:1025");
}

#[test]
fn debug_shows_no_secret() {
    let mut all = complete();
    for (name, value) in [
        ("HAR_ADMIN_EMAIL", "canary-3@example.org"),
        ("HAR_ADMIN_PASSWORD", "canary-4"),
        ("HAR_STRIPE_SECRET_KEY", "canary-5"),
        ("HAR_STRIPE_WEBHOOK_SECRET", "canary-6"),
        ("HAR_SMTP_URL", "smtps://u:canary-7@mail"),
    ] {
        all.insert(name.to_owned(), value.to_owned());
    }
    let settings = Settings::from_layers(Mode::Service, all, None).unwrap();
    assert!(settings.mail.smtp_url.is_some() && settings.admin.is_some());
    let shown = format!("{settings:?}");
    assert!(!shown.contains("canary") && !shown.contains("7, 7"), "{shown}");
}

#[test]
fn the_table_names_each_setting_once() {
    let mut names: Vec<&str> = Settings::table().iter().map(|setting| setting.name).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
    assert!(names.iter().all(|name| name.starts_with("HAR_")));
}
