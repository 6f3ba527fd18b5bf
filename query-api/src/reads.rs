//! How far the read collections are.

use std::time::Duration;

use access::log_failure;
use event_log::{EventLog, LogError, left_of};
use events::Position;
use mongodb::Database;
use read_models::{Positions, Waited};
use service_kit::http::{ApiError, RequestContext};

/// The read collections, and how far they are.
#[derive(Clone)]
pub struct Reads {
    log: EventLog,
    positions: Positions,
    wait: Duration,
}

impl Reads {
    pub(crate) const fn new(log: EventLog, positions: Positions, wait: Duration) -> Self {
        Self { log, positions, wait }
    }

    /// The database of the read collections.
    #[must_use]
    pub fn database(&self) -> &Database {
        self.log.database()
    }

    /// The log.
    #[must_use]
    pub const fn log(&self) -> &EventLog {
        &self.log
    }

    /// To be called before the documents are read: waits for `X-Min-Position`, and gives the position that the
    /// documents of these projections have reached at least, for `X-Position`.
    ///
    /// # Errors
    /// 503 `read_model_behind` when they do not come so far in time, 503 `unavailable` when MongoDB is away.
    pub async fn begin(&self, context: &RequestContext, projections: &[&str]) -> Result<Position, ApiError> {
        if let Some(wanted) = context.min_position {
            self.reach(projections, wanted).await?;
        }
        self.positions.current(projections).await.map_err(|error| log_failure(&error))
    }

    /// Waits until the documents of these projections show all that is in the log now.
    ///
    /// # Errors
    /// As [`Reads::begin`].
    pub async fn catch_up(&self, projections: &[&str]) -> Result<Position, ApiError> {
        let head = self.log.head().await.map_err(|error| log_failure(&error))?;
        self.reach(projections, head.position).await?;
        Ok(head.position)
    }

    /// How far a projection is.
    ///
    /// # Errors
    /// 503 `unavailable` when MongoDB is away.
    pub async fn position(&self, projection: &str) -> Result<Position, ApiError> {
        self.positions.current(&[projection]).await.map_err(|error| log_failure(&error))
    }

    /// Finds what somebody whose token is good must have, and how far it is read. When it is not there the read side is
    /// behind, or began anew: it is waited for, and looked at again.
    ///
    /// # Errors
    /// As [`Reads::begin`]; 503 `read_model_behind` also when it is not there even then: parked, or being rebuilt.
    pub async fn find_own<T, F>(
        &self,
        context: &RequestContext,
        projections: &[&str],
        find: impl Fn() -> F,
    ) -> Result<(T, Position), ApiError>
    where
        F: Future<Output = Result<Option<T>, LogError>>,
    {
        let mut position = self.begin(context, projections).await?;
        let mut found = find().await.map_err(|error| log_failure(&error))?;
        if found.is_none() {
            position = self.catch_up(projections).await?;
            found = find().await.map_err(|error| log_failure(&error))?;
        }
        Ok((found.ok_or_else(absent)?, position))
    }

    async fn reach(&self, projections: &[&str], wanted: Position) -> Result<(), ApiError> {
        match self.positions.wait(projections, wanted, left_of(self.wait)).await {
            Waited::Reached => Ok(()),
            Waited::Behind { slowest } => {
                Err(ApiError::read_model_behind().caused_by(format_args!("at {slowest}, not at {wanted}")))
            }
            Waited::Down => Err(ApiError::read_model_behind().caused_by("a projection has no worker")),
        }
    }
}

/// What must be there is not, although the read side has come to the end of the log.
pub(crate) fn absent() -> ApiError {
    ApiError::read_model_behind().caused_by("a document that must be there is parked or being rebuilt")
}
