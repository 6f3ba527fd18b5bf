//! `har audit`: the log verified, written to a file, and restored from one.

use std::io::Read as _;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use event_log::{HeadSigner, VerifyOptions, parse_public_key, read_heads, verify_head};
use serde::Serialize;

use crate::archive::{self, Archive};
use crate::bar::bar;
use crate::deployment::Deployment;
use crate::output::say;

/// What can be done with the log as a whole.
#[derive(Subcommand)]
pub enum Audit {
    /// Recompute the hash chain, and hold it against the signed heads that were kept.
    Verify(Verify),
    /// Write the log to a folder, compressed, with a manifest.
    Export(Export),
    /// Restore the log from such a folder into an empty database.
    Import(Import),
}

/// What is verified.
#[derive(Args)]
pub struct Verify {
    /// The folder of an export, in place of the database: neither servers nor settings are needed.
    #[arg(long, requires = "public_key")]
    export: Option<PathBuf>,
    /// The public key of the heads, in hexadecimal; of GET /admin/audit/head.
    #[arg(long)]
    public_key: Option<String>,
    /// A file of signed heads; by default that of the settings.
    #[arg(long)]
    heads: Option<PathBuf>,
    /// Tell what was found as JSON.
    #[arg(long)]
    json: bool,
}

/// What is written.
#[derive(Args)]
pub struct Export {
    /// The folder, which must not be there yet.
    folder: PathBuf,
    /// With the keys of personal data, sealed under a passphrase, which is read from standard input.
    #[arg(long)]
    with_keys: bool,
    /// Tell what was written as JSON.
    #[arg(long)]
    json: bool,
}

/// What is restored.
#[derive(Args)]
pub struct Import {
    /// The folder.
    folder: PathBuf,
    /// With the keys of personal data; the passphrase is read from standard input.
    #[arg(long)]
    with_keys: bool,
    /// Tell what was restored as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Found {
    ok: bool,
    from: u64,
    to: u64,
    checked: u64,
    first_bad_position: Option<u64>,
    heads: usize,
    seconds: f64,
    events_per_second: f64,
    words: Option<String>,
}

/// Does it.
///
/// # Errors
/// When something is wrong with the log; a folder, a setting or a server.
pub async fn run(audit: Audit) -> anyhow::Result<()> {
    match audit {
        Audit::Verify(verify) => match &verify.export {
            Some(folder) => verify_export(folder, &verify),
            None => verify_log(&verify).await,
        },
        Audit::Export(export) => write(&export).await,
        Audit::Import(import) => restore(&import).await,
    }
}

async fn verify_log(verify: &Verify) -> anyhow::Result<()> {
    let deployment = Deployment::open().await?;
    let head = deployment.log.head().await?;
    let bar = bar("verifying", head.position, verify.json);
    let started = std::time::Instant::now();
    let progress = |checked| bar.inc(checked);
    let found =
        deployment.log.verify(&VerifyOptions { from: 1, to: None, deadline: None, progress: &progress }).await?;
    bar.finish_and_clear();
    let took = started.elapsed().as_secs_f64();
    let (heads, words) = match found.first_bad {
        Some(_) => (0, None),
        None => against_heads(&deployment, verify).await?,
    };
    #[allow(clippy::cast_precision_loss)]
    let events_per_second = found.checked as f64 / took;
    tell(
        &Found {
            ok: found.first_bad.is_none() && words.is_none(),
            from: found.from,
            to: found.to,
            checked: found.checked,
            first_bad_position: found.first_bad,
            heads,
            seconds: took,
            events_per_second,
            words,
        },
        verify.json,
    )
}

/// How many signed heads fit, and what is wrong with the first that does not.
async fn against_heads(deployment: &Deployment, verify: &Verify) -> anyhow::Result<(usize, Option<String>)> {
    let file = verify.heads.clone().unwrap_or_else(|| deployment.settings.head_file.clone());
    let heads = match read_heads(&file).await {
        Ok(heads) => heads,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && verify.heads.is_none() => return Ok((0, None)),
        Err(error) => return Err(error).with_context(|| file.display().to_string()),
    };
    let key = match &verify.public_key {
        Some(key) => parse_public_key(key).context("no public key")?,
        None => HeadSigner::new(deployment.settings.secrets.head.expose()).public_key(),
    };
    let mut fitting = 0;
    for head in &heads {
        if let Err(error) = verify_head(head, &key) {
            return Ok((fitting, Some(format!("the signed head of {} proves nothing: {error}", head.position))));
        }
        let events = deployment.log.read(head.position - 1, 1).await?;
        if events.first().map(|event| &event.hash) != Some(&head.hash) {
            let words = format!("the log is not what was signed at {}: it was cut, or written anew", head.position);
            return Ok((fitting, Some(words)));
        }
        fitting += 1;
    }
    Ok((fitting, None))
}

