//! JSON bodies: strict about everything a caller may get wrong.

use std::fmt;
use std::marker::PhantomData;

use axum::body::Bytes;
use axum::extract::{FromRequest, OptionalFromRequest, Request};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::error::ApiError;

/// A JSON object as the body. `T` should have `deny_unknown_fields`, and `Option` fields for what
/// [`Fields`](super::Fields) is to report as missing.
///
/// Refused with 400 `malformed_body`: another content type, no body, bad syntax or UTF-8, a wrong type, a repeated key,
/// a list. 400 `unknown_field`: each unknown key is named. 413 `payload_too_large`: over the router's body limit.
/// As `Option<JsonBody<T>>` an empty body is `None`.
#[derive(Clone, Copy, Debug)]
pub struct JsonBody<T>(pub T);

/// A JSON list as the body, with the same refusals as [`JsonBody`].
#[derive(Clone, Debug)]
pub struct JsonList<T>(pub Vec<T>);

/// A JSON object within a body. Serde lets a list stand for a struct, field by field; a caller can't mean it that way.
#[derive(Clone, Copy, Debug, Default)]
pub struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Reader<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(fields)).map(Object)
            }
        }

        deserializer.deserialize_map(Reader(PhantomData))
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let bytes = json_bytes(request, state).await?;
        object(&bytes).map(Self)
    }
}

impl<T: DeserializeOwned> JsonBody<T> {
    /// A JSON object that is not the whole body but a part of it, with the same refusals.
    ///
    /// # Errors
    /// As for a body.
    pub fn of_bytes(bytes: &[u8]) -> Result<Self, ApiError> {
        object(bytes).map(Self)
    }
}

impl<T: DeserializeOwned, S: Send + Sync> OptionalFromRequest<S> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Option<Self>, ApiError> {
        let typed = is_json(request.headers());
        let bytes = read(request, state).await?;
        match (bytes.is_empty(), typed) {
            (true, _) => Ok(None),
            (false, false) => Err(malformed()),
            (false, true) => object(&bytes).map(Self).map(Some),
        }
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonList<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let list: Vec<Object<T>> = parse(&json_bytes(request, state).await?)?;
        Ok(Self(list.into_iter().map(|Object(item)| item).collect()))
    }
}

async fn json_bytes<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, ApiError> {
    if is_json(request.headers()) { read(request, state).await } else { Err(malformed()) }
}

async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, ApiError> {
    Bytes::from_request(request, state).await.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::of_status(StatusCode::PAYLOAD_TOO_LARGE),
        _ => malformed(),
    })
}

fn malformed() -> ApiError {
    ApiError::bad_request("malformed_body")
}

/// `application/json`, in UTF-8 if it says (RFC 8259 §8.1).
fn is_json(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next().and_then(|value| value.to_str().ok()), values.next()) else {
        return false;
    };
    let mut parts = value.split(';').map(str::trim);
    parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"))
        && parts.all(|parameter| match parameter.split_once('=') {
            Some((name, charset)) if name.trim().eq_ignore_ascii_case("charset") => {
                charset.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
            }
            _ => true,
        })
}

fn object<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    parse(bytes).map(|Object(body)| body)
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let mut source = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut source)
        .map_err(|error| refuse(bytes, &error.path().to_string(), error.inner()))?;
    source.end().map_err(|_| malformed())?;
    Ok(value)
}

/// Serde tells unknown and missing fields only in words.
fn refuse(bytes: &[u8], path: &str, error: &serde_json::Error) -> ApiError {
    // Whatever comes after the refused field, a body that is no JSON at all is called that. Skipping over values does
    // not look at their bytes, hence the check for UTF-8.
    let is_json = std::str::from_utf8(bytes).is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok());
    if !error.is_data() || !is_json {
        return malformed();
    }
    let message = &error.to_string();
    let (head, known) = message.split_once(", expected ").unwrap_or((message, ""));
    if let Some(field) = head.strip_prefix("unknown field ").map(unquoted) {
        return unknown_fields(bytes, path, field, known);
    }
    if let Some(field) = head.strip_prefix("missing field ").map(unquoted) {
        let parent = path.trim_matches('.');
        let field = if parent.is_empty() { field.to_owned() } else { format!("{parent}.{field}") };
        return ApiError::invalid(field, "required");
    }
    // A value of the right JSON type that the field can't take (-1, 1.5, no UUID, no such choice) is an invalid field.
    let wrong_type = message.starts_with("invalid type") && !message.starts_with("invalid type: floating point");
    let repeated = message.starts_with("duplicate field");
    match path.trim_matches('.') {
        "" => malformed(),
        field if wrong_type || repeated => malformed().detail(field, "invalid"),
        field if message.starts_with("invalid value: integer") => ApiError::invalid(field, "out_of_range"),
        field => ApiError::invalid(field, "invalid"),
    }
}

