//! The signature of the provider's messages: Stripe's scheme `v1`, an HMAC-SHA256 over `<time>.<body as it came>`.

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// How far the time of a signature may be from now, in seconds.
const TOLERANCE: u64 = 300;

/// Whether a `Stripe-Signature` is good for this body at one of these times. Several `v1` may stand in it, while a key is
/// being changed; one that is good is enough.
pub(super) fn is_signed(header: &str, body: &[u8], secret: &[u8], now: &[DateTime<Utc>]) -> bool {
    let mut time = None;
    let mut signatures = Vec::new();
    for part in header.split(',') {
        match part.trim().split_once('=') {
            Some(("t", text)) => time = Some(text),
            Some(("v1", text)) => signatures.extend(hex::decode(text)),
            Some(_) | None => {}
        }
    }
    let Some(text) = time else { return false };
    let Ok(signed_at) = text.parse::<i64>() else { return false };
    if !now.iter().any(|now| now.timestamp().abs_diff(signed_at) <= TOLERANCE) {
        return false;
    }
    // Each in constant time.
    signatures.iter().any(|signature| {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return false };
        mac.update(text.as_bytes());
        mac.update(b".");
        mac.update(body);
        mac.verify_slice(signature).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = br#"{"id":"evt_1"}"#;

    fn sign(time: i64, body: &[u8], secret: &[u8]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
        mac.update(format!("{time}.").as_bytes());
        mac.update(body);
        hex::encode(mac.finalize().into_bytes())
    }

    fn is_good(header: &str, now: i64) -> bool {
        is_signed(header, BODY, b"secret", &[DateTime::from_timestamp(now, 0).unwrap()])
    }

    #[test]
    fn a_good_signature_is_good_for_five_minutes() {
        let header = format!("t=1000,v1={}", sign(1_000, BODY, b"secret"));
        for (now, expected) in [(1_000, true), (1_300, true), (1_301, false), (700, true), (699, false)] {
            assert_eq!(is_good(&header, now), expected, "{now}");
        }
    }

    #[test]
    fn one_good_one_among_several_is_enough() {
        let (good, bad) = (sign(1_000, BODY, b"secret"), sign(1_000, BODY, b"other"));
        assert!(is_good(&format!("t=1000,v1={bad},v1={good},v0=ab"), 1_000));
        assert!(is_good(&format!("t=1000, v1={good}"), 1_000));
        for header in [
            String::new(),
            format!("v1={good}"),
            format!("t=1000,v0={good}"),
            format!("t=1001,v1={good}"),
            format!("t=1000,v1={bad}"),
            "t=1000,v1=".to_owned(),
            "t=1000,v1=zz".to_owned(),
            format!("t=x,v1={good}"),
        ] {
            assert!(!is_good(&header, 1_000), "{header}");
        }
        assert!(!is_signed(
            &format!("t=1000,v1={good}"),
            b"{}",
            b"secret",
            &[DateTime::from_timestamp(1_000, 0).unwrap()]
        ));
    }
}
