//! Forged access tokens: each differs from a good one in one place, and opens nothing on either API.

use access::TokenKey;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bson::DateTime;
use chrono::Utc;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use service_kit::auth::{SigningKey, VerifyingKey};
use tests::people::new_course;
use tests::{Answer, AppOptions, TestApp};

/// PKCS #8 header of an Ed25519 private key (RFC 8410 §7); the seed follows.
const PKCS8_PREFIX: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];

/// A private key, and its name.
struct Key {
    private: EncodingKey,
    public: VerifyingKey,
}

impl Key {
    fn new(seed: u8) -> Self {
        let private = EncodingKey::from_ed_der(&[&PKCS8_PREFIX[..], &[seed; 32]].concat());
        Self { private, public: SigningKey::from_seed(&[seed; 32]).unwrap().verifying() }
    }

    fn header(&self) -> Header {
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(self.public.kid().to_owned());
        header
    }

    /// Rightly signed, whatever is claimed.
    fn sign(&self, claims: &Value) -> String {
        encode(&self.header(), claims, &self.private).unwrap()
    }
}

/// A key that the product trusts and the test knows: as if it had been stolen.
async fn stolen(app: &TestApp) -> Key {
    let key = Key::new(7);
    let now = DateTime::from_chrono(app.clock.now());
    let stored = TokenKey {
        generation: 2,
        kid: key.public.kid().to_owned(),
        public: key.public.x(),
        // The write side does not open it, and so goes on signing with its own.
        sealed: "unknown".to_owned(),
        created_at: now,
        signs_from: now,
        verifies_until: None,
    };
    let later = DateTime::from_chrono(Utc::now() + chrono::TimeDelta::days(1));
    app.token_keys.store().add_next(&stored, later).await.unwrap();
    app.token_keys.refresh().await.unwrap();
    key
}

fn claims_of(token: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

/// The claims, changed in one place.
fn with(claims: &Value, name: &str, value: Value) -> Value {
    let mut changed = claims.clone();
    changed[name] = value;
    changed
}

fn without(claims: &Value, name: &str) -> Value {
    let mut fewer = claims.clone();
    fewer.as_object_mut().unwrap().remove(name).unwrap();
    fewer
}

/// One route of each API, which the token's owner may use.
async fn answers(app: &TestApp, token: &str) -> [Answer; 2] {
    let command = app.post("/courses").bearer(token).respond_async().json(&new_course("Excel, les bases")).send();
    let query = app.get("/auth/verify-jwt").bearer(token).send();
    <[Answer; 2]>::from(tokio::join!(command, query))
}

/// Each is refused on both, and has no effect.
async fn all_refused(app: &TestApp, forged: &[(String, String)]) {
    let head = app.head().await;
    for (what, token) in forged {
        for answer in answers(app, token).await {
            assert_eq!((answer.status, answer.code().as_str()), (401, "unauthorized"), "{what}: {answer}");
            answer.assert_error_body();
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"), "{what}");
        }
    }
    assert_eq!(app.head().await, head);
}

/// What is forged with a header of one's own choice.
fn other_headers(key: &Key, claims: &Value) -> Vec<(String, String)> {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let mut forged = Vec::new();
    let mut add = |what: &str, token: String| forged.push((what.to_owned(), token));
    for alg in ["none", "None", "NONE", ""] {
        let header = json!({ "alg": alg, "typ": "JWT", "kid": key.public.kid() });
        add("alg none", format!("{}.{}.", part(&header), part(claims)));
    }
    let good = key.sign(claims);
    let signature = good.rsplit_once('.').unwrap().1;
    for alg in ["none", "HS256", "RS256", "ES256"] {
        let header = json!({ "alg": alg, "typ": "JWT", "kid": key.public.kid() });
        add("another alg over a good signature", format!("{}.{}.{signature}", part(&header), part(claims)));
    }
    // Key confusion: what everybody can read in the JWKS document, as an HMAC secret.
    let x = key.public.x();
    let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": x }).to_string();
    for secret in [&key.public.bytes()[..], x.as_bytes(), jwk.as_bytes()] {
        for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            let mut header = key.header();
            header.alg = algorithm;
            add("key confusion", encode(&header, claims, &EncodingKey::from_secret(secret)).unwrap());
        }
    }
    let mut critical = serde_json::to_value(key.header()).unwrap();
    critical["crit"] = json!(["exp"]);
    add("crit", format!("{}.{}.{signature}", part(&critical), part(claims)));
    let mut header = key.header();
    header.kid = None;
    add("no kid", encode(&header, claims, &key.private).unwrap());
    forged
}

