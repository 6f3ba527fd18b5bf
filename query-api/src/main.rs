//! The read process.

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    query_api::run().await
}
