//! Good JWTs of clients, spoiled in one place (RFC 7515, RFC 8725): assertions, proofs, request objects, backchannel requests and assertions
//! of trusted issuers. Refused with the standard's error; at the end the good one is taken.

use serde_json::{Value, json};
use tidegate::domain::client::GrantType;
use tidegate::domain::key::SigningAlg;
use tidegate::domain::trusted_issuer::{TrustedIssuer, UserKey};

use crate::on_each_store;
use crate::support::browser::{Browser, plain_client};
use crate::support::client::{App, OwnKey, read};
use crate::support::dpop::Holder;
use crate::support::spoil::{is_harmless, is_refused, spoiled_jwts};
use crate::support::{Kind, TestApp};

const CAROL: &str = "carol@demo.test";
const BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Values that name nobody.
fn no_names() -> Vec<Value> {
    vec![
        Value::Null,
        json!(7),
        json!(""),
        json!("other"),
        json!([]),
        json!({}),
        json!("ünïcödé"),
        json!(true),
        json!("x".repeat(5_000)),
    ]
}

/// Values that are no time at all.
fn no_times() -> Vec<Value> {
    vec![json!("soon"), json!(1e300), json!([]), json!({}), json!(true)]
}

/// Times that are past, or no times.
fn past(now: i64) -> Vec<Value> {
    [
        no_times(),
        vec![Value::Null, json!(now - 61), json!(0), json!(-1), json!(i64::MIN)],
    ]
    .concat()
}

/// Times that are still to come, or no times.
fn future(now: i64) -> Vec<Value> {
    [no_times(), vec![json!(now + 61), json!(i64::MAX)]].concat()
}

/// Ids that can't be told from others.
fn no_ids() -> Vec<Value> {
    vec![
        Value::Null,
        json!(7),
        json!(""),
        json!([]),
        json!({}),
        json!("x".repeat(5_000)),
    ]
}

