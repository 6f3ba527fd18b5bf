//! The programs under test.

use std::ffi::OsString;
use std::path::Path;

/// One of the product's processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The write process.
    CommandApi,
    /// The read process.
    QueryApi,
    /// The read-model writers.
    Projectors,
}

impl Part {
    /// Every process.
    pub const ALL: [Self; 3] = [Self::CommandApi, Self::QueryApi, Self::Projectors];

    /// Its name, as its binary and its subcommand have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CommandApi => "command-api",
            Self::QueryApi => "query-api",
            Self::Projectors => "projectors",
        }
    }
}

/// How each process is started: a binary and its arguments.
#[derive(Clone, Debug)]
pub struct Programs {
    command_api: Vec<OsString>,
    query_api: Vec<OsString>,
    projectors: Vec<OsString>,
}

impl Programs {
    /// A binary for each.
    #[must_use]
    pub fn binaries(command_api: &str, query_api: &str, projectors: &str) -> Self {
        let alone = |path: &str| vec![OsString::from(path)];
        Self { command_api: alone(command_api), query_api: alone(query_api), projectors: alone(projectors) }
    }

    /// One binary that is all of them: `<binary> run <part>`.
    #[must_use]
    pub fn subcommands(binary: &Path) -> Self {
        let line = |part: Part| vec![binary.into(), OsString::from("run"), OsString::from(part.name())];
        Self {
            command_api: line(Part::CommandApi),
            query_api: line(Part::QueryApi),
            projectors: line(Part::Projectors),
        }
    }

    /// Binary and arguments of a process.
    pub(super) fn line(&self, part: Part) -> &[OsString] {
        match part {
            Part::CommandApi => &self.command_api,
            Part::QueryApi => &self.query_api,
            Part::Projectors => &self.projectors,
        }
    }
}