/// What is signed with a key of the attacker.
fn foreign_keys(key: &Key, claims: &Value) -> Vec<(String, String)> {
    let foreign = Key::new(8);
    let mut forged = vec![("foreign kid".to_owned(), foreign.sign(claims))];
    let kids = [
        Some(key.public.kid().to_owned()),
        Some(foreign.public.kid().to_owned()),
        Some("../../dev/null".to_owned()),
        Some(String::new()),
        None,
    ];
    for kid in kids {
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = kid;
        forged.push(("foreign key".to_owned(), encode(&header, claims, &foreign.private).unwrap()));
        header.jwk = Some(Jwk::from_encoding_key(&foreign.private, Algorithm::EdDSA).unwrap());
        forged.push(("jwk".to_owned(), encode(&header, claims, &foreign.private).unwrap()));
        header.jwk = None;
        header.jku = Some("http://127.0.0.1:9/jwks.json".to_owned());
        header.x5u = Some("http://127.0.0.1:9/cert.pem".to_owned());
        header.x5c = Some(vec!["MIIB".to_owned()]);
        forged.push(("jku, x5u, x5c".to_owned(), encode(&header, claims, &foreign.private).unwrap()));
    }
    forged
}

/// What is rightly signed, and claims something wrong.
fn wrong_claims(key: &Key, claims: &Value) -> Vec<(String, String)> {
    let now = Utc::now().timestamp();
    let exp = &claims["exp"];
    let mut forged = Vec::new();
    for (name, value) in [
        ("exp", json!(exp.to_string())),
        ("exp", json!(exp.as_f64().unwrap() + 0.5)),
        ("exp", json!(now - 1)),
        ("exp", json!(0)),
        ("exp", json!(-1)),
        ("exp", Value::Null),
        ("exp", json!([exp])),
        ("iat", json!("now")),
        ("typ", json!("refresh")),
        ("typ", json!("Access")),
        ("typ", Value::Null),
        ("iss", json!("https://evil.example")),
        ("aud", json!("other")),
        ("aud", json!([claims["aud"], "other"])),
        ("sub", json!("admin")),
        ("sub", json!(1)),
        ("sub", json!(uuid::Uuid::now_v7())),
        ("sid", json!(uuid::Uuid::now_v7())),
        ("sid", Value::Null),
        ("role", json!(["admin"])),
        ("jti", json!("")),
    ] {
        forged.push((format!("{name} = {value}"), key.sign(&with(claims, name, value))));
    }
    for name in claims.as_object().unwrap().keys() {
        forged.push((format!("no {name}"), key.sign(&without(claims, name))));
    }
    forged
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forged_tokens_open_nothing() {
    let app = TestApp::start(AppOptions::without_projections()).await;
    let admin = app.admin().await;
    let claims = claims_of(&admin.token);
    let key = stolen(&app).await;
    // What the forgeries are made from is good.
    let [command, query] = answers(&app, &key.sign(&claims)).await;
    let (_, _) = (command.expect(201), query.expect(200));

    all_refused(&app, &other_headers(&key, &claims)).await;
    all_refused(&app, &foreign_keys(&key, &claims)).await;
    let wrong = wrong_claims(&key, &claims);
    assert_eq!(wrong.len(), 21 + 9, "each claim is left out once");
    all_refused(&app, &wrong).await;

    let [command, query] = answers(&app, &admin.token).await;
    let (_, _) = (command.expect(201), query.expect(200));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_good_whole_and_for_what_it_was_made() {
    let app = TestApp::start(AppOptions::without_projections()).await;
    let admin = app.admin().await;
    let learner = app.learner().await;
    let login = json!({ "email": admin.email, "password": tests::people::PASSWORD });
    let pair = app.post("/auth/login").json(&login).send().await.expect(200).data();
    let parts: Vec<&str> = learner.token.split('.').collect();
    let admins: Vec<&str> = admin.token.split('.').collect();
    let role = URL_SAFE_NO_PAD.encode(with(&claims_of(&learner.token), "role", json!("admin")).to_string());
    let forged = [
        ("refresh token", pair["refresh_token"].as_str().unwrap().to_owned()),
        ("role raised after signing", format!("{}.{role}.{}", parts[0], parts[2])),
        ("claims of another's token", format!("{}.{}.{}", parts[0], admins[1], parts[2])),
        ("signature cut", admin.token[..admin.token.len() - 2].to_owned()),
        ("no signature", format!("{}.{}.", admins[0], admins[1])),
        ("a part too many", format!("{}.", admin.token)),
    ];
    all_refused(&app, &forged.map(|(what, token)| (what.to_owned(), token))).await;
    let [command, query] = answers(&app, pair["token"].as_str().unwrap()).await;
    let (_, _) = (command.expect(201), query.expect(200));
    app.stop().await;
}
