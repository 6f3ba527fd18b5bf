//! The log on NATS: in order, once, and never a reason to wait for a command.
//!
//! | file | what it does |
//! |---|---|
//! | `connection` | the connection to NATS, and its limits |
//! | `message` | an event as a message, and back |
//! | `event_stream` | the JetStream stream: made, checked, made anew |
//! | `source` | what is to be published next: from memory when it is there, else from the log |
//! | `publisher` | one step: publish all that is pending |
//! | `worker` | the task that takes the step whenever there is reason to, while it has the lease |
//! | `feed` | messages of the stream, to a subscription |

mod connection;
mod event_stream;
pub(crate) mod feed;
mod message;
mod publisher;
mod settings;
mod source;
mod worker;

pub use connection::{InvalidNatsUrl, connect_nats};
pub(crate) use connection::{is_connected, jetstream};
pub use publisher::Publisher;
pub use settings::{PublicationError, PublisherSettings};
pub use worker::{PUBLISHER_LEASE, rebuild_event_stream, start_publisher, start_waker};
