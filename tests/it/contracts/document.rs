//! docs/openapi.json is what the code says.

use serde_json::Value;

const PATH: &str = "docs/openapi.json";

#[test]
fn the_document_in_the_repository_is_the_one_of_the_code() {
    let document = tests::app::document();
    let mut made = serde_json::to_string_pretty(&document).unwrap();
    made.push('\n');
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(super::root().join(PATH), &made).unwrap();
    }
    let kept: Value = serde_json::from_str(&super::file(PATH)).unwrap();
    assert_eq!(kept, document, "run `cargo run -- openapi > {PATH}`");
}

#[test]
fn every_operation_is_documented() {
    let document = tests::app::document();
    let mut operations = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            operations += 1;
            let name = format!("{method} {path}");
            assert!(operation["summary"].is_string(), "{name}: no summary");
            assert!(operation["tags"][0].is_string(), "{name}: no tag");
            let responses = operation["responses"].as_object().unwrap();
            assert!(responses.keys().any(|status| status.starts_with('2')), "{name}: no success");
            assert!(responses.contains_key("503") || path.ends_with("verify-jwt"), "{name}: no 503");
            let parameters = operation["parameters"].as_array().map_or(&[][..], Vec::as_slice);
            let refusable = parameters.iter().any(|given| given["in"] != "path");
            assert!(!refusable || responses.contains_key("400"), "{name}: no 400 for parameters that are not valid");
            for parameter in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
                let named = |given: &Value| given["name"] == parameter && given["in"] == "path";
                assert!(parameters.iter().any(named), "{name}: {parameter}");
            }
        }
    }
    assert!(operations >= 10, "{operations}");
}

#[test]
fn every_reference_leads_somewhere() {
    let document = tests::app::document();
    let mut references = Vec::new();
    collect(&document, &mut references);
    assert!(references.len() > 20);
    for reference in references {
        let found = document.pointer(reference.strip_prefix('#').unwrap());
        assert!(found.is_some(), "{reference}");
    }
}

fn collect(value: &Value, references: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            references.extend(map.get("$ref").and_then(Value::as_str).map(str::to_owned));
            map.values().for_each(|inner| collect(inner, references));
        }
        Value::Array(items) => items.iter().for_each(|inner| collect(inner, references)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
