//! The process of the read-model writers.

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    projectors::run().await
}
