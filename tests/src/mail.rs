//! Letters as they arrive: in the folder of an app, or at a mail server that stands in for a third party's.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use command_api::mail::{MailStep, MailWorker};
use event_log::{Commit, Expected, KeyChange, Metadata, NewEvent, StreamAppend};
use events::{Actor, CorrelationId, EventId, StreamEvent as _, StreamId, Timestamp, UserEvent};
use mail_parser::{MessageParser, MimeHeaders as _};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{TestApp, eventually};

/// A letter that has arrived.
#[derive(Clone, Debug)]
pub struct Received {
    /// Address and name of whom it is for.
    pub to: (String, String),
    /// Address of the sender.
    pub from: String,
    /// Subject.
    pub subject: String,
    /// `Message-ID`, without its brackets.
    pub message_id: String,
    /// `Content-Language`.
    pub language: String,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
}

impl Received {
    /// Reads a message (RFC 5322) that has a text and an HTML part, of which a reader shows one.
    #[track_caller]
    #[must_use]
    pub fn parse(message: &[u8]) -> Self {
        let parsed = MessageParser::default().parse(message).expect("a message");
        let kind = parsed.content_type().unwrap();
        assert_eq!((kind.ctype(), kind.subtype()), ("multipart", Some("alternative")));
        assert_eq!((parsed.text_bodies().count(), parsed.html_bodies().count()), (1, 1));
        let address = |address: Option<&mail_parser::Address<'_>>| {
            let first = address.and_then(|list| list.first().cloned()).expect("an address");
            (first.address().unwrap_or_default().to_owned(), first.name().unwrap_or_default().to_owned())
        };
        Self {
            to: address(parsed.to()),
            from: address(parsed.from()).0,
            subject: parsed.subject().unwrap().to_owned(),
            message_id: parsed.message_id().unwrap().to_owned(),
            language: parsed.header_raw("Content-Language").unwrap().trim().to_owned(),
            text: parsed.body_text(0).unwrap().replace("\r\n", "\n"),
            html: parsed.body_html(0).unwrap().into_owned(),
        }
    }
}

impl TestApp {
    /// The letters to an address that are in the app's folder, in the order of what called for them.
    #[must_use]
    pub fn letters_to(&self, email: &str) -> Vec<Received> {
        let files = std::fs::read_dir(&self.mail_folder).into_iter().flatten().map(|file| file.unwrap().path());
        // The names are ids of events, which sort by time.
        let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|end| end == "eml")).collect();
        files.sort();
        let letters = files.into_iter().map(|path| Received::parse(&std::fs::read(path).unwrap()));
        letters.filter(|letter| letter.to.0 == email).collect()
    }

    /// The last of so many letters to an address, once they are there.
    pub async fn letter_to(&self, email: &str, count: usize) -> Received {
        eventually("the letter", || async { self.letters_to(email).len() >= count }).await;
        let mut letters = self.letters_to(email);
        assert_eq!(letters.len(), count, "{letters:?}");
        letters.pop().unwrap()
    }

    /// Makes something happen to an account that no route of the product is asked for; gives the event's id.
    pub async fn happens(&self, event: impl Into<UserEvent>, keys: Vec<KeyChange>) -> EventId {
        let event: UserEvent = event.into();
        let stream = StreamId::new(UserEvent::STREAM_TYPE, event.subjects()[0]);
        let id = EventId::new(Uuid::now_v7());
        let events = vec![NewEvent { id, event: event.into() }];
        let metadata = Metadata {
            time: Timestamp::new(self.clock.now()),
            actor: Actor::system(),
            correlation_id: CorrelationId::new(Uuid::now_v7()),
            causation_id: None,
        };
        let appends = vec![StreamAppend { stream, expected: Expected::Any, events }];
        let observed = self.log.observed();
        let commit = Commit { appends, guards: Vec::new(), idempotency: None, keys, metadata, observed };
        self.log.append(commit).await.unwrap();
        id
    }

    /// Steps until the worker has read all of the log and has sent what is due; gives what the steps did.
    pub async fn mail_steps(&self, worker: &mut MailWorker) -> MailStep {
        let mut done = MailStep::default();
        let head = self.head().await;
        let go_on = CancellationToken::new();
        loop {
            let was_at_end = worker.position() >= head;
            let step = worker.run_once(Duration::from_millis(50), &go_on).await.unwrap();
            done.queued += step.queued;
            done.sent += step.sent;
            done.failed += step.failed;
            done.given_up += step.given_up;
            if was_at_end {
                return done;
            }
        }
    }
}

/// What a mail server does with letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Takes them.
    Takes,
    /// Takes them, and never says so.
    TakesInSilence,
    /// Knows nobody whose address begins with this.
    DoesNotKnow(&'static str),
}

/// A mail server (RFC 5321) that keeps what it is given. Dropped, it is gone.
pub struct SmtpSink {
    address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
    task: JoinHandle<()>,
}

impl Drop for SmtpSink {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl SmtpSink {
    /// A server on that port; 0 lets the system choose.
    pub async fn start(port: u16, manner: Manner) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.unwrap();
        let (address, received) = (listener.local_addr().unwrap(), Arc::new(Mutex::new(Vec::new())));
        let kept = Arc::clone(&received);
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let kept = Arc::clone(&kept);
                tokio::spawn(async move {
                    // Whoever breaks off has had enough.
                    let _ = converse(stream, manner, &kept).await;
                });
            }
        });
        Self { address, received, task }
    }

    /// The setting `HAR_SMTP_URL` that leads to it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// The letters that it was given, in order.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }
}

async fn converse(stream: TcpStream, manner: Manner, kept: &Mutex<Vec<Received>>) -> std::io::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).split(b'\n');
    writer.write_all(b"220 sink\r\n").await?;
    while let Some(line) = lines.next_segment().await? {
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        let unknown = matches!(manner, Manner::DoesNotKnow(name) if line.contains(&format!("<{name}")));
        let answer = match line.get(..4).unwrap_or_default().to_ascii_uppercase().as_str() {
            "EHLO" | "HELO" | "MAIL" | "RSET" | "NOOP" => "250 fine\r\n",
            "RCPT" if unknown => "550 nobody of that name\r\n",
            "RCPT" => "250 fine\r\n",
            "DATA" => {
                writer.write_all(b"354 go on\r\n").await?;
                let mut message = Vec::new();
                while let Some(line) = lines.next_segment().await?.filter(|line| line != b".\r") {
                    // A dot at the beginning of a line was doubled.
                    message.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
                    message.push(b'\n');
                }
                kept.lock().unwrap().push(Received::parse(&message));
                if manner == Manner::TakesInSilence {
                    std::future::pending::<()>().await;
                }
                "250 taken\r\n"
            }
            "QUIT" => {
                writer.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => "502 what?\r\n",
        };
        writer.write_all(answer.as_bytes()).await?;
    }
    Ok(())
}
