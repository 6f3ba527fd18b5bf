//! The write process, to be killed.

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    command_api::run().await
}
