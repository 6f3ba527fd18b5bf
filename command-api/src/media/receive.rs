//! A file out of a multipart body (RFC 7578), into the store while it comes.

use axum::body::Body;
use bytes::Bytes;
use domain::media::RegisterUpload;
use domain::values::{FileName, MediaType};
use events::{MediaId, Role, UserId};
use http::{HeaderMap, StatusCode, header::CONTENT_TYPE};
use media_store::{Incoming, IncomingError, MediaStore, StoreError, kind_of};
use multer::{Field, Multipart};
use service_kit::http::ApiError;
use uuid::Uuid;

/// What a file is called that was sent without a name.
const NAMELESS: &str = "upload";

/// Whether a request brings a multipart body.
pub(crate) fn is_multipart(headers: &HeaderMap) -> bool {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    multer::parse_boundary(value).is_ok()
}

/// The parts of a multipart body.
///
/// # Errors
/// 400 `malformed_body` when it is none.
pub(crate) fn multipart(headers: &HeaderMap, body: Body) -> Result<Multipart<'static>, ApiError> {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let boundary = multer::parse_boundary(value).map_err(|_| malformed())?;
    Ok(Multipart::new(body.into_data_stream(), boundary))
}

pub(crate) fn malformed() -> ApiError {
    ApiError::bad_request("malformed_body")
}

/// Takes files in for somebody.
pub(crate) struct Receiver<'a> {
    /// Where to.
    pub(crate) store: &'a MediaStore,
    /// Whose they are.
    pub(crate) owner_id: UserId,
    /// What they may do.
    pub(crate) role: Role,
    /// What they may upload here.
    pub(crate) takes: fn(MediaType, Role) -> bool,
}

/// A file that is in the store, and not yet in the log.
pub(crate) struct Received {
    /// What makes it known.
    pub(crate) command: RegisterUpload,
}

impl Receiver<'_> {
    /// Takes in the file of a part called `name`. As soon as its first bytes show that it is not taken, no more of it is
    /// read.
    ///
    /// # Errors
    /// 400 for an empty one, 413 for a large one, 415 for what is not taken, 503 when the store is away.
    pub(crate) async fn receive(&self, name: &str, mut part: Field<'_>) -> Result<Received, ApiError> {
        let filename = part.file_name().map_or(Ok(NAMELESS.to_owned()), |name| last_of(name).map(str::to_owned));
        let filename = filename.and_then(|name| FileName::parse(&name).map_err(|error| error.code()));
        let filename = filename.map_err(|code| ApiError::invalid(name, code))?;
        let id = MediaId::new(Uuid::now_v7());
        let mut incoming = Incoming::begin(self.store, id).await.map_err(|error| away(&error))?;
        let mut media_type = None;
        while let Some(bytes) = next(&mut part).await? {
            incoming.write(bytes).await.map_err(|error| refused(&error))?;
            if let (None, Some(first)) = (media_type, incoming.first()) {
                media_type = Some(self.taken(first)?);
            }
        }
        if incoming.size() == 0 {
            return Err(ApiError::invalid(name, "required"));
        }
        let media_type = match media_type {
            Some(media_type) => media_type,
            None => self.taken(incoming.first_so_far())?,
        };
        let arrived = incoming.finish().await.map_err(|error| away(&error))?;
        let command = RegisterUpload {
            media_id: id,
            owner_id: self.owner_id,
            role: self.role,
            filename,
            media_type,
            size: arrived.size,
            sha256: arrived.sha256,
        };
        Ok(Received { command })
    }

    fn taken(&self, first: &[u8]) -> Result<MediaType, ApiError> {
        let known = kind_of(first).and_then(MediaType::from_name);
        known
            .filter(|media_type| (self.takes)(*media_type, self.role))
            .ok_or_else(|| ApiError::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE))
    }
}

/// The name by itself: some browsers send the folders too.
fn last_of(name: &str) -> Result<&str, &'static str> {
    name.rsplit(['/', '\\']).next().ok_or("invalid")
}

/// The next bytes of a part.
///
/// # Errors
/// 400 when the body ends before it should, or is malformed.
async fn next(part: &mut Field<'_>) -> Result<Option<Bytes>, ApiError> {
    part.chunk().await.map_err(|_| malformed())
}

fn refused(error: &IncomingError) -> ApiError {
    match error {
        IncomingError::TooLarge => ApiError::of_status(StatusCode::PAYLOAD_TOO_LARGE),
        IncomingError::Store(error) => away(error),
    }
}

/// 503; why is for the operators.
pub(crate) fn away(error: &StoreError) -> ApiError {
    tracing::error!(%error, "a file could not be stored");
    ApiError::unavailable(error.to_string())
}
