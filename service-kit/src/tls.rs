//! Encrypted connections to other people's services.

/// Says by what cryptography this process encrypts. Called before the first HTTP client is made; again it does nothing.
pub fn install() {
    // An error says that it has been said before.
    drop(rustls::crypto::ring::default_provider().install_default());
}
