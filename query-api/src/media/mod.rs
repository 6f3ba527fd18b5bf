//! Uploaded files, fetched.

mod show_media;

use events::MediaId;
use media_store::{MediaLinks, MediaStore};
use service_kit::clock::Clock;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::QueryDeps;

/// What serving files needs.
#[derive(Clone, Debug)]
pub struct Shelf {
    /// The bytes.
    pub store: MediaStore,
    /// The addresses.
    pub links: MediaLinks,
}

/// Gives films the addresses at which lessons show them.
#[derive(Clone, Debug)]
pub struct Films {
    links: MediaLinks,
    clock: Clock,
}

impl Films {
    /// With these addresses, by this clock.
    #[must_use]
    pub const fn new(links: MediaLinks, clock: Clock) -> Self {
        Self { links, clock }
    }

    /// The address that opens a film for some hours.
    #[must_use]
    pub fn link(&self, id: MediaId) -> String {
        self.links.signed(id, self.clock.now())
    }
}

pub(crate) fn router() -> OpenApiRouter<QueryDeps> {
    OpenApiRouter::new().routes(routes!(show_media::show_media))
}
