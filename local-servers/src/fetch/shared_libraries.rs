//! The shared libraries that a fetched mongod needs and a bare machine lacks (libcurl, OpenSSL): unpacked beside the
//! binary, found by it through `LD_LIBRARY_PATH`, installed nowhere.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::error::{FetchFailure, ProbeError};
use crate::fetch::debian;

/// The folder beside a binary that holds its libraries' packages, unpacked.
const FOLDER: &str = "libraries";

/// Where Debian's packages have libraries on x86-64.
const IN_PACKAGES: [&str; 2] = ["usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu"];

/// The library that the dynamic loader says is missing (ld.so's words since glibc 2.0).
pub(crate) fn missing_library(output: &str) -> Option<String> {
    let rest = output.split("error while loading shared libraries: ").nth(1)?;
    let (library, reason) = rest.split_once(": ")?;
    reason.starts_with("cannot open shared object file").then(|| library.to_owned())
}

/// The value of `LD_LIBRARY_PATH` for that binary; none when it has no libraries of its own.
pub(crate) fn library_path(binary: &Path) -> Option<OsString> {
    let folder = binary.parent()?.join(FOLDER);
    let own: Vec<PathBuf> = IN_PACKAGES.iter().map(|part| folder.join(part)).filter(|path| path.is_dir()).collect();
    if own.is_empty() {
        return None;
    }
    let inherited = env::var_os("LD_LIBRARY_PATH").unwrap_or_default();
    env::join_paths(own.into_iter().chain(env::split_paths(&inherited).filter(|path| path.is_absolute()))).ok()
}

/// Fetches the package that has the library, with all that it needs, and unpacks it beside the binary.
pub(crate) async fn fetch_beside(binary: &Path, library: &str, scratch: &Path) -> Result<(), FetchFailure> {
    let unknown = || FetchFailure::Probe(ProbeError::Library { library: library.to_owned() });
    let packages = packages_with(library);
    let folder = binary.parent().ok_or_else(unknown)?.join(FOLDER);
    let names = match first_known(packages, scratch).await {
        Err(FetchFailure::Command { .. }) if rustix::process::getuid().is_root() => {
            debian::update_index(scratch).await?;
            first_known(packages, scratch).await?
        }
        Err(FetchFailure::Command { output, .. }) => {
            return Err(FetchFailure::PackageIndex { package: packages.join(" or "), output });
        }
        other => other?,
    };
    debian::unpack_packages(&names.ok_or_else(unknown)?, scratch, &folder).await
}

/// The packages that may have a library: newer distributions have renamed them (64-bit time).
fn packages_with(library: &str) -> &'static [&'static str] {
    match library {
        "libcurl.so.4" => &["libcurl4t64", "libcurl4"],
        "libssl.so.3" | "libcrypto.so.3" => &["libssl3t64", "libssl3"],
        "liblzma.so.5" => &["liblzma5"],
        _ => &[],
    }
}

/// The first package that apt-get knows, with its dependencies; none when there are no candidates at all.
async fn first_known(packages: &[&str], scratch: &Path) -> Result<Option<Vec<String>>, FetchFailure> {
    let mut last = Ok(None);
    for package in packages {
        match debian::with_dependencies(package, scratch).await {
            Ok(names) => return Ok(Some(names)),
            Err(error) => last = Err(error),
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::missing_library;

    #[test]
    fn the_loaders_words_name_the_library() {
        let words = "mongod: error while loading shared libraries: libcurl.so.4: cannot open shared object file: No such file or directory\n";
        assert_eq!(missing_library(words).as_deref(), Some("libcurl.so.4"));
        assert_eq!(missing_library("db version v6.0.5"), None);
    }
}