fn unquoted(text: &str) -> &str {
    text.trim_start_matches('`').split('`').next().unwrap_or_default()
}

/// At the top level every unknown field is named; deeper, the one that serde stopped at.
fn unknown_fields(bytes: &[u8], path: &str, field: &str, known: &str) -> ApiError {
    let error = ApiError::bad_request("unknown_field");
    if path != field && path != "." {
        let path = if path.ends_with(field) { path.to_owned() } else { format!("{path}.{field}") };
        return error.detail(path, "unknown");
    }
    let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
    let Ok(Value::Object(body)) = serde_json::from_slice(bytes) else {
        return error.detail(field, "unknown");
    };
    body.keys().filter(|key| !known.contains(&key.as_str())).fold(error, |error, key| error.detail(key, "unknown"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Price {
        #[allow(dead_code)]
        amount: f64,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Dto {
        name: Option<String>,
        #[allow(dead_code)]
        price: Option<Object<Price>>,
        #[allow(dead_code)]
        count: Option<u8>,
        #[allow(dead_code)]
        id: Option<uuid::Uuid>,
    }

    fn refused(body: impl AsRef<[u8]>) -> (&'static str, Vec<(String, &'static str)>) {
        let error = object::<Dto>(body.as_ref()).unwrap_err();
        (error.code(), error.details().iter().map(|detail| (detail.field.clone(), detail.code)).collect())
    }

    #[test]
    fn unknown_fields_are_all_named() {
        let (code, details) = refused(r#"{"role":"admin","name":"x","is`odd":1}"#);
        assert_eq!(code, "unknown_field");
        assert_eq!(details, [("is`odd".to_owned(), "unknown"), ("role".to_owned(), "unknown")]);
        let (code, details) = refused(r#"{"price":{"amount":1,"vat":2}}"#);
        assert_eq!((code, details), ("unknown_field", vec![("price.vat".to_owned(), "unknown")]));
    }

    #[test]
    fn wrong_types_name_the_field() {
        assert_eq!(refused(r#"{"name":{"$ne":1}}"#), ("malformed_body", vec![("name".to_owned(), "invalid")]));
        assert_eq!(
            refused(r#"{"price":{"amount":"1"}}"#),
            ("malformed_body", vec![("price.amount".to_owned(), "invalid")])
        );
        for list in ["[]", "[1]", "[1,2]"] {
            let expected = ("malformed_body", vec![("price".to_owned(), "invalid")]);
            assert_eq!(refused(format!("{{\"price\":{list}}}")), expected, "no list stands for an object");
        }
        assert_eq!(refused(r#"{"price":{}}"#), ("validation_failed", vec![("price.amount".to_owned(), "required")]));
    }

    #[test]
    fn values_that_a_field_cannot_take_are_its_failures() {
        for (body, field, code) in [
            (r#"{"count":-1}"#, "count", "out_of_range"),
            (r#"{"count":256}"#, "count", "out_of_range"),
            (r#"{"count":1.5}"#, "count", "invalid"),
            (r#"{"id":"7"}"#, "id", "invalid"),
        ] {
            assert_eq!(refused(body), ("validation_failed", vec![(field.to_owned(), code)]), "{body}");
        }
        assert_eq!(refused(r#"{"count":"1"}"#).0, "malformed_body");
    }

    #[test]
    fn what_is_no_json_object_is_malformed() {
        let deep = format!("{{\"name\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
        let bodies: [&[u8]; 11] = [
            b"",
            b" ",
            b"{",
            b"null",
            b"[\"a\", {\"amount\": 1}]",
            b"{\"name\":\"\xff\"}",
            b"{\"name\":NaN}",
            b"{\"name\":\"a\"} x",
            b"{\"name\":\"a\",\"name\":\"b\"}",
            b"\xef\xbb\xbf{}",
            deep.as_bytes(),
        ];
        for body in bodies {
            assert_eq!(refused(body).0, "malformed_body", "{:?}", body.get(..40));
        }
        assert_eq!(refused(b"{\"role\":1,").0, "malformed_body");
    }

    #[test]
    fn a_good_body_passes_and_null_is_missing() {
        assert_eq!(object::<Dto>(br#" {"name":"x"} "#).unwrap().name.as_deref(), Some("x"));
        assert!(object::<Dto>(br#"{"name":null}"#).unwrap().name.is_none());
    }

    #[test]
    fn content_types() {
        for (value, expected) in [
            ("application/json", true),
            ("Application/JSON; Charset=\"UTF-8\"", true),
            ("application/json;charset=latin1", false),
            ("application/jsonp", false),
            ("text/plain", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, value.parse().unwrap());
            assert_eq!(is_json(&headers), expected, "{value}");
        }
        assert!(!is_json(&HeaderMap::new()));
    }
}
