//! How this product talks to MongoDB: bounded in time, and with errors it can act upon.

use std::future::Future;
use std::time::{Duration, Instant};

use bson::Document;
use mongodb::error::{Error, ErrorKind, UNKNOWN_TRANSACTION_COMMIT_RESULT, WriteFailure};
use mongodb::options::{ClientOptions, ReadConcern, WriteConcern};
use mongodb::{Client, ClientSession};

use crate::LogError;

/// The longest that one call to MongoDB may take where no request waits for it. Calls of a request share what that has
/// ([`with_deadline`]).
pub const TIME_LIMIT: Duration = Duration::from_millis(1_200);

/// What a call may take when the deadline of its request has passed already: enough for a server that is there. A
/// request that is slow for other reasons, such as many passwords to be hashed, is not refused for it.
const FLOOR: Duration = Duration::from_millis(300);

tokio::task_local! {
    static REQUEST: Request;
}

#[derive(Clone, Copy)]
struct Request {
    begun: Instant,
    limit: Duration,
}

/// Runs a request so that its calls to MongoDB, however many follow each other, have to end within `limit` from now:
/// each has what is left, but 300 ms at least. Calls of tasks that it starts are not concerned.
pub async fn with_deadline<T>(limit: Duration, request: impl Future<Output = T>) -> T {
    REQUEST.scope(Request { begun: Instant::now(), limit }, request).await
}

/// Gives the rest of a request as long as the whole of it had: for what comes after a long upload, or after the answer
/// of somebody else. Outside of a request nothing is changed.
pub async fn with_deadline_anew<T>(work: impl Future<Output = T>) -> T {
    match REQUEST.try_with(|request| request.limit) {
        Ok(limit) => with_deadline(limit, work).await,
        Err(_) => work.await,
    }
}

/// What a call may take: what is left to its request ([`with_deadline`]), or outside of requests what is usual.
/// [`within`] asks this by itself.
#[must_use]
pub fn limited(usual: Duration) -> Duration {
    let left = REQUEST.try_with(|request| request.limit.saturating_sub(request.begun.elapsed()));
    left.map_or(usual, |left| left.max(FLOOR))
}

/// What is left of a wait whose limit counts from the beginning of the request ([`with_deadline`]), but 300 ms at least:
/// the request has not waited yet when it was slow for other reasons.
#[must_use]
pub fn left_of(limit: Duration) -> Duration {
    let left = REQUEST.try_with(|request| limit.saturating_sub(request.begun.elapsed()));
    left.map_or(limit, |left| limit.min(left.max(FLOOR)))
}

/// A client, and the way to another one.
#[derive(Clone)]
pub struct Mongo {
    client: Client,
    options: ClientOptions,
}

/// How many connections the client of a single task has: those it needs at a time, and one to spare.
const OF_ONE_TASK: u32 = 4;

impl Mongo {
    /// A client with these options. No connection is made yet.
    ///
    /// # Errors
    /// When they contradict each other.
    pub fn with_options(options: ClientOptions) -> Result<Self, Error> {
        Ok(Self { client: Client::with_options(options.clone())?, options })
    }

    /// The client.
    #[must_use]
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// Another one with the same options, for a task that shares its connections with nobody.
    pub(crate) fn another(&self) -> Result<Client, Error> {
        let mut options = self.options.clone();
        (options.min_pool_size, options.max_pool_size) = (Some(2), Some(OF_ONE_TASK));
        Client::with_options(options)
    }
}

/// Connects with the limits that the promises need: a server that is away is noticed at once, not after the driver's
/// 30 seconds; what is read and written is majority-committed and journaled.
///
/// # Errors
/// When the URI is malformed. No connection is made yet.
pub async fn connect(uri: &str, app_name: &str) -> Result<Mongo, Error> {
    let mut options = ClientOptions::parse(uri).await?;
    options.app_name = Some(app_name.to_owned());
    options.server_selection_timeout = Some(Duration::from_millis(900));
    options.connect_timeout = Some(Duration::from_millis(900));
    options.heartbeat_freq = Some(Duration::from_secs(1));
    options.max_pool_size = Some(64);
    options.min_pool_size = Some(2);
    options.read_concern = Some(ReadConcern::majority());
    options.write_concern =
        Some(WriteConcern::builder().w(mongodb::options::Acknowledgment::Majority).journal(true).build());
    Mongo::with_options(options)
}

