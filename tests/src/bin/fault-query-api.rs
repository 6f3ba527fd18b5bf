//! The read process, to be killed.

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    query_api::run().await
}
