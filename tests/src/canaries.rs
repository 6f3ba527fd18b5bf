//! Looking for what somebody said of themselves, wherever the product might keep it.

use std::collections::BTreeSet;
use std::io;
use std::sync::{Arc, Mutex, Once, OnceLock};

use bson::Document;
use event_log::Opened;
use events::StoredEvent;
use futures::TryStreamExt as _;
use tracing_subscriber::fmt::MakeWriter;

use crate::TestApp;

/// Words that are found nowhere by accident.
#[derive(Clone, Debug)]
pub struct Canaries(Vec<String>);

impl Canaries {
    /// These words.
    #[must_use]
    pub fn new<const N: usize>(words: [&str; N]) -> Self {
        Self(words.map(str::to_lowercase).to_vec())
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> BTreeSet<&str> {
        self.0.iter().map(String::as_str).collect()
    }

    /// Which of them are in a text.
    #[must_use]
    pub fn found_in(&self, text: &str) -> BTreeSet<&str> {
        let text = text.to_lowercase();
        self.0.iter().map(String::as_str).filter(|word| text.contains(word)).collect()
    }
}

impl TestApp {
    /// Every document of every collection of its databases, as text.
    pub async fn whole_database(&self) -> String {
        let mut text = String::new();
        let names = self.log.names();
        for database in [&names.database, &names.keys_database] {
            let database = self.log.client().database(database);
            for name in database.list_collection_names().await.unwrap() {
                let mut documents = database.collection::<Document>(&name).find(bson::doc! {}).await.unwrap();
                while let Some(document) = documents.try_next().await.unwrap() {
                    text.push_str(&format!("{name}: {}\n", bson::Bson::Document(document).into_relaxed_extjson()));
                }
            }
        }
        text
    }

    /// Every message of its stream on NATS.
    pub async fn whole_stream(&self) -> Vec<Vec<u8>> {
        let stream = async_nats::jetstream::new(self.nats.clone());
        let stream = stream.get_stream(self.log.names().stream_name()).await.unwrap();
        let state = &stream.cached_info().state;
        let mut messages = Vec::new();
        for sequence in state.first_sequence..=state.last_sequence {
            messages.push(stream.get_raw_message(sequence).await.unwrap().payload.to_vec());
        }
        messages
    }

    /// The events with all that anybody could read in them who has the keys that there are.
    pub async fn opened(&self, events: Vec<StoredEvent>) -> String {
        let opened = self.log.open_events(events).await.unwrap();
        let lines = opened.into_iter().map(|event| match event {
            Opened::Known(event) => {
                let actor =
                    [&event.actor.ip, &event.actor.user_agent].map(|personal| serde_json::to_string(personal).unwrap());
                format!("{} {}", event.event.to_data().unwrap(), actor.join(" "))
            }
            Opened::Unknown { error, .. } => panic!("{error}"),
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// What this process logs from now on, down to `debug`, as far as it has `mark` in it. One mark for each process.
#[must_use]
pub fn watch_logs(mark: &'static str) -> Logs {
    static ONCE: Once = Once::new();
    static LOGS: OnceLock<Logs> = OnceLock::new();
    let logs = LOGS.get_or_init(|| Logs { mark, lines: Arc::default() }).clone();
    assert_eq!(logs.mark, mark, "the logs are watched for something else already");
    ONCE.call_once(|| {
        let subscriber =
            tracing_subscriber::fmt().json().with_max_level(tracing::Level::DEBUG).with_writer(logs.clone());
        tracing::subscriber::set_global_default(subscriber.finish()).unwrap();
    });
    logs
}

/// Lines of the log that have the mark.
#[derive(Clone)]
pub struct Logs {
    mark: &'static str,
    lines: Arc<Mutex<String>>,
}

impl Logs {
    /// All of them so far.
    #[must_use]
    pub fn text(&self) -> String {
        self.lines.lock().unwrap().clone()
    }
}

impl io::Write for Logs {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        if text.to_lowercase().contains(self.mark) {
            self.lines.lock().unwrap().push_str(&text);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Logs {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}
