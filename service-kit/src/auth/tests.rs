//! What is no valid token.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(&[seed; 32]).unwrap()
}

fn tokens() -> AccessTokens {
    AccessTokens::new("issuer", "audience", VerifyingKeys::new([key(1).verifying()]))
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn claims() -> AccessClaims {
    tokens().claims(Uuid::from_u128(1), Uuid::from_u128(2), "member", now(), TimeDelta::hours(24))
}

/// A token whose claims differ from good ones in one place, rightly signed.
fn with(name: &str, value: Value) -> String {
    let mut claims = serde_json::to_value(claims()).unwrap();
    claims[name] = value;
    key(1).sign_any(&claims).unwrap()
}

fn refused(token: &str) -> bool {
    tokens().verify(token, now()) == Err(InvalidToken)
}

/// A token with any header, signed by nobody.
fn forged(header: &Value, signature: &str) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.{signature}", part(header), part(&serde_json::to_value(claims()).unwrap()))
}

#[test]
fn a_token_lives_until_its_second() {
    let token = key(1).sign(&claims()).unwrap();
    assert_eq!(tokens().verify(&token, now()), Ok(claims_like(&token)));
    let end = now() + TimeDelta::hours(24);
    assert!(tokens().verify(&token, end - TimeDelta::milliseconds(1)).is_ok());
    assert_eq!(tokens().verify(&token, end), Err(InvalidToken));
    // The issuer's clock may run ahead.
    assert!(tokens().verify(&with("iat", json!(1_800_009_999)), now()).is_ok());
}

fn claims_like(token: &str) -> AccessClaims {
    let part = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[test]
fn wrong_claims_are_refused() {
    for (name, value) in [
        ("exp", json!("1900000000")),
        ("exp", json!(1.9e9 + 0.5)),
        ("exp", json!(-1)),
        ("exp", json!(1_799_999_999)),
        ("exp", Value::Null),
        ("iat", json!("now")),
        ("typ", json!("refresh")),
        ("aud", json!("other")),
        ("aud", json!(["audience", "other"])),
        ("iss", json!("other")),
        ("iss", json!(["issuer"])),
        ("sub", json!("nobody")),
        ("sid", json!(7)),
        ("role", json!(["admin"])),
        ("jti", Value::Null),
    ] {
        assert!(refused(&with(name, value.clone())), "{name} = {value}");
    }
}

#[test]
fn every_claim_is_required() {
    let all = serde_json::to_value(claims()).unwrap();
    let names: Vec<String> = all.as_object().unwrap().keys().cloned().collect();
    assert_eq!(names.len(), 9);
    for name in names {
        let mut fewer = all.clone();
        fewer.as_object_mut().unwrap().remove(&name);
        assert!(refused(&key(1).sign_any(&fewer).unwrap()), "{name}");
    }
}

#[test]
fn other_algorithms_and_keys_are_refused() {
    let kid = key(1).verifying().kid().to_owned();
    assert!(refused(&forged(&json!({"alg": "none", "typ": "JWT", "kid": kid}), "")));
    assert!(refused(&forged(&json!({"alg": "EdDSA", "typ": "JWT", "kid": kid}), "")));
    // Key confusion: the public key, known to everyone, as an HMAC secret.
    let mut header = Header::new(Algorithm::HS256);
    header.kid = Some(kid.clone());
    let secret = EncodingKey::from_secret(key(1).verifying().bytes());
    assert!(refused(&jsonwebtoken::encode(&header, &claims(), &secret).unwrap()));
    // A key of the attacker: under its own name, under ours, and brought along in the header.
    assert!(refused(&key(2).sign(&claims()).unwrap()));
    let seed = [&[0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20][..], &[2; 32]].concat();
    let foreign = EncodingKey::from_ed_der(&seed);
    for kid in [Some(kid), None] {
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = kid;
        header.jwk = Some(jsonwebtoken::jwk::Jwk::from_encoding_key(&foreign, Algorithm::EdDSA).unwrap());
        header.jku = Some("https://evil.example/jwks.json".to_owned());
        assert!(refused(&jsonwebtoken::encode(&header, &claims(), &foreign).unwrap()));
    }
}

#[test]
fn tampered_and_broken_tokens_are_refused() {
    let token = key(1).sign(&claims()).unwrap();
    let parts: Vec<&str> = token.split('.').collect();
    let mut admin = claims();
    admin.role = "admin".to_owned();
    let payload = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&admin).unwrap());
    assert!(refused(&format!("{}.{payload}.{}", parts[0], parts[2])));
    for junk in ["", ".", "..", "a.b.c", "a.b.c.d", &token[..token.len() - 4], &format!("{token}."), &"x".repeat(9_000)]
    {
        assert!(refused(junk), "{junk}");
    }
}

#[test]
fn keys_are_swapped_for_all_clones() {
    let tokens = tokens();
    let token = key(1).sign(&claims()).unwrap();
    let clone = tokens.clone();
    clone.keys().replace([key(1).verifying(), key(2).verifying()]);
    assert!(tokens.verify(&token, now()).is_ok());
    assert!(tokens.verify(&key(2).sign(&claims()).unwrap(), now()).is_ok());
    clone.keys().replace([key(2).verifying()]);
    assert_eq!(tokens.verify(&token, now()), Err(InvalidToken));
}

#[test]
fn a_key_that_is_not_known_yet_is_told_from_junk() {
    let tokens = tokens();
    let later = key(2).sign(&claims()).unwrap();
    assert!(tokens.names_unknown_key(&later));
    assert!(!tokens.names_unknown_key(&key(1).sign(&claims()).unwrap()));
    let kid = key(2).verifying().kid().to_owned();
    for header in [
        json!({"alg": "EdDSA", "kid": "short"}),
        json!({"alg": "EdDSA"}),
        json!({"alg": "HS256", "kid": kid}),
        json!({"alg": "none", "kid": kid}),
        json!({"alg": "EdDSA", "kid": kid, "crit": ["exp"]}),
    ] {
        assert!(!tokens.names_unknown_key(&forged(&header, "c2lnbmF0dXJl")), "{header}");
    }
    assert!(!tokens.names_unknown_key(&format!("{later}{}", "x".repeat(5_000))));
    tokens.keys().replace([key(2).verifying()]);
    assert!(!tokens.names_unknown_key(&later));
}

#[test]
fn a_public_key_is_the_same_from_its_text() {
    let public = key(1).verifying();
    assert_eq!(VerifyingKey::from_x(&public.x()), Ok(public));
    assert_eq!(VerifyingKey::from_x("c2hvcnQ"), Err(InvalidKey));
}

#[test]
fn keys_match_the_published_vectors() {
    // RFC 8037 appendix A.1 to A.3: seed, public key, thumbprint.
    let seed = URL_SAFE_NO_PAD.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").unwrap();
    let key = SigningKey::from_seed(&seed.try_into().unwrap()).unwrap();
    let jwks = VerifyingKeys::new([key.verifying()]).jwks();
    assert_eq!(jwks["keys"][0]["x"], "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
    assert_eq!(jwks["keys"][0]["kid"], "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    assert_eq!(jwks["keys"][0]["crv"], "Ed25519");
    assert!(!format!("{key:?}").contains("nWGxne"));
}
