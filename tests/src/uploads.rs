//! Uploads: bodies in parts, and files that are what they say.

use serde_json::Value;

use crate::{Answer, Person, Request, TestApp};

/// The least that is known as a film.
pub const FILM: &[u8] = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom and then whatever is to be seen";
/// The least that is known as an image.
pub const IMAGE: &[u8] = b"\x89PNG\r\n\x1a\n and then whatever is to be seen";

/// A `multipart/form-data` body (RFC 7578).
#[derive(Clone, Debug)]
pub struct Form {
    boundary: String,
    body: Vec<u8>,
}

impl Form {
    /// An empty one, with this between its parts.
    #[must_use]
    pub fn new(boundary: &str) -> Self {
        Self { boundary: boundary.to_owned(), body: Vec::new() }
    }

    /// One with a file alone.
    #[must_use]
    pub fn file(filename: &str, content: &[u8]) -> Self {
        Self::new("between-the-parts").part("file", Some(filename), content)
    }

    /// A part more.
    #[must_use]
    pub fn part(mut self, name: &str, filename: Option<&str>, content: &[u8]) -> Self {
        let filename = filename.map_or_else(String::new, |filename| format!("; filename=\"{filename}\""));
        let head = format!("--{}\r\nContent-Disposition: form-data; name=\"{name}\"{filename}\r\n\r\n", self.boundary);
        self.body.extend_from_slice(head.as_bytes());
        self.body.extend_from_slice(content);
        self.body.extend_from_slice(b"\r\n");
        self
    }

    /// A part of JSON more.
    #[must_use]
    pub fn json(self, name: &str, content: &Value) -> Self {
        self.part(name, None, content.to_string().as_bytes())
    }

    /// The request with it as its body.
    #[must_use]
    pub fn of(self, request: Request) -> Request {
        let Self { boundary, mut body } = self;
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        request.body(Some(&format!("multipart/form-data; boundary={boundary}")), body)
    }
}

impl TestApp {
    /// POST /media.
    pub async fn upload(&self, by: &Person, filename: &str, content: &[u8]) -> Answer {
        Form::file(filename, content).of(self.post("/media").bearer(&by.token)).send().await
    }

    /// An address that the product has given, asked for here: what it calls itself is a setting.
    #[must_use]
    pub fn follow(&self, url: &str) -> Request {
        let (_, path) = url.split_once(gateway::PREFIX).unwrap();
        self.get(path)
    }
}
