//! nats-server from the distribution's package `nats-server`.

use std::fs;
use std::path::Path;

use crate::error::FetchFailure;
use crate::fetch::debian;
use crate::fetch::progress::Progress;
use crate::server_kind::ServerKind;

/// Where the package has the binary.
const IN_PACKAGE: &str = "usr/sbin/nats-server";

/// Puts the binary `nats-server` into `ready`.
pub(crate) async fn fetch_into(scratch: &Path, ready: &Path, progress: Progress) -> Result<(), FetchFailure> {
    let _spinner = progress.spinner("fetching nats-server");
    let unpacked = scratch.join("unpacked");
    let program = ServerKind::NatsServer.program();
    debian::unpack_packages(&[program.to_owned()], scratch, &unpacked).await?;
    let binary = unpacked.join(IN_PACKAGE);
    if !binary.is_file() {
        return Err(FetchFailure::NotInPackage { file: IN_PACKAGE });
    }
    fs::rename(binary, ready.join(program))?;
    Ok(())
}
