//! Makes a mongod that listens the primary of its own set: initiates it when new, corrects its address when moved.

use std::time::Duration;

use mongodb::Client;
use mongodb::bson::{Bson, Document, doc};
use mongodb::error::{Error, ErrorKind};
use mongodb::options::{ClientOptions, ServerAddress};

use crate::error::StartError;
use crate::run::ready::Attempt;

/// The replica set's name.
pub(super) const SET_NAME: &str = "rs0";

/// `NotYetInitialized` (MongoDB error codes): there is no replica-set configuration.
const NOT_YET_INITIALIZED: i32 = 94;

/// Limit of one question to a server on this machine.
const ASK_LIMIT: Duration = Duration::from_secs(2);

/// Returns once the server is primary under its own address and is the process that was started.
pub(super) async fn become_primary(attempt: &mut Attempt<'_>) -> Result<(), StartError> {
    let host = format!("127.0.0.1:{}", attempt.port);
    let mut client = None;
    loop {
        // A client whose first look failed looks again only after half a second: a new one is quicker.
        let current = match client.take() {
            Some(client) => Ok(client),
            None => connect(attempt.port),
        };
        match advance(current, &host, attempt.process.pid()).await {
            Ok((_, true)) => return attempt.check_alive(),
            Ok((kept, false)) => {
                client = Some(kept);
                attempt.wait(|| "it is not primary yet".to_owned()).await?;
            }
            Err(error) => attempt.wait(|| error.to_string()).await?,
        }
    }
}

/// One step; true once nothing is left to do.
async fn advance(client: Result<Client, Error>, host: &str, pid: u32) -> Result<(Client, bool), Error> {
    let client = client?;
    let hello = ask(&client, doc! { "hello": 1 }).await?;
    if hello.get_bool("isWritablePrimary").unwrap_or(false) {
        let status = ask(&client, doc! { "serverStatus": 1 }).await?;
        if status.get("pid").and_then(as_integer) != Some(i64::from(pid)) {
            return Err(Error::custom("another mongod answers on this port"));
        }
        return Ok((client, true));
    }
    match ask(&client, doc! { "replSetGetConfig": 1 }).await {
        Ok(answer) => correct_address(&client, answer, host).await?,
        Err(error) if code(&error) == Some(NOT_YET_INITIALIZED) => {
            let members = vec![doc! { "_id": 0, "host": host }];
            let config = doc! { "_id": SET_NAME, "members": members };
            ask(&client, doc! { "replSetInitiate": config }).await?;
        }
        Err(error) => return Err(error),
    }
    Ok((client, false))
}

/// Gives the set's one member the address on which it now listens. Forced, since a moved member is in no set that
/// could vote on it.
async fn correct_address(client: &Client, answer: Document, host: &str) -> Result<(), Error> {
    let mut config = answer.get_document("config").map_err(Error::custom)?.clone();
    let members = config.get_array_mut("members").map_err(Error::custom)?;
    let [Bson::Document(member)] = members.as_mut_slice() else {
        return Err(Error::custom("the data belongs to a replica set of several members"));
    };
    if member.get_str("host").is_ok_and(|stored| stored == host) {
        return Ok(());
    }
    member.insert("host", host);
    let version = config.get("version").and_then(as_integer).unwrap_or(0) + 1;
    config.insert("version", version);
    ask(client, doc! { "replSetReconfig": config, "force": true }).await.map(drop)
}

fn connect(port: u16) -> Result<Client, Error> {
    let address = ServerAddress::Tcp { host: "127.0.0.1".to_owned(), port: Some(port) };
    Client::with_options(
        ClientOptions::builder()
            .hosts(vec![address])
            .direct_connection(true)
            .server_selection_timeout(ASK_LIMIT)
            .connect_timeout(ASK_LIMIT)
            .build(),
    )
}

async fn ask(client: &Client, command: Document) -> Result<Document, Error> {
    match tokio::time::timeout(ASK_LIMIT, client.database("admin").run_command(command)).await {
        Ok(answer) => answer,
        Err(_) => Err(Error::custom("no answer in time")),
    }
}

fn code(error: &Error) -> Option<i32> {
    if let ErrorKind::Command(command) = &*error.kind { Some(command.code) } else { None }
}

fn as_integer(value: &Bson) -> Option<i64> {
    value.as_i64().or_else(|| value.as_i32().map(i64::from))
}
