//! Where the bytes are: a folder, or a bucket of an S3-compatible service.

use std::ffi::OsStr;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use events::MediaId;
use futures::stream::BoxStream;
use futures::{StreamExt as _, TryStreamExt as _};
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ClientOptions, GetOptions, GetRange, ObjectStore, ObjectStoreExt as _};
use secrecy::ExposeSecret as _;
use service_kit::settings::{Bucket, Media};

/// Until a bucket is connected to.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// The bytes of all files. Cheap to clone.
#[derive(Clone, Debug)]
pub struct MediaStore {
    objects: Arc<dyn ObjectStore>,
    /// Where the files are; none when they are in a bucket.
    folder: Option<PathBuf>,
    /// Bytes of a file at most.
    limit: u64,
}

/// The store does not do what it is asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such file.
    #[error("no such file")]
    NotFound,
    /// It is away, or out of order.
    #[error("the media store is away: {0}")]
    Unavailable(String),
}

impl From<object_store::Error> for StoreError {
    fn from(error: object_store::Error) -> Self {
        if matches!(error, object_store::Error::NotFound { .. }) {
            return Self::NotFound;
        }
        Self::Unavailable(error.to_string())
    }
}

impl MediaStore {
    /// The store of the settings. A folder is made when it is not there.
    ///
    /// # Errors
    /// [`StoreError`] when the folder can't be made, or the bucket's settings are no good.
    pub fn open(settings: &Media) -> Result<Self, StoreError> {
        if let Some(bucket) = &settings.bucket {
            return Ok(Self { objects: Arc::new(s3(bucket)?), folder: None, limit: settings.limit });
        }
        let folder = settings.folder.clone();
        std::fs::create_dir_all(&folder).map_err(|error| of_folder(&folder, &error))?;
        // A file that the log knows must be there after a power failure too.
        let objects = Arc::new(LocalFileSystem::new_with_prefix(&folder)?.with_fsync(true));
        Ok(Self { objects, folder: Some(folder), limit: settings.limit })
    }

    /// Bytes of a file at most.
    #[must_use]
    pub const fn limit(&self) -> u64 {
        self.limit
    }

    pub(crate) fn objects(&self) -> &dyn ObjectStore {
        &*self.objects
    }

    /// The bytes of a file, or those of a range of it, in pieces.
    ///
    /// # Errors
    /// [`StoreError`], also while the pieces come.
    pub async fn read(
        &self,
        id: MediaId,
        range: Range<u64>,
    ) -> Result<BoxStream<'static, Result<Bytes, StoreError>>, StoreError> {
        let options = GetOptions { range: Some(GetRange::Bounded(range)), ..GetOptions::default() };
        let found = self.objects.get_opts(&path(id), options).await?;
        Ok(found.into_stream().map_err(StoreError::from).boxed())
    }

    /// Removes a file; one that is not there is no error.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn remove(&self, id: MediaId) -> Result<(), StoreError> {
        match self.objects.delete(&path(id)).await.map_err(StoreError::from) {
            Ok(()) | Err(StoreError::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The files that came before `until`: to be asked whether anybody needs them.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn came_before(&self, until: DateTime<Utc>) -> Result<Vec<MediaId>, StoreError> {
        let mut found = Vec::new();
        let mut objects = self.objects.list(None);
        while let Some(object) = objects.try_next().await? {
            if object.last_modified < until {
                found.extend(object.location.filename().and_then(|name| name.parse::<MediaId>().ok()));
            }
        }
        Ok(found)
    }

    /// Removes what processes that were killed have left of files on their way, when nothing was added to it since
    /// `until`; tells how many there were. The store's own list does not show them. In a bucket it is for the operator to
    /// say when unfinished uploads end (S3: the lifecycle rule `AbortIncompleteMultipartUpload`).
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn remove_torn(&self, until: DateTime<Utc>) -> Result<usize, StoreError> {
        let Some(folder) = &self.folder else { return Ok(0) };
        let failed = |error: std::io::Error| of_folder(folder, &error);
        let (mut files, mut removed) = (tokio::fs::read_dir(folder).await.map_err(failed)?, 0);
        while let Some(file) = files.next_entry().await.map_err(failed)? {
            if !is_torn(&file.file_name()) {
                continue;
            }
            // It may be gone, or whole, by now.
            let Ok(metadata) = file.metadata().await else { continue };
            if metadata.is_file() && DateTime::<Utc>::from(metadata.modified().map_err(failed)?) < until {
                tokio::fs::remove_file(file.path()).await.map_err(failed)?;
                removed += 1;
            }
        }
        Ok(removed)
    }
}

/// Whether a file is one on its way: `object_store` calls it by its later name, `#` and a number.
fn is_torn(name: &OsStr) -> bool {
    let parts = name.to_str().and_then(|name| name.split_once('#'));
    parts.is_some_and(|(id, number)| {
        id.parse::<MediaId>().is_ok() && !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit())
    })
}

