//! The body of a request with an idempotency key: it is read whole, since the key stands for just this body, and may be
//! needed again. A small one is kept in memory, an upload in a file that goes with it.

use axum::body::{Body, Bytes, to_bytes};
use futures::StreamExt as _;
use http::request::Parts;
use http::{StatusCode, header::CONTENT_TYPE};
use multer::Multipart;
use service_kit::http::ApiError;
use sha2::{Digest as _, Sha256};
use tempfile::TempPath;
use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;
use tokio_util::io::ReaderStream;

/// Room for what a multipart body has beside its file.
const FRAME: u64 = 2 * 1024 * 1024;

/// A body that has come whole.
pub(super) enum Spooled {
    /// A small one.
    Memory(Bytes),
    /// An upload, and what stands for its content.
    Upload(TempPath, [u8; 32]),
}

impl Spooled {
    /// Reads it: `limit` bytes at most, or as much as an upload may have.
    ///
    /// # Errors
    /// 413 for a larger one, 503 when there is no room for it.
    pub(super) async fn take(parts: &Parts, body: Body, limit: usize, upload_limit: u64) -> Result<Self, ApiError> {
        let content_type = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        match multer::parse_boundary(content_type) {
            Ok(boundary) => upload(body, boundary, upload_limit + FRAME).await,
            Err(_) => to_bytes(body, limit).await.map(Self::Memory).map_err(|_| too_large()),
        }
    }

    /// What a request is known again by.
    pub(super) fn content(&self) -> &[u8] {
        match self {
            Self::Memory(bytes) => bytes,
            Self::Upload(_, hash) => hash,
        }
    }

    /// The body, once more.
    ///
    /// # Errors
    /// 503 when its file can't be read.
    pub(super) async fn body(&self) -> Result<Body, ApiError> {
        match self {
            Self::Memory(bytes) => Ok(Body::from(bytes.clone())),
            Self::Upload(path, _) => Ok(Body::from_stream(ReaderStream::new(File::open(path).await.map_err(no_room)?))),
        }
    }
}

fn too_large() -> ApiError {
    ApiError::of_status(StatusCode::PAYLOAD_TOO_LARGE)
}

fn no_room(error: std::io::Error) -> ApiError {
    ApiError::unavailable(error.to_string())
}

async fn upload(body: Body, boundary: String, limit: u64) -> Result<Spooled, ApiError> {
    let path = tempfile::NamedTempFile::new().map_err(no_room)?.into_temp_path();
    let mut file = File::create(&path).await.map_err(no_room)?;
    let (mut pieces, mut size) = (body.into_data_stream(), 0);
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| ApiError::bad_request("malformed_body"))?;
        size += piece.len() as u64;
        if size > limit {
            return Err(too_large());
        }
        file.write_all(&piece).await.map_err(no_room)?;
    }
    file.flush().await.map_err(no_room)?;
    let stored = ReaderStream::new(File::open(&path).await.map_err(no_room)?);
    let hash = content(Multipart::new(stored, boundary)).await;
    Ok(Spooled::Upload(path, hash))
}

/// The hash of names and contents. The boundary between them is another each time, also when the same form is sent
/// again. What is malformed is refused later; here it ends.
async fn content(mut parts: Multipart<'_>) -> [u8; 32] {
    let mut hasher = Sha256::new();
    while let Ok(Some(mut part)) = parts.next_field().await {
        for text in [part.name(), part.file_name()] {
            let text = text.unwrap_or_default();
            hasher.update((text.len() as u64).to_be_bytes());
            hasher.update(text);
        }
        let (mut of_part, mut size) = (Sha256::new(), 0_u64);
        while let Ok(Some(bytes)) = part.chunk().await {
            size += bytes.len() as u64;
            of_part.update(&bytes);
        }
        hasher.update(size.to_be_bytes());
        hasher.update(of_part.finalize());
    }
    hasher.finalize().into()
}
