//! Every code that an answer may carry has a text in French and in English.

use std::collections::BTreeSet;
use std::path::Path;

use domain::values::ValueError;
use service_kit::http::{ApiError, Language};

/// The crates whose sources name codes.
const ANSWERING: [&str; 5] = ["access", "command-api", "gateway", "query-api", "service-kit"];

/// What stands before a code in the sources, on the same line.
const BEFORE: [&str; 9] = [
    "Self::new(StatusCode::",
    "bad_request(\"",
    "ApiError::new(",
    "ApiError::invalid(",
    ".detail(",
    "FieldError::new(\"",
    "FieldError::specific(\"",
    ".reject(",
    "ok_or(\"",
];

/// The code in a line of source: the last snake_case text, where something announces one.
fn code(line: &str) -> Option<&str> {
    let start = BEFORE.iter().filter_map(|before| line.find(before)).min()?;
    let is_code = |text: &&str| {
        text.len() > 2 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') && !text.starts_with('_')
    };
    line[start..].split('"').skip(1).step_by(2).filter(is_code).last()
}

fn scan(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            scan(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            let source = std::fs::read_to_string(&path).unwrap();
            // A module of tests stands at the end of its file; examples stand in comments.
            let product = source.split("#[cfg(test)]").next().unwrap_or_default();
            let lines = product.lines().filter(|line| !line.trim_start().starts_with("//"));
            found.extend(lines.filter_map(code).map(str::to_owned));
        }
    }
}

/// The codes of value types, one by one: a new variant does not compile until it stands here.
fn code_of_value(error: ValueError) -> &'static str {
    match error {
        ValueError::Required
        | ValueError::TooShort { .. }
        | ValueError::TooLong { .. }
        | ValueError::OutOfRange
        | ValueError::Invalid
        | ValueError::InvalidEmail
        | ValueError::InvalidUrl
        | ValueError::ControlCharacter
        | ValueError::WeakPassword
        | ValueError::TooFew { .. }
        | ValueError::TooMany { .. }
        | ValueError::Duplicate
        | ValueError::TooManyDecimals => error.code(),
    }
}

fn all_codes() -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    for name in ANSWERING {
        scan(&super::root().join(name).join("src"), &mut codes);
    }
    let values = [
        ValueError::Required,
        ValueError::TooShort { min: 1 },
        ValueError::TooLong { max: 1 },
        ValueError::OutOfRange,
        ValueError::Invalid,
        ValueError::InvalidEmail,
        ValueError::InvalidUrl,
        ValueError::ControlCharacter,
        ValueError::WeakPassword,
        ValueError::TooFew { min: 1 },
        ValueError::TooMany { max: 1 },
        ValueError::Duplicate,
        ValueError::TooManyDecimals,
    ];
    codes.extend(values.map(|value| code_of_value(value).to_owned()));
    for status in (400..=599).filter_map(|status| reqwest::StatusCode::from_u16(status).ok()) {
        codes.insert(ApiError::of_status(status).code().to_owned());
    }
    // As every operation of the document names them.
    let document = tests::app::document().to_string();
    for code in ["email_exists", "last_admin", "course_incomplete", "invalid_status", "idempotency_key_reused"] {
        assert!(document.contains(code), "{code} is not documented");
        codes.insert(code.to_owned());
    }
    codes
}

#[test]
fn every_code_has_a_text_in_both_languages() {
    let messages = tests::app::messages();
    let codes = all_codes();
    for sure in ["email_exists", "invalid_credentials", "user_suspended", "course_incomplete", "read_model_behind"] {
        assert!(codes.contains(sure), "the search has missed {sure}: {codes:?}");
    }
    let missing: Vec<_> = codes.iter().filter(|code| !messages.contains(code)).collect();
    assert!(missing.is_empty(), "without a text: {missing:?}");
    for code in &codes {
        let (french, english) = (messages.text(code, Language::Fr), messages.text(code, Language::En));
        assert!(!french.is_empty() && !english.is_empty() && french != english, "{code}: {french} {english}");
    }
}

#[test]
fn each_process_has_the_texts_of_its_own_codes() {
    // In a deployment each stands alone.
    let base = service_kit::http::Messages::base();
    for (name, table) in [("command-api", command_api::MESSAGES), ("query-api", query_api::MESSAGES)] {
        let messages = base.clone().with(table);
        let mut codes = BTreeSet::new();
        for crate_name in [name, "access", "service-kit"] {
            scan(&super::root().join(crate_name).join("src"), &mut codes);
        }
        assert!(codes.len() > 10, "{name}: {codes:?}");
        let missing: Vec<_> = codes.iter().filter(|code| !messages.contains(code)).collect();
        assert!(missing.is_empty(), "{name} has no text for {missing:?}");
    }
}
