//! The pieces that `$jsonSchema` validators are made of.
//!
//! Validators are strict: every field is named and required, no other is let in. They are the last guard against a
//! secret in a read collection, and against a document that a reader could not decode.

use bson::{Bson, Document, doc};

/// A document with exactly these fields, all required; `stale`, which every read document may carry, is added.
pub fn read_document(fields: Document) -> Document {
    let mut schema = object(fields);
    if let Ok(properties) = schema.get_document_mut("properties") {
        properties.insert("stale", boolean());
    }
    schema
}

/// An object with exactly these fields, all required.
pub fn object(fields: Document) -> Document {
    let required: Vec<&String> = fields.keys().collect();
    doc! { "bsonType": "object", "additionalProperties": false, "required": required, "properties": fields }
}

/// A text.
pub fn text() -> Document {
    doc! { "bsonType": "string" }
}

/// A UUID in text: its length is checked, not each digit, which would cost at every write.
pub fn id() -> Document {
    doc! { "bsonType": "string", "minLength": 36, "maxLength": 36 }
}

/// A time: RFC 3339, UTC, three decimals.
pub fn time() -> Document {
    doc! { "bsonType": "string", "minLength": 24, "maxLength": 24 }
}

/// One of some words.
pub fn one_of<'a>(words: impl IntoIterator<Item = &'a str>) -> Document {
    doc! { "enum": words.into_iter().map(Bson::from).collect::<Vec<_>>() }
}

/// A whole number, 0 or more.
pub fn count() -> Document {
    doc! { "bsonType": ["int", "long"], "minimum": 0 }
}

/// Any number, 0 or more.
pub fn number() -> Document {
    doc! { "bsonType": "number", "minimum": 0 }
}

/// True or false.
pub fn boolean() -> Document {
    doc! { "bsonType": "bool" }
}

/// A list of such values.
pub fn list(items: Document) -> Document {
    doc! { "bsonType": "array", "items": items }
}

/// The same, or null.
pub fn nullable(schema: Document) -> Document {
    doc! { "anyOf": [{ "bsonType": "null" }, schema] }
}
