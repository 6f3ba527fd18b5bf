//! The body of a request with an idempotency key: it is read whole, since the key stands for just this body, and may be
//! needed again. A small one is kept in memory, an upload in a file that has no name and so outlives nobody.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use futures::{Stream, StreamExt as _, TryStreamExt as _};
use http::StatusCode;
use http::request::Parts as Head;
use service_kit::http::{ApiError, Progress};
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncWriteExt as _;

use crate::media::{Parts, malformed};

/// Room for what a multipart body has beside its file.
const FRAME: u64 = 2 * 1024 * 1024;
/// Bytes that are read again at once.
const PIECE: usize = 128 * 1024;

/// A body that has come whole.
pub(super) enum Spooled {
    /// A small one.
    Memory(Bytes),
    /// An upload, and what stands for its content.
    Upload(Arc<File>, [u8; 32]),
}

impl Spooled {
    /// Reads one of `limit` bytes at most.
    ///
    /// # Errors
    /// 413 for a larger one.
    pub(super) async fn small(body: Body, limit: usize) -> Result<Self, ApiError> {
        to_bytes(body, limit).await.map(Self::Memory).map_err(|_| too_large())
    }

    /// Reads an upload, whose file has `limit` bytes at most.
    ///
    /// # Errors
    /// 413 for a larger one, 400 for one that is cut off, 503 when there is no room for it.
    pub(super) async fn upload(head: &Head, body: Body, boundary: String, limit: u64) -> Result<Self, ApiError> {
        let file = tempfile::tempfile().map_err(no_room)?;
        let mut writing = tokio::fs::File::from_std(file.try_clone().map_err(no_room)?);
        let (mut pieces, mut size) = (body.into_data_stream(), 0);
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(|_| malformed())?;
            size += piece.len() as u64;
            if size > limit.saturating_add(FRAME) {
                return Err(too_large());
            }
            writing.write_all(&piece).await.map_err(no_room)?;
        }
        writing.flush().await.map_err(no_room)?;
        let file = Arc::new(file);
        let hash = content(Parts::new(boundary, Box::pin(read_again(&file, head.extensions.get())))).await;
        Ok(Self::Upload(file, hash))
    }

    /// What a request is known again by.
    pub(super) fn content(&self) -> &[u8] {
        match self {
            Self::Memory(bytes) => bytes,
            Self::Upload(_, hash) => hash,
        }
    }

    /// The body, once more.
    pub(super) fn body(&self, head: &Head) -> Body {
        match self {
            Self::Memory(bytes) => Body::from(bytes.clone()),
            Self::Upload(file, _) => Body::from_stream(read_again(file, head.extensions.get())),
        }
    }
}

fn too_large() -> ApiError {
    ApiError::of_status(StatusCode::PAYLOAD_TOO_LARGE)
}

fn no_room(error: std::io::Error) -> ApiError {
    ApiError::unavailable(error)
}

/// The bytes of a file from its beginning. Reading them takes time too, which the request is given.
fn read_again(
    file: &Arc<File>,
    progress: Option<&Progress>,
) -> impl Stream<Item = std::io::Result<Bytes>> + Send + 'static {
    let progress = progress.cloned();
    futures::stream::try_unfold((Arc::clone(file), 0), async |(file, offset)| {
        let reading = Arc::clone(&file);
        let read = tokio::task::spawn_blocking(move || {
            let mut piece = vec![0; PIECE];
            let size = reading.read_at(&mut piece, offset)?;
            piece.truncate(size);
            Ok::<_, std::io::Error>(Bytes::from(piece))
        });
        let piece = read.await.map_err(std::io::Error::other)??;
        let next = (file, offset + piece.len() as u64);
        Ok((!piece.is_empty()).then_some((piece, next)))
    })
    .inspect_ok(move |piece: &Bytes| {
        if let Some(progress) = &progress {
            progress.came(piece.len() as u64);
        }
    })
}

/// The hash of names and contents. The boundary between them is another each time, also when the same form is sent
/// again. What is malformed is refused later; here it ends.
async fn content(mut parts: Parts) -> [u8; 32] {
    let mut hasher = Sha256::new();
    while let Ok(Some(mut part)) = parts.next().await {
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
