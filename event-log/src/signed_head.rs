//! Signed heads: what makes it visible that the log was cut.
//!
//! The hash chain shows every edit and removal but one: of the end. So while the log grows, its head is signed and kept
//! in two places that whoever can write the database can't also change: a file outside of it, and a stream of its own
//! on NATS. That is a JetStream stream, `<PREFIX>_HEADS`, and no bare message, since it is to be compared with later,
//! by whoever was not listening. A cut is found up to the last signed head that was kept, no further.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_nats::Client;
use async_nats::jetstream::context::PublishErrorKind;
use async_nats::jetstream::stream::{Config, StorageType};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::Utc;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use events::{Position, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt as _;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::lease::Held;
use crate::publication::{is_connected, jetstream};
use crate::{EventLog, Head, LogError, LogNames};

/// How often a head is signed while it moves.
const SIGN_EVERY: Duration = Duration::from_secs(10);
/// How many heads NATS keeps: over eleven days of a log that never rests.
const KEPT_ON_NATS: i64 = 100_000;
/// Bytes of a key's fingerprint that name it.
const KEY_ID_BYTES: usize = 8;

/// The head of the log at some time, signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedHead {
    /// Position of the last event.
    pub position: Position,
    /// Its hash.
    pub hash: String,
    /// When it was signed.
    pub time: Timestamp,
    /// Which key signed: the first 8 bytes of the SHA-256 of the public key, in hexadecimal.
    pub key_id: String,
    /// Ed25519 (RFC 8032) over the RFC 8785 canonical JSON of the fields above; base64.
    pub signature: String,
}

/// Why a signed head proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidHead {
    /// Another key signed it.
    #[error("signed with another key")]
    OtherKey,
    /// The signature does not fit.
    #[error("the signature does not fit")]
    Signature,
}

/// Why a head could not be signed or kept.
#[derive(Debug, thiserror::Error)]
pub enum HeadError {
    /// The log can't be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// It has no canonical JSON, which no head lacks.
    #[error("the head has no canonical JSON")]
    Encoding,
    /// The file can't be written.
    #[error("the file of signed heads can't be written: {0}")]
    File(#[from] std::io::Error),
    /// NATS did not take it.
    #[error("NATS did not take the signed head: {0}")]
    Nats(String),
}

/// Signs heads. Its key never shows.
#[derive(Clone)]
pub struct HeadSigner {
    key: SigningKey,
}

impl std::fmt::Debug for HeadSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HeadSigner({})", key_id(&self.key.verifying_key()))
    }
}

impl HeadSigner {
    /// The signer of a secret seed of 32 random bytes.
    #[must_use]
    pub fn new(seed: &[u8; 32]) -> Self {
        Self { key: SigningKey::from_bytes(seed) }
    }

    /// The key that its signatures are verified with; it may be given to anybody.
    #[must_use]
    pub fn public_key(&self) -> VerifyingKey {
        self.key.verifying_key()
    }

    /// Signs a head.
    ///
    /// # Errors
    /// [`HeadError::Encoding`], never seen.
    pub fn sign(&self, head: &Head, time: Timestamp) -> Result<SignedHead, HeadError> {
        let mut signed = SignedHead {
            position: head.position,
            hash: head.hash.clone(),
            time,
            key_id: key_id(&self.public_key()),
            signature: String::new(),
        };
        let signature = self.key.sign(&signed_bytes(&signed).map_err(|_| HeadError::Encoding)?);
        signed.signature = STANDARD.encode(signature.to_bytes());
        Ok(signed)
    }
}

/// Whether a signed head was signed with that key and has not been changed since.
///
/// # Errors
/// [`InvalidHead`].
pub fn verify_head(head: &SignedHead, key: &VerifyingKey) -> Result<(), InvalidHead> {
    if head.key_id != key_id(key) {
        return Err(InvalidHead::OtherKey);
    }
    let bytes = STANDARD.decode(&head.signature).map_err(|_| InvalidHead::Signature)?;
    let signature = Signature::from_slice(&bytes).map_err(|_| InvalidHead::Signature)?;
    let message = signed_bytes(head).map_err(|_| InvalidHead::Signature)?;
    key.verify_strict(&message, &signature).map_err(|_| InvalidHead::Signature)
}

/// What heads are verified with.
pub type PublicKey = VerifyingKey;

/// The public key of a text in hexadecimal; none when it is none.
#[must_use]
pub fn parse_public_key(text: &str) -> Option<PublicKey> {
    let bytes: [u8; 32] = hex::decode(text).ok()?.try_into().ok()?;
    VerifyingKey::from_bytes(&bytes).ok()
}

/// The signed heads of a file, oldest first.
///
/// # Errors
/// When the file can't be read, or a line of it is none; a last line that a crash has cut short is left out.
pub async fn read_heads(file: &Path) -> std::io::Result<Vec<SignedHead>> {
    let text = tokio::fs::read_to_string(file).await?;
    text.split_inclusive('\n')
        .filter(|line| line.ends_with('\n'))
        .map(|line| serde_json::from_str(line).map_err(std::io::Error::from))
        .collect()
}

fn key_id(key: &VerifyingKey) -> String {
    let digest = Sha256::digest(key.as_bytes());
    hex::encode(digest.iter().copied().take(KEY_ID_BYTES).collect::<Vec<u8>>())
}

fn signed_bytes(head: &SignedHead) -> Result<Vec<u8>, serde_json::Error> {
    let SignedHead { position, hash, time, key_id, signature: _ } = head;
    serde_json_canonicalizer::to_vec(&serde_json::json!({
        "position": position, "hash": hash, "time": time, "key_id": key_id,
    }))
}

