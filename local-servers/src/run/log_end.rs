//! The end of a server's log, for errors.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

const BYTES: u64 = 256 * 1024;
const ERRORS: usize = 6;
const LINES: usize = 6;
const LINE_CHARS: usize = 400;

/// How the servers mark errors: mongod in JSON, nats-server in text.
const ERROR_MARKS: [&str; 4] = [r#""s":"E""#, r#""s":"F""#, "[ERR]", "[FTL]"];

/// What a server logged since byte `from`: its errors, then its last lines, long ones cut; a note when the file cannot
/// be read. mongod says why it ends long before its last line.
pub(super) fn log_end(path: &Path, from: u64) -> String {
    match read_end(path, from) {
        Ok(text) if text.is_empty() => format!("({} is empty)", path.display()),
        Ok(text) => text,
        Err(error) => format!("({} cannot be read: {error})", path.display()),
    }
}

fn read_end(path: &Path, from: u64) -> io::Result<String> {
    let mut file = File::open(path)?;
    let start = from.max(file.metadata()?.len().saturating_sub(BYTES));
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    let (before, last) = lines.split_at(lines.len().saturating_sub(LINES));
    let errors: Vec<&str> =
        before.iter().copied().filter(|line| ERROR_MARKS.iter().any(|mark| line.contains(mark))).collect();
    let errors = &errors[errors.len().saturating_sub(ERRORS)..];
    let cut = |line: &&str| line.chars().take(LINE_CHARS).collect::<String>();
    Ok(errors.iter().chain(last).map(cut).collect::<Vec<_>>().join("\n"))
}

/// Whether the server says in its log that its port was taken (the C library's words for `EADDRINUSE`).
pub(super) fn says_port_taken(log: &str) -> bool {
    log.to_ascii_lowercase().contains("address already in use")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_short_and_begins_where_this_start_began() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let lines: String = (0..100).map(|n| format!("line {n} {}\n", "x".repeat(1000))).collect();
        std::fs::write(&path, format!("{lines}new\n")).unwrap();
        let end = log_end(&path, 0);
        assert!(end.lines().count() == LINES && end.lines().all(|line| line.len() <= LINE_CHARS));
        assert_eq!(log_end(&path, lines.len() as u64), "new");
        std::fs::write(&path, format!("[1] [FTL] taken\n{}", "line\n".repeat(100))).unwrap();
        assert!(log_end(&path, 0).starts_with("[1] [FTL] taken\nline\n"), "an error above the last lines is kept");
        assert!(log_end(&folder.path().join("none"), 0).contains("cannot be read"));
    }
}
