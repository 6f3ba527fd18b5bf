//! Folding: how a state comes out of a stream.

use serde::{Serialize, de::DeserializeOwned};

use crate::{StreamEvent, StreamId};

/// A state that is the fold of one stream's events, and nothing else.
///
/// `apply` has no way to fail and knows no rules: what was decided is taken as it is.
pub trait Fold: Default + Clone + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The events of the stream.
    type Event: StreamEvent;

    /// Takes in the next event of the stream.
    fn apply(&mut self, event: &Self::Event);

    /// The stream of this kind with that id.
    fn stream(id: impl std::fmt::Display) -> StreamId {
        StreamId::new(Self::Event::STREAM_TYPE, id)
    }
}
