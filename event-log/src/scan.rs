//! Scanning: a stretch of the log, opened, as fast as it can be read.

use std::num::NonZeroUsize;

use bson::{Document, RawDocumentBuf, doc};
use events::{Position, StoredEvent, StreamType};
use futures::{Stream, StreamExt as _, TryStreamExt as _};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::lean::Lean;
use crate::mongo::{TIME_LIMIT, within};
use crate::read::{Opened, malformed, signed, stored_from_document};
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

    /// The documents of a range, of which there may be as many as it has positions.
    async fn documents(
        &self,
        (after, to): (Position, Position),
        mut filter: Document,
    ) -> Result<Vec<RawDocumentBuf>, LogError> {
        filter.insert("_id", doc! { "$gt": signed(after)?, "$lte": signed(to)? });
        let raw = self.0.events.clone_with_type::<RawDocumentBuf>();
        // All in one answer, unless they are too large for one.
        let size = u32::try_from(to.saturating_sub(after).saturating_add(1)).unwrap_or(u32::MAX);
        // Without a projection MongoDB sends the bytes that it has.
        let find = raw.find(filter).sort(doc! { "_id": 1 }).batch_size(size);
        within(TIME_LIMIT * 8, async { find.await?.try_collect().await }).await
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
    let mut reads = futures::stream::iter(ranges).map(|range| log.documents(range, filter.clone())).buffered(READS);
    while let Some(read) = reads.next().await {
        let is_last = read.is_err();
        let opening = match read {
            Ok(documents) if documents.is_empty() => continue,
            Ok(documents) => {
                let log = log.clone();
                tokio::spawn(async move { open_all(&log, &documents).await })
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
async fn open_all(log: &EventLog, documents: &[RawDocumentBuf]) -> Result<Vec<Scanned>, LogError> {
    let mut scanned: Vec<Option<Opened>> = Vec::with_capacity(documents.len());
    let mut closed = Vec::new();
    for document in documents {
        let lean = Lean::of(document)?;
        let plain = lean.plain().map(Opened::Known);
        if plain.is_none() {
            closed.push(lean.stored()?);
        }
        scanned.push(plain);
    }
    // Those that take more: with something sealed, of an earlier shape, or not known.
    let mut opened = log.open_to_fold(closed).await?.into_iter();
    let mut all = Vec::with_capacity(documents.len());
    for (event, document) in scanned.into_iter().zip(documents) {
        let event = match event.or_else(|| opened.next()) {
            Some(Opened::Unknown { error, .. }) => Opened::Unknown { stored: whole(document)?, error },
            Some(known @ Opened::Known(_)) => known,
            None => return Err(LogError::Corrupt("an event was not opened".into())),
        };
        all.push(Scanned { event, bytes: document.as_bytes().len() });
    }
    Ok(all)
}

fn whole(document: &RawDocumentBuf) -> Result<StoredEvent, LogError> {
    stored_from_document(Document::try_from(document).map_err(malformed)?)
}
