//! A wrong setting: the process names it and does not start.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tokio::time::Instant;

use super::process::Process;
use super::world::{base_settings, free_port};
use super::{Figure, Outcome, Part, Programs, Scale};

/// Within this a process must have given up.
const GIVE_UP_LIMIT: Duration = Duration::from_secs(20);

/// A setting that is wrong; without a value it is left out.
type Wrong = (&'static str, Option<&'static str>);

/// What is set wrong, and what must be named.
const CASES: &[(&[Wrong], &[&str])] = &[
    (&[("HAR_MASTER_KEY", None)], &["HAR_MASTER_KEY"]),
    (&[("HAR_MONGODB_URI", None)], &["HAR_MONGODB_URI"]),
    (&[("HAR_NATS_URL", None)], &["HAR_NATS_URL"]),
    (&[("HAR_EMAIL_KEY", Some("short"))], &["HAR_EMAIL_KEY"]),
    (&[("HAR_GATEWAY_PORT", Some("eighty"))], &["HAR_GATEWAY_PORT"]),
    (&[("HAR_GATEWAI_PORT", Some("8080"))], &["HAR_GATEWAI_PORT"]),
    (&[("HAR_READ_WAIT_MS", Some("-1"))], &["HAR_READ_WAIT_MS"]),
    (&[("HAR_MONGODB_PATIENCE_MS", Some("20"))], &["HAR_MONGODB_PATIENCE_MS"]),
    (&[("HAR_CLOCK_OFFSET", Some("60"))], &["HAR_CLOCK_OFFSET"]),
    (&[("HAR_BIND", Some("nowhere")), ("HAR_HEAD_KEY", None)], &["HAR_BIND", "HAR_HEAD_KEY"]),
];

/// Starts each process with one or two wrong settings at a time; it must end with an error that names each.
pub async fn run(programs: &Programs, _: Scale) -> Outcome {
    let started = Instant::now();
    let folder = tempfile::tempdir()?;
    let mut starts = 0;
    for part in Part::ALL {
        for (wrong, named) in CASES {
            let log_file = folder.path().join(format!("{starts}.log"));
            starts += 1;
            refuses(programs, part, wrong, named, &log_file)
                .await
                .with_context(|| format!("{} with {wrong:?}", part.name()))?;
        }
    }
    let result = "each ended with an error that names every wrong setting".to_owned();
    Ok(vec![Figure::new("wrong settings", format!("{starts} starts of 3 processes"), result, started)])
}

async fn refuses(
    programs: &Programs,
    part: Part,
    wrong: &[Wrong],
    named: &[&str],
    log_file: &std::path::Path,
) -> Result<()> {
    let mut settings = base_settings();
    // Servers that are not there: who gets so far has taken the settings for good.
    settings.push(("HAR_MONGODB_URI".to_owned(), format!("mongodb://127.0.0.1:{}", free_port()?)));
    settings.push(("HAR_NATS_URL".to_owned(), format!("nats://127.0.0.1:{}", free_port()?)));
    settings.retain(|(name, _)| wrong.iter().all(|(other, _)| name != other));
    settings.extend(wrong.iter().filter_map(|(name, value)| Some(((*name).to_owned(), (*value)?.to_owned()))));
    let mut process = Process::start(programs, part, &settings, log_file)?;
    let status = process.ended(GIVE_UP_LIMIT).await?;
    ensure!(!status.success(), "it ended well");
    let log = process.log_end();
    for name in named {
        ensure!(log.contains(name), "it does not name {name}:\n{log}");
    }
    Ok(())
}
