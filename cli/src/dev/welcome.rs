//! What is where, for who started it.

use std::net::SocketAddr;

use gateway::{Addresses, PREFIX};
use local_servers::{MongoServer, NatsServer};
use service_kit::settings::Settings;

use super::first_start::Accounts;
use super::servers::Servers;
use crate::output::say;

/// Says where everything answers, whom one can be, and, last, `ready`.
pub fn welcome(addresses: Addresses, metrics: SocketAddr, accounts: &Accounts, servers: &Servers, settings: &Settings) {
    say("");
    say("Har Academy");
    for (name, address) in [
        ("everything", addresses.gateway),
        ("Auth", addresses.auth),
        ("Course", addresses.course),
        ("Payment", addresses.payment),
        ("AI Core", addresses.ai),
    ] {
        row(name, format_args!("{}{PREFIX}", url(address)));
    }
    row("documentation", format_args!("{}/docs", url(addresses.gateway)));
    row("health", format_args!("{}/health/ready", url(addresses.gateway)));
    row("metrics", format_args!("{}/metrics", url(metrics)));
    // What a setting names may hold a password.
    let own = |address: Option<String>, setting: &str| address.unwrap_or_else(|| format!("as {setting} says"));
    row("MongoDB", own(servers.mongod.as_ref().map(MongoServer::uri), "HAR_MONGODB_URI"));
    row("NATS", own(servers.nats_server.as_ref().map(NatsServer::url), "HAR_NATS_URL"));
    match &settings.mail.smtp_url {
        Some(_) => row("mail", "to HAR_SMTP_URL"),
        None => row("mail", format_args!("{} (.eml files)", settings.mail.folder.display())),
    }
    row("data", settings.data_dir.display());
    if let Some(email) = &accounts.admin_email {
        row("admin", format_args!("{email}, password in HAR_ADMIN_PASSWORD"));
    }
    if !accounts.demo.is_empty() {
        say("");
        say("Accounts to try it with (their passwords are public: for this machine only)");
        for account in &accounts.demo {
            row(&account.role, format_args!("{:<28} {}", account.email, account.password));
        }
    }
    say("");
    say("ready; Ctrl-C stops everything");
}

fn row(name: &str, value: impl std::fmt::Display) {
    say(format_args!("  {name:<14} {value}"));
}

/// The address as one types it: where all addresses are listened on, this machine is meant.
fn url(address: SocketAddr) -> String {
    if address.ip().is_unspecified() || address.ip().is_loopback() {
        format!("http://localhost:{}", address.port())
    } else {
        format!("http://{address}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_as_one_types_them() {
        assert_eq!(url("127.0.0.1:8080".parse().unwrap()), "http://localhost:8080");
        assert_eq!(url("0.0.0.0:8080".parse().unwrap()), "http://localhost:8080");
        assert_eq!(url("192.0.2.7:8080".parse().unwrap()), "http://192.0.2.7:8080");
    }
}
