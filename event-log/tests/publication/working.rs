//! The tasks that publish by themselves.

use event_log::{HeadRecorder, HeadSigner, Leases, PUBLISHER_LEASE, PublisherSettings, start_publisher, start_waker};
use futures::StreamExt;
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::support::{Process, fresh_names, own_nats, until};

/// A publisher task, ended with the test.
struct Task {
    handle: JoinHandle<()>,
    cancel: CancellationToken,
    _folder: TempDir,
}

impl Drop for Task {
    fn drop(&mut self) {
        self.handle.abort();
    }
}

fn start(process: &Process) -> Task {
    let folder = TempDir::new().unwrap();
    let heads = HeadRecorder::new(HeadSigner::new(&[3; 32]), folder.path().join("heads.ndjson"));
    let cancel = CancellationToken::new();
    let settings = PublisherSettings::default();
    let handle = start_publisher(&process.log, &process.nats, &settings, heads, cancel.clone());
    Task { handle, cancel, _folder: folder }
}

async fn holder(process: &Process) -> Option<String> {
    let state = Leases::new(process.log.database()).state(PUBLISHER_LEASE).await.unwrap();
    state.filter(|state| state.live).map(|state| state.owner)
}

#[tokio::test]
async fn what_is_committed_is_published() {
    let process = Process::new().await;
    process.append(30).await;
    let _task = start(&process);
    process.until_published(30).await;
    for last in 31..=40 {
        process.append(1).await;
        process.until_published(last).await;
    }
    process.assert_stream_is_log(1).await;
}

#[tokio::test]
async fn nats_may_die_and_come_back_while_events_are_committed() {
    let (mut nats, _folder) = own_nats().await;
    let process = Process::with_nats(fresh_names(), &nats.url()).await;
    let _task = start(&process);
    process.append(500).await;
    process.until_published(500).await;
    for kill in 1..=2 {
        let (_, killed) = tokio::join!(process.append(500), nats.kill());
        killed.unwrap();
        process.append(100).await;
        nats.restart().await.unwrap();
        process.until_published(500 + kill * 600).await;
    }
    process.assert_stream_is_log(1).await;
}

#[tokio::test]
async fn of_two_processes_one_publishes_what_both_commit() {
    let first = Process::new().await;
    let second = Process::of(first.log.names().clone()).await;
    let (_one, _two) = (start(&first), start(&second));
    tokio::join!(first.append(400), second.append(400));
    first.until_published(800).await;
    first.assert_stream_is_log(1).await;
}

#[tokio::test]
async fn a_publisher_that_stops_gives_the_lease_to_the_next() {
    let first = Process::new().await;
    let second = Process::of(first.log.names().clone()).await;
    let mut one = start(&first);
    until("held", async || holder(&first).await.is_some()).await;
    let before = holder(&first).await;
    let _two = start(&second);
    one.cancel.cancel();
    (&mut one.handle).await.unwrap();
    assert_ne!(holder(&first).await, before, "given back");
    first.append(10).await;
    second.until_published(10).await;
    second.assert_stream_is_log(1).await;
}

#[tokio::test]
async fn a_publisher_that_dies_is_replaced_when_its_lease_has_run_out() {
    let first = Process::new().await;
    let second = Process::of(first.log.names().clone()).await;
    let one = start(&first);
    first.append(10).await;
    first.until_published(10).await;
    let before = holder(&first).await;
    drop(one);
    let _two = start(&second);
    first.append(10).await;
    second.until_published(20).await;
    assert_ne!(holder(&second).await, before);
    second.assert_stream_is_log(1).await;
}

#[tokio::test]
async fn one_that_does_not_publish_wakes_the_one_that_does() {
    let process = Process::new().await;
    let mut calls = process.nats.subscribe(process.log.names().wake_subject()).await.unwrap();
    process.nats.flush().await.unwrap();
    let cancel = CancellationToken::new();
    let waker = start_waker(&process.log, &process.nats, cancel.clone());
    process.append(1).await;
    let call = tokio::time::timeout(std::time::Duration::from_secs(10), calls.next()).await;
    assert!(call.unwrap().is_some());
    cancel.cancel();
    waker.await.unwrap();
}
