//! Inserting a batch's documents, in one statement of its transaction.
//!
//! The driver's `insert_many` would encode each of them anew and keep its id, while everybody waits for the one appender.

use bson::RawDocumentBuf;
use bson::raw::{RawArrayBuf, cstr};
use mongodb::{ClientSession, Database};

use super::transaction::AttemptError;
use crate::mongo::{DUPLICATE_KEY, RefusedStatement, WRITE_CONFLICT};

/// Inserts documents.
///
/// # Errors
/// [`AttemptError`]; `Duplicate` when a unique index has one of them already.
pub(super) async fn insert(
    database: &Database,
    collection: &str,
    documents: RawArrayBuf,
    session: &mut ClientSession,
) -> Result<(), AttemptError> {
    if documents.is_empty() {
        return Ok(());
    }
    let mut command = RawDocumentBuf::new();
    command.append(cstr!("insert"), collection);
    command.append(cstr!("documents"), documents);
    let answer = database.run_raw_command(command).session(session).await?;
    match RefusedStatement::first_in(&answer).map(|refused| refused.code) {
        None => Ok(()),
        Some(DUPLICATE_KEY) => Err(AttemptError::Duplicate),
        Some(WRITE_CONFLICT) => Err(AttemptError::Contended),
        // The server's words quote the document; its code says enough.
        Some(code) => Err(AttemptError::Refused(format!("MongoDB refuses a document of {collection} (code {code})"))),
    }
}
