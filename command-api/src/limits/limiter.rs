//! The limits of the product.

use std::net::{IpAddr, Ipv6Addr};

use access::log_failure;
use chrono::TimeDelta;
use event_log::LogError;
use events::UserId;
use mongodb::Database;
use service_kit::clock::Clock;
use service_kit::http::ApiError;
use service_kit::settings::Settings;
use uuid::Uuid;

use super::counters::{Counted, Counters, Verdict};
use super::known_addresses::KnownAddresses;
use super::schema;
use super::window::RateLimit;
use crate::tokens::mac;

/// Counts what may be done so often only, over all processes. A client is its address: for IPv6 the /64 that it's in,
/// which is the least that one customer has (RFC 6177).
#[derive(Clone)]
pub struct Limiter {
    counters: Counters,
    known: KnownAddresses,
    logins: RateLimit,
    login_failures: RateLimit,
    registrations: RateLimit,
    mails: RateLimit,
}

/// A password that is about to be checked, counted as a failure already: guesses that come all at once can't get past
/// the limit. Handed to [`Limiter::not_wrong`] when it was none. Dropped, it stays counted: so does the guess of who
/// hangs up.
#[derive(Debug)]
pub struct Guess(Option<Counted>);

impl Limiter {
    /// Counts in this database, whose collections are made when they are missing. Ids are made with keys derived from
    /// the key of the emails' pseudonyms.
    ///
    /// # Errors
    /// [`LogError`] when MongoDB is away.
    pub async fn open(database: &Database, settings: &Settings, clock: Clock) -> Result<Self, LogError> {
        schema::ensure(database).await?;
        let key = |label: &[u8]| mac(settings.secrets.email.expose(), &[label]);
        let limits = settings.limits;
        let limit = |kind, max, minutes| RateLimit { kind, max, window: TimeDelta::minutes(minutes) };
        Ok(Self {
            counters: Counters::new(database, key(b"rate limits"), clock),
            known: KnownAddresses::new(database, key(b"known addresses")),
            logins: limit("login", limits.logins, 10),
            login_failures: limit("login_failure", limits.login_failures, 10),
            registrations: limit("registration", limits.registrations, 10),
            mails: limit("mail", limits.mails, 60),
        })
    }

    /// Counts an attempt to log in from this address, whatever comes of it.
    ///
    /// # Errors
    /// 429 when there were too many; 503 when MongoDB is away.
    pub async fn login(&self, ip: IpAddr) -> Result<(), ApiError> {
        self.count(&self.logins, &octets(ip)).await.map(drop)
    }

    /// Counts an attempt to register from this address, whatever comes of it.
    ///
    /// # Errors
    /// 429 when there were too many; 503 when MongoDB is away.
    pub async fn registration(&self, ip: IpAddr) -> Result<(), ApiError> {
        self.count(&self.registrations, &octets(ip)).await.map(drop)
    }

    /// Counts a mail to the address of that name ([`EmailNames`](crate::tokens::EmailNames)).
    ///
    /// # Errors
    /// 429 when there were too many; 503 when MongoDB is away.
    pub async fn mail(&self, email_name: &str) -> Result<(), ApiError> {
        self.count(&self.mails, email_name.as_bytes()).await.map(drop)
    }

    /// Counts the guess of a password, by the email's name. An address that the account has used before isn't counted,
    /// so that no stranger locks an owner out. It takes the same steps whether anybody holds the email or not.
    ///
    /// # Errors
    /// 429 when there were too many wrong ones; 503 when MongoDB is away.
    pub async fn guess(&self, email_name: &str, holder: Option<UserId>, ip: IpAddr) -> Result<Guess, ApiError> {
        let holder = holder.unwrap_or(UserId::new(Uuid::nil()));
        if self.known.knows(holder, ip).await.map_err(|error| log_failure(&error))? {
            return Ok(Guess(None));
        }
        self.count(&self.login_failures, email_name.as_bytes()).await.map(|counted| Guess(Some(counted)))
    }

    /// The password of that guess was right, or could not be checked. When MongoDB is away it stays counted, which
    /// harms little; the request has its answer all the same.
    pub async fn not_wrong(&self, guess: Guess) {
        let Guess(Some(counted)) = guess else { return };
        if let Err(error) = self.counters.give_back(&counted).await {
            tracing::warn!(%error, "a right password stays counted as a wrong one");
        }
    }

    /// Remembers that somebody has signed in from this address. When MongoDB is away they have signed in all the same,
    /// and it is not remembered.
    pub async fn remember(&self, user: UserId, ip: IpAddr) {
        if let Err(error) = self.known.remember(user, ip).await {
            tracing::warn!(%error, "where somebody has signed in from is not remembered");
        }
    }

    /// Forgets where somebody has signed in from: part of their erasure. When MongoDB is away they are erased all the same,
    /// and what is left of their addresses, which nobody can read, expires.
    pub async fn forget(&self, user: UserId) {
        if let Err(error) = self.known.forget(user).await {
            tracing::warn!(%error, "where an erased person has signed in from is kept until it expires");
        }
    }

    async fn count(&self, limit: &RateLimit, subject: &[u8]) -> Result<Counted, ApiError> {
        match self.counters.count(limit, subject).await.map_err(|error| log_failure(&error))? {
            Verdict::Passed(counted) => Ok(counted),
            Verdict::Refused(seconds) => {
                metrics::counter!("har_rate_limited_total", "limit" => limit.kind).increment(1);
                Err(ApiError::rate_limited(seconds))
            }
        }
    }
}

/// What a client is counted by: the address, or the network of it that one customer has to themselves.
pub(super) fn octets(ip: IpAddr) -> Vec<u8> {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64).octets().to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &str, other: &str) -> bool {
        octets(one.parse().unwrap()) == octets(other.parse().unwrap())
    }

    #[test]
    fn a_client_is_an_address_or_the_64_bits_before_it() {
        assert!(same("9.9.9.9", "::ffff:9.9.9.9"));
        assert!(!same("9.9.9.9", "9.9.9.8"));
        assert!(same("2001:db8:0:1::1", "2001:db8:0:1:ffff:ffff:ffff:ffff"));
        assert!(!same("2001:db8:0:1::1", "2001:db8:0:2::1"));
    }
}
