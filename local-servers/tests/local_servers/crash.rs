//! A process that dies without a chance to clean up leaves no server behind, not even a suspended one.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use local_servers::{MongoServer, NatsServer, StartMongo, StartNats};

use crate::{binaries, runs, until};

#[tokio::test(flavor = "multi_thread")]
async fn servers_die_with_a_parent_that_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    binaries().await;
    let mut parent = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "crash::start_servers_and_wait_to_be_killed", "--nocapture"])
        .env("TEST_FOLDER", folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(parent.stdout.take().unwrap()).lines().map_while(Result::ok);
    let pids = lines.find_map(|line| line.strip_prefix("pids ").map(str::to_owned)).expect("the servers' process ids");
    let pids: Vec<u32> = pids.split(' ').map(|pid| pid.parse().unwrap()).collect();
    assert!(pids.len() == 2 && pids.iter().all(|pid| runs(*pid)));
    parent.kill().unwrap();
    parent.wait().unwrap();
    until("both servers are gone", || !pids.iter().any(|pid| runs(*pid))).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by another test, which kills it"]
async fn start_servers_and_wait_to_be_killed() {
    let Some(folder) = std::env::var_os("TEST_FOLDER").map(std::path::PathBuf::from) else { return };
    let found = binaries().await;
    let mongo = MongoServer::start(StartMongo::new(found.mongod, folder.join("mongo"))).await.unwrap();
    let nats = NatsServer::start(StartNats::new(found.nats_server, folder.join("nats"))).await.unwrap();
    mongo.suspend().unwrap();
    println!("\npids {} {}", mongo.pid().unwrap(), nats.pid().unwrap());
    tokio::time::sleep(Duration::from_secs(60)).await;
}
