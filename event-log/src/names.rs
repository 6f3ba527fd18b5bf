//! Where a log lives: database, stream and subjects.

/// The names of one log. Two logs with different names share servers without meeting, as the tests do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogNames {
    /// MongoDB database of the log and of the read collections.
    pub database: String,
    /// MongoDB database of the persons' keys, apart so that it can be backed up, and forgotten, by other rules.
    pub keys_database: String,
    /// First token of every NATS subject, e.g. `har`. Letters, digits, `-` and `_`.
    pub prefix: String,
}

impl LogNames {
    /// The names that go with a database: keys in `<database>_keys`.
    #[must_use]
    pub fn new(database: &str, prefix: &str) -> Self {
        Self { database: database.to_owned(), keys_database: format!("{database}_keys"), prefix: prefix.to_owned() }
    }

    /// The JetStream stream, e.g. `HAR_EVENTS`.
    #[must_use]
    pub fn stream_name(&self) -> String {
        format!("{}_EVENTS", self.prefix.to_uppercase())
    }

    /// The subject of an event, e.g. `har.events.user.UserRegistered`.
    #[must_use]
    pub fn subject(&self, stream_type: &str, event_type: &str) -> String {
        format!("{}.events.{stream_type}.{event_type}", self.prefix)
    }

    /// Every event's subject.
    #[must_use]
    pub fn all_subjects(&self) -> String {
        format!("{}.events.>", self.prefix)
    }

    /// Where a process that appended, and does not publish, wakes the one that does.
    #[must_use]
    pub fn wake_subject(&self) -> String {
        format!("{}.wake", self.prefix)
    }

    /// Where a projection announces how far it is.
    #[must_use]
    pub fn positions_subject(&self, projection: &str) -> String {
        format!("{}.positions.{projection}", self.prefix)
    }

    /// Where signed heads are published.
    #[must_use]
    pub fn heads_subject(&self) -> String {
        format!("{}.heads", self.prefix)
    }
}
