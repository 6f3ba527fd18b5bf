//! Debian packages, downloaded and unpacked without installing them: no root needed, the machine stays as it is.

use std::fs;
use std::path::Path;

use crate::error::FetchFailure;
use crate::fetch::command::{command, run};

/// Downloads packages by name with `apt-get download` and unpacks them all into `into`.
///
/// As root the package index is brought up to date when a package is not known; others are told to do it.
pub(crate) async fn unpack_packages(names: &[String], scratch: &Path, into: &Path) -> Result<(), FetchFailure> {
    let folder = tempfile::tempdir_in(scratch)?;
    match download(names, folder.path()).await {
        Err(FetchFailure::Command { output, .. }) if rustix::process::getuid().is_root() => {
            tracing::info!(reason = output, "apt-get download failed; the package index is brought up to date");
            update_index(scratch).await?;
            download(names, folder.path()).await?;
        }
        Err(FetchFailure::Command { output, .. }) => {
            return Err(FetchFailure::PackageIndex { package: names.join(", "), output });
        }
        other => other?,
    }
    fs::create_dir_all(into)?;
    for entry in fs::read_dir(folder.path())? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "deb") {
            let mut unpack = command("dpkg", scratch)?;
            unpack.arg("-x").arg(path).arg(into);
            run(unpack).await?;
        }
    }
    Ok(())
}

/// The names of what `apt-get install` would install for that package, itself first; an error when it knows no such
/// package. Simulated, so that no root is needed.
pub(crate) async fn with_dependencies(package: &str, scratch: &Path) -> Result<Vec<String>, FetchFailure> {
    let mut simulate = command("apt-get", scratch)?;
    simulate.args(["install", "--simulate", "--no-install-recommends", "--yes", package]);
    let output = run(simulate).await?;
    let mut names = vec![package.to_owned()];
    let text = String::from_utf8_lossy(&output.stdout);
    for name in text.lines().filter_map(|line| line.strip_prefix("Inst ")).filter_map(|rest| rest.split(' ').next()) {
        // A C library other than the one that the system's loader belongs to would crash every program.
        let belongs_to_loader = matches!(name.split(':').next(), Some("libc6" | "libc-bin" | "libc6-dev"));
        if !belongs_to_loader && name != package {
            names.push(name.to_owned());
        }
    }
    Ok(names)
}

/// `apt-get update`, for root.
pub(crate) async fn update_index(scratch: &Path) -> Result<(), FetchFailure> {
    let mut update = command("apt-get", scratch)?;
    update.args(["update", "--quiet"]);
    run(update).await.map(drop)
}

async fn download(names: &[String], folder: &Path) -> Result<(), FetchFailure> {
    let mut download = command("apt-get", folder)?;
    download.args(["download", "--quiet"]).args(names);
    run(download).await.map(drop)
}
