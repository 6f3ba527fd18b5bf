//! The data folder: one `har dev` at a time, and what the next one needs to know.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};

/// The data folder, locked for as long as this lives.
pub struct DataFolder {
    path: PathBuf,
    _lock: File,
}

/// The ports that the servers had the last time, to be taken again: whoever looks into the database keeps the address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerPorts {
    /// mongod's.
    pub mongod: Option<u16>,
    /// nats-server's.
    pub nats_server: Option<u16>,
}

/// How far the first start has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FirstStart {
    /// It was begun; what is missing is to be made by the next start.
    Begun,
    /// All is there.
    Done,
}

impl DataFolder {
    /// Opens the folder, making it when it is missing, and locks it.
    ///
    /// # Errors
    /// When another `har dev` has it, or it can't be made.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let shown = path.display();
        let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
        made.with_context(|| format!("the data folder {shown} (HAR_DATA_DIR) cannot be made"))?;
        let lock = File::options().create(true).truncate(false).write(true).open(path.join("lock"));
        let lock = lock.with_context(|| format!("the data folder {shown} (HAR_DATA_DIR) cannot be written"))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => bail!(
                "another `har dev` is running on the data folder {shown}; stop it first, or set HAR_DATA_DIR (and the \
                 ports) to run a second one"
            ),
            Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("{shown} cannot be locked")),
        }
    }

    /// A file or folder in it.
    pub fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The ports of the last time; none when they are not known.
    pub fn ports(&self) -> ServerPorts {
        self.read("ports.json").ok().flatten().unwrap_or_default()
    }

    /// Remembers ports.
    ///
    /// # Errors
    /// When the folder can't be written.
    pub fn remember_ports(&self, ports: ServerPorts) -> anyhow::Result<()> {
        self.write("ports.json", &ports)
    }

    /// How far the first start has come; none before it.
    ///
    /// # Errors
    /// When what is remembered can't be read: to guess would be to make accounts twice.
    pub fn first_start(&self) -> anyhow::Result<Option<FirstStart>> {
        self.read("first_start.json")
    }

    /// Remembers how far the first start has come.
    ///
    /// # Errors
    /// When the folder can't be written.
    pub fn remember_first_start(&self, state: FirstStart) -> anyhow::Result<()> {
        self.write("first_start.json", &state)
    }

    fn read<T: for<'de> Deserialize<'de>>(&self, name: &str) -> anyhow::Result<Option<T>> {
        let path = self.join(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes).with_context(|| path.display().to_string())?)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| path.display().to_string()),
        }
    }

    /// Written aside and renamed, so that a crash leaves the old or the new, and no half.
    fn write<T: Serialize>(&self, name: &str, value: &T) -> anyhow::Result<()> {
        let (aside, path) = (self.join(&format!(".{name}")), self.join(name));
        let written = fs::write(&aside, serde_json::to_vec(value)?).and_then(|()| fs::rename(&aside, &path));
        written.with_context(|| path.display().to_string())
    }
}

/// The ports that the servers of a data folder had the last time, without taking the folder; none when they are not known.
pub fn ports_in(folder: &Path) -> ServerPorts {
    let text = fs::read(folder.join("ports.json")).ok();
    text.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_owner_at_a_time() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("new/folder");
        let first = DataFolder::open(&path).unwrap();
        let refused = DataFolder::open(&path).err().unwrap().to_string();
        assert!(refused.contains("another `har dev`"), "{refused}");
        drop(first);
        DataFolder::open(&path).unwrap();
    }

    #[test]
    fn what_is_remembered_is_found_again() {
        let parent = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(parent.path()).unwrap();
        assert_eq!((folder.ports(), folder.first_start().unwrap()), (ServerPorts::default(), None));
        let ports = ServerPorts { mongod: Some(27_018), nats_server: None };
        folder.remember_ports(ports).unwrap();
        folder.remember_first_start(FirstStart::Begun).unwrap();
        assert_eq!((folder.ports(), folder.first_start().unwrap()), (ports, Some(FirstStart::Begun)));
        fs::write(folder.join("first_start.json"), "?").unwrap();
        assert!(folder.first_start().is_err());
    }
}
