//! `har payments`: the money.

use anyhow::bail;
use clap::{Args, Subcommand};
use command_api::payments::reconcile::{Reconciliation, reconcile};

use crate::deployment::Deployment;
use crate::output::say;

/// What can be done about payments.
#[derive(Subcommand)]
pub enum Payments {
    /// Compare the log with what the payment provider has written down, and list every difference. Ends with an error when
    /// there is one.
    Reconcile(Reconcile),
}

/// How the answer is given.
#[derive(Args)]
pub struct Reconcile {
    /// Tell what was found as JSON.
    #[arg(long)]
    json: bool,
}

/// Does it.
///
/// # Errors
/// When log and provider differ; when one of them can't be read.
pub async fn run(payments: Payments) -> anyhow::Result<()> {
    let Payments::Reconcile(form) = payments;
    let deployment = Deployment::open().await?;
    let found = reconcile(&deployment.log, &deployment.settings).await?;
    if form.json {
        say(serde_json::to_string_pretty(&found)?);
    } else {
        tell(&found);
    }
    match found.differences.len() {
        0 => Ok(()),
        1 => bail!("log and provider differ in one payment"),
        count => bail!("log and provider differ in {count} payments"),
    }
}

fn tell(found: &Reconciliation) {
    let Some(entries) = found.entries else {
        return say("simulated payments are written down nowhere but in the log: there is nothing to compare");
    };
    say(format_args!("{} payments in the log, {entries} at the provider", found.payments));
    found.differences.iter().for_each(say);
}
