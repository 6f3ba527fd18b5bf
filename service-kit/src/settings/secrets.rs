//! Keys: set, or in `dev` made at first start and kept in the data folder.

use std::fmt;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretBox, SecretString};

use super::groups::Mode;
use super::reader::{Problem, Reader, SettingsError};
use super::table::key;

/// 32 secret bytes, wiped from memory when the last clone goes. `Debug` shows none of them.
#[derive(Clone)]
pub struct SecretKey(Arc<SecretBox<[u8; 32]>>);

impl SecretKey {
    /// These bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Arc::new(SecretBox::new(Box::new(bytes))))
    }

    /// The bytes, for the cryptography only.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        self.0.expose_secret()
    }

    fn from_base64(text: &str) -> Option<Self> {
        STANDARD.decode(text.trim()).ok().and_then(|bytes| bytes.try_into().ok()).map(Self::new)
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey([hidden])")
    }
}

/// The keys of the process.
#[derive(Clone, Debug)]
pub struct Secrets {
    /// Wraps the keys of personal data.
    pub master: SecretKey,
    /// Makes pseudonyms of email addresses.
    pub email: SecretKey,
    /// Seals the keys that sign access tokens; see [`Secrets::token_key`].
    pub token: Option<SecretKey>,
    /// Seed of the key that signs the log's heads.
    pub head: SecretKey,
}

impl Secrets {
    /// The secret for a process that signs tokens.
    ///
    /// # Errors
    /// [`SettingsError`] when this process was given none, as those that only verify are.
    pub fn token_key(&self) -> Result<&SecretKey, SettingsError> {
        let problem = || Problem { name: "HAR_TOKEN_KEY".to_owned(), what: MISSING.to_owned() };
        self.token.as_ref().ok_or_else(|| SettingsError { problems: vec![problem()] })
    }
}

const MISSING: &str = "is missing: outside `dev` every secret must be set";
const NO_KEY: &str = "is no 32 bytes in base64";

pub(super) fn read(reader: &mut Reader, mode: Mode, data_dir: &Path) -> Secrets {
    // Who signs no tokens has no use for it: whether it is missing is for the process to say.
    let verifies_only = mode == Mode::Service && reader.text("HAR_TOKEN_KEY").is_none();
    let token = (!verifies_only).then(|| secret_key(reader, "HAR_TOKEN_KEY", mode, data_dir));
    Secrets {
        master: secret_key(reader, "HAR_MASTER_KEY", mode, data_dir),
        email: secret_key(reader, "HAR_EMAIL_KEY", mode, data_dir),
        token,
        head: secret_key(reader, "HAR_HEAD_KEY", mode, data_dir),
    }
}

fn secret_key(reader: &mut Reader, name: &str, mode: Mode, data_dir: &Path) -> SecretKey {
    let (text, wrong) = match (reader.text(name), mode) {
        (Some(text), _) => (Some(text), NO_KEY),
        (None, Mode::Dev) => (kept(reader, name, data_dir), "what is kept in the data folder is no 32 bytes in base64"),
        (None, Mode::Service) => (None, MISSING),
    };
    let unreadable = text.is_none() && mode == Mode::Dev;
    text.and_then(|text| SecretKey::from_base64(&text)).unwrap_or_else(|| {
        if !unreadable {
            reader.problem(name, wrong);
        }
        SecretKey::new([0; 32])
    })
}

/// A secret text: as set, or in `dev` made and kept; else none.
pub(super) fn secret_text(reader: &mut Reader, name: &str, mode: Mode, data_dir: &Path) -> Option<SecretString> {
    let text = reader.text(name).or_else(|| (mode == Mode::Dev).then(|| kept(reader, name, data_dir)).flatten());
    text.map(Into::into)
}

/// The secret kept in the data folder, made now when there is none. A folder that can't be used is a problem.
fn kept(reader: &mut Reader, name: &str, data_dir: &Path) -> Option<String> {
    match keep(&data_dir.join("secrets"), &key(name)) {
        Ok(text) => Some(text),
        Err(error) => {
            reader.problem(name, format!("cannot be kept in the data folder: {error}"));
            None
        }
    }
}

fn keep(folder: &Path, name: &str) -> io::Result<String> {
    let path = folder.join(name);
    match fs::read_to_string(&path) {
        Ok(text) => return Ok(text.trim().to_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    // Written aside and linked into place: a crash leaves no half of a secret, and of two that start at once one wins.
    let aside = folder.join(format!(".{name}.{}", uuid::Uuid::new_v4()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&aside)?;
    let written = writeln!(file, "{}", STANDARD.encode(rand::random::<[u8; 32]>())).and_then(|()| file.sync_all());
    let linked = written.and_then(|()| fs::hard_link(&aside, &path));
    fs::remove_file(&aside)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => fs::read_to_string(&path).map(|text| text.trim().to_owned()),
    }
}
