//! Runs the registries' clients and keeps the end of what they print for the error.

use std::path::Path;
use std::process::{Output, Stdio};

use tokio::process::Command;

use crate::error::FetchFailure;
use crate::find::on_path;

/// A command with fixed language and no input, which dies with its caller.
pub(crate) fn command(program: &'static str, folder: &Path) -> Result<Command, FetchFailure> {
    let Some(path) = on_path(program).into_iter().next() else { return Err(FetchFailure::NoProgram { program }) };
    let mut command = Command::new(path);
    command.current_dir(folder).env("LC_ALL", "C").stdin(Stdio::null()).kill_on_drop(true);
    Ok(command)
}

/// Runs it to its end; one that fails is an error with its last words.
pub(crate) async fn run(mut command: Command) -> Result<Output, FetchFailure> {
    let output = command.output().await?;
    if output.status.success() {
        return Ok(output);
    }
    Err(FetchFailure::Command { command: as_typed(&command), output: output_end(&output) })
}

fn as_typed(command: &Command) -> String {
    let command = command.as_std();
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// The last three lines of what a program said: of its errors, else of its output.
pub(crate) fn output_end(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    let text = if errors.trim().is_empty() { String::from_utf8_lossy(&output.stdout) } else { errors };
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(3)..].join(" / ")
}
