//! Reads settings one by one and keeps every problem.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;

use config::{Config, ConfigError, Environment, File, FileFormat};

use super::table::{CONFIG, TABLE, key};

/// One thing that is wrong. The value is left out: it may be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The setting, or the file.
    pub name: String,
    /// What is wrong with it.
    pub what: String,
}

/// Everything that is wrong with the settings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct SettingsError {
    /// At least one.
    pub problems: Vec<Problem>,
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("wrong settings:")?;
        self.problems.iter().try_for_each(|problem| write!(f, "\n  {}: {}", problem.name, problem.what))
    }
}

/// The merged layers. A wrong value is recorded, and something stands in for it until the end, where it is refused.
pub(super) struct Reader {
    merged: Config,
    problems: Vec<Problem>,
}

impl Reader {
    /// Merges defaults, `file` and those of `variables` that begin with `HAR_`.
    pub(super) fn new(variables: HashMap<String, String>, file: Option<&Path>) -> Self {
        let mut reader = Self { merged: Config::default(), problems: Vec::new() };
        let ours: HashMap<String, String> =
            variables.into_iter().filter(|(name, _)| name.starts_with("HAR_") && name != CONFIG).collect();
        for name in ours.keys().filter(|name| !TABLE.iter().any(|setting| setting.name == **name)) {
            reader.problem(name, "no such setting");
        }
        let file = file.and_then(|path| reader.file(path));
        match layers(file, ours) {
            Ok(merged) => reader.merged = merged,
            Err(error) => reader.problem("settings", error.to_string()),
        }
        reader
    }

    fn file(&mut self, path: &Path) -> Option<Config> {
        let shown = path.display().to_string();
        let source = File::from(path).format(FileFormat::Toml);
        match Config::builder().add_source(source).build() {
            Ok(file) => {
                let known: Vec<String> = TABLE.iter().map(|setting| key(setting.name)).collect();
                let keys = file.clone().try_deserialize::<HashMap<String, config::Value>>().unwrap_or_default();
                for unknown in keys.keys().filter(|name| !known.contains(name)) {
                    self.problem(&shown, format!("no such setting: {unknown}"));
                }
                Some(file)
            }
            // What is wrong in the file is not quoted: the line may hold a secret.
            Err(_) => {
                self.problem(&shown, "cannot be read as TOML");
                None
            }
        }
    }

    pub(super) fn problem(&mut self, name: &str, what: impl Into<String>) {
        self.problems.push(Problem { name: name.to_owned(), what: what.into() });
    }

    /// The value as text, blanks cut; `None` when it is unset or blank.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        debug_assert!(TABLE.iter().any(|setting| setting.name == name), "{name} is not in the table");
        let key = key(name);
        let text = match self.merged.get_string(&key) {
            Ok(text) => text,
            Err(ConfigError::NotFound(_)) => return None,
            Err(_) => match self.merged.get::<Vec<String>>(&key) {
                Ok(items) => items.join(","),
                Err(_) => {
                    self.problem(name, "is neither a text nor a list");
                    return None;
                }
            },
        };
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// The parsed value; `stand_in` when it is wrong. `what` is wrong with it then.
    pub(super) fn parsed<T>(
        &mut self,
        name: &str,
        stand_in: T,
        what: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> T {
        let text = self.text(name).unwrap_or_default();
        parse(&text).unwrap_or_else(|| {
            self.problem(name, what);
            stand_in
        })
    }

    /// The items of a list, each parsed.
    pub(super) fn list<T>(&mut self, name: &str, what: &str, parse: impl Fn(&str) -> Option<T>) -> Vec<T> {
        let text = self.text(name).unwrap_or_default();
        let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
        let parsed: Option<Vec<T>> = items.map(parse).collect();
        parsed.unwrap_or_else(|| {
            self.problem(name, what);
            Vec::new()
        })
    }

    /// `value`, unless something was wrong.
    pub(super) fn finish<T>(mut self, value: T) -> Result<T, SettingsError> {
        if self.problems.is_empty() {
            return Ok(value);
        }
        self.problems.sort_by(|a, b| a.name.cmp(&b.name));
        Err(SettingsError { problems: self.problems })
    }
}

fn layers(file: Option<Config>, variables: HashMap<String, String>) -> Result<Config, ConfigError> {
    let mut builder = Config::builder();
    for setting in TABLE {
        if let Some(default) = setting.default {
            builder = builder.set_default(key(setting.name), default)?;
        }
    }
    if let Some(file) = file {
        builder = builder.add_source(file);
    }
    // An empty variable counts as unset, so that `NAME=` in a compose file does no harm.
    let environment = Environment::with_prefix("HAR").prefix_separator("_").ignore_empty(true);
    builder.add_source(environment.source(Some(variables.into_iter().collect()))).build()
}