on_each_store! {
    /// RFC 7523 section 3.
    async fn spoiled_client_assertions_prove_nobody(app: &TestApp) {
        let key = OwnKey::new(SigningAlg::ES256);
        let document = json!({"token_endpoint_auth_method": "private_key_jwt", "jwks": key.jwks, "grant_types": ["client_credentials"],
            "response_types": [], "redirect_uris": [], "scope": "api:read"});
        let client = App::create(app, "signing", document).await;
        let now = app.now().secs();
        let good = json!({"iss": "signing", "sub": "signing", "aud": app.issuer, "exp": now + 60, "iat": now, "jti": "1"});
        let ask = async |assertion: &str| {
            let params = [
                ("grant_type", "client_credentials"), ("client_id", "signing"), ("client_assertion", assertion), ("client_assertion_type", BEARER),
            ];
            client.call_plain("/token", &params).await
        };
        let mut long = past(now);
        long.extend([json!(now + 3_600), json!(i64::MAX)]);
        let bad = [
            ("iss", no_names()), ("sub", no_names()), ("aud", no_names()), ("jti", no_ids()), ("exp", long), ("nbf", future(now)), ("iat", future(now)),
        ];
        for (what, jwt) in spoiled_jwts(&key, "JWT", &good, &bad) {
            let answer = ask(&jwt).await;
            assert!(is_refused(&answer), "{what}: {} {}", answer.status, answer.body);
        }
        assert_eq!(ask(&key.sign(&good)).await.status, 200);
    }

    /// RFC 9449 section 4.3.
    async fn spoiled_proofs_bind_nothing(app: &TestApp) {
        let document = json!({"grant_types": ["client_credentials"], "response_types": [], "redirect_uris": [], "scope": "api:read",
            "dpop_bound_access_tokens": true});
        let client = App::create(app, "bound", document).await;
        let mut holder = Holder::new(&client);
        let params = [("grant_type", "client_credentials")];
        assert_eq!(holder.call(app, "/token", &params).await.status, 200);
        let now = app.now().secs();
        let good = holder.claims(app, "POST", "/token");
        let bad = [
            ("htm", no_names()), ("htu", no_names()), ("jti", no_ids()), ("nonce", no_names()),
            ("iat", [past(now), future(now)].concat()), ("nbf", future(now)),
        ];
        for (what, proof) in spoiled_jwts(&holder.key, "dpop+jwt", &good, &bad) {
            // The key is the proof's own: what another signs in its name is not.
            let answer = read(client.request("/token", &params).header("dpop", proof)).await;
            assert!(is_refused(&answer), "{what}: {} {}", answer.status, answer.body);
        }
        let proof = holder.key.proof(&good);
        assert_eq!(read(client.request("/token", &params).header("dpop", proof)).await.status, 200);
    }

    /// RFC 9101 section 6, by the browser and pushed.
    async fn spoiled_request_objects_ask_for_nothing(app: &TestApp) {
        let key = OwnKey::new(SigningAlg::ES256);
        let client = App::create(app, "signing", json!({"jwks": key.jwks, "require_signed_request_object": true})).await;
        let now = app.now().secs();
        let good = client.object(app, &json!({}));
        let mut names = no_names();
        names.retain(|value| !value.is_null());
        let mut ended = past(now);
        // Without an end, or with a far one, an object holds for long (RFC 9101 section 4).
        ended.retain(|value| !value.is_null() && *value != json!(1e300));
        let bad = [
            ("iss", names.clone()), ("client_id", names.clone()), ("aud", names), ("exp", ended), ("nbf", future(now)), ("iat", future(now)),
            ("sub", vec![json!("signing")]), ("request", vec![json!("e30.e30.")]), ("request_uri", vec![json!("https://app.test/r")]),
            ("redirect_uri", vec![Value::Null, json!(7), json!([]), json!("https://evil.test"), json!(["https://app.test/cb", "https://app.test/cb"])]),
            ("response_type", vec![Value::Null, json!("token"), json!({}), json!(["code", "code"])]),
            ("claims", vec![json!("{"), json!([]), json!(7), json!({"id_token": 7})]),
            ("max_age", vec![json!("soon"), json!(-1), json!(1e300), json!([1])]),
            ("code_challenge", vec![json!(7), json!({}), json!("short")]),
        ];
        for (what, object) in spoiled_jwts(&key, "oauth-authz-req+jwt", &good, &bad) {
            let pushed = client.call("/par", &[("request", &object)]).await;
            assert!(is_refused(&pushed), "{what}: {} {}", pushed.status, pushed.body);
            let answer = read(plain_client().get(client.address(&[("request", &object)]))).await;
            let told = answer.headers.get("location").is_some_and(|to| to.to_str().unwrap().contains("error="));
            assert!(is_harmless(&answer) && (answer.status == 400 || told), "{what}: {} {:?}", answer.status, answer.headers);
        }
        let to = Browser::new(app).signed_in(app, CAROL, &client.address(&[("request", &key.sign(&good))])).await;
        assert!(to.contains("code="));
    }

    /// CIBA Core section 7.1.1, FAPI-CIBA section 5.2.2.
    async fn spoiled_backchannel_requests_ask_nobody(app: &TestApp) {
        let key = OwnKey::new(SigningAlg::ES256);
        let client = App::create(app, "bank", json!({
            "grant_types": [GrantType::Ciba.name()], "response_types": [], "redirect_uris": [], "backchannel_token_delivery_mode": "poll",
            "backchannel_authentication_request_signing_alg": "ES256", "jwks": key.jwks,
        })).await;
        let now = app.now().secs();
        let good = json!({"iss": "bank", "aud": app.issuer, "exp": now + 60, "nbf": now, "iat": now, "jti": "1", "scope": "openid", "login_hint": CAROL});
        let bad = [
            ("iss", no_names()), ("aud", no_names()), ("exp", [past(now), vec![json!(now + 4_000), json!(i64::MAX)]].concat()),
            ("nbf", [future(now), vec![Value::Null, json!(0), json!(i64::MIN)]].concat()), ("iat", [future(now), vec![Value::Null]].concat()),
            ("jti", vec![Value::Null, json!(7), json!(""), json!([])]), ("login_hint", no_names()),
            ("scope", vec![Value::Null, json!(7), json!([]), json!("email")]), ("binding_message", vec![json!("x".repeat(500)), json!("a\nb")]),
            ("requested_expiry", vec![json!("soon"), json!(0), json!(-1), json!(1e300), json!([])]),
        ];
        for (what, request) in spoiled_jwts(&key, "JWT", &good, &bad) {
            let answer = client.call("/bc-authorize", &[("request", &request)]).await;
            assert!(is_refused(&answer), "{what}: {} {}", answer.status, answer.body);
        }
        let good = key.sign(&json!({"iss": "bank", "aud": app.issuer, "exp": now + 60, "nbf": now, "iat": now, "jti": "good", "scope": "openid", "login_hint": CAROL}));
        let asked = client.call("/bc-authorize", &[("request", &good)]).await;
        assert_eq!(asked.status, 200, "{}", asked.body);
    }

    /// RFC 7523 section 3.1.
    async fn spoiled_assertions_of_trusted_issuers_are_no_grants(app: &TestApp) {
        let key = OwnKey::new(SigningAlg::ES256);
        let trusted = TrustedIssuer {
            issuer: "https://ci.test".to_owned(),
            jwks: Some(key.jwks.clone()),
            jwks_uri: None,
            claim: "mail".to_owned(),
            user: UserKey::Email,
            subjects: vec![CAROL.to_owned()],
            clients: vec!["batch".to_owned()],
        };
        app.settings(|settings| settings.trusted_issuers = vec![trusted]).await;
        let document = json!({"grant_types": [GrantType::JwtBearer.name()], "response_types": [], "redirect_uris": [], "scope": "api:read"});
        let client = App::create(app, "batch", document).await;
        let now = app.now().secs();
        let good = json!({"iss": "https://ci.test", "sub": "job-1", "mail": CAROL, "aud": app.issuer, "exp": now + 60, "iat": now, "jti": "1"});
        let ask = async |assertion: &str| client.call("/token", &[("grant_type", GrantType::JwtBearer.name()), ("assertion", assertion)]).await;
        let bad = [
            ("iss", no_names()), ("mail", no_names()), ("aud", no_names()), ("jti", no_ids()), ("sub", vec![Value::Null, json!(7), json!([])]),
            ("exp", [past(now), vec![json!(now + 3_600)]].concat()), ("nbf", future(now)), ("iat", future(now)),
        ];
        for (what, jwt) in spoiled_jwts(&key, "JWT", &good, &bad) {
            let answer = ask(&jwt).await;
            assert!(is_refused(&answer), "{what}: {} {}", answer.status, answer.body);
        }
        // Some of them were refused for their subject only, and so used up their id.
        let mut fresh = good;
        fresh["jti"] = json!("2");
        assert_eq!(ask(&key.sign(&fresh)).await.status, 200);
    }
}
