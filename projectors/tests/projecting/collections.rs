//! Making collections.

use std::sync::Arc;

use bson::{Document, doc};
use projectors::{Courses, Projection, Users};
use read_models::{Collection, LESSONS, USERS, ensure};

use crate::support::with_academy;

#[test]
fn made_as_often_as_one_likes_by_all_at_once() {
    let both: [Arc<dyn Projection>; 2] = [Arc::new(Users), Arc::new(Courses)];
    with_academy(&[], |academy| async move {
        let collections = projectors::collections(&both);
        let database = academy.log.database();
        let (one, other, third) = tokio::join!(
            ensure(database, &collections),
            ensure(database, &collections),
            ensure(database, &collections)
        );
        one.and(other).and(third).unwrap();
        ensure(database, &collections).await.unwrap();
        let names = database.list_collection_names().await.unwrap();
        assert!(collections.iter().all(|collection| names.iter().any(|name| name == collection.name)), "{names:?}");
        let indexes = database.collection::<Document>(LESSONS.name).list_index_names().await.unwrap();
        assert_eq!(indexes, ["_id_", "course_module_order", "module_order", "uploads"]);
    });
}

#[test]
fn a_changed_validator_replaces_the_old_one() {
    with_academy(&[], |academy| async move {
        let database = academy.log.database();
        ensure(database, &[USERS]).await.unwrap();
        let users = database.collection::<Document>(USERS.name);
        assert!(users.insert_one(doc! { "_id": "somebody" }).await.is_err(), "not of the shape");
        let loose = Collection { schema: || doc! { "bsonType": "object" }, ..USERS };
        ensure(database, &[loose]).await.unwrap();
        users.insert_one(doc! { "_id": "somebody" }).await.unwrap();
    });
}

#[test]
fn secrets_find_no_place_in_users() {
    let fields = (USERS.schema)();
    assert!(!fields.get_bool("additionalProperties").unwrap());
    let properties = fields.get_document("properties").unwrap();
    assert!(!properties.keys().any(|name| name.contains("password") || name.contains("hash")), "{properties}");
}
