//! What lies between two states, field by field.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// A field that has changed.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = AuditChangedField)]
pub(super) struct Changed {
    /// Where it is: a JSON pointer (RFC 6901).
    path: String,
    /// Before; null when it was not there.
    before: Value,
    /// After; null when it is not there any more.
    after: Value,
}

/// The fields that differ. Objects are gone into, and lists of objects by their place; any other value is a field.
pub(super) fn changes(before: &Value, after: &Value) -> Vec<Changed> {
    let mut changed = Vec::new();
    compare("", before, after, &mut changed);
    changed
}

fn compare(path: &str, before: &Value, after: &Value, changed: &mut Vec<Changed>) {
    if before == after {
        return;
    }
    let nothing = Map::new();
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => fields(path, before, after, changed),
        (Value::Null, Value::Object(after)) if !after.is_empty() => fields(path, &nothing, after, changed),
        (Value::Object(before), Value::Null) if !before.is_empty() => fields(path, before, &nothing, changed),
        (Value::Array(before), Value::Array(after)) if has_objects(before) || has_objects(after) => {
            for index in 0..before.len().max(after.len()) {
                let at = |items: &[Value]| items.get(index).cloned().unwrap_or(Value::Null);
                compare(&format!("{path}/{index}"), &at(before), &at(after), changed);
            }
        }
        (before, after) => {
            changed.push(Changed { path: path.to_owned(), before: before.clone(), after: after.clone() });
        }
    }
}

fn fields(path: &str, before: &Map<String, Value>, after: &Map<String, Value>, changed: &mut Vec<Changed>) {
    let new = after.keys().filter(|name| !before.contains_key(*name));
    for name in before.keys().chain(new) {
        let at = |fields: &Map<String, Value>| fields.get(name).cloned().unwrap_or(Value::Null);
        let escaped = name.replace('~', "~0").replace('/', "~1");
        compare(&format!("{path}/{escaped}"), &at(before), &at(after), changed);
    }
}

fn has_objects(items: &[Value]) -> bool {
    items.iter().any(Value::is_object)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(before: &Value, after: &Value) -> Vec<(String, Value, Value)> {
        changes(before, after).into_iter().map(|one| (one.path, one.before, one.after)).collect()
    }

    #[test]
    fn fields_are_told_by_their_place() {
        let before = json!({ "a": 1, "deep": { "x/y": [1], "same": true }, "gone": "x", "list": [{ "id": 1 }] });
        let after = json!({ "a": 2, "deep": { "x/y": [1, 2], "same": true }, "list": [{ "id": 1 }, { "id": 2 }] });
        let expected = [
            ("/a".to_owned(), json!(1), json!(2)),
            ("/deep/x~1y".to_owned(), json!([1]), json!([1, 2])),
            ("/gone".to_owned(), json!("x"), json!(null)),
            ("/list/1/id".to_owned(), json!(null), json!(2)),
        ];
        assert_eq!(found(&before, &after), expected);
        assert_eq!(found(&json!(null), &json!({ "a": { "b": 1 } })), [("/a/b".to_owned(), json!(null), json!(1))]);
        assert_eq!(found(&before, &before), []);
    }
}
