//! The shapes of all events, frozen: `golden/<event type>.v<schema version>[.<case>].json`.
//!
//! What was written once must be readable for good. A changed shape is a new schema version with a golden file of its
//! own, and an upcaster; the old files stay as they are.
#![allow(clippy::expect_used, clippy::panic)]

use std::{collections::BTreeSet, fs, path::Path};

use events::{
    AccessEvent, AdminRosterEvent, AuditAccessEvent, CertificateEvent, CourseEvent, DecodeError, EmailClaimEvent,
    EnrollmentEvent, Event, InvoiceSeriesEvent, MediaEvent, ProjectionControlEvent, QuizAttemptEvent, QuizEvent,
    ReviewEvent, SessionEvent, StreamType, SubscriptionEvent, TransactionEvent, UserEvent, decode,
};
use serde_json::{Value, json};

/// From one list, the names of all event types and a `match` that does not compile while the list lacks one.
macro_rules! event_types {
    ($($stream:ident($events:ident): $($variant:ident)+;)+) => {
        const EVENT_TYPES: &[&str] = &[$($(stringify!($variant),)+)+];

        fn listed_name(event: &Event) -> &'static str {
            match event {
                $($(Event::$stream($events::$variant(_)) => stringify!($variant),)+)+
            }
        }
    };
}

event_types! {
    User(UserEvent): UserRegistered UserRoleChanged UserSuspended UserReactivated
        UserProfileChanged InstructorProfileChanged NotificationSettingsChanged InstructorApplied InstructorVerified InstructorRejected PasswordChanged PasswordResetRequested PasswordReset PasswordRehashed UserErased;
    EmailClaim(EmailClaimEvent): EmailClaimed EmailReleased;
    Session(SessionEvent): SessionStarted SessionRefreshed SessionRevoked;
    Course(CourseEvent): CourseCreated ModuleAdded LessonAdded CoursePublished CourseChanged CourseUnpublished
        CourseArchived CourseRestored ModuleChanged ModuleRemoved LessonChanged LessonRemoved OutlineArranged FaqAdded
        FaqChanged FaqRemoved;
    Quiz(QuizEvent): QuizCreated QuizChanged QuizRemoved;
    QuizAttempt(QuizAttemptEvent): QuizAttemptSubmitted;
    Enrollment(EnrollmentEvent): LearnerEnrolled EnrollmentResumed LessonProgressRecorded CourseCompleted
        EnrollmentDropped;
    Access(AccessEvent): AccessGranted AccessRevoked AccessSuspended AccessReinstated PurchaseOpened
        PurchaseClosed;
    Review(ReviewEvent): ReviewWritten ReviewChanged ReviewRemoved;
    Certificate(CertificateEvent): CertificateIssued;
    Media(MediaEvent): MediaUploaded MediaRemoved;
    Transaction(TransactionEvent): PaymentStarted PaymentAwaited PaymentCompleted PaymentFailed RefundRequested
        RefundFailed PaymentRefunded PaymentPartlyRefunded PaymentDisputed DisputeWon;
    Subscription(SubscriptionEvent): SubscriptionRequested SubscriptionStarted SubscriptionDeclined
        SubscriptionCancelled SubscriptionPaused SubscriptionResumed SubscriptionPlanChanged SubscriptionRenewed
        SubscriptionExpired;
    InvoiceSeries(InvoiceSeriesEvent): InvoiceIssued CreditNoteIssued;
    AdminRoster(AdminRosterEvent): AdminJoined AdminLeft;
    AuditAccess(AuditAccessEvent): AuditTrailRead;
    ProjectionControl(ProjectionControlEvent): RebuildRequested RebuildCancelled RebuildEnded ParkedRetryRequested;
}

struct Golden {
    file: String,
    event_type: String,
    schema_version: u32,
    data: Value,
}

fn goldens() -> Vec<Golden> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    let mut goldens: Vec<Golden> = fs::read_dir(&folder)
        .expect("the folder golden")
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let file = path.file_name().expect("a name").to_string_lossy().into_owned();
            let text = fs::read_to_string(&path).expect("a readable file");
            let mut json: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
            let event_type = json["type"].as_str().unwrap_or_else(|| panic!("{file} has no type")).to_owned();
            let schema_version = json["schema_version"].as_u64().and_then(|version| u32::try_from(version).ok());
            let schema_version = schema_version.unwrap_or_else(|| panic!("{file} has no schema_version"));
            let data = json["data"].take();
            assert!(file.starts_with(&format!("{event_type}.v{schema_version}.")), "{file} is misnamed");
            Golden { file, event_type, schema_version, data }
        })
        .collect();
    goldens.sort_by(|a, b| a.file.cmp(&b.file));
    goldens
}

/// The event of a golden file and the one kind of stream that knows its type.
fn decoded(golden: &Golden) -> (StreamType, Event) {
    let mut found = Vec::new();
    for &stream in StreamType::ALL {
        match decode(stream, &golden.event_type, golden.schema_version, &golden.data) {
            Ok(event) => found.push((stream, event)),
            Err(DecodeError::UnknownType { .. }) => {}
            Err(error) => panic!("{} on {stream}: {error}", golden.file),
        }
    }
    assert_eq!(found.len(), 1, "{} is an event of {found:?}", golden.file);
    found.remove(0)
}

