//! How a letter leaves the house.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use events::EventId;
use lettre::address::AddressError;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use secrecy::ExposeSecret as _;
use service_kit::settings::{Mail, SettingsError};
use tokio::fs;
use tokio::io::AsyncWriteExt as _;

use super::letters::Letter;

/// How long the server may take for one answer, and for one letter as a whole. Some look at a letter for a while before
/// they take it; to give up meanwhile would be to send it again.
const ANSWER_LIMIT: Duration = Duration::from_secs(45);
const LETTER_LIMIT: Duration = Duration::from_secs(60);
/// What a server says of a recipient whom it will never take (RFC 5321 §4.2.3).
const RECIPIENT_REFUSED: [u16; 3] = [550, 551, 553];

/// Sends letters, one connection each: they are few, and a connection that was given up halfway is never used again.
#[derive(Clone)]
pub struct Mailer {
    transport: Transport,
    from: Mailbox,
}

#[derive(Clone)]
enum Transport {
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    /// `.eml` files (RFC 5322), for looking at.
    Folder(PathBuf),
}

/// Settings that no mail can be sent by.
#[derive(Debug, thiserror::Error)]
pub enum MailSettingsError {
    /// There is no server.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The address of the server is none. It is not quoted: it may hold a password.
    #[error("HAR_SMTP_URL: is no address of a mail server")]
    Server,
    /// The sender is none.
    #[error("HAR_MAIL_FROM: is no `Name <address>`")]
    From,
}

