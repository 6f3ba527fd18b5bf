//! A range of the log as MongoDB's answers hold it: read, and not copied document by document.

use bson::{Document, RawDocument, doc};
use events::Position;
use futures::TryStreamExt as _;
use mongodb::raw_batch_cursor::RawBatch;

use crate::document::signed;
use crate::mongo::{TIME_LIMIT, within};
use crate::{EventLog, LogError};

/// The documents of a range, in the order of their positions.
pub(crate) struct Answers(Vec<RawBatch>);

impl Answers {
    /// The documents.
    ///
    /// # Errors
    /// [`LogError::Corrupt`] when an answer is not of the shape that answers have.
    pub(crate) fn documents(&self) -> Result<Vec<&RawDocument>, LogError> {
        let mut documents = Vec::new();
        for answer in &self.0 {
            for document in answer.doc_slices()? {
                let document = document.ok().and_then(|document| document.as_document());
                documents.push(document.ok_or_else(|| LogError::Corrupt("an answer without documents".into()))?);
            }
        }
        Ok(documents)
    }
}

impl EventLog {
    /// The events after a position and up to another that meet a filter, of which there may be as many as there are
    /// positions.
    pub(crate) async fn answers(
        &self,
        (after, to): (Position, Position),
        mut filter: Document,
    ) -> Result<Answers, LogError> {
        filter.insert("_id", doc! { "$gt": signed(after)?, "$lte": signed(to)? });
        // All in one answer, unless they are too large for one. Without a projection MongoDB sends the bytes that it has.
        let size = u32::try_from(to.saturating_sub(after).saturating_add(1)).unwrap_or(u32::MAX);
        let find = self.0.events.find(filter).sort(doc! { "_id": 1 }).batch_size(size);
        within(TIME_LIMIT * 8, async { Ok(Answers(find.batch().await?.try_collect().await?)) }).await
    }
}
