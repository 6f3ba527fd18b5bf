//! nats-server: JetStream keeps what it has across kill and restart, and loses it when wiped.

use std::time::Duration;

use local_servers::{NatsServer, StartError, StartNats};

use crate::{binaries, runs};

async fn jetstream(server: &NatsServer) -> async_nats::jetstream::Context {
    async_nats::jetstream::new(async_nats::connect(server.url()).await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_store_outlives_kill_and_restart_but_not_a_wipe() {
    let folder = tempfile::tempdir().unwrap();
    let settings = StartNats::new(binaries().await.nats_server, folder.path().join("store"));
    let mut server = NatsServer::start(settings.clone()).await.unwrap();
    let config = async_nats::jetstream::stream::Config {
        name: "THINGS".to_owned(),
        subjects: vec!["things".to_owned()],
        ..Default::default()
    };
    let context = jetstream(&server).await;
    context.create_stream(config).await.unwrap();
    context.publish("things", "one".into()).await.unwrap().await.unwrap();

    let (url, pid) = (server.url(), server.pid().unwrap());
    server.kill().await.unwrap();
    assert!(!runs(pid) && server.pid().is_none());
    server.restart().await.unwrap();
    assert_eq!(server.url(), url);
    let stream = jetstream(&server).await.get_stream("THINGS").await.unwrap();
    assert_eq!(stream.cached_info().state.messages, 1);

    server.suspend().unwrap();
    let asked = tokio::time::timeout(Duration::from_millis(300), async_nats::connect(server.url())).await;
    assert!(!matches!(asked, Ok(Ok(_))), "a suspended server answered");
    server.resume().unwrap();
    async_nats::connect(server.url()).await.unwrap();

    server.wipe_and_restart().await.unwrap();
    assert_eq!(server.url(), url);
    assert!(jetstream(&server).await.get_stream("THINGS").await.is_err(), "the store was to be gone");

    let taken = NatsServer::start(StartNats {
        port: Some(server.port()),
        ..StartNats::new(settings.binary, folder.path().join("other"))
    });
    assert!(matches!(taken.await.unwrap_err(), StartError::PortTaken { .. }));
    assert!(server.stop(Duration::from_secs(10)).await.unwrap(), "it ends in order when asked");
}
