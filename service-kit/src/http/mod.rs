//! The HTTP boundary: what a request carries in, what every answer carries out, and the limits in between.

mod boundary;
mod client_ip;
mod context;
mod error;
mod fields;
mod json_body;
mod language;
mod layers;
mod messages;
mod page;
mod path_id;
mod progress;
mod query;
mod serve;
mod success;
#[cfg(test)]
pub(crate) mod test_client;
#[cfg(test)]
mod tests;

pub use context::{RequestContext, correlation_id_of};
pub use error::{ApiError, Detail, ErrorBody, ErrorDetail, ErrorInfo};
pub use fields::{FieldError, Fields};
pub use json_body::{JsonBody, JsonList, Object};
pub use language::Language;
pub use layers::{HttpOptions, InvalidOrigin, with_layers};
pub use messages::Messages;
pub use page::{MAX_LIMIT, Page, Pagination};
pub use path_id::PathId;
pub use progress::Progress;
pub use query::QueryParams;
pub use serve::serve;
pub use success::{DataBody, MessageBody, Success};
