//! Parse, don't validate: each field of a DTO becomes a value type or a reported failure.

use std::borrow::Cow;

use validator::{Validate, ValidationError, ValidationErrors, ValidationErrorsKind};

use super::error::{ApiError, Detail};

/// Why a field was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// Stable snake_case code.
    pub code: &'static str,
    /// Whether the code stands for the whole request when this is its only failure (`weak_password`).
    pub specific: bool,
}

impl FieldError {
    /// A failure that the request reports as `validation_failed`.
    #[must_use]
    pub const fn new(code: &'static str) -> Self {
        Self { code, specific: false }
    }

    /// A failure that names the whole request when it is alone.
    #[must_use]
    pub const fn specific(code: &'static str) -> Self {
        Self { code, specific: true }
    }
}

impl From<&'static str> for FieldError {
    fn from(code: &'static str) -> Self {
        Self::new(code)
    }
}

/// Collects every failing field of a request.
///
/// ```
/// use service_kit::http::{ApiError, Fields};
///
/// struct Dto { name: Option<String>, age: Option<i64> }
/// struct Person { name: String, age: Option<u8> }
///
/// fn parse(dto: Dto) -> Result<Person, ApiError> {
///     let mut fields = Fields::new();
///     let name = fields.required_text("name", dto.name, |text| Ok::<_, &str>(text.to_owned()));
///     let age = fields.optional("age", dto.age, |age| u8::try_from(age).map_err(|_| "out_of_range"));
///     fields.build(|| Some(Person { name: name?, age }))
/// }
///
/// let error = parse(Dto { name: Some("  ".into()), age: Some(-1) }).err().unwrap();
/// assert_eq!(error.code(), "validation_failed");
/// assert_eq!(error.details().len(), 2);
/// ```
#[derive(Debug, Default)]
pub struct Fields {
    failures: Vec<(Detail, bool)>,
}

impl Fields {
    /// Nothing has failed yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Parses a field that must be there: `required` when it is missing or null.
    pub fn required<T, U, E: Into<FieldError>>(
        &mut self,
        field: &str,
        value: Option<T>,
        parse: impl FnOnce(T) -> Result<U, E>,
    ) -> Option<U> {
        if value.is_none() {
            self.reject(field, "required");
        }
        self.optional(field, value, parse)
    }

    /// Parses a field that may be missing.
    pub fn optional<T, U, E: Into<FieldError>>(
        &mut self,
        field: &str,
        value: Option<T>,
        parse: impl FnOnce(T) -> Result<U, E>,
    ) -> Option<U> {
        match parse(value?) {
            Ok(parsed) => Some(parsed),
            Err(error) => {
                self.reject(field, error);
                None
            }
        }
    }

    /// Like [`Fields::required`] for a text: outer blanks are cut, and blank is missing.
    pub fn required_text<U, E: Into<FieldError>>(
        &mut self,
        field: &str,
        value: Option<String>,
        parse: impl FnOnce(&str) -> Result<U, E>,
    ) -> Option<U> {
        self.required(field, trimmed(value), |text| parse(&text))
    }

    /// Like [`Fields::optional`] for a text: outer blanks are cut, and blank is missing.
    pub fn optional_text<U, E: Into<FieldError>>(
        &mut self,
        field: &str,
        value: Option<String>,
        parse: impl FnOnce(&str) -> Result<U, E>,
    ) -> Option<U> {
        self.optional(field, trimmed(value), |text| parse(&text))
    }

    /// Reports a failure found by other means.
    pub fn reject(&mut self, field: &str, error: impl Into<FieldError>) {
        let FieldError { code, specific } = error.into();
        self.failures.push((Detail { field: field.to_owned(), code }, specific));
    }

    /// Runs the rules that a DTO declares with `validator`, and reports each one broken.
    pub fn check(&mut self, dto: &impl Validate) {
        if let Err(errors) = dto.validate() {
            let mut found = Vec::new();
            flatten("", &errors, &mut found);
            // The errors come out of a hash map: sorted, the answer is the same each time.
            found.sort();
            for (field, code) in found {
                self.reject(&field, code);
            }
        }
    }

    /// Whether nothing has failed.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.failures.is_empty()
    }

    /// Ends the collection.
    ///
    /// # Errors
    /// 400 with every failure: `validation_failed`, or the failure's own code when it is alone and specific.
    pub fn finish(self) -> Result<(), ApiError> {
        let code = match self.failures.as_slice() {
            [] => return Ok(()),
            [(detail, true)] => detail.code,
            _ => "validation_failed",
        };
        let error = ApiError::bad_request(code);
        Err(self.failures.into_iter().fold(error, |error, (detail, _)| error.detail(detail.field, detail.code)))
    }

    /// Ends the collection and puts the parsed values together. `assemble` answers `None` only when one of them is
    /// missing, which it can't be without a failure.
    ///
    /// # Errors
    /// As [`Fields::finish`]; 500 when a value is missing that no failure accounts for.
    pub fn build<T>(self, assemble: impl FnOnce() -> Option<T>) -> Result<T, ApiError> {
        self.finish()?;
        assemble().ok_or_else(|| ApiError::internal("a field is missing though none was refused"))
    }
}

