//! What MongoDB itself refuses of the log, whoever writes it.

use bson::{Bson, Document, doc};
use event_log::canonical_document;

use crate::support::{new_user, register, with_log};

/// MongoDB's code of a document that its collection's validator refuses.
const VALIDATION_FAILURE: i32 = 121;

#[test]
fn an_event_with_another_field_or_kind_is_refused() {
    with_log(async |log| {
        log.log.append(register(&log.log, new_user(), "ada@example.org")).await.unwrap();
        let event = canonical_document(&log.all_checked().await[0]).unwrap();
        let events = log.log.database().collection::<Document>("events");
        let mut another = event.clone();
        another.extend(doc! { "_id": 2_i64, "key": "another" });
        events.insert_one(&another).await.unwrap();
        another.extend(doc! { "_id": 3_i64, "key": "a third" });
        let refused = async |document: Document| {
            let error = events.insert_one(&document).await.unwrap_err();
            assert!(error.to_string().contains(&format!("code: {VALIDATION_FAILURE}")), "{error} for {document}");
        };
        for (name, value) in &event {
            let mut without = another.clone();
            without.remove(name);
            // MongoDB would give it an id of its own, which is no position.
            refused(without.clone()).await;
            without.insert("unheard_of", value.clone());
            refused(without).await;
            let mut of_another_kind = another.clone();
            of_another_kind.insert(name, Bson::Boolean(true));
            refused(of_another_kind).await;
        }
        another.insert("unheard_of", "text");
        refused(another).await;
    });
}
