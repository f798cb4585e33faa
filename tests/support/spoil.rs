//! Requests that were good and are spoiled in one place. What is drawn comes from a fixed seed, so a failure comes again.

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};
use tidegate::base::encoding::base64url;
use tidegate::protocol::error::ErrorCode;

use super::client::{Answer, OwnKey};

/// Draws values from a fixed seed.
pub struct Drawing(TestRunner);

impl Drawing {
    pub fn new() -> Self {
        let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        Self(TestRunner::new_with_rng(Config::default(), rng))
    }

    /// A text that no client has reason to send.
    pub fn text(&mut self) -> String {
        let odd = prop_oneof![
            4 => any::<String>(),
            2 => "[0-9]{1,40}",
            1 => "-?[0-9]{1,20}e[0-9]{1,9}",
            1 => "[a-z]{4000,9000}",
            1 => "(\\PC){1,200}",
            1 => "[\\[{\"]{1,3000}",
            1 => "\u{202e}[а-я]{1,20}\u{0}\u{feff}",
            1 => "(%[0-9a-f]{2}|\\.\\./|'|<svg/onload=x>){1,20}",
        ];
        odd.new_tree(&mut self.0).unwrap().current()
    }
}

/// JSON that is of the wrong kind almost anywhere.
pub fn odd_values() -> Vec<Value> {
    let deep = (0..60).fold(json!(1), |inner, _| json!([inner]));
    vec![
        json!(7),
        json!(-1.5),
        json!(1e300),
        json!(u64::MAX),
        json!(true),
        json!(""),
        json!("\u{0}\u{202e}💥"),
        json!("x".repeat(10_000)),
        json!([]),
        json!([null]),
        json!([7]),
        json!([["openid"]]),
        json!({}),
        json!({"": {"": ""}}),
        deep,
    ]
}

/// Each parameter sent twice.
pub fn doubled(params: &[(&str, &str)]) -> Vec<Vec<(String, String)>> {
    let twice = |place: usize| {
        let mut all = owned(params);
        let (name, value) = all[place].clone();
        all.push((name, format!("{value}x")));
        all
    };
    (0..params.len()).map(twice).collect()
}

/// Each parameter with some odd values.
pub fn replaced(params: &[(&str, &str)], drawing: &mut Drawing, times: usize) -> Vec<Vec<(String, String)>> {
    let mut all = Vec::new();
    for place in 0..params.len() {
        for _ in 0..times {
            let mut one = owned(params);
            one[place].1 = drawing.text();
            all.push(one);
        }
    }
    all
}

fn owned(params: &[(&str, &str)]) -> Vec<(String, String)> {
    params
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// Nothing of ours broke, and nothing was given away.
pub fn is_harmless(answer: &Answer) -> bool {
    let given = ["access_token", "refresh_token", "id_token"];
    let location = answer.headers.get("location");
    let location = location.map_or("", |to| to.to_str().unwrap());
    answer.status < 500
        && given.iter().all(|name| answer.body.get(name).is_none())
        && !location.contains("code=")
}

/// Refused in the words of a standard.
pub fn is_refused(answer: &Answer) -> bool {
    let known = ErrorCode::ALL.iter().any(|code| code.as_str() == answer.error());
    (400..500).contains(&answer.status) && known && is_harmless(answer)
}

/// A JWT that was good, spoiled in each way that a signature or a claim can be. `bad_claims` are claims with values that must not be
/// taken.
pub fn spoiled_jwts(
    key: &OwnKey,
    typ: &str,
    good: &Value,
    bad_claims: &[(&str, Vec<Value>)],
) -> Vec<(String, String)> {
    let mut all = spoiled_signatures(key, typ, good);
    let head = json!({"alg": "ES256", "typ": typ, "jwk": key.jwk()});
    for (name, values) in bad_claims {
        for value in values {
            let mut claims = good.clone();
            claims[*name] = value.clone();
            let shown: String = value.to_string().chars().take(40).collect();
            all.push((format!("{name} {shown}"), key.signed_with(&head, &claims)));
        }
        let mut without = good.clone();
        without.as_object_mut().unwrap().remove(*name);
        if values.contains(&Value::Null) {
            all.push((format!("no {name}"), key.signed_with(&head, &without)));
        }
    }
    all
}

fn spoiled_signatures(key: &OwnKey, typ: &str, good: &Value) -> Vec<(String, String)> {
    let other = OwnKey::new(tidegate::domain::key::SigningAlg::ES256);
    let part = |value: &Value| base64url(value.to_string().as_bytes());
    let with = |alg: &str| json!({"alg": alg, "typ": typ, "jwk": key.jwk()});
    let signed = key.signed_with(&with("ES256"), good);
    let (message, signature) = signed.rsplit_once('.').unwrap();
    let payload = message.split_once('.').unwrap().1;
    let mut all: Vec<(String, String)> = Vec::new();
    for alg in [
        "none", "None", "NONE", "", "ES256K", "HS256", "RS256", "PS256", "EdDSA", "ES384", "ES512",
    ] {
        for signature in ["", signature, "AAAA"] {
            all.push((
                format!("alg {alg}"),
                format!("{}.{payload}.{signature}", part(&with(alg))),
            ));
        }
    }
    // RFC 8725 section 2.1: the public key as a secret.
    for secret in [
        key.jwk().to_string(),
        key.jwk()["x"].as_str().unwrap().to_owned(),
        String::new(),
    ] {
        let message = format!("{}.{payload}", part(&with("HS256")));
        let secret = jsonwebtoken::EncodingKey::from_secret(secret.as_bytes());
        let mac = jsonwebtoken::crypto::sign(message.as_bytes(), &secret, jsonwebtoken::Algorithm::HS256);
        all.push((
            "public key as secret".to_owned(),
            format!("{message}.{}", mac.unwrap()),
        ));
    }
    // RFC 7515 section 4.1.11.
    let critical = json!({"alg": "ES256", "typ": typ, "jwk": key.jwk(), "crit": ["exp"], "exp": 1});
    all.push(("crit".to_owned(), key.signed_with(&critical, good)));
    let no_object = key.signed_with(&with("ES256"), &json!([good]));
    for (what, jwt) in [
        ("another key", other.signed_with(&with("ES256"), good)),
        ("payload is a list", no_object),
        ("no signature", message.to_owned()),
        ("empty", String::new()),
        ("dots", "...".to_owned()),
        ("five parts", format!("{signed}.AAAA.AAAA")),
        ("no base64", format!("{}.%%.{signature}", part(&with("ES256")))),
        (
            "no JSON",
            format!("{}.{}.{signature}", part(&with("ES256")), base64url(b"{")),
        ),
        (
            "header is a list",
            format!("{}.{payload}.{signature}", base64url(b"[]")),
        ),
        ("zero signature", format!("{message}.{}", base64url(&[0; 64]))),
        ("long", format!("{signed}{}", "A".repeat(20_000))),
    ] {
        all.push((what.to_owned(), jwt));
    }
    all
}
