//! README.md holds every setting.

use service_kit::settings::Settings;

#[test]
fn the_table_of_settings_is_whole() {
    let readme = super::file("README.md");
    let rows: Vec<&str> = readme.lines().filter(|line| line.starts_with("| `HAR_")).collect();
    for setting in Settings::table() {
        let row = rows.iter().find(|row| row.starts_with(&format!("| `{}` |", setting.name)));
        let row = row.unwrap_or_else(|| panic!("README.md does not name {}", setting.name));
        assert!(row.contains(setting.meaning), "{}: {row}", setting.name);
        if let Some(default) = setting.default.filter(|default| !default.is_empty()) {
            assert!(row.contains(&format!("`{default}`")), "{}: {row}", setting.name);
        }
    }
    assert_eq!(rows.len(), Settings::table().len(), "a row of a setting that there is not");
}

#[test]
fn the_two_commands_come_first() {
    let readme = super::file("README.md");
    let run = readme.find("cargo run -- dev").unwrap();
    let test = readme.find("cargo test --workspace").unwrap();
    assert!(run < test && test < readme.find("| `HAR_").unwrap());
}
