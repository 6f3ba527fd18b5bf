//! mongod: start, transactions, kill, restart, suspend, another port, a clean stop, errors.

use std::path::Path;
use std::time::Duration;

use local_servers::{MongoServer, StartError, StartMongo};
use mongodb::bson::{Document, doc};
use mongodb::{Client, Collection};

use crate::{binaries, runs, until};

async fn start(data_dir: &Path, port: Option<u16>) -> Result<MongoServer, StartError> {
    MongoServer::start(StartMongo { port, ..StartMongo::new(binaries().await.mongod, data_dir) }).await
}

async fn collection(server: &MongoServer) -> Collection<Document> {
    Client::with_uri_str(server.uri()).await.unwrap().database("test").collection("things")
}

async fn count(server: &MongoServer) -> u64 {
    collection(server).await.count_documents(doc! {}).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn data_outlives_kill_restart_stop_and_another_port() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = start(folder.path(), None).await.unwrap();
    let things = collection(&server).await;
    things.insert_one(doc! { "n": 1 }).await.unwrap();
    let mut session = things.client().start_session().await.unwrap();
    session.start_transaction().await.unwrap();
    things.insert_one(doc! { "n": 2 }).session(&mut session).await.unwrap();
    session.commit_transaction().await.unwrap();

    let (uri, pid) = (server.uri(), server.pid().unwrap());
    server.kill().await.unwrap();
    assert!(!runs(pid) && server.pid().is_none());
    server.restart().await.unwrap();
    assert_eq!(server.uri(), uri);
    assert_ne!(server.pid(), Some(pid));
    assert_eq!(count(&server).await, 2);

    assert!(server.stop(Duration::from_secs(20)).await.unwrap(), "it ends in order when asked");
    assert!(server.stop(Duration::ZERO).await.unwrap(), "a second stop has nothing to do");
    let moved = start(folder.path(), None).await.unwrap();
    assert_ne!(moved.uri(), uri);
    collection(&moved).await.insert_one(doc! { "n": 3 }).await.unwrap();
    assert_eq!(count(&moved).await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_server_answers_nothing_until_it_is_resumed() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = start(folder.path(), None).await.unwrap();
    let things = collection(&server).await;
    things.insert_one(doc! { "n": 1 }).await.unwrap();
    server.suspend().unwrap();
    let write = things.insert_one(doc! { "n": 2 });
    let mut write = std::pin::pin!(async { write.await });
    assert!(tokio::time::timeout(Duration::from_millis(300), &mut write).await.is_err(), "it answered");
    server.resume().unwrap();
    write.await.unwrap();
    assert_eq!(count(&server).await, 2);

    server.suspend().unwrap();
    let pid = server.pid().unwrap();
    server.stop(Duration::from_secs(20)).await.unwrap();
    assert!(!runs(pid), "a suspended server is stopped too");
    assert!(matches!(server.resume(), Err(StartError::NotRunning { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_has_its_own_process_group_and_dies_when_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), None).await.unwrap();
    let pid = server.pid().unwrap();
    let group = rustix::process::getpgid(rustix::process::Pid::from_raw(pid.cast_signed())).unwrap();
    assert_eq!(group.as_raw_nonzero().get().cast_unsigned(), pid);
    drop(server);
    assert!(!runs(pid));
}

/// The kernel's parent-death signal follows the thread that forked, and this one ends at once.
#[tokio::test(flavor = "multi_thread")]
async fn it_outlives_the_thread_that_started_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let server = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(start(&path, None)).unwrap()
    });
    let server = server.join().unwrap();
    assert_eq!(count(&server).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_keeps_it_from_starting_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let running = start(&folder.path().join("one"), None).await.unwrap();
    let taken = start(&folder.path().join("two"), Some(running.port())).await.unwrap_err();
    assert!(matches!(taken, StartError::PortTaken { port, .. } if port == running.port()), "{taken}");

    let locked = start(&folder.path().join("one"), None).await.unwrap_err();
    assert!(matches!(&locked, StartError::Exited { log, .. } if log.contains("DBPathInUse")), "{locked}");

    std::fs::write(folder.path().join("file"), "").unwrap();
    let no_folder = start(&folder.path().join("file"), None).await.unwrap_err();
    assert!(matches!(no_folder, StartError::Files { .. }), "{no_folder}");
    until("the first server still runs", || runs(running.pid().unwrap())).await;
}
