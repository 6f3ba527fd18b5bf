//! What holds between the parts: who may depend on whom, documents that are made from the code, texts for every code.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod compose;
mod dependencies;
mod document;
mod messages;
mod readme;

/// A file of the repository.
fn file(path: &str) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The repository.
fn root() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
