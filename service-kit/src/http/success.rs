//! Answers that went well.

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, ETAG, HeaderName, HeaderValue};
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use super::error::ApiError;

/// `{"success":true,"data":…}` or `{"success":true,"message":…}`, with the headers that tell how far the data is.
#[derive(Debug)]
pub struct Success<T> {
    status: StatusCode,
    body: Body<T>,
    headers: HeaderMap,
}

/// The body of an answer with data, as API documents show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DataBody<T> {
    /// Always `true`.
    pub success: bool,
    /// The data.
    pub data: T,
}

/// The body of an answer without data, as API documents show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MessageBody {
    /// Always `true`.
    pub success: bool,
    /// For people.
    #[schema(value_type = String)]
    pub message: Cow<'static, str>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Body<T> {
    Data(DataBody<T>),
    Message(MessageBody),
}

impl Success<()> {
    /// 200 with a sentence for people; see [`RequestContext::text`](super::RequestContext::text).
    #[must_use]
    pub fn message(text: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Body::Message(MessageBody { success: true, message: text.into() }))
    }
}

impl<T: Serialize> Success<T> {
    /// 200 with data.
    #[must_use]
    pub fn data(data: T) -> Self {
        Self::new(Body::Data(DataBody { success: true, data }))
    }

    fn new(body: Body<T>) -> Self {
        Self { status: StatusCode::OK, body, headers: HeaderMap::new() }
    }

    /// 201: the request made a resource.
    #[must_use]
    pub fn created(self) -> Self {
        self.status(StatusCode::CREATED)
    }

    /// Another status of success (202).
    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// `X-Position`: the position of the last event written, or the one that what was read has reached.
    #[must_use]
    pub fn position(self, position: u64) -> Self {
        self.header(HeaderName::from_static("x-position"), HeaderValue::from(position))
    }

    /// `ETag: "<version>"` (RFC 9110 §8.8.3).
    #[must_use]
    pub fn version(self, version: u64) -> Self {
        match HeaderValue::try_from(format!("\"{version}\"")) {
            Ok(value) => self.header(ETAG, value),
            Err(_) => self,
        }
    }

    /// `X-Projection: pending`: written, but not readable yet.
    #[must_use]
    pub fn pending(self) -> Self {
        self.header(HeaderName::from_static("x-projection"), HeaderValue::from_static("pending"))
    }

    /// `Idempotent-Replayed: true`: this is the answer to an earlier request with the same key.
    #[must_use]
    pub fn replayed(self) -> Self {
        self.header(HeaderName::from_static("idempotent-replayed"), HeaderValue::from_static("true"))
    }

    /// Any other header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// The status and the body's bytes, for who must store the answer to replay it.
    ///
    /// # Errors
    /// 500 when the data can't be written as JSON.
    pub fn to_stored(&self) -> Result<(StatusCode, Vec<u8>), ApiError> {
        serde_json::to_vec(&self.body).map(|bytes| (self.status, bytes)).map_err(ApiError::internal)
    }
}

impl<T: Serialize> IntoResponse for Success<T> {
    fn into_response(mut self) -> Response {
        match self.to_stored() {
            Ok((status, bytes)) => {
                self.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                (status, self.headers, bytes).into_response()
            }
            Err(error) => error.into_response(),
        }
    }
}
