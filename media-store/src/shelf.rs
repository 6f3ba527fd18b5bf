//! What the APIs need of uploaded files: the bytes and their addresses, by the settings.

use events::MediaId;
use service_kit::clock::Clock;
use service_kit::settings::Settings;

use crate::{MediaLinks, MediaStore, StoreError};

/// Uploaded files, as both APIs have them.
#[derive(Clone, Debug)]
pub struct Shelf {
    /// The bytes.
    pub store: MediaStore,
    /// The addresses.
    pub links: MediaLinks,
}

impl Shelf {
    /// That of the settings, for an API that people reach at `api`; no slash at the end.
    ///
    /// # Errors
    /// As [`MediaStore::open`].
    pub fn open(settings: &Settings, api: String) -> Result<Self, StoreError> {
        let links = MediaLinks::new(api, settings.secrets.master.expose());
        Ok(Self { store: MediaStore::open(&settings.media)?, links })
    }

    /// What gives its films their addresses, by this clock.
    #[must_use]
    pub fn films(&self, clock: Clock) -> Films {
        Films { links: self.links.clone(), clock }
    }
}

/// Gives films the addresses at which lessons show them.
#[derive(Clone, Debug)]
pub struct Films {
    links: MediaLinks,
    clock: Clock,
}

impl Films {
    /// The film whose address this is: as a lesson shows it, and sends it back when it is changed.
    #[must_use]
    pub fn names(&self, url: &str) -> Option<MediaId> {
        self.links.names(url)
    }

    /// The address that opens a film for some hours.
    #[must_use]
    pub fn link(&self, id: MediaId) -> String {
        self.links.signed(id, self.clock.now())
    }
}
