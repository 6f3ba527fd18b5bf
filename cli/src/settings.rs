//! `har settings`: every setting, as the table that README.md holds.

use service_kit::settings::{Setting, Settings};

use crate::output::say;

/// Prints the table, in Markdown.
pub fn run() {
    say(table());
}

/// The table.
fn table() -> String {
    let rows = Settings::table().iter().map(|Setting { name, default, meaning }| {
        let default = match default {
            Some("") => "none".to_owned(),
            Some(value) => format!("`{value}`"),
            None => String::new(),
        };
        format!("| `{name}` | {default} | {meaning} |")
    });
    let head = ["| Setting | Default | What it is |", "|---|---|---|"].map(str::to_owned);
    head.into_iter().chain(rows).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_holds_the_table() {
        let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).unwrap();
        assert!(readme.contains(&table()), "README.md must hold what `har settings` prints");
    }
}
