//! The process of the read-model writers, to be killed.

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    projectors::run().await
}
