//! Figures.

use std::time::Duration;

/// One thing that was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// What was done.
    pub what: String,
    /// How much of it.
    pub size: String,
    /// What came out.
    pub result: String,
    /// How long it took, starts of servers included.
    pub took: Duration,
}

impl Figure {
    /// What was done, how much of it, what came out, and since when it was being done.
    pub fn new(what: &str, size: String, result: String, started: tokio::time::Instant) -> Self {
        Self { what: what.to_owned(), size, result, took: started.elapsed() }
    }
}

/// The machine in a line: processor, cores, memory.
#[must_use]
pub fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name))?;
        line.split_once(':').map(|(_, value)| value.trim().to_owned())
    };
    let processor = field(&read("/proc/cpuinfo"), "model name").unwrap_or_else(|| "unknown processor".to_owned());
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let memory = field(&read("/proc/meminfo"), "MemTotal")
        .and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok())
        .map_or_else(String::new, |kib| format!(", {} GiB", (kib + (1 << 19)) >> 20));
    format!("{processor}, {cores} cores{memory}")
}
