//! Scanning: a stretch of the log, opened, as fast as it can be read.

use std::num::NonZeroUsize;

use bson::{Document, RawDocument, doc};
use events::{Position, StoredEvent, StreamType};
use futures::{Stream, StreamExt as _};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::answers::Answers;
use crate::document::{malformed, stored_from_document};
use crate::lean::Lean;
use crate::read::Opened;
use crate::{EventLog, LogError};

/// Ranges that MongoDB is asked for at the same time: it reads one while another is on its way.
const READS: usize = 2;

/// An event of a scan, opened as [`EventLog::open_to_fold`] does.
#[derive(Debug)]
pub struct Scanned {
    /// The event, opened.
    pub event: Opened,
    /// Its size as it is stored, in bytes.
    pub bytes: usize,
}

/// A batch on its way, read and being opened; none at the end. An end that is not said is none: who read is gone.
type Opening = Option<JoinHandle<Result<Vec<Scanned>, LogError>>>;

impl EventLog {
    /// The events after a position and up to another, of these kinds of streams only, opened, in order, in batches of
    /// what `batch` positions have of them: while one is being folded the next ones are read and decoded by other tasks.
    /// Positions of other streams are left out, so that holes are not seen; see [`EventLog::verify`].
    ///
    /// # Errors
    /// [`LogError`], with which the stream ends.
    pub fn scan(
        &self,
        (after, to): (Position, Position),
        streams: &[StreamType],
        batch: u32,
    ) -> impl Stream<Item = Result<Vec<Scanned>, LogError>> + Send + use<> {
        let kinds: Vec<&str> = streams.iter().map(|stream| stream.as_str()).collect();
        let filter = if streams.len() == StreamType::ALL.len() {
            doc! {}
        } else {
            doc! { "stream_type": { "$in": kinds } }
        };
        // As many as can be opened at a time, while MongoDB is asked for another one.
        let (openings, waiting) = mpsc::channel(std::thread::available_parallelism().map_or(2, NonZeroUsize::get));
        tokio::spawn(read_ahead(self.clone(), (after, to), filter, batch, openings));
        futures::stream::unfold(Some(waiting), async move |waiting: Option<mpsc::Receiver<Opening>>| {
            let mut waiting = waiting?;
            let opened = match waiting.recv().await {
                Some(None) => return None,
                Some(Some(opening)) => opening.await.ok(),
                None => None,
            };
            let opened = opened.unwrap_or_else(|| Err(LogError::Unavailable("the runtime is ending".into())));
            let more = opened.is_ok().then_some(waiting);
            Some((opened, more))
        })
    }
}

/// Reads range after range, some at the same time, and has each opened by a task of its own, since decoding and
/// decrypting is most of the work; ends with the first error, or when nobody waits any more.
async fn read_ahead(
    log: EventLog,
    (after, to): (Position, Position),
    filter: Document,
    batch: u32,
    openings: mpsc::Sender<Opening>,
) {
    let batch = u64::from(batch.max(1));
    let starts = std::iter::successors(Some(after), |start| start.checked_add(batch)).take_while(|start| *start < to);
    let ranges = starts.map(|start| (start, to.min(start.saturating_add(batch))));
    let mut reads = futures::stream::iter(ranges).map(|range| log.answers(range, filter.clone())).buffered(READS);
    while let Some(read) = reads.next().await {
        let is_last = read.is_err();
        let opening = match read {
            Ok(answers) => {
                let log = log.clone();
                tokio::spawn(async move { open_all(&log, &answers).await })
            }
            Err(error) => tokio::spawn(async { Err(error) }),
        };
        if openings.send(Some(opening)).await.is_err() || is_last {
            return;
        }
    }
    openings.send(None).await.ok();
}

/// Opens the events of documents.
async fn open_all(log: &EventLog, answers: &Answers) -> Result<Vec<Scanned>, LogError> {
    let documents = answers.documents()?;
    let mut plain = Vec::with_capacity(documents.len());
    // Those that take more: with something sealed, of an earlier shape, or not known.
    let (mut places, mut closed) = (Vec::new(), Vec::new());
    for (place, document) in documents.iter().enumerate() {
        let lean = Lean::of(document)?;
        match lean.plain() {
            Some(event) => plain.push(Scanned { event: Opened::Known(event), bytes: document.as_bytes().len() }),
            None => {
                places.push(place);
                closed.push(lean.stored()?);
            }
        }
    }
    if closed.is_empty() {
        return Ok(plain);
    }
    let mut opened = places.into_iter().zip(log.open_to_fold(closed).await?).peekable();
    let mut plain = plain.into_iter();
    let all = documents.iter().enumerate().map(|(place, document)| {
        let event = match opened.next_if(|(of, _)| *of == place) {
            Some((_, Opened::Unknown { error, .. })) => Opened::Unknown { stored: whole(document)?, error },
            Some((_, known @ Opened::Known(_))) => known,
            None => return plain.next().ok_or_else(|| LogError::Corrupt("an event was not opened".into())),
        };
        Ok(Scanned { event, bytes: document.as_bytes().len() })
    });
    all.collect()
}

fn whole(document: &RawDocument) -> Result<StoredEvent, LogError> {
    stored_from_document(Document::try_from(document).map_err(malformed)?)
}
