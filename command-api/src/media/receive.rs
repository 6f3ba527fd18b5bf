//! A file out of a multipart body, into the store while it comes.

use domain::media::RegisterUpload;
use domain::values::{FileName, MediaType};
use events::{MediaId, Role, UserId};
use http::StatusCode;
use media_store::{Arrived, Incoming, IncomingError, MediaStore, StoreError, kind_of};
use service_kit::http::ApiError;
use uuid::Uuid;

use super::parts::Part;
use crate::Refusal;

/// What a file is called that was sent without a name.
const NAMELESS: &str = "upload";

/// Takes files in for somebody.
pub(crate) struct Receiver<'a> {
    /// Where to.
    pub(crate) store: &'a MediaStore,
    /// Whose they are.
    pub(crate) owner_id: UserId,
    /// What they may do.
    pub(crate) role: Role,
    /// What they may upload here.
    pub(crate) takes: fn(MediaType, Role) -> bool,
}

impl Receiver<'_> {
    /// Takes in the file of a part called `name`. As soon as its first bytes show that it is not taken, no more of it is
    /// read.
    ///
    /// # Errors
    /// 400 for an empty one, 413 for a large one, 415 for what is not taken, 503 when the store is away; nothing is left
    /// of it then.
    pub(crate) async fn receive(&self, name: &str, mut part: Part) -> Result<Received, ApiError> {
        let filename = FileName::parse(part.file_name().map_or(NAMELESS, last_of));
        let filename = filename.map_err(|error| ApiError::invalid(name, error.code()))?;
        let media_id = MediaId::new(Uuid::now_v7());
        let mut incoming = Incoming::begin(self.store, media_id).await.map_err(|error| away(&error))?;
        let media_type = match self.take(name, &mut part, &mut incoming).await {
            Ok(media_type) => media_type,
            Err(error) => {
                if let Err(error) = incoming.give_up().await {
                    tracing::warn!(%error, "a file that is not taken could not be removed");
                }
                return Err(error);
            }
        };
        let Arrived { size, sha256, .. } = incoming.finish().await.map_err(|error| away(&error))?;
        let (owner_id, role) = (self.owner_id, self.role);
        let command = RegisterUpload { media_id, owner_id, role, filename, media_type, size, sha256 };
        Ok(Received { command, unwanted: Some(self.store.clone()) })
    }

    /// All bytes of it; tells what it is.
    async fn take(&self, name: &str, part: &mut Part, incoming: &mut Incoming) -> Result<MediaType, ApiError> {
        let mut media_type = None;
        while let Some(bytes) = part.chunk().await? {
            incoming.write(bytes).await.map_err(|error| refused(&error))?;
            if let (None, Some(first)) = (media_type, incoming.first()) {
                media_type = Some(self.taken(first)?);
            }
        }
        if incoming.size() == 0 {
            return Err(ApiError::invalid(name, "required"));
        }
        media_type.map_or_else(|| self.taken(incoming.first_so_far()), Ok)
    }

    fn taken(&self, first: &[u8]) -> Result<MediaType, ApiError> {
        let known = kind_of(first).and_then(MediaType::from_name);
        known
            .filter(|media_type| (self.takes)(*media_type, self.role))
            .ok_or_else(|| ApiError::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE))
    }
}

/// A file that is in the store, and not yet in the log. It goes when it is dropped, as when its sender is cut off, unless
/// the log may have been told of it ([`Received::registering`]).
pub(crate) struct Received {
    command: RegisterUpload,
    /// Where it is to be removed from.
    unwanted: Option<MediaStore>,
}

impl Received {
    /// The file.
    pub(crate) const fn media_id(&self) -> MediaId {
        self.command.media_id
    }

    /// Whose it is.
    pub(crate) const fn owner_id(&self) -> UserId {
        self.command.owner_id
    }

    /// What makes it known. From now on the log may have it, whatever becomes of this request.
    pub(crate) fn registering(mut self) -> RegisterUpload {
        self.unwanted = None;
        self.command.clone()
    }

    /// Removes it at once.
    pub(crate) async fn give_up(mut self) {
        if let Some(store) = self.unwanted.take() {
            remove(&store, self.command.media_id).await;
        }
    }
}

impl Drop for Received {
    fn drop(&mut self) {
        if let (Some(store), Ok(runtime)) = (self.unwanted.take(), tokio::runtime::Handle::try_current()) {
            let id = self.command.media_id;
            drop(runtime.spawn(async move { remove(&store, id).await }));
        }
    }
}

/// Removes a file that the log was to be told of and certainly has not been. Where that is in doubt it stays: a bad answer
/// may come of a commit that holds, and the sweep asks the log later.
pub(crate) async fn remove_refused(store: &MediaStore, file: Option<MediaId>, refusal: &Refusal) {
    let is_certain = match refusal {
        Refusal::Api(error) => !error.status().is_server_error(),
        Refusal::Duplicate => true,
    };
    if let Some(id) = file.filter(|_| is_certain) {
        remove(store, id).await;
    }
}

/// What can't be removed now is swept up later.
async fn remove(store: &MediaStore, id: MediaId) {
    if let Err(error) = store.remove(id).await {
        tracing::warn!(%error, "a file that nobody knows could not be removed");
    }
}

/// The name by itself: some browsers send the folders too.
fn last_of(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or_default()
}

fn refused(error: &IncomingError) -> ApiError {
    match error {
        IncomingError::TooLarge => ApiError::of_status(StatusCode::PAYLOAD_TOO_LARGE),
        IncomingError::Store(error) => away(error),
    }
}

/// 503; why is for the operators.
fn away(error: &StoreError) -> ApiError {
    tracing::error!(%error, "a file could not be stored");
    ApiError::unavailable(error.to_string())
}
