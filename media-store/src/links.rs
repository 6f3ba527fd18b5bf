//! The addresses of files.

use chrono::{DateTime, TimeDelta, Utc};
use events::MediaId;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// How long a signed address opens: a player asks for pieces of a film while it is watched.
const LIFE: TimeDelta = TimeDelta::hours(4);
/// What the key is derived for, so that nothing else is ever signed with it.
const PURPOSE: &[u8] = b"har-academy media links 1";

/// Makes the addresses of files, and knows those again that it has signed.
///
/// A `<video>` sends no token. So a lesson that somebody may see shows its film at an address that opens it to whoever has
/// it, for some hours: HMAC-SHA-256 over the file and the time.
#[derive(Clone)]
pub struct MediaLinks {
    /// Of the API, with its prefix; no slash at the end.
    base: String,
    key: [u8; 32],
}

impl std::fmt::Debug for MediaLinks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MediaLinks").field("base", &self.base).finish_non_exhaustive()
    }
}

impl MediaLinks {
    /// Addresses below `base`, as `https://academy.example/api/v1`, signed with a key that is derived from `secret`.
    #[must_use]
    pub fn new(base: String, secret: &[u8; 32]) -> Self {
        Self { base, key: mac(secret, PURPOSE) }
    }

    /// The address of a file. Who may fetch it is asked there.
    #[must_use]
    pub fn url(&self, id: MediaId) -> String {
        format!("{}/media/{id}", self.base)
    }

    /// The address of a file that opens it to whoever has it, for some hours from `now`.
    #[must_use]
    pub fn signed(&self, id: MediaId, now: DateTime<Utc>) -> String {
        let expires = (now + LIFE).timestamp();
        format!("{}?expires={expires}&signature={}", self.url(id), self.signature(id, expires))
    }

    /// The file whose address this is, signed or not; none when it is no address of a file here.
    #[must_use]
    pub fn names(&self, url: &str) -> Option<MediaId> {
        let path = url.split(['?', '#']).next()?;
        path.strip_prefix(&self.base)?.strip_prefix("/media/")?.parse().ok()
    }

    /// Whether such an address opens the file now.
    #[must_use]
    pub fn opens(&self, id: MediaId, expires: i64, signature: &str, now: DateTime<Utc>) -> bool {
        let own = self.signature(id, expires);
        let same: bool = subtle::ConstantTimeEq::ct_eq(own.as_bytes(), signature.as_bytes()).into();
        same && now.timestamp() < expires
    }

    fn signature(&self, id: MediaId, expires: i64) -> String {
        hex::encode(mac(&self.key, format!("{id} {expires}").as_bytes()))
    }
}

fn mac(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    // HMAC takes a key of any length: it never comes to the zeros.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    mac.update(message);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn parts(url: &str) -> (i64, String) {
        let (_, query) = url.split_once("?expires=").unwrap();
        let (expires, signature) = query.split_once("&signature=").unwrap();
        (expires.parse().unwrap(), signature.to_owned())
    }

    #[test]
    fn a_signed_address_opens_its_own_file_for_some_hours() {
        let links = MediaLinks::new("https://academy.example/api/v1".to_owned(), &[7; 32]);
        let (id, other) = (MediaId::new(Uuid::from_u128(1)), MediaId::new(Uuid::from_u128(2)));
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let url = links.signed(id, now);
        assert!(url.starts_with(&links.url(id)), "{url}");
        assert_eq!((links.names(&url), links.names(&links.url(other))), (Some(id), Some(other)));
        for stranger in ["", "https://other.example/api/v1/media/x", &format!("{}/more", links.url(id))] {
            assert_eq!(links.names(stranger), None, "{stranger}");
        }
        let (expires, signature) = parts(&url);
        assert!(links.opens(id, expires, &signature, now));
        assert!(links.opens(id, expires, &signature, now + TimeDelta::minutes(239)));
        assert!(!links.opens(id, expires, &signature, now + TimeDelta::hours(4)), "it expires");
        assert!(!links.opens(id, expires + 1, &signature, now), "and can't be made to live longer");
        assert!(!links.opens(other, expires, &signature, now), "nor to open another");
        assert!(!links.opens(id, expires, "", now));
        let strange = MediaLinks::new("https://academy.example/api/v1".to_owned(), &[8; 32]);
        assert!(!strange.opens(id, expires, &signature, now));
    }
}