fn of_folder(folder: &std::path::Path, error: &std::io::Error) -> StoreError {
    StoreError::Unavailable(format!("{}: {error}", folder.display()))
}

/// The name of a file in the store: its id, whatever people call it.
pub(crate) fn path(id: MediaId) -> Path {
    Path::from(id.to_string())
}

fn s3(bucket: &Bucket) -> Result<object_store::aws::AmazonS3, StoreError> {
    service_kit::tls::install();
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&bucket.name)
        .with_region(&bucket.region)
        .with_access_key_id(&bucket.access_key_id)
        .with_secret_access_key(bucket.secret_access_key.expose_secret())
        .with_client_options(ClientOptions::new().with_connect_timeout(CONNECT_LIMIT));
    if let Some(endpoint) = &bucket.endpoint {
        builder = builder.with_endpoint(endpoint).with_allow_http(endpoint.starts_with("http://"));
    }
    Ok(builder.build()?)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use chrono::TimeDelta;
    use uuid::Uuid;

    use super::*;
    use crate::Incoming;

    fn store() -> (tempfile::TempDir, MediaStore) {
        let folder = tempfile::tempdir().unwrap();
        let store = MediaStore::open(&Media { folder: folder.path().to_owned(), limit: 100, bucket: None }).unwrap();
        (folder, store)
    }

    fn names(folder: &tempfile::TempDir) -> Vec<String> {
        let files = folder.path().read_dir().unwrap();
        let mut names: Vec<_> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[tokio::test]
    async fn what_a_killed_process_has_left_is_removed_and_nothing_else() {
        let (folder, store) = store();
        let (whole, torn) = (MediaId::new(Uuid::from_u128(1)), MediaId::new(Uuid::from_u128(2)));
        let mut incoming = Incoming::begin(&store, whole).await.unwrap();
        incoming.write(Bytes::from_static(b"whole")).await.unwrap();
        let _ = incoming.finish().await.unwrap();
        // As after `kill -9`: nothing is run that would remove it.
        let mut incoming = Incoming::begin(&store, torn).await.unwrap();
        incoming.write(Bytes::from_static(b"half")).await.unwrap();
        std::mem::forget(incoming);
        std::fs::write(folder.path().join("notes#1"), "another's").unwrap();
        assert_eq!(names(&folder), [whole.to_string(), format!("{torn}#1"), "notes#1".to_owned()]);

        let (before, after) = (Utc::now() - TimeDelta::minutes(1), Utc::now() + TimeDelta::minutes(1));
        assert_eq!(store.remove_torn(before).await.unwrap(), 0, "it may still be on its way");
        assert_eq!(store.remove_torn(after).await.unwrap(), 1);
        assert_eq!(names(&folder), [whole.to_string(), "notes#1".to_owned()]);
        assert_eq!(store.came_before(before).await.unwrap(), []);
        assert_eq!(store.came_before(after).await.unwrap(), [whole]);
    }

    #[tokio::test]
    async fn who_gives_a_file_up_leaves_nothing() {
        let (folder, store) = store();
        let id = MediaId::new(Uuid::from_u128(1));
        let mut incoming = Incoming::begin(&store, id).await.unwrap();
        incoming.write(Bytes::from_static(b"half")).await.unwrap();
        assert_eq!(names(&folder).len(), 1);
        incoming.give_up().await.unwrap();
        assert_eq!(names(&folder), Vec::<String>::new());
    }
}
