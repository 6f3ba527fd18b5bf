//! Personal data stays out of whatever is printed.
#![allow(clippy::expect_used)]

use events::{Event, Personal, StreamType, UserId, decode};
use serde_json::Value;

const GOLDEN: &str = include_str!("../golden/UserRegistered.v1.json");
const ERASED: &str = include_str!("../golden/UserRegistered.v1.erased.json");

fn registered(golden: &str) -> Event {
    let golden: Value = serde_json::from_str(golden).expect("JSON");
    decode(StreamType::User, "UserRegistered", 1, &golden["data"]).expect("an event")
}

#[test]
fn debug_output_shows_whose_it_is_and_not_what() {
    let id: UserId = "018f3a5c-7d10-7e42-9a31-5b6c7d8e9f01".parse().expect("a UUID");
    assert_eq!(format!("{:?}", Personal::new(id, "Amina")), format!("Personal(of {id})"));
    assert_eq!(format!("{:?}", Personal::<String>::erased(id)), format!("Personal(of {id}, erased)"));
}

#[test]
fn an_event_that_is_printed_shows_nothing_personal() {
    let event = registered(GOLDEN);
    for printed in [format!("{event:?}"), format!("{event:#?}")] {
        assert!(printed.contains("018f3a5c-7d10-7e42-9a31-5b6c7d8e9f01"), "{printed}");
        for personal in ["amina", "Amina", "exemple.fr", "Diallo", "argon2id"] {
            assert!(!printed.contains(personal), "{personal} in {printed}");
        }
    }
}

#[test]
fn what_is_left_of_the_erased_has_an_owner_and_no_value() {
    let (Event::User(events::UserEvent::UserRegistered(open)), Event::User(events::UserEvent::UserRegistered(erased))) =
        (registered(GOLDEN), registered(ERASED))
    else {
        unreachable!("both are registrations");
    };
    assert_eq!(open.email.value().map(String::as_str), Some("amina@exemple.fr"));
    assert_eq!((erased.email.owner(), erased.email.value()), (open.user_id, None));
}
