//! What a command says to people, or to the program behind the pipe: plain lines on standard output; why it failed, on
//! standard error.

use std::fmt::Display;
use std::io::Write as _;

/// Writes a line. When nobody reads any more there is nobody to tell, so that is no error.
pub fn say(line: impl Display) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// Says why the command failed: the error, and those of its causes that it does not quote already.
pub fn complain(error: &anyhow::Error) {
    let _ = writeln!(std::io::stderr().lock(), "har: {}", with_causes(error));
}

fn with_causes(error: &anyhow::Error) -> String {
    error
        .chain()
        .map(ToString::to_string)
        .reduce(|told, cause| if told.contains(&cause) { told } else { format!("{told}: {cause}") })
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn a_cause_is_told_once() {
        assert_eq!(with_causes(&anyhow!("deep").context("middle: deep").context("top")), "top: middle: deep");
        assert_eq!(with_causes(&anyhow!("alone")), "alone");
    }
}