#[test]
fn every_golden_file_is_read_and_written_back_as_it_is() {
    for golden in goldens() {
        let (_, event) = decoded(&golden);
        assert_eq!(event.type_name(), golden.event_type, "{}", golden.file);
        assert_eq!(listed_name(&event), golden.event_type, "{}", golden.file);
        // An old version comes out in today's shape, which a golden file of its own freezes.
        if golden.schema_version == event.schema_version() {
            assert_eq!(event.to_data().expect("JSON"), golden.data, "{}", golden.file);
        }
    }
}

#[test]
fn every_version_of_every_event_type_has_a_golden_file() {
    let goldens = goldens();
    for event_type in EVENT_TYPES {
        let of_type: Vec<&Golden> = goldens.iter().filter(|golden| golden.event_type == *event_type).collect();
        let first = of_type.first().unwrap_or_else(|| panic!("{event_type} has no golden file"));
        let present: BTreeSet<u32> = of_type.iter().map(|golden| golden.schema_version).collect();
        let expected: BTreeSet<u32> = (1..=decoded(first).1.schema_version()).collect();
        assert_eq!(present, expected, "golden versions of {event_type}");
        for version in expected {
            let plain = format!("{event_type}.v{version}.json");
            assert!(of_type.iter().any(|golden| golden.file == plain), "{plain} is missing");
        }
    }
}

#[test]
fn what_is_null_in_one_golden_file_is_full_in_another() {
    let goldens = goldens();
    for golden in &goldens {
        for path in nulls(&golden.data, "") {
            let is_full = |other: &Golden| other.data.pointer(&path).is_some_and(|value| !value.is_null());
            let mut same_type = goldens.iter().filter(|other| other.event_type == golden.event_type);
            assert!(same_type.any(is_full), "{}: no golden file with {path} full", golden.file);
        }
    }
}

#[test]
fn whose_personal_data_an_event_holds_it_is_about() {
    for golden in goldens() {
        let subjects: Vec<String> = decoded(&golden).1.subjects().iter().map(ToString::to_string).collect();
        let person = golden.data.get("user_id").and_then(Value::as_str);
        let owners = objects(&golden.data, "")
            .into_iter()
            .filter_map(|path| golden.data.pointer(&path)?.get("personal_of").and_then(Value::as_str));
        for owner in owners.chain(person) {
            assert!(subjects.iter().any(|subject| subject == owner), "{}: {owner} not in {subjects:?}", golden.file);
        }
    }
}

#[test]
fn an_unknown_field_is_an_error_at_any_depth() {
    let mut tried = 0;
    for golden in goldens() {
        let (stream, event) = decoded(&golden);
        if golden.schema_version != event.schema_version() {
            continue;
        }
        for path in objects(&golden.data, "") {
            let mut data = golden.data.clone();
            data.pointer_mut(&path).expect("an object of it")["surprise"] = json!(1);
            let outcome = decode(stream, &golden.event_type, golden.schema_version, &data);
            assert!(matches!(outcome, Err(DecodeError::Malformed { .. })), "{} at {path:?}: {outcome:?}", golden.file);
            tried += 1;
        }
    }
    assert!(tried > goldens().len(), "some events have objects within objects");
}

#[test]
fn an_unknown_type_or_version_is_an_error() {
    for golden in goldens() {
        let (stream, event) = decoded(&golden);
        let other_name = format!("{}2", golden.event_type);
        let outcome = decode(stream, &other_name, golden.schema_version, &golden.data);
        assert!(matches!(outcome, Err(DecodeError::UnknownType { .. })), "{}: {outcome:?}", golden.file);
        for version in [0, event.schema_version() + 1] {
            let outcome = decode(stream, &golden.event_type, version, &golden.data);
            assert!(matches!(outcome, Err(DecodeError::UnknownVersion(_))), "{}: {outcome:?}", golden.file);
        }
    }
}

#[test]
fn data_of_another_shape_is_an_error() {
    for golden in goldens() {
        let (stream, _) = decoded(&golden);
        for data in [Value::Null, json!([]), json!("text"), json!({})] {
            let outcome = decode(stream, &golden.event_type, golden.schema_version, &data);
            let is_malformed = matches!(outcome, Err(DecodeError::Malformed { .. }));
            assert!(is_malformed, "{} as {data}: {outcome:?}", golden.file);
        }
    }
}

/// The JSON pointers (RFC 6901) of all objects in a value.
fn objects(value: &Value, path: &str) -> Vec<String> {
    let mut paths =
        children(value, path).into_iter().flat_map(|(path, child)| objects(child, &path)).collect::<Vec<_>>();
    if value.is_object() {
        paths.push(path.to_owned());
    }
    paths
}

/// The JSON pointers of all nulls in a value.
fn nulls(value: &Value, path: &str) -> Vec<String> {
    if value.is_null() {
        return vec![path.to_owned()];
    }
    children(value, path).into_iter().flat_map(|(path, child)| nulls(child, &path)).collect()
}

fn children<'a>(value: &'a Value, path: &str) -> Vec<(String, &'a Value)> {
    match value {
        Value::Object(fields) => fields.iter().map(|(name, child)| (format!("{path}/{name}"), child)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(n, child)| (format!("{path}/{n}"), child)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}
