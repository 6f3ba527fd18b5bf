//! Finding and fetching the binaries.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use local_servers::{
    FetchError, MongoServer, NatsServer, ProbeError, ServerKind, StartMongo, StartNats, Wanted, default_cache_dir,
    fetch, find_or_fetch,
};

use crate::binaries;

/// Writes a program that answers `--version` with that text.
fn program(folder: &Path, name: &str, version: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, format!("#!/bin/sh\necho '{version}'\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_cache_is_filled_once_and_what_is_in_it_runs() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    let (first, second) = tokio::join!(fetch(&cache, true), fetch(&cache, false));
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_eq!(first, second);
    assert!(first.mongod.starts_with(&cache) && first.nats_server.starts_with(&cache));

    let inode = |path: &Path| std::os::unix::fs::MetadataExt::ino(&fs::metadata(path).unwrap());
    let before = inode(&first.mongod);
    assert_eq!(fetch(&cache, false).await.unwrap(), first);
    assert_eq!(inode(&first.mongod), before, "a full cache is not filled again");
    let left: Vec<_> = fs::read_dir(&cache).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().starts_with("fetching")), "{left:?}");

    MongoServer::start(StartMongo::new(first.mongod, folder.path().join("mongo"))).await.unwrap();
    NatsServer::start(StartNats::new(first.nats_server, folder.path().join("nats"))).await.unwrap();
}

#[tokio::test]
async fn a_setting_that_names_nothing_is_an_error_that_names_it() {
    let wanted = Wanted { mongod: Some("/nowhere/mongod".into()), ..Wanted::default() };
    let error = find_or_fetch(&wanted, false).await.unwrap_err();
    assert!(matches!(error, FetchError::Setting { reason: ProbeError::Missing, .. }), "{error}");
    let text = error.to_string();
    assert!(text.contains("HAR_MONGOD") && text.contains("/nowhere/mongod"), "{text}");
}

#[tokio::test]
async fn a_setting_that_names_a_server_too_old_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let old = program(folder.path(), "mongod", "db version v5.0.31");
    let error = find_or_fetch(&Wanted { mongod: Some(old), ..Wanted::default() }, false).await.unwrap_err();
    assert!(matches!(error, FetchError::Setting { reason: ProbeError::TooOld { .. }, .. }), "{error}");
    assert!(error.to_string().contains("5.0.31") && error.to_string().contains("6.0.0"), "{error}");

    let old = program(folder.path(), "nats-server", "nats-server: v2.8.4");
    let wanted = Wanted { mongod: Some(binaries().await.mongod), nats_server: Some(old.clone()), ..Wanted::default() };
    let error = find_or_fetch(&wanted, false).await.unwrap_err();
    let FetchError::Setting { kind: ServerKind::NatsServer, path, reason: ProbeError::TooOld { .. } } = error else {
        panic!("{error}");
    };
    assert_eq!(path, old);
}

#[tokio::test]
async fn a_setting_that_names_something_else_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let stranger = program(folder.path(), "mongod", "hello");
    let error = find_or_fetch(&Wanted { mongod: Some(stranger), ..Wanted::default() }, false).await.unwrap_err();
    assert!(matches!(error, FetchError::Setting { reason: ProbeError::NoVersion { .. }, .. }), "{error}");

    let text = folder.path().join("text");
    fs::write(&text, "no program").unwrap();
    let error = find_or_fetch(&Wanted { mongod: Some(text), ..Wanted::default() }, false).await.unwrap_err();
    assert!(matches!(error, FetchError::Setting { reason: ProbeError::NotRunnable(_), .. }), "{error}");
}

/// `PATH` is the process's, so the search runs in another one: [`search_in_another_process`].
#[tokio::test]
async fn a_server_on_path_is_taken_before_the_cache_and_passed_over_when_too_old() {
    let cached = fetch(&default_cache_dir(), true).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let on_path = folder.path().join("bin");
    fs::create_dir(&on_path).unwrap();
    program(&on_path, "mongod", "db version v4.4.29");
    let newer = program(&on_path, "nats-server", "nats-server: v2.12.1");
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "find::search_in_another_process", "--nocapture"])
        .env("PATH", &on_path)
        .env("TEST_SEARCH", "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    assert!(text.contains(&format!("\nmongod={}\n", cached.mongod.display())), "{text}");
    assert!(text.contains(&format!("\nnats-server={}\n", newer.display())), "{text}");
}

#[tokio::test]
#[ignore = "run by another test, with an environment of its own"]
async fn search_in_another_process() {
    if std::env::var_os("TEST_SEARCH").is_none() {
        return;
    }
    let found = find_or_fetch(&Wanted::default(), false).await.unwrap();
    println!("\nmongod={}\nnats-server={}", found.mongod.display(), found.nats_server.display());
}
