//! The event log: the truth of Har Academy, totally ordered and gap-free.
//!
//! | module | what it does |
//! |---|---|
//! | [`append`](EventLog::append), `appender` | group commit: many commands, one transaction, one winner per version |
//! | `load`, `read` | states folded from their streams; events by position and by stream |
//! | `chain` | the hash chain over canonical JSON |
//! | `restore` | a log put back where there is none; how large one is |
//! | `outgoing` | events on their way to NATS |
//! | `document` | events as documents of the collection, and back |
//! | `answers` | a range of the log as MongoDB's answers hold it |
//! | `scan` | a stretch of the log, opened, as fast as it can be read |
//! | `verify` | the chain recomputed over what is stored |
//! | `personal_data` | per-person keys; sealing on the way in, opening on the way out |
//! | `idempotency`, `expire` | one effect per command, whatever is retried; for how long |
//! | `lease` | one worker at a time, fenced by an epoch |
//! | `publication`, `subscribe` | the log on NATS, and off it again |
//! | `signed_head` | what makes a truncation visible |

mod answers;
mod appender;
mod chain;
mod commit;
mod document;
mod expire;
mod idempotency;
mod lean;
mod lease;
mod load;
mod log;
mod mongo;
mod names;
mod outgoing;
mod personal_data;
mod publication;
mod read;
mod restore;
mod scan;
mod schema;
mod signed_head;
mod subscribe;
mod verify;

pub use appender::{AppendLimits, Appender};
pub use chain::{GENESIS_HASH, chain_hash};
pub use commit::{
    AppendError, Appended, Commit, Committed, Expected, Guard, KeyChange, Metadata, NewEvent, StreamAppend,
};
pub use document::{canonical_document, signed, stored_from_document};
pub use idempotency::{Answer, IdempotencyRecord, IdempotencyRecords, NewIdempotencyRecord};
pub use lease::{Held, LEASE_TTL, LeaseState, Leases};
pub use load::Loaded;
pub use log::{EventLog, Head, LogError, LogSecrets};
pub use mongo::{
    DUPLICATE_KEY, Mongo, RefusedStatement, TIME_LIMIT, VALIDATION_FAILURE, WRITE_CONFLICT, commit_transaction,
    connect, has_code, is_duplicate_key, left_of, limited, with_deadline, with_deadline_anew, within,
};
pub use names::LogNames;
pub use personal_data::{MasterKey, PersonKeys, Sealer};
pub use publication::{
    InvalidNatsUrl, PUBLISHER_LEASE, PublicationError, Publisher, PublisherSettings, connect_nats,
    rebuild_event_stream, start_publisher, start_waker,
};
pub use read::Opened;
pub use restore::LogStats;
pub use scan::Scanned;
pub use schema::{ensure_collection, ensure_expiry};
pub use signed_head::{
    HeadError, HeadRecorder, HeadSigner, InvalidHead, PublicKey, SignedHead, parse_public_key, read_heads, verify_head,
};
pub use subscribe::Subscription;
pub use verify::{StoredLink, Verified, VerifyOptions, stored_link};
