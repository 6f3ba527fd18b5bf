//! The query string of a request.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::request::Parts;
use percent_encoding::percent_decode;

use super::error::ApiError;
use super::fields::{FieldError, Fields};
use super::page::Page;

/// The parameters of a query string, taken one by one by name. Each value that can't be read is collected; parameters
/// nobody takes are ignored. Of a parameter given twice the first counts; a blank one is missing.
///
/// ```
/// # use service_kit::http::{ApiError, QueryParams};
/// # fn handler(mut query: QueryParams) -> Result<(), ApiError> {
/// let page = query.page();
/// let sort = query.optional("sort", |text| if text == "newest" { Ok(()) } else { Err("invalid") });
/// query.finish()?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct QueryParams {
    pairs: Vec<(String, String)>,
    fields: Fields,
}

impl QueryParams {
    /// Reads a query string without its `?` (`application/x-www-form-urlencoded`).
    #[must_use]
    pub fn parse(query: &str) -> Self {
        let mut params = Self { pairs: Vec::new(), fields: Fields::new() };
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match (decode(name), decode(value)) {
                (Some(name), Some(value)) => params.pairs.push((name, value)),
                (name, _) => params.fields.reject(name.as_deref().unwrap_or("query"), "invalid"),
            }
        }
        params
    }

    /// Parses a parameter that may be missing.
    pub fn optional<U, E: Into<FieldError>>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<U, E>,
    ) -> Option<U> {
        let value = self.pairs.iter().find(|(given, _)| given == name).map(|(_, value)| value.trim());
        self.fields.optional(name, value.filter(|value| !value.is_empty()), parse)
    }

    /// `page` (from 1) and `limit` (1 to 100, 10 by default).
    pub fn page(&mut self) -> Page {
        let default = Page::default();
        let number = |text: &str| text.parse::<u32>().map_err(|_| "invalid");
        let page = self.optional("page", number).unwrap_or(default.page);
        let limit = self.optional("limit", number).unwrap_or(default.limit);
        let page = Page { page, limit };
        self.fields.check(&page);
        page
    }

    /// The collected failures, to add one found by other means.
    pub fn fields(&mut self) -> &mut Fields {
        &mut self.fields
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// 400 `validation_failed` with every parameter that was refused.
    pub fn finish(self) -> Result<(), ApiError> {
        self.fields.finish()
    }
}

impl<S: Sync> FromRequestParts<S> for QueryParams {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::parse(parts.uri.query().unwrap_or_default()))
    }
}

/// One name or value; `None` when it is no UTF-8.
fn decode(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    percent_decode(spaced.as_bytes()).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(query: &str) -> Result<Page, Vec<(String, &'static str)>> {
        let mut params = QueryParams::parse(query);
        let page = params.page();
        params
            .finish()
            .map(|()| page)
            .map_err(|error| error.details().iter().map(|detail| (detail.field.clone(), detail.code)).collect())
    }

    #[test]
    fn pages_have_defaults_and_bounds() {
        assert_eq!(page(""), Ok(Page { page: 1, limit: 10 }));
        assert_eq!(page("page=2&limit=100&else=1&page=9"), Ok(Page { page: 2, limit: 100 }));
        assert_eq!(page("page=&limit=+"), Ok(Page { page: 1, limit: 10 }));
        let failures = page("page=0&limit=101").unwrap_err();
        assert_eq!(failures, [("limit".to_owned(), "out_of_range"), ("page".to_owned(), "out_of_range")]);
        assert_eq!(page("limit=-1").unwrap_err(), [("limit".to_owned(), "invalid")]);
        assert_eq!(page("page=99999999999").unwrap_err(), [("page".to_owned(), "invalid")]);
    }

    #[test]
    fn values_are_decoded_or_refused() {
        let mut params = QueryParams::parse("q=a%20b+%C3%A9&%zz=%&=&x");
        assert_eq!(params.optional("q", |text| Ok::<_, &str>(text.to_owned())).as_deref(), Some("a b é"));
        params.finish().unwrap();
        assert_eq!(QueryParams::parse("q=%ff").finish().unwrap_err().details()[0].field, "q");
        assert_eq!(QueryParams::parse("%ff=1").finish().unwrap_err().details()[0].field, "query");
    }
}
