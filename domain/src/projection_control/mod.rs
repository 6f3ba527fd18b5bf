//! What operators ask of a projection. The projectors see to it, and say when a rebuild has ended.

#[cfg(feature = "decide")]
mod cancel_rebuild;
#[cfg(feature = "decide")]
mod request_rebuild;
#[cfg(feature = "decide")]
mod retry_parked;
mod state;

pub use state::{ProjectionControl, Rebuild, RebuildEnd};

#[cfg(feature = "decide")]
pub use {
    cancel_rebuild::{CancelRebuild, CancelRebuildError},
    request_rebuild::{RequestRebuild, RequestRebuildError},
    retry_parked::RetryParked,
};

#[cfg(feature = "decide")]
crate::aggregate::aggregate! {
    ProjectionControl, ProjectionControlCommand, ProjectionControlError {
        RequestRebuild(RequestRebuildError) by request_rebuild,
        CancelRebuild(CancelRebuildError) by cancel_rebuild,
        RetryParked(std::convert::Infallible) by retry_parked,
    }
}