fn verify_export(folder: &std::path::Path, verify: &Verify) -> anyhow::Result<()> {
    let key = verify.public_key.as_deref().and_then(parse_public_key).context("no public key")?;
    let started = std::time::Instant::now();
    let archive = Archive::open(folder)?;
    let bar = bar("verifying", archive.manifest.events, verify.json);
    let checked = archive.verify(&key, |_| bar.inc(1));
    bar.finish_and_clear();
    let took = started.elapsed().as_secs_f64();
    let (first_bad_position, words) = match checked {
        Ok(()) => (None, None),
        Err(found) => (found.position, Some(found.words)),
    };
    #[allow(clippy::cast_precision_loss)]
    let events_per_second = archive.manifest.events as f64 / took;
    let found = Found {
        ok: words.is_none(),
        from: 1,
        to: archive.manifest.events,
        checked: first_bad_position.map_or(archive.manifest.events, |bad| bad.saturating_sub(1)),
        first_bad_position,
        heads: usize::from(words.is_none()),
        seconds: took,
        events_per_second,
        words,
    };
    tell(&found, verify.json)
}

fn tell(found: &Found, json: bool) -> anyhow::Result<()> {
    if json {
        say(serde_json::to_string_pretty(found)?);
    } else {
        let Found { from, to, checked, heads, seconds, events_per_second, .. } = found;
        say(format_args!("{checked} events from {from} to {to} in {seconds:.1} s, {events_per_second:.0} events/s"));
        say(format_args!("{heads} signed heads fit"));
    }
    match (found.first_bad_position, &found.words) {
        (Some(position), words) => {
            bail!("the log is not as it was written, from {position} on. {}", words.as_deref().unwrap_or_default())
        }
        (None, Some(words)) => bail!("{words}"),
        (None, None) => Ok(()),
    }
}

async fn write(export: &Export) -> anyhow::Result<()> {
    let passphrase = if export.with_keys { Some(passphrase()?) } else { None };
    let deployment = Deployment::open().await?;
    let head = deployment.log.head().await?;
    let bar = bar("exporting", head.position, export.json);
    let manifest =
        archive::export(&deployment, &export.folder, passphrase.as_deref(), |events| bar.inc(events)).await?;
    bar.finish_and_clear();
    if export.json {
        say(serde_json::to_string_pretty(&manifest)?);
    } else {
        say(format_args!("{} events in {}", manifest.events, export.folder.display()));
        if passphrase.is_none() {
            say("without the keys of personal data: where this is restored, people are unreadable (--with-keys)");
        }
    }
    Ok(())
}

async fn restore(import: &Import) -> anyhow::Result<()> {
    let passphrase = if import.with_keys { Some(passphrase()?) } else { None };
    let deployment = Deployment::open().await?;
    let archive = Archive::open(&import.folder)?;
    let bar = bar("importing", archive.manifest.events, import.json);
    let keys = archive::import(&deployment, &archive, passphrase.as_deref(), |events| bar.inc(events)).await?;
    bar.finish_and_clear();
    if import.json {
        say(serde_json::json!({ "events": archive.manifest.events, "keys": keys }));
    } else {
        say(format_args!("{} events, {keys} keys of personal data", archive.manifest.events));
        if passphrase.is_none() {
            say("without the keys of personal data people are unreadable");
        }
    }
    Ok(())
}

/// The first line of standard input: no list of processes shows it.
fn passphrase() -> anyhow::Result<String> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let line = text.lines().next().unwrap_or_default().to_owned();
    if line.chars().count() < 12 {
        bail!("a passphrase of at least 12 characters is read from standard input");
    }
    Ok(line)
}
