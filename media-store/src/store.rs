//! Where the bytes are: a folder, or a bucket of an S3-compatible service.

use std::ops::Range;
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
        let objects: Arc<dyn ObjectStore> = match &settings.bucket {
            Some(bucket) => Arc::new(s3(bucket)?),
            None => {
                std::fs::create_dir_all(&settings.folder)
                    .map_err(|error| StoreError::Unavailable(format!("{}: {error}", settings.folder.display())))?;
                Arc::new(LocalFileSystem::new_with_prefix(&settings.folder)?)
            }
        };
        Ok(Self { objects, limit: settings.limit })
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

    /// The files that came before a time, to be asked whether anybody knows them.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn older_than(&self, time: DateTime<Utc>) -> Result<Vec<MediaId>, StoreError> {
        let mut found = Vec::new();
        let mut objects = self.objects.list(None);
        while let Some(object) = objects.try_next().await? {
            if object.last_modified < time {
                found.extend(object.location.filename().and_then(|name| name.parse::<MediaId>().ok()));
            }
        }
        Ok(found)
    }
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
