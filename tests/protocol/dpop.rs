//! Tokens bound to a key of their sender (DPoP, RFC 9449).

use std::time::Duration;

use serde_json::{Value, json};
use tidegate::base::encoding::base64url;
use tidegate::base::secret::sha256;
use tidegate::domain::key::SigningAlg;

use crate::on_each_store;
use crate::support::browser::{Browser, query_of};
use crate::support::client::{App, OwnKey, REDIRECT, VERIFIER, claims, parameters, read};
use crate::support::dpop::Holder;
use crate::support::{Kind, PASSWORD, TestApp};

fn public() -> Value {
    json!({"token_endpoint_auth_method": "none"})
}

on_each_store! {
    async fn rfc9449_5_tokens_are_bound_to_the_key(app: &TestApp) {
        let client = App::create(app, "spa", public()).await;
        let mut holder = Holder::new(&client);
        let tokens = holder.tokens(app).await;
        assert_eq!(tokens.body["token_type"], "DPoP");
        let access = tokens.text("access_token");
        assert_eq!(claims(&access)["cnf"], json!({"jkt": holder.key.thumbprint}));
        assert!(claims(&tokens.text("id_token")).get("cnf").is_none());
        let web = App::web(app).await;
        let seen = web.introspect(&access).await;
        assert_eq!((&seen["token_type"], &seen["cnf"]["jkt"]), (&json!("DPoP"), &json!(holder.key.thumbprint)));
        let unbound = web.tokens(app).await;
        assert_eq!(unbound.body["token_type"], "Bearer");
        assert!(claims(&unbound.text("access_token")).get("cnf").is_none());
        let mut confidential = Holder::new(&web);
        let opaque = json!({"access_token_format": "opaque"});
        let mut with_opaque = Holder::new(&App::create(app, "opaque", opaque).await);
        assert_eq!(confidential.tokens(app).await.body["token_type"], "DPoP");
        let token = with_opaque.tokens(app).await.text("access_token");
        assert!(token.starts_with("tga_"));
        assert_eq!(web.introspect(&token).await["cnf"]["jkt"], with_opaque.key.thumbprint);
    }

    async fn rfc9449_7_userinfo_asks_for_the_key(app: &TestApp) {
        let client = App::create(app, "spa", public()).await;
        let mut holder = Holder::new(&client);
        let token = holder.tokens(app).await.text("access_token");
        let good = holder.userinfo(app, &token, |_| ()).await;
        assert_eq!((good.status, &good.body["email"]), (200, &json!("carol@demo.test")), "{}", good.body);
        let as_bearer = client.userinfo(&token).await;
        assert_eq!((as_bearer.status, as_bearer.error()), (401, "invalid_token"), "a stolen token is worth nothing");
        let mut thief = holder.thief();
        let stolen = thief.userinfo(app, &token, |_| ()).await;
        assert_eq!((stolen.status, stolen.error()), (401, "invalid_dpop_proof"));
        let challenge = stolen.headers["www-authenticate"].to_str().unwrap();
        assert!(challenge.starts_with("DPoP error=\"invalid_dpop_proof\"") && challenge.contains("algs=\"ES256 "), "{challenge}");
        for (what, change) in [
            ("no ath", (|proof| proof["ath"] = Value::Null) as fn(&mut Value)),
            ("other ath", |proof| proof["ath"] = json!(base64url(&sha256(b"other")))),
            ("method", |proof| proof["htm"] = json!("POST")),
            ("address", |proof| proof["htu"] = json!("https://other.test/userinfo")),
            ("time", |proof| proof["iat"] = json!(proof["iat"].as_i64().unwrap() - 61)),
        ] {
            assert_eq!(holder.userinfo(app, &token, change).await.error(), "invalid_dpop_proof", "{what}");
        }
        let stale = holder.userinfo(app, &token, |proof| proof["nonce"] = json!("made-up")).await;
        assert_eq!((stale.status, stale.error()), (401, "use_dpop_nonce"));
        assert!(stale.headers.contains_key("dpop-nonce"));
        let bare = client.http.get(format!("{}/userinfo", app.issuer)).header("authorization", format!("DPoP {token}"));
        assert_eq!(read(bare).await.error(), "invalid_dpop_proof");
        let unbound = App::web(app).await.tokens(app).await.text("access_token");
        assert_eq!(holder.userinfo(app, &unbound, |_| ()).await.error(), "invalid_token", "not bound to anything");
        let none = read(client.http.get(format!("{}/userinfo", app.issuer))).await;
        let offered: Vec<&str> = none.headers.get_all("www-authenticate").iter().map(|value| value.to_str().unwrap()).collect();
        assert!(none.status == 401 && offered[0] == "Bearer" && offered[1].starts_with("DPoP algs="), "{offered:?}");
    }

    async fn rfc9449_4_3_bad_proofs_are_refused_and_use_nothing_up(app: &TestApp) {
        let client = App::web(app).await;
        let code = client.code(app, &mut Browser::new(app), "carol@demo.test", &[]).await;
        let params = [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", REDIRECT), ("code_verifier", VERIFIER)];
        let mut holder = Holder::new(&client);
        let first = holder.claims(app, "POST", "/token");
        let asked = read(client.request("/token", &params).header("dpop", holder.key.proof(&first))).await;
        assert_eq!((asked.status, asked.error()), (400, "use_dpop_nonce"), "RFC 9449 section 8");
        holder.nonce = Some(asked.headers["dpop-nonce"].to_str().unwrap().to_owned());
        let good = holder.claims(app, "POST", "/token");
        let with = |name: &str, value: Value| {
            let mut claims = good.clone();
            claims[name] = value;
            claims
        };
        let now = app.now().secs();
        let other = OwnKey::new(SigningAlg::ES256);
        let proof = holder.key.proof(&good);
        for (what, bad) in [
            ("method", holder.key.proof(&with("htm", json!("GET")))),
            ("address", holder.key.proof(&with("htu", json!(format!("{}/par", app.issuer))))),
            ("old", holder.key.proof(&with("iat", json!(now - 61)))),
            ("early", holder.key.proof(&with("iat", json!(now + 61)))),
            ("no iat", holder.key.proof(&with("iat", Value::Null))),
            ("no jti", holder.key.proof(&with("jti", json!("")))),
            ("type", holder.key.signed_with(&json!({"typ": "JWT", "alg": "ES256", "jwk": holder.key.jwk()}), &good)),
            ("no key", holder.key.signed_with(&json!({"typ": "dpop+jwt", "alg": "ES256"}), &good)),
            ("another key", holder.key.signed_with(&json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": other.jwk()}), &good)),
            ("private key", holder.key.signed_with(&json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": with_private(&holder.key)}), &good)),
            ("none", format!("{}.{}.", base64url(json!({"typ": "dpop+jwt", "alg": "none", "jwk": holder.key.jwk()}).to_string().as_bytes()), base64url(good.to_string().as_bytes()))),
            ("nonsense", "nonsense".to_owned()),
        ] {
            let answer = read(client.request("/token", &params).header("dpop", bad)).await;
            assert_eq!((answer.status, answer.error()), (400, "invalid_dpop_proof"), "{what}");
        }
        let twice = read(client.request("/token", &params).header("dpop", &proof).header("dpop", &proof)).await;
        assert_eq!(twice.error(), "invalid_dpop_proof", "two proofs");
        let answer = read(client.request("/token", &params).header("dpop", &proof)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let refresh = answer.text("refresh_token");
        let params = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
        let replayed = read(client.request("/token", &params).header("dpop", &proof)).await;
        assert_eq!(replayed.error(), "invalid_dpop_proof", "RFC 9449 section 11.1: each proof once");
        app.advance(Duration::from_mins(10));
        let claims = holder.claims(app, "POST", "/token");
        let stale = read(client.request("/token", &params).header("dpop", holder.key.proof(&claims))).await;
        assert_eq!(stale.error(), "use_dpop_nonce", "nonces rotate");
    }

    /// RFC 9449 section 5, features.md O6: a public client's refresh tokens are for its key alone.
    async fn refresh_tokens_of_public_clients_are_bound_to_the_key(app: &TestApp) {
        let client = App::create(app, "spa", public()).await;
        let mut holder = Holder::new(&client);
        let token = holder.tokens(app).await.text("refresh_token");
        assert_eq!(client.refresh(&token).await.error(), "invalid_grant", "without the key");
        let mut thief = Holder::new(&client);
        assert_eq!(thief.refresh(app, &token).await.error(), "invalid_grant", "with another key");
        let second = holder.refresh(app, &token).await;
        assert_eq!((second.status, &second.body["token_type"]), (200, &json!("DPoP")), "its owner goes on: {}", second.body);
        let repeat = holder.refresh(app, &token).await;
        assert_eq!(repeat.text("refresh_token"), second.text("refresh_token"), "a lost reply is given again to the same key");
        assert_eq!(thief.refresh(app, &token).await.error(), "invalid_grant");
        assert_eq!(holder.refresh(app, &second.text("refresh_token")).await.status, 200, "and the thief ended nothing");
    }

    /// features.md O6: a successor is given again to the same client and key only.
    async fn a_repeat_with_another_key_is_theft(app: &TestApp) {
        let client = App::web(app).await;
        let mut holder = Holder::new(&client);
        let token = holder.tokens(app).await.text("refresh_token");
        let second = holder.refresh(app, &token).await.text("refresh_token");
        let mut other = Holder::new(&client);
        assert_eq!(other.refresh(app, &token).await.error(), "invalid_grant");
        assert_eq!(holder.refresh(app, &second).await.error(), "invalid_grant", "the family is gone");
        let token = holder.tokens(app).await.text("refresh_token");
        let moved = other.refresh(app, &token).await;
        assert_eq!(moved.status, 200, "a client with credentials may change its key (RFC 9449 section 5)");
        assert_eq!(claims(&moved.text("access_token"))["cnf"]["jkt"], other.key.thumbprint);
    }

    async fn rfc9449_10_a_code_may_be_bound_to_a_key(app: &TestApp) {
        let client = App::web(app).await;
        let mut holder = Holder::new(&client);
        let key = holder.key.thumbprint.clone();
        let mut browser = Browser::new(app);
        let code = client.code(app, &mut browser, "carol@demo.test", &[("dpop_jkt", &key)]).await;
        assert_eq!(client.redeem(&code).await.error(), "invalid_grant", "without a proof");
        assert_eq!(Holder::new(&client).redeem(app, &code).await.error(), "invalid_grant", "by another key");
        assert_eq!(holder.redeem(app, &code).await.status, 200);
        browser.get(&client.authorize(&[("dpop_jkt", "short")])).await;
        assert_eq!(query_of(browser.left_to.as_ref().unwrap(), "error").as_deref(), Some("invalid_request"));
    }

    async fn rfc9449_10_1_a_push_with_a_proof_binds_the_code(app: &TestApp) {
        let client = App::web(app).await;
        let mut holder = Holder::new(&client);
        let params = parameters(&client.authorize(&[]));
        let mut params: Vec<(&str, &str)> = params.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let pushed = holder.call(app, "/par", &params).await;
        assert_eq!(pushed.status, 201, "{}", pushed.body);
        let uri = url::form_urlencoded::byte_serialize(pushed.text("request_uri").as_bytes()).collect::<String>();
        let mut browser = Browser::new(app);
        browser.get(&format!("{}/authorize?client_id=web&request_uri={uri}", app.issuer)).await;
        browser.submit("password", &[("email", "carol@demo.test"), ("password", PASSWORD)]).await;
        browser.answer_code(app, "carol@demo.test").await;
        let code = query_of(browser.left_to.as_ref().unwrap(), "code").unwrap();
        assert_eq!(client.redeem(&code).await.error(), "invalid_grant");
        assert_eq!(holder.redeem(app, &code).await.status, 200);
        let other = OwnKey::new(SigningAlg::ES256).thumbprint;
        params.push(("dpop_jkt", &other));
        assert_eq!(holder.call(app, "/par", &params).await.error(), "invalid_dpop_proof");
    }

    async fn rfc9449_5_2_a_client_may_be_bound_to_proofs(app: &TestApp) {
        let bound = json!({"dpop_bound_access_tokens": true, "grant_types": ["client_credentials"], "response_types": [], "scope": "api:read"});
        let client = App::create(app, "bound", bound).await;
        let params = [("grant_type", "client_credentials")];
        assert_eq!(client.call("/token", &params).await.error(), "invalid_dpop_proof");
        let mut holder = Holder::new(&client);
        let answer = holder.call(app, "/token", &params).await;
        assert_eq!(claims(&answer.text("access_token"))["cnf"]["jkt"], holder.key.thumbprint);
    }

    /// Apps in browsers send the proof from their own origin and must be able to read the nonce.
    async fn scripts_of_any_origin_may_call(app: &TestApp) {
        let http = crate::support::browser::plain_client();
        for path in ["/token", "/par", "/userinfo", "/introspect", "/revoke"] {
            let url = format!("{}{path}", app.issuer);
            let preflight = http.request(reqwest::Method::OPTIONS, &url)
                .header("origin", "https://spa.test")
                .header("access-control-request-method", "POST")
                .header("access-control-request-headers", "dpop,authorization")
                .send().await.unwrap();
            assert_eq!(preflight.status(), 204, "{path}");
            assert_eq!(preflight.headers()["access-control-allow-origin"], "*");
            let allowed = preflight.headers()["access-control-allow-headers"].to_str().unwrap();
            assert!(allowed.contains("dpop") && allowed.contains("authorization"), "{allowed}");
            let refused = http.post(&url).header("origin", "https://spa.test").send().await.unwrap();
            assert!(refused.status().is_client_error(), "{path}");
            assert_eq!(refused.headers()["access-control-allow-origin"], "*", "errors can be read too: {path}");
            assert!(refused.headers()["access-control-expose-headers"].to_str().unwrap().contains("dpop-nonce"));
        }
    }
}

fn with_private(key: &OwnKey) -> Value {
    let mut jwk = key.jwk().clone();
    jwk["d"] = json!("AAAA");
    jwk
}
