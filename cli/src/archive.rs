//! The log in a folder: `events.ndjson.gz`, one event a line, as it is stored; `manifest.json`; and, if wanted, `keys.json`
//! with the keys of personal data, sealed under a passphrase.

use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use argon2::Argon2;
use chrono::Utc;
use event_log::{GENESIS_HASH, HeadSigner, MasterKey, PublicKey, SignedHead, chain_hash, verify_head};
use events::{StoredEvent, Timestamp};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::deployment::Deployment;

/// Events that are read or restored at a time.
const CHUNK: usize = 1_000;
const FORMAT: u32 = 1;
const EVENTS: &str = "events.ndjson.gz";
const MANIFEST: &str = "manifest.json";
const KEYS: &str = "keys.json";

/// What an export is.
#[derive(Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// Of this file.
    pub format: u32,
    /// How many events there are: those of the positions from 1 on.
    pub events: u64,
    /// SHA-256 of the lines, uncompressed; hexadecimal.
    pub sha256: String,
    /// The end of the log that was written, signed.
    pub head: SignedHead,
    /// Whether the keys of personal data are there.
    pub with_keys: bool,
    /// When it was written.
    pub written_at: Timestamp,
}

/// Keys that travel.
#[derive(Serialize, Deserialize)]
struct Keys {
    /// Of Argon2id with its default costs; base64.
    salt: String,
    /// Person and key, sealed.
    keys: Vec<(String, String)>,
}

/// An export that is there.
pub struct Archive {
    folder: PathBuf,
    /// What it says of itself.
    pub manifest: Manifest,
}

/// What is wrong with an export.
pub struct Wrong {
    /// From which event on, if it can be told.
    pub position: Option<u64>,
    /// What.
    pub words: String,
}

/// A writer that hashes what passes.
struct Hashing<W> {
    inner: W,
    hasher: Sha256,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hasher.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}

/// Writes the log as it is now.
///
/// # Errors
/// When the folder is there, or can't be written; when the log can't be read.
pub async fn export(
    deployment: &Deployment,
    folder: &Path,
    passphrase: Option<&str>,
    progress: impl Fn(u64),
) -> anyhow::Result<Manifest> {
    std::fs::create_dir(folder).with_context(|| format!("{} can't be made", folder.display()))?;
    let head = deployment.log.head().await?;
    let file = BufWriter::new(File::create_new(folder.join(EVENTS))?);
    let mut lines = Hashing { inner: GzEncoder::new(file, Compression::default()), hasher: Sha256::new() };
    let mut after = 0;
    while after < head.position {
        let mut events = deployment.log.read(after, CHUNK).await?;
        events.retain(|event| event.position <= head.position);
        let Some(last) = events.last() else { bail!("the log ends at {after}, before its head") };
        after = last.position;
        for event in &events {
            serde_json::to_writer(&mut lines, event)?;
            lines.write_all(b"\n")?;
        }
        progress(events.len() as u64);
    }
    let Hashing { inner, hasher } = lines;
    inner.finish()?.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
    if let Some(passphrase) = passphrase {
        let salt: [u8; 16] = rand::random();
        let keys = deployment.log.keys().rewrapped(&derived(passphrase, &salt)?).await?;
        let keys = Keys { salt: hex(&salt), keys };
        std::fs::write(folder.join(KEYS), serde_json::to_vec_pretty(&keys)?)?;
    }
    let now = Timestamp::new(Utc::now());
    let manifest = Manifest {
        format: FORMAT,
        events: head.position,
        sha256: hex(&hasher.finalize()),
        head: HeadSigner::new(deployment.settings.secrets.head.expose()).sign(&head, now)?,
        with_keys: passphrase.is_some(),
        written_at: now,
    };
    std::fs::write(folder.join(MANIFEST), serde_json::to_vec_pretty(&manifest)?)?;
    Ok(manifest)
}

/// Restores a log into an empty database; tells how many keys came with it.
///
/// # Errors
/// When something is wrong with the export, the database is not empty, or the passphrase another.
pub async fn import(
    deployment: &Deployment,
    archive: &Archive,
    passphrase: Option<&str>,
    progress: impl Fn(u64),
) -> anyhow::Result<usize> {
    // All of it is looked at before anything is written.
    if let Err(wrong) = archive.verify_chain(|_| ()) {
        bail!("the export is not as it was written: {}", wrong.words);
    }
    let keys = match passphrase {
        Some(passphrase) => Some(archive.keys(passphrase)?),
        None => None,
    };
    ensure!(deployment.log.head().await?.position == 0, "the database is not empty: it has a log already");
    let mut restored = 0;
    if let Some((master, keys)) = &keys {
        restored = deployment.log.keys().restore(master, keys).await.context("is it the right passphrase?")?;
    }
    let mut chunk = Vec::with_capacity(CHUNK);
    for event in archive.events()? {
        chunk.push(event?);
        if chunk.len() == CHUNK {
            progress(chunk.len() as u64);
            deployment.log.restore(std::mem::take(&mut chunk)).await?;
        }
    }
    progress(chunk.len() as u64);
    deployment.log.restore(chunk).await?;
    deployment.log.restored().await?;
    Ok(restored)
}