/// Runs one call to MongoDB within a limit; that of a request has what is left to the request ([`with_deadline`]).
///
/// # Errors
/// [`LogError::Unavailable`] when it took longer, or failed.
pub async fn within<T>(limit: Duration, call: impl Future<Output = Result<T, Error>>) -> Result<T, LogError> {
    let limit = limited(limit);
    match tokio::time::timeout(limit, call).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(LogError::from(error)),
        Err(_) => Err(LogError::Unavailable(format!("no answer within {limit:?}"))),
    }
}

/// MongoDB's code of a document that a unique index has already.
pub const DUPLICATE_KEY: i32 = 11_000;
/// MongoDB's code of a transaction that another one was in the way of.
pub const WRITE_CONFLICT: i32 = 112;
/// MongoDB's code of a document that its collection's validator refuses.
pub const VALIDATION_FAILURE: i32 = 121;

/// Whether an error is a violation of a unique index (E11000).
#[must_use]
pub fn is_duplicate_key(error: &Error) -> bool {
    if let ErrorKind::Write(WriteFailure::WriteError(failure)) = &*error.kind {
        failure.code == DUPLICATE_KEY
    } else if let ErrorKind::InsertMany(failure) = &*error.kind {
        failure.write_errors.iter().flatten().any(|failure| failure.code == DUPLICATE_KEY)
    } else {
        has_code(error, DUPLICATE_KEY)
    }
}

/// Whether MongoDB refused a whole command with this code of its own.
#[must_use]
pub fn has_code(error: &Error, code: i32) -> bool {
    matches!(&*error.kind, ErrorKind::Command(failure) if failure.code == code)
}

/// A statement that MongoDB did not carry out, of a command that carries many. It is no error of the command, which
/// answers `ok`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefusedStatement {
    /// Which of the command's statements, from 0.
    pub index: usize,
    /// Why: one of MongoDB's error codes. Its words quote the document.
    pub code: i32,
}

impl RefusedStatement {
    /// The first that the answer to a command names (`writeErrors`); none when all were carried out.
    #[must_use]
    pub fn first_in(answer: &Document) -> Option<Self> {
        let refusal = answer.get_array("writeErrors").ok()?.first()?.as_document()?;
        let number = |name: &str| refusal.get_i32(name).ok();
        let index = number("index").and_then(|index| usize::try_from(index).ok());
        Some(Self { index: index.unwrap_or(usize::MAX), code: number("code").unwrap_or_default() })
    }
}

/// How often an unknown outcome of a commit is asked about.
const COMMIT_ATTEMPTS: usize = 5;

/// Commits a worker's transaction; an outcome that is not known is asked for again. When it stays unknown the worker has
/// to begin anew from its checkpoint, which tells.
///
/// # Errors
/// MongoDB's.
pub async fn commit_transaction(session: &mut ClientSession) -> Result<(), Error> {
    let mut attempt = 1;
    loop {
        match session.commit_transaction().await {
            Err(error) if error.contains_label(UNKNOWN_TRANSACTION_COMMIT_RESULT) && attempt < COMMIT_ATTEMPTS => {
                attempt += 1;
            }
            outcome => return outcome,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USUAL: Duration = Duration::from_millis(1_200);

    #[tokio::test]
    async fn calls_of_a_request_share_what_it_has_and_others_have_the_usual() {
        assert_eq!(limited(USUAL), USUAL);
        let long = Duration::from_secs(3_600);
        let left = with_deadline(long, async { limited(USUAL) }).await;
        assert!(left > long / 2 && left <= long, "{left:?}");
        assert_eq!(with_deadline(Duration::ZERO, async { limited(USUAL) }).await, FLOOR);
    }

    #[tokio::test]
    async fn the_rest_of_a_request_may_have_its_time_anew() {
        assert_eq!(with_deadline_anew(async { limited(USUAL) }).await, USUAL);
        let limit = Duration::from_secs(3_600);
        let begun = Instant::now() - Duration::from_secs(1_800);
        let (rest, anew) = REQUEST
            .scope(Request { begun, limit }, async {
                (limited(USUAL), with_deadline_anew(async { limited(USUAL) }).await)
            })
            .await;
        assert!(rest <= limit / 2 && anew > rest, "{rest:?} {anew:?}");
    }
}
