//! AES-256-GCM, and the two kinds of keys used with it.

use std::sync::Arc;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

const NONCE_BYTES: usize = 12;

/// The key that wraps every person's key. It is a setting, and stands in no database.
#[derive(Clone)]
pub struct MasterKey([u8; 32]);

impl MasterKey {
    /// Takes the 32 random bytes of the setting.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A key for one purpose, by HMAC-SHA-256 over the purpose's name: no two purposes share a key.
    pub(crate) fn derive(&self, purpose: &str) -> [u8; 32] {
        mac(&self.0, &[purpose.as_bytes()])
    }

    /// What wraps the persons' keys.
    pub(crate) fn wrapper(&self) -> Sealer {
        Sealer::new(&self.derive("person keys"))
    }
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey")
    }
}

/// HMAC-SHA-256 (RFC 2104) over parts, each behind its length, so that no two lists of parts look alike.
pub(crate) fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes a key of any length, so this can't fail; the fallback is never reached.
    let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(key) else { return [0; 32] };
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// A person's key. Cloning it is cheap: what the cipher makes of it, some hundred bytes, is shared.
#[derive(Clone)]
pub(crate) struct DataKey(Arc<KeyAndSealer>);

struct KeyAndSealer {
    bytes: [u8; 32],
    sealer: Sealer,
}

impl DataKey {
    /// A new key from the process's random generator.
    pub(crate) fn generate() -> Self {
        Self::from_bytes(rand::random())
    }

    fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Arc::new(KeyAndSealer { sealer: Sealer::new(&bytes), bytes }))
    }

    /// What seals and opens with it.
    pub(crate) fn sealer(&self) -> &Sealer {
        &self.0.sealer
    }

    /// The key as it is stored: wrapped, and bound to its owner.
    pub(crate) fn wrap(&self, wrapper: &Sealer, owner: &str) -> Option<String> {
        wrapper.seal(owner.as_bytes(), &self.0.bytes)
    }

    /// The key from its stored form; none under another master key or owner.
    pub(crate) fn unwrap(wrapper: &Sealer, owner: &str, wrapped: &str) -> Option<Self> {
        let bytes = wrapper.open(owner.as_bytes(), wrapped)?;
        Some(Self::from_bytes(bytes.try_into().ok()?))
    }
}

/// AES-256-GCM (NIST SP 800-38D) with random nonces; a text is `base64url(nonce ‖ ciphertext ‖ tag)`.
#[derive(Clone)]
pub struct Sealer(Aes256Gcm);

impl Sealer {
    /// Seals and opens with this key.
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Self {
        Self(Aes256Gcm::new(key.into()))
    }

    /// Seals; `context` must be the same when it is opened. None only for a text past the cipher's 64 GiB.
    #[must_use]
    pub fn seal(&self, context: &[u8], plain: &[u8]) -> Option<String> {
        let nonce: [u8; NONCE_BYTES] = rand::random();
        let cipher = self.0.encrypt(&Nonce::from(nonce), Payload { msg: plain, aad: context }).ok()?;
        Some(URL_SAFE_NO_PAD.encode([&nonce[..], &cipher].concat()))
    }

    /// Opens; none when it was sealed under another key or context, or was altered.
    #[must_use]
    pub fn open(&self, context: &[u8], sealed: &str) -> Option<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, cipher) = bytes.split_at_checked(NONCE_BYTES)?;
        let nonce: [u8; NONCE_BYTES] = nonce.try_into().ok()?;
        self.0.decrypt(&Nonce::from(nonce), Payload { msg: cipher, aad: context }).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_in_its_context_only() {
        let sealer = Sealer::new(&[7; 32]);
        let sealed = sealer.seal(b"here", b"canary").unwrap();
        assert_eq!(sealer.open(b"here", &sealed).as_deref(), Some(&b"canary"[..]));
        assert_eq!(sealer.open(b"there", &sealed), None);
        assert_eq!(Sealer::new(&[8; 32]).open(b"here", &sealed), None);
        assert_eq!(sealer.open(b"here", &sealed[1..]), None);
        assert_eq!(sealer.open(b"here", "short"), None);
    }

    #[test]
    fn equal_texts_do_not_look_alike() {
        let sealer = Sealer::new(&[7; 32]);
        assert_ne!(sealer.seal(b"", b"canary"), sealer.seal(b"", b"canary"));
    }

    #[test]
    fn a_key_opens_under_its_own_master_and_owner_only() {
        let wrapper = MasterKey::new([1; 32]).wrapper();
        let wrapped = DataKey::from_bytes([9; 32]).wrap(&wrapper, "ada").unwrap();
        assert_eq!(DataKey::unwrap(&wrapper, "ada", &wrapped).map(|key| key.0.bytes), Some([9; 32]));
        assert!(DataKey::unwrap(&wrapper, "eve", &wrapped).is_none());
        assert!(DataKey::unwrap(&MasterKey::new([2; 32]).wrapper(), "ada", &wrapped).is_none());
    }

    #[test]
    fn parts_of_a_mac_keep_their_borders() {
        assert_ne!(mac(&[1; 32], &[b"ab", b"c"]), mac(&[1; 32], &[b"a", b"bc"]));
    }
}