impl Archive {
    /// Opens an export.
    ///
    /// # Errors
    /// When there is none, or of another format.
    pub fn open(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join(MANIFEST);
        let text = std::fs::read(&path).with_context(|| path.display().to_string())?;
        let manifest: Manifest = serde_json::from_slice(&text).with_context(|| path.display().to_string())?;
        ensure!(manifest.format == FORMAT, "an export of format {}, not {FORMAT}", manifest.format);
        Ok(Self { folder: folder.to_owned(), manifest })
    }

    /// Whether every event is as it was written, up to the head, which that key signed.
    ///
    /// # Errors
    /// [`Wrong`].
    pub fn verify(&self, key: &PublicKey, progress: impl Fn(u64)) -> Result<(), Wrong> {
        let head = &self.manifest.head;
        verify_head(head, key).map_err(|error| Wrong::of(format!("the head proves nothing: {error}")))?;
        self.verify_chain(progress)
    }

    fn verify_chain(&self, progress: impl Fn(u64)) -> Result<(), Wrong> {
        let head = &self.manifest.head;
        let (mut previous, mut position) = (GENESIS_HASH.to_owned(), 0);
        let mut hasher = Sha256::new();
        let lines = self.lines().map_err(|error| Wrong::of(format!("{error:#}")))?;
        for line in lines {
            position += 1;
            let bad = |words: String| Wrong { position: Some(position), words };
            let line = line.map_err(|error| bad(error.to_string()))?;
            hasher.update(line.as_bytes());
            hasher.update(b"\n");
            let event: StoredEvent = serde_json::from_str(&line).map_err(|error| bad(format!("no event: {error}")))?;
            let own = chain_hash(&event).map_err(|error| bad(error.to_string()))?;
            if event.position != position || event.prev_hash != previous || event.hash != own {
                return Err(bad("it is not what stood there".to_owned()));
            }
            previous = event.hash;
            progress(position);
        }
        if (position, &previous) != (head.position, &head.hash) || position != self.manifest.events {
            return Err(Wrong { position: Some(position + 1), words: "it does not end where its head is".to_owned() });
        }
        if hex(&hasher.finalize()) != self.manifest.sha256 {
            return Err(Wrong::of("the lines are not those of the manifest".to_owned()));
        }
        Ok(())
    }

    fn lines(&self) -> anyhow::Result<std::io::Lines<BufReader<GzDecoder<File>>>> {
        let path = self.folder.join(EVENTS);
        let file = File::open(&path).with_context(|| path.display().to_string())?;
        Ok(BufReader::new(GzDecoder::new(file)).lines())
    }

    fn events(&self) -> anyhow::Result<impl Iterator<Item = anyhow::Result<StoredEvent>> + use<>> {
        Ok(self.lines()?.map(|line| Ok(serde_json::from_str(&line?)?)))
    }

    /// The keys, and what they are sealed under.
    fn keys(&self, passphrase: &str) -> anyhow::Result<(MasterKey, Vec<(String, String)>)> {
        let text = std::fs::read(self.folder.join(KEYS)).context("the export has no keys")?;
        let Keys { salt, keys } = serde_json::from_slice(&text)?;
        let bytes = (0..salt.len()).step_by(2).map(|at| u8::from_str_radix(salt.get(at..at + 2).unwrap_or("?"), 16));
        Ok((derived(passphrase, &bytes.collect::<Result<Vec<u8>, _>>()?)?, keys))
    }
}

impl Wrong {
    const fn of(words: String) -> Self {
        Self { position: None, words }
    }
}

fn derived(passphrase: &str, salt: &[u8]) -> anyhow::Result<MasterKey> {
    let mut key = [0; 32];
    let derived = Argon2::default().hash_password_into(passphrase.as_bytes(), salt, &mut key);
    derived.map_err(|error| anyhow::anyhow!("no key can be made of the passphrase: {error}"))?;
    Ok(MasterKey::new(key))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
