//! `har prove`: the fault tests at full size, against this very binary; and `har run`, as what it starts itself for it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use ::tests::faults::{ALL, Fault, Figure, Programs, Scale, machine};
use anyhow::{Context, anyhow, bail};
use clap::{Args, ValueEnum};

use crate::output::say;

/// Between these lines stand the figures; everything else in the file is written by hand.
const MARKS: (&str, &str) = ("<!-- figures -->", "<!-- end of figures -->");

/// What to prove.
#[derive(Args)]
pub struct Prove {
    /// Only these faults, by name; all of them when none is named. Figures are written only for all of them.
    only: Vec<String>,
    /// At about a tenth of the size.
    #[arg(long)]
    tenth: bool,
    /// The file that the figures are written to.
    #[arg(long, default_value = "docs/PROOFS.md")]
    figures: PathBuf,
    /// Write nothing.
    #[arg(long)]
    dry: bool,
}

/// One of the processes that this binary can be.
#[derive(Clone, Copy, ValueEnum)]
pub enum Part {
    /// The write process.
    CommandApi,
    /// The read process.
    QueryApi,
    /// The read-model writers.
    Projectors,
}

/// Runs one process of the product by the settings of the environment.
///
/// # Errors
/// Whatever keeps it from starting.
pub async fn run_part(part: Part) -> anyhow::Result<()> {
    let ended = match part {
        Part::CommandApi => command_api::run().await,
        Part::QueryApi => query_api::run().await,
        Part::Projectors => projectors::run().await,
    };
    ended.map_err(|error| anyhow!("{error}"))
}

/// Runs the faults one after the other, and writes down what came out.
///
/// # Errors
/// When a promise does not hold, after all faults have run; a fault of that name that there is not; a file that can't
/// be written.
pub async fn run(prove: Prove) -> anyhow::Result<()> {
    let faults = chosen(&prove.only)?;
    let programs = Programs::subcommands(&std::env::current_exe()?);
    let scale = if prove.tenth { Scale::Tenth } else { Scale::Full };
    let (mut figures, mut failed) = (Vec::new(), Vec::new());
    for fault in &faults {
        say(format_args!("{}: {} …", fault.name, fault.what));
        match fault.run(&programs, scale).await {
            Ok(found) => {
                found.iter().for_each(|figure| say(format_args!("  holds: {}; {}", figure.size, figure.result)));
                figures.extend(found);
            }
            Err(error) => {
                say(format_args!("  DOES NOT HOLD: {error:#}"));
                failed.push(fault.name);
            }
        }
    }
    if !failed.is_empty() {
        bail!("these do not hold: {}", failed.join(", "));
    }
    if prove.only.is_empty() && !prove.dry {
        write(&prove.figures, &table(&figures, scale))?;
        say(format_args!("written to {}", prove.figures.display()));
    }
    Ok(())
}

fn chosen(names: &[String]) -> anyhow::Result<Vec<&'static Fault>> {
    if names.is_empty() {
        return Ok(ALL.iter().collect());
    }
    let known = || ALL.iter().map(|fault| fault.name).collect::<Vec<_>>().join(", ");
    let find = |name: &String| ALL.iter().find(|fault| fault.name == name);
    names.iter().map(|name| find(name).with_context(|| format!("no fault {name}; there are: {}", known()))).collect()
}

fn table(figures: &[Figure], scale: Scale) -> String {
    let size = scale.of("a tenth of the size", "full size");
    let build = if cfg!(debug_assertions) { "debug build" } else { "release build" };
    let date = chrono::Utc::now().format("%Y-%m-%d");
    let mut text = format!("{date}, {size}, {build}, {}.\n\n", machine());
    text.push_str("| What was done | How much | What came out | Time |\n|---|---|---|---|\n");
    for Figure { what, size, result, took } in figures {
        let _ = writeln!(text, "| {what} | {size} | {result} | {:.1} s |", took.as_secs_f64());
    }
    text
}

/// Puts the figures between their marks; into a new file when there is none.
fn write(path: &Path, figures: &str) -> anyhow::Result<()> {
    let before = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => format!("# Proofs\n\n{}\n{}\n", MARKS.0, MARKS.1),
        Err(error) => return Err(error).with_context(|| path.display().to_string()),
    };
    let after = replaced(&before, figures).with_context(|| format!("{} lacks its marks", path.display()))?;
    std::fs::write(path, after).with_context(|| path.display().to_string())
}

fn replaced(text: &str, figures: &str) -> Option<String> {
    let (head, rest) = text.split_once(MARKS.0)?;
    let (_, tail) = rest.split_once(MARKS.1)?;
    Some(format!("{head}{}\n{figures}{}{tail}", MARKS.0, MARKS.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_replace_what_stands_between_the_marks() {
        let text = format!("before\n{}\nold\n{}\nafter\n", MARKS.0, MARKS.1);
        let expected = format!("before\n{}\nnew\n{}\nafter\n", MARKS.0, MARKS.1);
        assert_eq!(replaced(&text, "new\n").unwrap(), expected);
        assert_eq!(replaced("no marks", "new\n"), None);
    }

    #[test]
    fn faults_are_chosen_by_name() {
        assert_eq!(chosen(&[]).unwrap().len(), ALL.len());
        assert_eq!(chosen(&["lose-nats".to_owned()]).unwrap()[0].name, "lose-nats");
        let error = chosen(&["none".to_owned()]).err().unwrap().to_string();
        assert!(error.contains("lose-nats"), "{error}");
    }
}
