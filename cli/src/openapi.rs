//! `har openapi`: the document of the whole product.

use crate::output::say;

/// The document's title.
pub const TITLE: &str = "Har Academy";

/// Prints it, as JSON.
///
/// # Errors
/// When it has no JSON form, which every document has.
pub fn run() -> anyhow::Result<()> {
    let document = gateway::document(TITLE, [command_api::openapi(), query_api::openapi()]);
    say(document.to_pretty_json()?);
    Ok(())
}
