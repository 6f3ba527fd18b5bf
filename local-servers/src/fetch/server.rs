//! One fetch: the cache's lock, a scratch folder, the package, the check that it runs, one rename into place.

use std::path::{Path, PathBuf};

use crate::error::{FetchError, FetchFailure};
use crate::fetch::cache::Cache;
use crate::fetch::progress::Progress;
use crate::fetch::{mongod, nats_server};
use crate::find::{Binaries, probe};
use crate::server_kind::ServerKind;

/// Takes both binaries from the cache, or fetches them into it; settings and `PATH` are not asked.
pub async fn fetch(cache_dir: &Path, progress: bool) -> Result<Binaries, FetchError> {
    let cache = Cache::new(cache_dir.to_owned());
    let progress = Progress::new(progress);
    let mongod = fetch_server(ServerKind::Mongod, &cache, progress).await?;
    let nats_server = fetch_server(ServerKind::NatsServer, &cache, progress).await?;
    Ok(Binaries { mongod, nats_server })
}

/// The cached binary, or a fetched one.
pub(crate) async fn fetch_server(kind: ServerKind, cache: &Cache, progress: Progress) -> Result<PathBuf, FetchError> {
    if let Some(binary) = cached(kind, cache).await {
        return Ok(binary);
    }
    let cache_error = |source| FetchError::Cache { path: cache.folder().to_owned(), source };
    let _lock = cache.lock().await.map_err(cache_error)?;
    // Another process may have fetched it while this one waited for the lock.
    if let Some(binary) = cached(kind, cache).await {
        return Ok(binary);
    }
    let scratch = cache.scratch().map_err(cache_error)?;
    let unavailable = |reason| FetchError::Unavailable { kind, reason };
    let ready = fetch_into(kind, scratch.path(), progress).await.map_err(unavailable)?;
    cache.publish(kind, &ready).map_err(cache_error)?;
    Ok(cache.binary(kind))
}

async fn cached(kind: ServerKind, cache: &Cache) -> Option<PathBuf> {
    let binary = cache.binary(kind);
    if !binary.exists() {
        return None;
    }
    match probe(kind, &binary).await {
        Ok(_) => Some(binary),
        Err(reason) => {
            tracing::info!(server = %kind, path = %binary.display(), %reason, "the cached binary is fetched again");
            None
        }
    }
}

/// Fetches into a folder below `scratch` and returns that folder; the binary in it has been seen to run.
async fn fetch_into(kind: ServerKind, scratch: &Path, progress: Progress) -> Result<PathBuf, FetchFailure> {
    if !platform_is_supported() {
        return Err(FetchFailure::Platform);
    }
    let ready = scratch.join("ready");
    std::fs::create_dir(&ready)?;
    match kind {
        ServerKind::Mongod => mongod::fetch_into(scratch, &ready, progress).await?,
        ServerKind::NatsServer => nats_server::fetch_into(scratch, &ready, progress).await?,
    }
    probe(kind, &ready.join(kind.program())).await?;
    Ok(ready)
}

/// Whether this is Debian, Ubuntu or one derived from them (os-release(5): `ID`, `ID_LIKE`) on x86-64.
fn platform_is_supported() -> bool {
    cfg!(all(target_os = "linux", target_arch = "x86_64"))
        && std::fs::read_to_string("/etc/os-release").is_ok_and(|text| is_debian_like(&text))
}

fn is_debian_like(os_release: &str) -> bool {
    os_release
        .lines()
        .filter_map(|line| line.split_once('='))
        .filter(|(key, _)| matches!(*key, "ID" | "ID_LIKE"))
        .flat_map(|(_, value)| value.trim_matches(['"', '\'']).split_whitespace())
        .any(|word| matches!(word, "debian" | "ubuntu"))
}

#[cfg(test)]
mod tests {
    use super::is_debian_like;

    #[test]
    fn debian_ubuntu_and_their_children_are_told_from_others() {
        assert!(is_debian_like("NAME=\"Debian GNU/Linux\"\nID=debian\n"));
        assert!(is_debian_like("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"));
        assert!(!is_debian_like("ID=fedora\nPRETTY_NAME=\"debian\"\n"));
    }
}
