//! The cache of fetched binaries: one folder per user, one folder per server in it, filled by renaming.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use crate::server_kind::ServerKind;

/// The cache folder. It need not exist yet.
#[derive(Debug)]
pub struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// A cache in that folder.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where that server's binary is, once fetched.
    pub fn binary(&self, kind: ServerKind) -> PathBuf {
        self.folder.join(kind.program()).join(kind.program())
    }

    /// Waits for the advisory lock that lets one process at a time fetch. It is released when the file is dropped, and
    /// by the system when its process dies.
    pub async fn lock(&self) -> io::Result<File> {
        fs::create_dir_all(&self.folder)?;
        let file = File::options().create(true).append(true).open(self.folder.join("lock"))?;
        loop {
            // Asked again and again rather than waited for in a thread, so that a cancelled caller takes no lock.
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) => tokio::time::sleep(Duration::from_millis(50)).await,
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
    }

    /// A folder to fetch into, on the cache's own file system so that renaming works; removed when dropped. Folders that
    /// a killed fetch left behind are removed first: the caller holds the lock, so none is in use.
    pub fn scratch(&self) -> io::Result<TempDir> {
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(SCRATCH) {
                fs::remove_dir_all(entry.path())?;
            }
        }
        tempfile::Builder::new().prefix(SCRATCH).tempdir_in(&self.folder)
    }

    /// Moves a finished folder into place, over one that did not work.
    pub fn publish(&self, kind: ServerKind, ready: &Path) -> io::Result<()> {
        let place = self.folder.join(kind.program());
        match fs::remove_dir_all(&place) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        fs::rename(ready, place)
    }
}

const SCRATCH: &str = "fetching-";
