//! Making collections: with their validators and indexes, as often as one likes, by as many processes as there are.

use std::time::Duration;

use bson::{Document, doc};
use event_log::{LogError, has_code, within};
use mongodb::error::Error;
use mongodb::options::IndexOptions;
use mongodb::{Database, IndexModel};

/// Making an index over a large collection takes its time; at start only.
const START_LIMIT: Duration = Duration::from_secs(30);
/// Collections that are made at the same time.
const AT_A_TIME: usize = 8;

/// What a collection is to be: name, shape of its documents, and what it is searched by.
#[derive(Clone, Copy, Debug)]
pub struct Collection {
    /// Its name in the database.
    pub name: &'static str,
    /// Its `$jsonSchema`.
    pub schema: fn() -> Document,
    /// Name and keys of each index. None is unique: two versions of a fact that cross in a batch would fail it.
    pub indexes: fn() -> Vec<(&'static str, Document)>,
}

impl Collection {
    /// Makes the collection under `name`, which is its own name or that of a shadow being rebuilt. What is there
    /// already stays; a validator that has changed is replaced.
    ///
    /// # Errors
    /// [`LogError::Unavailable`] when MongoDB is away or too slow; an index whose keys have changed under the same name.
    pub async fn create(&self, database: &Database, name: &str) -> Result<(), LogError> {
        self.create_bare(database, name).await?;
        self.create_indexes(database, name, START_LIMIT).await
    }

    /// Makes the collection under `name` with its validator and without its indexes, which are made faster over
    /// documents that are there.
    ///
    /// # Errors
    /// [`LogError::Unavailable`] when MongoDB is away or too slow.
    pub async fn create_bare(&self, database: &Database, name: &str) -> Result<(), LogError> {
        let schema = doc! { "$jsonSchema": (self.schema)() };
        within(START_LIMIT, async {
            match database.create_collection(name).validator(schema.clone()).await {
                Ok(()) => Ok(()),
                Err(error) if is_existing(&error) => self.modify(database, name, &schema).await,
                Err(error) => Err(error),
            }
        })
        .await
    }

    /// Makes the indexes of the collection under `name`, within `limit`.
    ///
    /// # Errors
    /// [`LogError::Unavailable`] when MongoDB is away or too slow; an index whose keys have changed under the same name.
    pub async fn create_indexes(&self, database: &Database, name: &str, limit: Duration) -> Result<(), LogError> {
        within(limit, async {
            let indexes = (self.indexes)();
            if !indexes.is_empty() {
                let models = indexes.into_iter().map(|(name, keys)| {
                    let options = IndexOptions::builder().name(name.to_owned()).build();
                    IndexModel::builder().keys(keys).options(options).build()
                });
                database.collection::<Document>(name).create_indexes(models).await?;
            }
            Ok(())
        })
        .await
    }

    /// Replaces the validator where it differs: `collMod` locks the collection, so not at each start.
    async fn modify(&self, database: &Database, name: &str, schema: &Document) -> Result<(), Error> {
        use futures::TryStreamExt as _;

        let found: Vec<_> = database.list_collections().filter(doc! { "name": name }).await?.try_collect().await?;
        let current = found.into_iter().next().and_then(|found| found.options.validator);
        if current.as_ref() != Some(schema) {
            database.run_command(doc! { "collMod": name, "validator": schema }).await?;
        }
        Ok(())
    }
}

/// Makes the collections that are asked for, some at a time: MongoDB journals each of them, and does so for several
/// together.
///
/// # Errors
/// As [`Collection::create`].
pub async fn ensure(database: &Database, which: &[Collection]) -> Result<(), LogError> {
    use futures::{StreamExt as _, TryStreamExt as _};

    let creating = which.iter().map(|collection| collection.create(database, collection.name));
    futures::stream::iter(creating).buffer_unordered(AT_A_TIME).try_collect().await
}

fn is_existing(error: &Error) -> bool {
    const NAMESPACE_EXISTS: i32 = 48;
    has_code(error, NAMESPACE_EXISTS)
}