fn trimmed(value: Option<String>) -> Option<String> {
    value.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn flatten(prefix: &str, errors: &ValidationErrors, found: &mut Vec<(String, &'static str)>) {
    for (name, kind) in errors.errors() {
        let path = if prefix.is_empty() { name.to_string() } else { format!("{prefix}.{name}") };
        match kind {
            ValidationErrorsKind::Field(broken) => {
                found.extend(broken.iter().map(|error| (path.clone(), code_of(error))));
            }
            ValidationErrorsKind::Struct(inner) => flatten(&path, inner, found),
            ValidationErrorsKind::List(items) => {
                for (index, inner) in items {
                    flatten(&format!("{path}[{index}]"), inner, found);
                }
            }
        }
    }
}

fn code_of(error: &ValidationError) -> &'static str {
    match &error.code {
        Cow::Borrowed("length") => length_code(error),
        Cow::Borrowed("range") => "out_of_range",
        Cow::Borrowed("email") => "invalid_email",
        Cow::Borrowed("url") => "invalid_url",
        Cow::Borrowed("non_control_character") => "control_character",
        Cow::Borrowed("contains" | "does_not_contain" | "must_match" | "regex" | "credit_card" | "ip")
        | Cow::Owned(_) => "invalid",
        Cow::Borrowed(own) => own,
    }
}

/// `validator` reports both ends of a length under one code; the value tells which one it was.
fn length_code(error: &ValidationError) -> &'static str {
    let limit = |name: &'static str| error.params.get(name).and_then(serde_json::Value::as_u64);
    let length = match error.params.get("value") {
        Some(serde_json::Value::String(text)) => Some(text.chars().count() as u64),
        Some(serde_json::Value::Array(items)) => Some(items.len() as u64),
        _ => None,
    };
    match (length, limit("max")) {
        (Some(length), Some(max)) if length > max => "too_long",
        (None, Some(_)) if limit("min").is_none() => "too_long",
        _ => "too_short",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weak(_: String) -> Result<(), FieldError> {
        Err(FieldError::specific("weak_password"))
    }

    #[test]
    fn a_specific_failure_names_the_request_only_when_alone() {
        let mut alone = Fields::new();
        alone.required("password", Some("x".to_owned()), weak);
        let error = alone.finish().unwrap_err();
        assert_eq!((error.code(), error.details().len()), ("weak_password", 1));

        let mut both = Fields::new();
        both.required("password", Some("x".to_owned()), weak);
        both.required_text("email", Some(" \t".to_owned()), |text| Ok::<_, &str>(text.to_owned()));
        let error = both.finish().unwrap_err();
        assert_eq!(error.code(), "validation_failed");
        let codes: Vec<_> = error.details().iter().map(|detail| (detail.field.as_str(), detail.code)).collect();
        assert_eq!(codes, [("password", "weak_password"), ("email", "required")]);
    }

    #[test]
    fn texts_are_trimmed_and_optional_ones_may_be_blank() {
        let mut fields = Fields::new();
        let keep = |text: &str| Ok::<_, &str>(text.to_owned());
        assert_eq!(fields.required_text("a", Some(" é ".to_owned()), keep), Some("é".to_owned()));
        assert_eq!(fields.optional_text("b", Some("  ".to_owned()), keep), None);
        assert!(fields.is_clean());
        assert_eq!(fields.build(|| None::<()>).unwrap_err().code(), "internal");
    }

    #[test]
    fn declared_rules_become_details() {
        #[derive(Validate)]
        struct Inner {
            #[validate(url)]
            link: String,
        }
        #[derive(Validate)]
        struct Dto {
            #[validate(length(min = 2, max = 3))]
            name: String,
            #[validate(length(min = 2, max = 3))]
            nick: String,
            #[validate(range(min = 1))]
            count: i64,
            #[validate(nested)]
            links: Vec<Inner>,
        }
        let dto = Dto {
            name: "éééé".to_owned(),
            nick: "é".to_owned(),
            count: 0,
            links: vec![Inner { link: "nope".to_owned() }],
        };
        let mut fields = Fields::new();
        fields.check(&dto);
        let error = fields.finish().unwrap_err();
        let codes: Vec<_> = error.details().iter().map(|detail| (detail.field.as_str(), detail.code)).collect();
        assert_eq!(
            codes,
            [("count", "out_of_range"), ("links[0].link", "invalid_url"), ("name", "too_long"), ("nick", "too_short")]
        );
    }
}
