//! The write process.

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    command_api::run().await
}
