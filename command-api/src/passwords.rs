//! Passwords: hashed slowly on purpose, and so in bounded number.

use std::sync::Arc;

use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _, phc};
use argon2::{Algorithm, Argon2, Params};
use domain::values::{Password, PasswordHash};
use rayon::{ThreadPool, ThreadPoolBuilder};
use service_kit::http::ApiError;
use tokio::sync::{Semaphore, oneshot};

/// How many requests may wait for a hash; those beyond are told to come again.
const WAITING: usize = 512;
/// How far hashing steps back for everybody else who wants a core: as a nice value, 0 (not at all) to 19.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 10;

/// Hashes and checks passwords with Argon2id: 19 MiB, 2 passes, 1 lane (OWASP's recommendation, and the library's
/// default). They are computed by a few threads of their own, one less than there are cores, which step back for all
/// others: so neither memory nor anybody else's time is at the mercy of who logs in.
#[derive(Clone)]
pub struct Passwords {
    threads: Arc<ThreadPool>,
    waiting: Arc<Semaphore>,
    /// Hash of a password that nobody has: checking it takes as long as checking a real one.
    dummy: Arc<str>,
}

impl Passwords {
    /// A pool as wide as the machine, save for one core.
    ///
    /// # Errors
    /// When the machine has no randomness for a salt, or no thread to give.
    pub fn new() -> Result<Self, ApiError> {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let threads = ThreadPoolBuilder::new()
            .num_threads(cores.saturating_sub(1).max(1))
            .thread_name(|number| format!("passwords-{number}"))
            .start_handler(|_| step_back())
            // Whoever waits is told; without a handler the process would end.
            .panic_handler(|_| tracing::error!("a password was not hashed"));
        Ok(Self {
            threads: Arc::new(threads.build().map_err(ApiError::internal)?),
            waiting: Arc::new(Semaphore::new(WAITING)),
            dummy: hash(&uuid::Uuid::new_v4().to_string())?.into(),
        })
    }

    /// The hash of a new password, with a salt of its own.
    ///
    /// # Errors
    /// 503 when too many are waiting.
    pub async fn hash(&self, password: Password) -> Result<PasswordHash, ApiError> {
        self.work(move || hash(password.expose()).map(PasswordHash::new)).await?
    }

    /// Whether a password is the one of the hash. Without a hash the answer is no, after the same time.
    ///
    /// # Errors
    /// 503 when too many are waiting.
    pub async fn verify(&self, hash: Option<String>, password: String) -> Result<bool, ApiError> {
        let real = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.dummy.to_string());
        let same = self.work(move || {
            phc::PasswordHash::new(&hash)
                .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
        });
        Ok(same.await? && real)
    }

    /// A password that has just been verified, hashed anew, when its hash is weaker than those made today; none else, and
    /// none when it can't be done now: the next login will.
    pub async fn strengthen(&self, kept: &str, password: String) -> Option<PasswordHash> {
        if !is_weak(kept) {
            return None;
        }
        let hashed = self.work(move || hash(&password)).await.and_then(|hashed| hashed);
        if let Err(error) = &hashed {
            tracing::warn!(%error, "a password keeps its weaker hash");
        }
        hashed.ok().map(PasswordHash::new)
    }

    async fn work<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
        let place = Arc::clone(&self.waiting).try_acquire_owned();
        let place = place.map_err(|_| ApiError::unavailable("too many passwords wait"))?;
        let (done, result) = oneshot::channel();
        // The place is held until its turn has come: callers who hang up can't fill the queue with what nobody waits for.
        self.threads.spawn(move || {
            if !done.is_closed() {
                drop(done.send(job()));
            }
            drop(place);
        });
        result.await.map_err(ApiError::internal)
    }
}

/// Lets every other thread of the machine go first, by Linux's weights: one that hashes has a tenth of a core where
/// others want all of it, and the whole of it where nobody else does. Elsewhere, or where it is forbidden, nothing
/// changes but the order.
fn step_back() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(Some(rustix::thread::gettid()), NICENESS) {
        tracing::warn!(%error, "passwords are hashed with everybody's priority");
    }
}

/// Whether a hash is not of Argon2id, or costs less, in one respect or another, than one made today. Whoever lowers the
/// costs leaves what is there alone.
fn is_weak(kept: &str) -> bool {
    let today = Argon2::default();
    let Ok(kept) = phc::PasswordHash::new(kept) else { return true };
    let Ok(costs) = Params::try_from(&kept) else { return true };
    let floor = today.params();
    kept.algorithm != Algorithm::Argon2id.ident()
        || costs.m_cost() < floor.m_cost()
        || costs.t_cost() < floor.t_cost()
        || costs.p_cost() < floor.p_cost()
}

fn hash(password: &str) -> Result<String, ApiError> {
    let hash = Argon2::default().hash_password(password.as_bytes()).map_err(ApiError::internal)?;
    Ok(hash.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_right_password_verifies_and_no_other() {
        let passwords = Passwords::new().unwrap();
        let hash = passwords.hash(Password::parse("Correct-horse-1".into()).unwrap()).await.unwrap().into_string();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.verify(Some(hash.clone()), "Correct-horse-1".into()).await.unwrap());
        assert!(!passwords.verify(Some(hash), "Correct-horse-2".into()).await.unwrap());
        assert!(!passwords.verify(None, "Correct-horse-1".into()).await.unwrap());
        assert!(!passwords.verify(Some("no hash".into()), "Correct-horse-1".into()).await.unwrap());
    }

    #[tokio::test]
    async fn only_a_weaker_hash_is_made_anew() {
        let passwords = Passwords::new().unwrap();
        let of_costs = |memory, passes| {
            let params = Params::new(memory, passes, 1, None).unwrap();
            let hasher = Argon2::new(Algorithm::Argon2id, argon2::Version::V0x13, params);
            hasher.hash_password(b"Correct-horse-1").unwrap().to_string()
        };
        for weak in [of_costs(8, 2), of_costs(19_456, 1), "no hash".to_owned()] {
            let strong = passwords.strengthen(&weak, "Correct-horse-1".into()).await.unwrap().into_string();
            assert!(strong.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{strong}");
            assert!(passwords.verify(Some(strong.clone()), "Correct-horse-1".into()).await.unwrap());
            assert_eq!(passwords.strengthen(&strong, "Correct-horse-1".into()).await, None);
        }
        assert_eq!(passwords.strengthen(&of_costs(20_000, 3), "Correct-horse-1".into()).await, None);
    }

    #[tokio::test]
    async fn more_than_may_wait_are_turned_away() {
        let passwords = Passwords { waiting: Arc::new(Semaphore::new(0)), ..Passwords::new().unwrap() };
        let refused = passwords.verify(None, "x".into()).await.unwrap_err();
        assert_eq!(refused.status(), http::StatusCode::SERVICE_UNAVAILABLE);
    }
}
