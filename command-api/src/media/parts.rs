//! The parts of a multipart body (RFC 7578), as they come.
//!
//! The parser by itself takes all that there is into memory, and looks through it anew each time, until it has found the
//! end of what it is reading. So it is given one piece at a time, and not more than a head may have while it hands
//! nothing out.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures::Stream;
use http::{HeaderMap, header::CONTENT_TYPE};
use multer::{Field, Multipart};
use service_kit::http::ApiError;

/// Bytes before, between and in front of the parts at most, with the pieces that they come in.
const HEAD_LIMIT: usize = 256 * 1024;

/// The boundary of a multipart body; none when it is something else.
pub(crate) fn boundary(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    multer::parse_boundary(value).ok()
}

pub(crate) fn malformed() -> ApiError {
    ApiError::bad_request("malformed_body")
}

/// The parts of a body, one after the other.
pub(crate) struct Parts {
    multipart: Multipart<'static>,
    held: Arc<AtomicUsize>,
}

impl Parts {
    /// Of a body with this boundary.
    pub(crate) fn new<E>(boundary: String, body: impl Stream<Item = Result<Bytes, E>> + Send + Unpin + 'static) -> Self
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
    {
        let held = Arc::new(AtomicUsize::new(0));
        let paced = Paced { body, pause: false, held: Arc::clone(&held) };
        Self { multipart: Multipart::new(paced, boundary), held }
    }

    /// The next part. The one before must have been read or dropped.
    ///
    /// # Errors
    /// 400 `malformed_body`, also when the body ends before it should.
    pub(crate) async fn next(&mut self) -> Result<Option<Part>, ApiError> {
        let field = self.multipart.next_field().await.map_err(|_| malformed())?;
        Ok(field.map(|field| {
            self.held.store(0, Ordering::Relaxed);
            Part { field, held: Arc::clone(&self.held) }
        }))
    }
}

/// A part.
pub(crate) struct Part {
    field: Field<'static>,
    held: Arc<AtomicUsize>,
}

impl Part {
    /// What it is.
    pub(crate) fn name(&self) -> Option<&str> {
        self.field.name()
    }

    /// What its file is called.
    pub(crate) fn file_name(&self) -> Option<&str> {
        self.field.file_name()
    }

    /// The next bytes of it.
    ///
    /// # Errors
    /// 400 `malformed_body`, also when the body ends before the part does.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, ApiError> {
        let chunk = self.field.chunk().await.map_err(|_| malformed())?;
        self.held.store(0, Ordering::Relaxed);
        Ok(chunk)
    }

    /// The refusal of a part that nobody asked for.
    pub(crate) fn unknown(&self) -> ApiError {
        let name = self.name().unwrap_or_default().chars().take(100).collect::<String>();
        ApiError::bad_request("unknown_field").detail(name, "unknown")
    }
}

/// A body as the parser gets it: after each piece it is told that there is no more for now.
struct Paced<S> {
    body: S,
    pause: bool,
    /// Bytes that the parser has and has not handed out.
    held: Arc<AtomicUsize>,
}

impl<S, E> Stream for Paced<S>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Item = Result<Bytes, Box<dyn std::error::Error + Send + Sync>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.pause) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let piece = ready!(Pin::new(&mut self.body).poll_next(context));
        self.pause = true;
        Poll::Ready(piece.map(|piece| {
            let piece = piece.map_err(Into::into)?;
            let held = self.held.fetch_add(piece.len(), Ordering::Relaxed) + piece.len();
            // One piece may be larger, as it came.
            if held > HEAD_LIMIT.max(piece.len()) { Err("the head of a part has no end".into()) } else { Ok(piece) }
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    /// A body of these pieces, and a count of those that were taken.
    fn body(
        pieces: impl Iterator<Item = Bytes> + Send + Unpin + 'static,
    ) -> (Arc<AtomicUsize>, impl Stream<Item = Result<Bytes, Infallible>> + Send + Unpin + 'static) {
        let taken = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&taken);
        let counted = pieces.inspect(move |_| {
            let _ = count.fetch_add(1, Ordering::Relaxed);
        });
        (taken, futures::stream::iter(counted.map(Ok)))
    }

    fn start() -> impl Iterator<Item = Bytes> {
        std::iter::once(Bytes::from_static(b"--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n"))
    }

    #[tokio::test]
    async fn a_part_is_handed_out_as_it_comes() {
        let piece = Bytes::from(vec![7; 64 * 1024]);
        let (taken, body) =
            body(start().chain(std::iter::repeat_n(piece, 1_000)).chain([Bytes::from("\r\n--x--\r\n")]));
        let mut parts = Parts::new("x".to_owned(), body);
        let mut part = parts.next().await.unwrap().unwrap();
        assert_eq!(part.name(), Some("file"));
        let (mut size, mut largest) = (0, 0);
        while let Some(chunk) = part.chunk().await.unwrap() {
            (size, largest) = (size + chunk.len(), largest.max(chunk.len()));
        }
        drop(part);
        assert!(parts.next().await.unwrap().is_none());
        assert_eq!((size, taken.load(Ordering::Relaxed)), (64_000 * 1_024, 1_002));
        assert!(largest <= 2 * 64 * 1024, "{largest} bytes at once");
    }

    #[tokio::test]
    async fn what_never_begins_is_not_kept() {
        let head = Bytes::from_static(b"--x\r\nContent-Disposition: ");
        for start in [None, Some(head)] {
            let endless = std::iter::repeat(Bytes::from(vec![b'a'; 16 * 1024]));
            let (taken, body) = body(start.into_iter().chain(endless));
            assert!(Parts::new("x".to_owned(), body).next().await.is_err());
            assert!(taken.load(Ordering::Relaxed) <= 20);
        }
    }
}
