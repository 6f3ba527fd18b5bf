//! Sealing and opening the personal fields inside an event's JSON.
//!
//! Open: `{"personal_of": owner, "value": …}`; sealed: `{"sealed_for": owner, "cipher": "…"}`. The cipher is bound to
//! the event's id and to the place of the field in it, so that no sealed field can stand in for another.

use std::collections::{BTreeSet, HashMap};

use bson::RawDocument;
use events::{EventId, UserId};
use serde_json::{Map, Value, json};

use super::DataKey;
use crate::LogError;

const OPEN_OWNER: &str = "personal_of";
const OPEN_VALUE: &str = "value";
const SEALED_OWNER: &str = "sealed_for";
const SEALED_CIPHER: &str = "cipher";

/// Whose personal data is in an open JSON.
pub(crate) fn owners_of_open(json: &Value, owners: &mut BTreeSet<UserId>) {
    owners_by(OPEN_OWNER, json, owners);
}

/// Whose personal data is in a sealed JSON; tells whether there is anything sealed in it.
pub(crate) fn owners_of_sealed(json: &Value, owners: &mut BTreeSet<UserId>) -> bool {
    owners_by(SEALED_OWNER, json, owners)
}

/// Whether there may be something sealed in a document, by a look at its bytes: true for every one that has.
pub(crate) fn may_be_sealed(document: &RawDocument) -> bool {
    memchr::memmem::find(document.as_bytes(), SEALED_OWNER.as_bytes()).is_some()
}

fn owners_by(mark: &str, json: &Value, owners: &mut BTreeSet<UserId>) -> bool {
    let mut any = false;
    match json {
        Value::Object(fields) => match owner(fields, mark) {
            Some(owner) => {
                owners.insert(owner);
                any = true;
            }
            None => fields.values().for_each(|value| any |= owners_by(mark, value, owners)),
        },
        Value::Array(items) => items.iter().for_each(|value| any |= owners_by(mark, value, owners)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    any
}

fn owner(fields: &Map<String, Value>, mark: &str) -> Option<UserId> {
    (fields.len() == 2).then(|| fields.get(mark)?.as_str()?.parse().ok())?
}

/// Seals every personal field. A field whose owner has no key (they were erased meanwhile) is stored empty.
pub(crate) fn seal(json: &mut Value, event: EventId, keys: &HashMap<UserId, DataKey>) -> Result<(), LogError> {
    walk(json, &mut String::new(), &mut |fields, path| {
        let Some(owner) = owner(fields, OPEN_OWNER) else { return Ok(None) };
        let value = fields.get(OPEN_VALUE).filter(|value| !value.is_null());
        let cipher = match (value, keys.get(&owner)) {
            (Some(value), Some(key)) => {
                let failed = || LogError::Corrupt("a personal field can't be sealed".into());
                let plain = serde_json::to_vec(value).map_err(|_| failed())?;
                Value::String(key.sealer().seal(&context(event, path), &plain).ok_or_else(failed)?)
            }
            _ => Value::Null,
        };
        Ok(Some(json!({ SEALED_OWNER: owner, SEALED_CIPHER: cipher })))
    })
}

/// Opens every sealed field; one whose key is gone is opened to null.
///
/// # Errors
/// [`LogError::Corrupt`] when a cipher does not open under its owner's key: it was altered or moved.
pub(crate) fn open(json: &mut Value, event: EventId, keys: &HashMap<UserId, DataKey>) -> Result<(), LogError> {
    walk(json, &mut String::new(), &mut |fields, path| {
        let Some(owner) = owner(fields, SEALED_OWNER) else { return Ok(None) };
        let value = match (fields.get(SEALED_CIPHER).and_then(Value::as_str), keys.get(&owner)) {
            (Some(cipher), Some(key)) => {
                let corrupt = || LogError::Corrupt(format!("a personal field of event {event} does not open"));
                let plain = key.sealer().open(&context(event, path), cipher).ok_or_else(corrupt)?;
                serde_json::from_slice(&plain).map_err(|_| corrupt())?
            }
            _ => Value::Null,
        };
        Ok(Some(json!({ OPEN_OWNER: owner, OPEN_VALUE: value })))
    })
}

fn context(event: EventId, path: &str) -> Vec<u8> {
    [event.uuid().as_bytes(), path.as_bytes()].concat()
}

/// Visits every object, outermost first; what `replace` returns takes the object's place and is not visited.
fn walk(
    json: &mut Value,
    path: &mut String,
    replace: &mut impl FnMut(&Map<String, Value>, &str) -> Result<Option<Value>, LogError>,
) -> Result<(), LogError> {
    let length = path.len();
    match json {
        Value::Object(fields) => {
            if let Some(replacement) = replace(fields, path)? {
                *json = replacement;
                return Ok(());
            }
            for (name, value) in fields {
                path.push('/');
                path.push_str(name);
                walk(value, path, replace)?;
                path.truncate(length);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter_mut().enumerate() {
                path.push('/');
                path.push_str(&index.to_string());
                walk(value, path, replace)?;
                path.truncate(length);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn ids() -> (EventId, UserId) {
        (EventId::new(Uuid::now_v7()), UserId::new(Uuid::now_v7()))
    }

    fn personal(owner: UserId, value: &str) -> Value {
        json!({ "personal_of": owner, "value": value })
    }

    #[test]
    fn what_was_sealed_opens_again_and_shows_nothing_meanwhile() {
        let (event, ada) = ids();
        let keys = HashMap::from([(ada, DataKey::generate())]);
        let original =
            json!({ "email": personal(ada, "canary"), "list": [{ "deep": personal(ada, "canary") }], "n": 1 });
        let mut json = original.clone();
        seal(&mut json, event, &keys).unwrap();
        assert!(!json.to_string().contains("canary"));
        let mut owners = BTreeSet::new();
        owners_of_sealed(&json, &mut owners);
        assert_eq!(owners, BTreeSet::from([ada]));
        open(&mut json, event, &keys).unwrap();
        assert_eq!(json, original);
    }

    #[test]
    fn without_the_key_a_field_opens_to_null() {
        let (event, ada) = ids();
        let mut json = json!({ "email": personal(ada, "canary") });
        seal(&mut json, event, &HashMap::from([(ada, DataKey::generate())])).unwrap();
        open(&mut json, event, &HashMap::new()).unwrap();
        assert_eq!(json, json!({ "email": { "personal_of": ada, "value": null } }));
    }

    #[test]
    fn without_a_key_nothing_is_stored() {
        let (event, ada) = ids();
        let mut json = json!({ "email": personal(ada, "canary") });
        seal(&mut json, event, &HashMap::new()).unwrap();
        assert_eq!(json, json!({ "email": { "sealed_for": ada, "cipher": null } }));
    }

    #[test]
    fn a_field_can_not_stand_in_for_another() {
        let (event, ada) = ids();
        let keys = HashMap::from([(ada, DataKey::generate())]);
        let mut json = json!({ "a": personal(ada, "one"), "b": personal(ada, "two") });
        seal(&mut json, event, &keys).unwrap();
        let mut swapped = json!({ "a": json["b"], "b": json["a"] });
        assert!(open(&mut swapped, event, &keys).is_err());
        assert!(open(&mut json, ids().0, &keys).is_err(), "nor can it move to another event");
    }
}
