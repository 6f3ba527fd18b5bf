//! What can be had as PDF too, and who wants it so.

use axum::response::{IntoResponse, Response};
use events::Position;
use http::header::{ACCEPT, CONTENT_DISPOSITION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, VARY};
use papers::{PaperError, Tongue};
use service_kit::http::{ApiError, Language};

/// The form of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// As everything is.
    Json,
    /// To be printed.
    Pdf,
}

impl Form {
    /// The form that a request asks for (RFC 9110 §12.5.1): PDF for who names it and does not like JSON better. JSON for
    /// everybody else, also for who could do with neither.
    pub(crate) fn asked(headers: &HeaderMap) -> Self {
        let (mut pdf, mut json, mut any) = (0, None, 0);
        let values = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
        for range in values.flat_map(|value| value.split(',')) {
            let mut parts = range.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default().to_ascii_lowercase();
            let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
            let quality = quality.map_or(1_000, thousandths);
            match name.as_str() {
                "application/pdf" => pdf = quality,
                "application/json" => json = Some(quality),
                "application/*" | "*/*" => any = any.max(quality),
                _ => {}
            }
        }
        let wants_pdf = match json {
            Some(json) => pdf > json,
            None => pdf > 0 && pdf >= any,
        };
        if wants_pdf { Self::Pdf } else { Self::Json }
    }
}

fn thousandths(text: &str) -> u32 {
    let quality = text.parse::<f32>().ok().filter(|quality| (0.0..=1.0).contains(quality)).unwrap_or_default();
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 1,000")]
    let thousandths = (quality * 1_000.0) as u32;
    thousandths
}

/// The language of a paper for who asks in this one.
pub(crate) const fn tongue(language: Language) -> Tongue {
    match language {
        Language::Fr => Tongue::French,
        Language::En => Tongue::English,
    }
}

/// A paper as an answer.
///
/// # Errors
/// 500 when it could not be made.
pub(crate) fn paper(
    made: Result<Vec<u8>, PaperError>,
    filename: &str,
    position: Position,
) -> Result<Response, ApiError> {
    let bytes = made.map_err(ApiError::internal)?;
    let disposition = HeaderValue::from_str(&format!("inline; filename=\"{filename}.pdf\""));
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/pdf")),
        (CONTENT_DISPOSITION, disposition.map_err(ApiError::internal)?),
        (VARY, HeaderValue::from_static("accept, accept-language")),
        (HeaderName::from_static("x-position"), HeaderValue::from(position)),
    ];
    Ok((headers, bytes).into_response())
}

/// The same for what can be had as JSON: caches are told that there are two forms.
pub(crate) fn varying(answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    response.headers_mut().append(VARY, HeaderValue::from_static("accept"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pdf_is_for_who_asks_for_it() {
        for (accept, expected) in [
            (None, Form::Json),
            (Some("*/*"), Form::Json),
            (Some("application/json"), Form::Json),
            (Some("application/pdf"), Form::Pdf),
            (Some("Application/PDF;q=0.5"), Form::Pdf),
            (Some("application/pdf, */*"), Form::Pdf),
            (Some("application/pdf;q=0.5, */*;q=0.8"), Form::Json),
            (Some("application/json, application/pdf"), Form::Json),
            (Some("application/json;q=0.9, application/pdf"), Form::Pdf),
            (Some("text/html, application/pdf;q=0"), Form::Json),
            (Some("image/png"), Form::Json),
            (Some("application/pdf;q=x"), Form::Json),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(accept) = accept {
                headers.insert(ACCEPT, accept.parse().unwrap());
            }
            assert_eq!(Form::asked(&headers), expected, "{accept:?}");
        }
    }
}