/// Signs the log's head when it has moved, and keeps what it signed.
#[derive(Debug)]
pub struct HeadRecorder {
    signer: HeadSigner,
    file: PathBuf,
    last: Option<Position>,
}

impl HeadRecorder {
    /// A recorder that appends to `file`, which is made when it is missing, as its folder is.
    #[must_use]
    pub fn new(signer: HeadSigner, file: impl Into<PathBuf>) -> Self {
        Self { signer, file: file.into(), last: None }
    }

    /// Signs and keeps the head, unless it is where it was the last time. What NATS does not take is in the file.
    ///
    /// # Errors
    /// [`HeadError`]; it is tried again with the next head.
    pub async fn record(&mut self, log: &EventLog, client: &Client) -> Result<Option<SignedHead>, HeadError> {
        let head = log.head().await?;
        if head.position == 0 || self.last == Some(head.position) {
            return Ok(None);
        }
        let signed = self.signer.sign(&head, Timestamp::new(Utc::now()))?;
        let mut line = serde_json::to_vec(&signed).map_err(|_| HeadError::Encoding)?;
        line.push(b'\n');
        append(&self.file, &line).await?;
        self.last = Some(head.position);
        publish(client, log.names(), line).await?;
        Ok(Some(signed))
    }

    /// Records a head every ten seconds while the lease is held, until it is cancelled.
    pub(crate) async fn run(
        mut self,
        log: &EventLog,
        client: &Client,
        held: watch::Receiver<Option<Held>>,
        cancel: &CancellationToken,
    ) {
        loop {
            tokio::select! {
                () = cancel.cancelled() => return,
                () = tokio::time::sleep(SIGN_EVERY) => {}
            }
            if held.borrow().is_none() {
                continue;
            }
            if let Err(error) = self.record(log, client).await {
                metrics::counter!("har_signed_head_errors_total").increment(1);
                tracing::warn!(%error, "the head of the log was not signed and kept in both places");
            }
        }
    }
}

async fn append(file: &Path, line: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = file.parent() {
        tokio::fs::create_dir_all(folder).await?;
    }
    let mut file = tokio::fs::OpenOptions::new().create(true).append(true).open(file).await?;
    file.write_all(line).await?;
    file.flush().await?;
    file.sync_data().await
}

async fn publish(client: &Client, names: &LogNames, line: Vec<u8>) -> Result<(), HeadError> {
    if !is_connected(client) {
        return Err(HeadError::Nats("not connected".into()));
    }
    let context = jetstream(client);
    let line: Arc<[u8]> = line.into();
    let send = async || context.publish(names.heads_subject(), line.to_vec().into()).await?.await;
    match send().await {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == PublishErrorKind::StreamNotFound => {
            let config = Config {
                name: format!("{}_HEADS", names.prefix.to_uppercase()),
                description: Some("Signed heads of the event log.".to_owned()),
                subjects: vec![names.heads_subject()],
                storage: StorageType::File,
                max_messages: KEPT_ON_NATS,
                ..Config::default()
            };
            context.get_or_create_stream(config).await.map_err(|error| HeadError::Nats(error.to_string()))?;
            send().await.map(|_| ()).map_err(|error| HeadError::Nats(error.to_string()))
        }
        Err(error) => Err(HeadError::Nats(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head() -> Head {
        Head { position: 42, hash: "ab".repeat(32) }
    }

    fn signed() -> (HeadSigner, SignedHead) {
        let signer = HeadSigner::new(&[7; 32]);
        let time = serde_json::from_str("\"2026-01-31T08:30:00.000Z\"").unwrap();
        let head = signer.sign(&head(), time).unwrap();
        (signer, head)
    }

    #[test]
    fn what_was_signed_verifies() {
        let (signer, head) = signed();
        assert_eq!(verify_head(&head, &signer.public_key()), Ok(()));
        let carried: SignedHead = serde_json::from_str(&serde_json::to_string(&head).unwrap()).unwrap();
        assert_eq!(verify_head(&carried, &signer.public_key()), Ok(()));
    }

    #[test]
    fn no_field_can_be_changed() {
        let (signer, head) = signed();
        let later = serde_json::from_str("\"2026-01-31T08:30:00.001Z\"").unwrap();
        let changed = [
            SignedHead { position: 41, ..head.clone() },
            SignedHead { hash: "ac".repeat(32), ..head.clone() },
            SignedHead { time: later, ..head.clone() },
            SignedHead { signature: STANDARD.encode([0; 64]), ..head.clone() },
            SignedHead { signature: String::new(), ..head.clone() },
        ];
        for head in changed {
            assert_eq!(verify_head(&head, &signer.public_key()), Err(InvalidHead::Signature), "{head:?}");
        }
    }

    #[test]
    fn another_key_proves_nothing() {
        let (signer, head) = signed();
        let other = HeadSigner::new(&[8; 32]);
        assert_eq!(verify_head(&head, &other.public_key()), Err(InvalidHead::OtherKey));
        let relabelled = SignedHead { key_id: key_id(&other.public_key()), ..head };
        assert_eq!(verify_head(&relabelled, &other.public_key()), Err(InvalidHead::Signature));
        assert_eq!(verify_head(&relabelled, &signer.public_key()), Err(InvalidHead::OtherKey));
    }

    #[test]
    fn the_key_does_not_show() {
        let shown = format!("{:?}", HeadSigner::new(&[7; 32]));
        assert!(!shown.contains(&hex::encode([7; 32])) && !shown.contains("7, 7"), "{shown}");
    }
}
