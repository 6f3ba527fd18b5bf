//! A file on its way in.

use bytes::Bytes;
use events::MediaId;
use object_store::ObjectStoreExt as _;
use object_store::WriteMultipart;
use sha2::{Digest as _, Sha256};

use crate::store::path;
use crate::{MediaStore, StoreError};

/// As many first bytes as tell what a file is; an archive shows what it holds by the names of its first entries.
const FIRST: usize = 8 * 1024;
/// Pieces that are being written at the same time.
const AT_A_TIME: usize = 4;

/// A file on its way in: what has come of it is measured and hashed, and written in pieces. When it is dropped before
/// [`Incoming::finish`], nothing is left of it.
pub struct Incoming {
    id: MediaId,
    limit: u64,
    upload: Option<WriteMultipart>,
    size: u64,
    hasher: Sha256,
    first: Vec<u8>,
}

/// A file that has come whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// Its id.
    pub id: MediaId,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of the bytes.
    pub sha256: [u8; 32],
}

/// Why a file does not come in.
#[derive(Debug, thiserror::Error)]
pub enum IncomingError {
    /// It has more bytes than a file may have.
    #[error("the file is too large")]
    TooLarge,
    /// The store does not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Incoming {
    /// Begins to take in a file under a new id.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn begin(store: &MediaStore, id: MediaId) -> Result<Self, StoreError> {
        let upload = store.objects().put_multipart(&path(id)).await?;
        let upload = Some(WriteMultipart::new(upload));
        Ok(Self { id, limit: store.limit(), upload, size: 0, hasher: Sha256::new(), first: Vec::new() })
    }

    /// The next bytes.
    ///
    /// # Errors
    /// [`IncomingError`]; the file is to be given up then.
    pub async fn write(&mut self, bytes: Bytes) -> Result<(), IncomingError> {
        self.size += bytes.len() as u64;
        if self.size > self.limit {
            return Err(IncomingError::TooLarge);
        }
        let wanted = FIRST.saturating_sub(self.first.len()).min(bytes.len());
        self.first.extend_from_slice(bytes.get(..wanted).unwrap_or_default());
        self.hasher.update(&bytes);
        if let Some(upload) = &mut self.upload {
            // Whoever sends faster than can be written waits; memory holds a few pieces and no more.
            upload.wait_for_capacity(AT_A_TIME).await.map_err(StoreError::from)?;
            upload.put(bytes);
        }
        Ok(())
    }

    /// The first bytes, once there are enough to tell what the file is; none before.
    #[must_use]
    pub fn first(&self) -> Option<&[u8]> {
        (self.first.len() == FIRST).then_some(self.first.as_slice())
    }

    /// The first bytes, as many as there are.
    #[must_use]
    pub fn first_so_far(&self) -> &[u8] {
        &self.first
    }

    /// How many bytes have come.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The file is whole: from now on it can be read.
    ///
    /// # Errors
    /// [`StoreError`]; nothing is left of it then.
    pub async fn finish(mut self) -> Result<Arrived, StoreError> {
        if let Some(upload) = self.upload.take() {
            upload.finish().await?;
        }
        let sha256 = std::mem::take(&mut self.hasher).finalize().into();
        Ok(Arrived { id: self.id, size: self.size, sha256 })
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        // A folder forgets it by itself; of a bucket it has to be asked.
        if let (Some(upload), Ok(runtime)) = (self.upload.take(), tokio::runtime::Handle::try_current()) {
            drop(runtime.spawn(upload.abort()));
        }
    }
}
