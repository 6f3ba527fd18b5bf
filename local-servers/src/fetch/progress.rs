//! The bar and the spinner on stderr while something is fetched.

use std::borrow::Cow;
use std::fs;
use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

const TICK: Duration = Duration::from_millis(100);

/// Whether progress is shown.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    shown: bool,
}

/// A bar that disappears when dropped.
pub(crate) struct Shown(ProgressBar);

impl Drop for Shown {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

impl Progress {
    /// Shown on stderr, or not at all. Where stderr is no terminal nothing is drawn either way.
    pub fn new(shown: bool) -> Self {
        Self { shown }
    }

    /// A spinner with a text and the time, until dropped.
    pub(crate) fn spinner(self, text: impl Into<Cow<'static, str>>) -> Shown {
        let bar = if self.shown { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
        start(bar, text, "{spinner} {msg} ({elapsed})")
    }

    /// Awaits the work under a bar that shows how many of `total` bytes are in the folder.
    pub(crate) async fn while_folder_fills<T>(
        self,
        text: &'static str,
        folder: &Path,
        total: u64,
        work: impl Future<Output = T>,
    ) -> T {
        let bar = if self.shown { ProgressBar::new(total) } else { ProgressBar::hidden() };
        let shown = start(bar, text, "{spinner} {msg} {bar:30} {bytes}/{total_bytes} ({elapsed})");
        let mut ticks = tokio::time::interval(TICK);
        tokio::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done,
                _ = ticks.tick() => shown.0.set_position(bytes_below(folder).min(total)),
            }
        }
    }
}

fn start(bar: ProgressBar, text: impl Into<Cow<'static, str>>, template: &str) -> Shown {
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_message(text);
    bar.enable_steady_tick(TICK);
    Shown(bar)
}

/// The bytes in a folder and those below it; what vanishes while it is counted does not count.
fn bytes_below(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    entries
        .flatten()
        .map(|entry| match entry.metadata() {
            Ok(data) if data.is_dir() => bytes_below(&entry.path()),
            Ok(data) => data.len(),
            Err(_) => 0,
        })
        .sum()
}
