//! The private keys of access tokens: made, opened, renewed. Public halves and times: [`access::TokenKeys`].

use access::{TokenKey, TokenKeyStore, TokenKeys};
use bson::DateTime;
use chrono::{TimeDelta, Utc};
use event_log::{LogError, Sealer};
use service_kit::auth::SigningKey;
use service_kit::settings::SecretKey;

use crate::tokens::{ACCESS_LIFE, mac};

/// How long a new key is known before it signs: every process has looked at the store by then, and others' copies of the
/// JWKS document are over ([`JWKS_MAX_AGE`](service_kit::auth::JWKS_MAX_AGE) after such a look).
pub const ANNOUNCED: TimeDelta = TimeDelta::seconds(30);
/// How long a process whose clock is late, or that could not look, may go on signing with a former key.
const SLACK: TimeDelta = TimeDelta::minutes(1);

/// Why there is no key to sign with.
#[derive(Debug, thiserror::Error)]
pub enum SigningError {
    /// The store can't be asked.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The keys were sealed under another secret.
    #[error(
        "HAR_TOKEN_KEY opens none of the keys that sign access tokens: give the former one, or run `har keys rotate`"
    )]
    AnotherSecret,
    /// The cryptography refused.
    #[error("a signing key can't be made")]
    NotMade,
}

/// The keys that this process signs with, the right one at each time.
#[derive(Clone)]
pub struct SigningKeys {
    keys: TokenKeys,
    sealer: Sealer,
    /// Each key opened once, by its generation; none for what this secret does not open.
    opened: moka::sync::Cache<i64, Option<SigningKey>>,
}

impl SigningKeys {
    /// Opens the keys with this secret; makes the first when there is none.
    ///
    /// # Errors
    /// [`SigningError`].
    pub async fn open(keys: TokenKeys, secret: &SecretKey) -> Result<Self, SigningError> {
        let signing = Self { keys, sealer: sealer(secret), opened: moka::sync::Cache::new(16) };
        let now = signing.keys.clock().now();
        if signing.keys.known().is_empty() {
            signing.keys.store().add_first(&new_key(1, &signing.sealer, now, now)?).await?;
            signing.keys.refresh().await?;
        }
        // A process that can't sign must not begin.
        signing.current(now).map(drop).ok_or(SigningError::AnotherSecret)?;
        Ok(signing)
    }

    /// The public halves.
    #[must_use]
    pub fn public(&self) -> &TokenKeys {
        &self.keys
    }

    /// The key that signs at `now`: the newest whose time has come. None when this secret opens none.
    #[must_use]
    pub fn current(&self, now: chrono::DateTime<Utc>) -> Option<SigningKey> {
        let (known, now) = (self.keys.known(), DateTime::from_chrono(now));
        let good = || known.iter().filter(|key| key.verifies_at(now));
        let due = good().rev().filter(|key| key.signs_from <= now);
        // After a change of the secret, the first key that it opens may be still to come.
        due.chain(good().filter(|key| key.signs_from > now)).find_map(|key| self.opened(key))
    }

    fn opened(&self, key: &TokenKey) -> Option<SigningKey> {
        self.opened.get_with(key.generation, || {
            let seed = self.sealer.open(&context(&key.kid), &key.sealed)?.try_into().ok()?;
            SigningKey::from_seed(&seed).ok().filter(|opened| opened.verifying().kid() == key.kid)
        })
    }
}

/// Adds a key to the store, which signs from [`ANNOUNCED`] after `now` on. The one before it verifies until its last
/// token is over.
///
/// # Errors
/// [`SigningError`]; another rotation at the same time is a reason.
pub async fn rotate(
    store: &TokenKeyStore,
    secret: &SecretKey,
    now: chrono::DateTime<Utc>,
) -> Result<TokenKey, SigningError> {
    let Some(newest) = store.all().await?.pop() else {
        let first = new_key(1, &sealer(secret), now, now)?;
        store.add_first(&first).await?;
        return Ok(first);
    };
    let signs_from = now + ANNOUNCED;
    let key = new_key(newest.generation + 1, &sealer(secret), now, signs_from)?;
    store.add_next(&key, DateTime::from_chrono(signs_from + ACCESS_LIFE + SLACK)).await?;
    Ok(key)
}

fn sealer(secret: &SecretKey) -> Sealer {
    Sealer::new(&mac(secret.expose(), &[b"signing keys"]))
}

fn context(kid: &str) -> Vec<u8> {
    [b"token key ", kid.as_bytes()].concat()
}

fn new_key(
    generation: i64,
    sealer: &Sealer,
    created_at: chrono::DateTime<Utc>,
    signs_from: chrono::DateTime<Utc>,
) -> Result<TokenKey, SigningError> {
    let seed: [u8; 32] = rand::random();
    let public = SigningKey::from_seed(&seed).map_err(|_| SigningError::NotMade)?.verifying();
    Ok(TokenKey {
        generation,
        kid: public.kid().to_owned(),
        public: public.x(),
        sealed: sealer.seal(&context(public.kid()), &seed).ok_or(SigningError::NotMade)?,
        created_at: DateTime::from_chrono(created_at),
        signs_from: DateTime::from_chrono(signs_from),
        verifies_until: None,
    })
}
