//! What is known about each of the two servers: its name, the setting that names its binary, the oldest version.

use std::fmt;
use std::str::FromStr;

/// One of the two servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerKind {
    /// MongoDB's database server.
    Mongod,
    /// The NATS message server.
    NatsServer,
}

impl ServerKind {
    /// The file name of the binary.
    pub fn program(self) -> &'static str {
        match self {
            Self::Mongod => "mongod",
            Self::NatsServer => "nats-server",
        }
    }

    /// The setting that names a binary to use instead of looking for one.
    pub fn setting(self) -> &'static str {
        match self {
            Self::Mongod => "HAR_MONGOD",
            Self::NatsServer => "HAR_NATS_SERVER",
        }
    }

    /// The setting that names a running server, so that no binary is needed.
    pub fn url_setting(self) -> &'static str {
        match self {
            Self::Mongod => "HAR_MONGODB_URI",
            Self::NatsServer => "HAR_NATS_URL",
        }
    }

    /// The oldest version that works: MongoDB 6.0, NATS 2.9.
    pub fn minimum(self) -> Version {
        match self {
            Self::Mongod => Version { major: 6, minor: 0, patch: 0 },
            Self::NatsServer => Version { major: 2, minor: 9, patch: 0 },
        }
    }
}

impl fmt::Display for ServerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.program())
    }
}

/// A server's version, ordered as numbers (2.10 is newer than 2.9). What follows the numbers (`-rc1`) is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The first number.
    pub major: u32,
    /// The second number.
    pub minor: u32,
    /// The third number; 0 when there is none.
    pub patch: u32,
}

impl Version {
    /// Finds the version in what a server prints for `--version`: the first word that is one, with or without a `v`
    /// (`db version v6.0.5`, `nats-server: v2.9.10`).
    pub fn find_in(output: &str) -> Option<Self> {
        output.split_whitespace().find_map(|word| word.parse().ok())
    }
}

impl FromStr for Version {
    type Err = NotAVersion;

    fn from_str(word: &str) -> Result<Self, NotAVersion> {
        let word = word.strip_prefix('v').unwrap_or(word);
        let numbers = word.find(|c: char| !c.is_ascii_digit() && c != '.').map_or(word, |end| &word[..end]);
        let mut parts = numbers.split('.');
        let mut next = || parts.next().and_then(|part| part.parse().ok());
        let (Some(major), Some(minor)) = (next(), next()) else { return Err(NotAVersion) };
        Ok(Self { major, minor, patch: next().unwrap_or(0) })
    }
}

/// A text that does not begin with two numbers and a point between them.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a version")]
pub struct NotAVersion;

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_the_servers_print() {
        let version = |major, minor, patch| Some(Version { major, minor, patch });
        assert_eq!(Version::find_in("db version v6.0.5\nBuild Info: {"), version(6, 0, 5));
        assert_eq!(Version::find_in("nats-server: v2.9.10"), version(2, 9, 10));
        assert_eq!(Version::find_in("nats-server: v2.12.0-RC.1"), version(2, 12, 0));
        assert_eq!(Version::find_in("usage: 12 things"), None);
    }

    #[test]
    fn versions_are_ordered_as_numbers() {
        assert!("2.10.0".parse::<Version>().unwrap() > "2.9.25".parse().unwrap());
        assert!(ServerKind::NatsServer.minimum() < Version { major: 2, minor: 9, patch: 10 });
    }
}