/// Why a letter did not leave. No words of the server, which quote addresses.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The address is none that mail can go to.
    #[error("the address is none that mail can go to")]
    Address(#[from] AddressError),
    /// The letter has no form as a message.
    #[error("the letter has no form as a message")]
    Form(#[from] lettre::error::Error),
    /// The server refused, with this reply code.
    #[error("the mail server refuses with {0}")]
    Refused(u16),
    /// The server can't be reached, or does not answer as one.
    #[error("the mail server {0}")]
    Unreachable(&'static str),
    /// The folder can't be written.
    #[error("the folder for mails can't be written: {0}")]
    Folder(#[from] io::Error),
}

impl SendError {
    /// Whether trying again is of no use.
    #[must_use]
    pub fn is_final(&self) -> bool {
        match self {
            Self::Address(_) | Self::Form(_) => true,
            Self::Refused(code) => RECIPIENT_REFUSED.contains(code),
            Self::Unreachable(_) | Self::Folder(_) => false,
        }
    }
}

impl From<smtp::Error> for SendError {
    fn from(error: smtp::Error) -> Self {
        match error.status() {
            Some(code) => Self::Refused(code.into()),
            None if error.is_timeout() => Self::Unreachable("does not answer in time"),
            None if error.is_tls() => Self::Unreachable("can't be spoken to by TLS"),
            None if error.is_response() => Self::Unreachable("gives an answer that is none"),
            None => Self::Unreachable("can't be reached"),
        }
    }
}

/// Whom a letter goes to.
#[derive(Clone, Copy)]
pub struct Recipient<'a> {
    /// Their name, as it is shown.
    pub name: &'a str,
    /// Their address.
    pub email: &'a str,
}

impl Mailer {
    /// Sends as the settings say: to the server, or in `dev` into the folder.
    ///
    /// # Errors
    /// [`MailSettingsError`].
    pub fn new(settings: &Mail) -> Result<Self, MailSettingsError> {
        let transport = match settings.server()? {
            Some(url) => {
                let smtp = AsyncSmtpTransport::<Tokio1Executor>::from_url(&guarded(url.expose_secret()));
                Transport::Smtp(smtp.map_err(|_| MailSettingsError::Server)?.timeout(Some(ANSWER_LIMIT)).build())
            }
            None => Transport::Folder(settings.folder.clone()),
        };
        Ok(Self { transport, from: settings.from.parse().map_err(|_| MailSettingsError::From)? })
    }

    /// Sends a letter. The event that called for it names the message, so that receivers see a repetition as one.
    ///
    /// # Errors
    /// [`SendError`]; the letter may have left all the same when the server's last answer was lost.
    pub async fn send(
        &self,
        event: EventId,
        to: Recipient<'_>,
        letter: &Letter,
        now: chrono::DateTime<chrono::Utc>,
    ) -> Result<(), SendError> {
        let message = self.message(event, to, letter, now)?;
        match &self.transport {
            Transport::Smtp(smtp) => match tokio::time::timeout(LETTER_LIMIT, smtp.send(message)).await {
                Ok(sent) => Ok(sent.map(drop)?),
                Err(_) => Err(SendError::Unreachable("does not answer in time")),
            },
            Transport::Folder(folder) => Ok(write(folder, event, &message.formatted()).await?),
        }
    }

    fn message(
        &self,
        event: EventId,
        to: Recipient<'_>,
        letter: &Letter,
        now: chrono::DateTime<chrono::Utc>,
    ) -> Result<Message, SendError> {
        let address: Address = to.email.parse()?;
        // Nobody is there to answer to an automatic answer (RFC 3834 §5).
        let automatic = HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned());
        let language =
            HeaderValue::new(HeaderName::new_from_ascii_str("Content-Language"), letter.language.as_str().to_owned());
        let message = Message::builder()
            .message_id(Some(format!("<{event}@{}>", self.from.email.domain())))
            .date(now.into())
            .from(self.from.clone())
            .to(Mailbox::new(Some(to.name.to_owned()), address))
            .subject(letter.subject)
            .raw_header(automatic)
            .raw_header(language)
            .multipart(MultiPart::alternative_plain_html(letter.text(), letter.html()))?;
        Ok(message)
    }
}

/// The address with STARTTLS demanded where it holds a password and says nothing of TLS: a password never goes in the
/// clear.
fn guarded(url: &str) -> String {
    let is_bare = url.starts_with("smtp://") && url.contains('@') && !url.contains("tls=");
    if is_bare { format!("{url}{}tls=required", if url.contains('?') { '&' } else { '?' }) } else { url.to_owned() }
}

/// Written aside and renamed: whoever looks sees whole letters, and a repetition in the place of the first. They hold
/// links that open accounts, so they are for their owner only.
async fn write(folder: &Path, event: EventId, message: &[u8]) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).await?;
    let aside = folder.join(format!(".{event}"));
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&aside).await?;
    file.write_all(message).await?;
    file.flush().await?;
    fs::rename(&aside, folder.join(format!("{event}.eml"))).await
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::os::unix::fs::PermissionsExt as _;

    use chrono::Utc;
    use events::Language;
    use service_kit::settings::{Mode, Settings};
    use uuid::Uuid;

    use super::super::letters::password_changed;
    use super::*;

    fn mailer(folder: &tempfile::TempDir, more: &[(&str, &str)]) -> Result<Mailer, MailSettingsError> {
        let mut all: HashMap<String, String> =
            more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        all.insert("HAR_DATA_DIR".to_owned(), folder.path().display().to_string());
        Mailer::new(&Settings::from_layers(Mode::Dev, all, None).unwrap().mail)
    }

    #[tokio::test]
    async fn without_a_server_letters_are_files_for_their_owner() {
        let folder = tempfile::tempdir().unwrap();
        let mailer = mailer(&folder, &[]).unwrap();
        let (event, letter) = (EventId::new(Uuid::now_v7()), password_changed(Language::Fr, "Ada"));
        let to = Recipient { name: "Ada, \"É\" <x@y>", email: "ada@example.org" };
        for _ in 0..2 {
            mailer.send(event, to, &letter, Utc::now()).await.unwrap();
        }
        let files: Vec<_> = std::fs::read_dir(folder.path().join("mail")).unwrap().map(Result::unwrap).collect();
        assert_eq!(files.len(), 1, "{files:?}");
        assert_eq!(files[0].file_name().into_string().unwrap(), format!("{event}.eml"));
        assert_eq!(files[0].metadata().unwrap().permissions().mode() & 0o777, 0o600);
        let text = std::fs::read_to_string(files[0].path()).unwrap();
        assert!(text.contains(&format!("Message-ID: <{event}@har-academy.example>\r\n")), "{text}");
        assert!(text.contains("<ada@example.org>\r\n") && !text.contains("<x@y>"), "{text}");
        assert!(text.contains("\r\nAuto-Submitted: auto-generated\r\n"), "{text}");
    }

    #[tokio::test]
    async fn an_address_that_is_none_is_final() {
        let folder = tempfile::tempdir().unwrap();
        let mailer = mailer(&folder, &[]).unwrap();
        let to = Recipient { name: "Ada", email: "ada@example.org\r\nBcc: eve@example.org" };
        let letter = password_changed(Language::En, "Ada");
        let refused = mailer.send(EventId::new(Uuid::now_v7()), to, &letter, Utc::now()).await.unwrap_err();
        assert!(refused.is_final() && !refused.to_string().contains("ada@"), "{refused}");
    }

    #[test]
    fn only_a_refused_recipient_is_final_among_refusals() {
        for (code, is_final) in [(550, true), (553, true), (421, false), (451, false), (535, false), (554, false)] {
            assert_eq!(SendError::Refused(code).is_final(), is_final, "{code}");
        }
        assert!(!SendError::Unreachable("").is_final());
    }

    #[test]
    fn a_password_goes_by_tls_only() {
        assert_eq!(guarded("smtp://u:p@mail"), "smtp://u:p@mail?tls=required");
        for said in ["smtp://mail:1025", "smtps://u:p@mail", "smtp://u:p@mail?tls=opportunistic"] {
            assert_eq!(guarded(said), said);
        }
    }

    #[test]
    fn settings_that_are_none_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let from = mailer(&folder, &[("HAR_MAIL_FROM", "nobody")]).err().unwrap().to_string();
        assert!(from.contains("HAR_MAIL_FROM"), "{from}");
        let server = mailer(&folder, &[("HAR_SMTP_URL", "smtp://u:canary@mail?tls=never")]).err().unwrap().to_string();
        assert!(server.contains("HAR_SMTP_URL") && !server.contains("canary"), "{server}");
        assert!(mailer(&folder, &[("HAR_SMTP_URL", "smtps://u:p@mail:465")]).is_ok());
    }
}
