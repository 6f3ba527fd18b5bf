//! Leases by the server's clock.

use bson::{Document, doc};
use event_log::{Held, LeaseState, Leases};

use crate::support::Process;

const NAME: &str = "projection/users";

/// Lets the lease run out, without the three seconds.
async fn run_out(process: &Process) {
    let leases = process.log.database().collection::<Document>("leases");
    let past = vec![doc! { "$set": { "expires_at": { "$subtract": ["$$NOW", 1_i64] } } }];
    assert_eq!(leases.update_one(doc! { "_id": NAME }, past).await.unwrap().matched_count, 1);
}

#[tokio::test]
async fn one_owner_at_a_time() {
    let process = Process::new().await;
    let leases = Leases::new(process.log.database());
    assert_eq!(leases.state(NAME).await.unwrap(), None);
    assert_eq!(leases.acquire(NAME, "a").await.unwrap(), Some(Held { epoch: 1 }));
    assert_eq!(leases.acquire(NAME, "b").await.unwrap(), None);
    assert_eq!(leases.acquire(NAME, "a").await.unwrap(), Some(Held { epoch: 1 }), "renewed");
    assert!(leases.renew(NAME, "a", Held { epoch: 1 }).await.unwrap());
    assert!(!leases.renew(NAME, "b", Held { epoch: 1 }).await.unwrap());
    let held = LeaseState { owner: "a".into(), epoch: 1, live: true };
    assert_eq!(leases.state(NAME).await.unwrap(), Some(held));
}

#[tokio::test]
async fn one_that_ran_out_goes_to_the_next_with_a_new_epoch() {
    let process = Process::new().await;
    let leases = Leases::new(process.log.database());
    leases.acquire(NAME, "a").await.unwrap();
    run_out(&process).await;
    let over = LeaseState { owner: "a".into(), epoch: 1, live: false };
    assert_eq!(leases.state(NAME).await.unwrap(), Some(over));
    assert!(!leases.renew(NAME, "a", Held { epoch: 1 }).await.unwrap());
    assert_eq!(leases.acquire(NAME, "b").await.unwrap(), Some(Held { epoch: 2 }));
    assert_eq!(leases.acquire(NAME, "a").await.unwrap(), None);
    assert!(!leases.renew(NAME, "a", Held { epoch: 1 }).await.unwrap());
    run_out(&process).await;
    // Also for the same owner: it can't know what happened in between.
    assert_eq!(leases.acquire(NAME, "b").await.unwrap(), Some(Held { epoch: 3 }));
}

#[tokio::test]
async fn one_that_was_given_back_is_free_at_once() {
    let process = Process::new().await;
    let leases = Leases::new(process.log.database());
    let held = leases.acquire(NAME, "a").await.unwrap().unwrap();
    leases.release(NAME, "b", held).await.unwrap();
    assert_eq!(leases.acquire(NAME, "b").await.unwrap(), None, "only the owner gives back");
    leases.release(NAME, "a", held).await.unwrap();
    assert_eq!(leases.acquire(NAME, "b").await.unwrap(), Some(Held { epoch: 2 }));
}

#[tokio::test]
async fn of_many_that_come_together_one_gets_it() {
    let process = Process::new().await;
    let leases = Leases::new(process.log.database());
    for epoch in 1..=5 {
        let owners: Vec<String> = (0..12).map(|number| format!("{epoch}-{number}")).collect();
        let all = owners.iter().map(|owner| leases.acquire(NAME, owner));
        let got: Vec<Held> = futures::future::try_join_all(all).await.unwrap().into_iter().flatten().collect();
        assert_eq!(got, [Held { epoch }]);
        run_out(&process).await;
    }
}

#[tokio::test]
async fn names_that_look_like_expressions_are_names() {
    let process = Process::new().await;
    let leases = Leases::new(process.log.database());
    leases.acquire(NAME, "$owner").await.unwrap();
    assert_eq!(leases.state(NAME).await.unwrap().unwrap().owner, "$owner");
    assert_eq!(leases.acquire(NAME, "$epoch").await.unwrap(), None);
}
