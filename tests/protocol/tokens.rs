//! Token, introspection, revocation, userinfo.

use std::time::Duration;

use serde_json::json;
use tidegate::base::encoding::{base64url, from_base64url};
use tidegate::crypto::signer::{self, Signer, TokenType};
use tidegate::domain::client::{
    AccessTokenFormat, ClientAuthMethod, ClientMetadata, ClientSettings, GrantType,
};
use tidegate::domain::key::SigningAlg;

use crate::on_each_store;
use crate::support::browser::Browser;
use crate::support::client::{App, REDIRECT, SECRET, VERIFIER, claims, web};
use crate::support::{Kind, TestApp};

on_each_store! {
    async fn tokens_say_what_they_must(app: &TestApp) {
        let client = App::web(app).await;
        let answer = client.tokens(app).await;
        assert_eq!(answer.headers["cache-control"], "no-store");
        let id = claims(&answer.text("id_token"));
        assert_eq!(id["iss"], app.issuer);
        assert_eq!((id["aud"].as_str(), id["nonce"].as_str(), id["acr"].as_str()), (Some("web"), Some("n0nce"), Some("aal1")));
        assert_eq!(id["amr"], json!(["pwd", "otp"]));
        assert!(id["sid"].is_string() && id["auth_time"].is_i64() && id["at_hash"].is_string());
        let access = claims(&answer.text("access_token"));
        assert_eq!((access["client_id"].as_str(), access["sub"].as_str()), (Some("web"), id["sub"].as_str()));
        assert_eq!(access["exp"].as_i64().unwrap() - access["iat"].as_i64().unwrap(), 600);
        let info = client.userinfo(&answer.text("access_token")).await;
        assert_eq!(info.body["email"], "carol@demo.test");
        assert_eq!(info.body["sub"], id["sub"]);
        assert!(info.body.get("name").is_none(), "profile was not asked for");
        assert_eq!(client.introspect(&answer.text("access_token")).await["active"], true);
    }

    /// RFC 6749 section 4.1.2 (defect 3): the second use of a code ends what the first gave.
    async fn rfc6749_4_1_2_a_code_is_single_use(app: &TestApp) {
        let client = App::web(app).await;
        let code = client.code(app, &mut Browser::new(app), "carol@demo.test", &[]).await;
        let first = client.redeem(&code).await;
        assert_eq!(client.userinfo(&first.text("access_token")).await.status, 200);
        assert_eq!(client.redeem(&code).await.error(), "invalid_grant");
        assert_eq!(client.userinfo(&first.text("access_token")).await.status, 401);
        assert_eq!(client.introspect(&first.text("access_token")).await, json!({"active": false}));
        assert_eq!(client.refresh(&first.text("refresh_token")).await.error(), "invalid_grant");
    }

    async fn parallel_redemptions_give_one_success(app: &TestApp) {
        let client = App::web(app).await;
        let code = client.code(app, &mut Browser::new(app), "carol@demo.test", &[]).await;
        let all = futures_util::future::join_all((0..12).map(|_| client.redeem(&code))).await;
        assert_eq!(all.iter().filter(|answer| answer.status == 200).count(), 1);
    }

    async fn a_code_belongs_to_its_client_its_redirect_and_its_verifier(app: &TestApp) {
        let client = App::web(app).await;
        let other = App::register(app, "other", web(), ClientSettings::default()).await;
        let mut browser = Browser::new(app);
        let code = client.code(app, &mut browser, "carol@demo.test", &[]).await;
        assert_eq!(other.redeem(&code).await.error(), "invalid_grant");
        let params = |redirect: &'static str, verifier: &'static str| {
            vec![("grant_type", "authorization_code"), ("redirect_uri", redirect), ("code_verifier", verifier)]
        };
        let wrong = "wrong-wrong-wrong-wrong-wrong-wrong-wrong-wrong";
        for mut attempt in [params("https://app.test/other", VERIFIER), params(REDIRECT, wrong)] {
            attempt.push(("code", &code));
            assert_eq!(client.call("/token", &attempt).await.error(), "invalid_grant");
        }
        assert_eq!(client.redeem(&code).await.status, 200, "mistakes of others don't use it up");
        let code = client.code(app, &mut browser, "carol@demo.test", &[]).await;
        app.advance(Duration::from_secs(61));
        assert_eq!(client.redeem(&code).await.error(), "invalid_grant");
    }

    /// Defect 1: many at once get one and the same successor.
    async fn sixty_four_parallel_refreshes_give_one_successor(app: &TestApp) {
        let client = App::web(app).await;
        let token = client.tokens(app).await.text("refresh_token");
        let all = futures_util::future::join_all((0..64).map(|_| client.refresh(&token))).await;
        let mut successors: Vec<String> = all.iter().map(|answer| answer.text("refresh_token")).collect();
        successors.sort();
        successors.dedup();
        assert_eq!(successors.len(), 1);
        assert_ne!(successors[0], token);
        assert_eq!(client.refresh(&successors[0]).await.status, 200);
    }

    /// Defect 2: a replay at any depth ends the whole family, access tokens included.
    async fn a_replay_after_the_successor_was_used_ends_the_family(app: &TestApp) {
        let client = App::web(app).await;
        for depth in 0..3 {
            let mut chain = vec![client.tokens(app).await];
            for _ in 0..4 {
                let last = chain.last().unwrap().text("refresh_token");
                chain.push(client.refresh(&last).await);
            }
            assert_eq!(client.refresh(&chain[depth].text("refresh_token")).await.error(), "invalid_grant");
            for answer in &chain {
                assert_eq!(client.userinfo(&answer.text("access_token")).await.status, 401);
                assert_eq!(client.introspect(&answer.text("access_token")).await["active"], false);
            }
            assert_eq!(client.refresh(&chain[4].text("refresh_token")).await.error(), "invalid_grant");
        }
    }

    /// Defect 4: a lost reply is answered again, a foreign repeat is theft.
    async fn a_lost_reply_is_given_again_to_the_same_caller_only(app: &TestApp) {
        let client = App::web(app).await;
        let token = client.tokens(app).await.text("refresh_token");
        let lost = client.refresh(&token).await.text("refresh_token");
        app.advance(Duration::from_secs(30));
        assert_eq!(client.refresh(&token).await.text("refresh_token"), lost);
        let thief = App { agent: "other-agent/2.0".to_owned(), ..client.clone() };
        assert_eq!(thief.refresh(&token).await.error(), "invalid_grant");
        assert_eq!(client.refresh(&lost).await.error(), "invalid_grant", "the family is gone");
    }

    async fn refresh_tokens_are_bound_and_can_be_narrowed(app: &TestApp) {
        let client = App::web(app).await;
        let other = App::register(app, "other", web(), ClientSettings::default()).await;
        let token = client.tokens(app).await.text("refresh_token");
        assert_eq!(other.refresh(&token).await.error(), "invalid_grant");
        let narrow = [("grant_type", "refresh_token"), ("refresh_token", token.as_str()), ("scope", "openid")];
        let narrowed = client.call("/token", &narrow).await;
        assert_eq!(narrowed.text("scope"), "openid");
        let wide = [("grant_type", "refresh_token"), ("refresh_token", &narrowed.text("refresh_token")), ("scope", "openid api:read")];
        assert_eq!(client.call("/token", &wide).await.error(), "invalid_scope");
        app.advance(Duration::from_hours(31 * 24));
        assert_eq!(client.refresh(&narrowed.text("refresh_token")).await.error(), "invalid_grant", "idle for too long");
    }

    async fn revocation_ends_a_grant_and_says_nothing(app: &TestApp) {
        let client = App::web(app).await;
        let other = App::register(app, "other", web(), ClientSettings::default()).await;
        let tokens = client.tokens(app).await;
        let refresh = tokens.text("refresh_token");
        assert_eq!(other.call("/revoke", &[("token", refresh.as_str())]).await.status, 200);
        assert_eq!(client.userinfo(&tokens.text("access_token")).await.status, 200, "not the other's to revoke");
        assert_eq!(client.call("/revoke", &[("token", "nonsense")]).await.status, 200);
        assert_eq!(client.call("/revoke", &[("token", refresh.as_str())]).await.status, 200);
        assert_eq!(client.userinfo(&tokens.text("access_token")).await.status, 401);
        let tokens = client.tokens(app).await;
        client.call("/revoke", &[("token", tokens.text("access_token").as_str())]).await;
        assert_eq!(client.userinfo(&tokens.text("access_token")).await.status, 401);
    }

    async fn a_service_acts_for_itself(app: &TestApp) {
        let metadata = ClientMetadata { grant_types: vec![GrantType::ClientCredentials], scope: Some("api:read api:write".into()), ..web() };
        let client = App::register(app, "svc", metadata.clone(), ClientSettings::default()).await;
        let answer = client.call("/token", &[("grant_type", "client_credentials"), ("scope", "api:read")]).await;
        assert_eq!(answer.text("scope"), "api:read");
        assert!(answer.body.get("refresh_token").is_none() && answer.body.get("id_token").is_none());
        let seen = client.introspect(&answer.text("access_token")).await;
        assert_eq!((seen["active"].as_bool(), seen["sub"].as_str()), (Some(true), Some("svc")));
        assert_eq!(client.userinfo(&answer.text("access_token")).await.status, 403);
        let bad = client.call("/token", &[("grant_type", "client_credentials"), ("scope", "admin")]).await;
        assert_eq!(bad.error(), "invalid_scope");
        assert_eq!(client.call("/token", &[("grant_type", "authorization_code"), ("code", "x")]).await.error(), "unauthorized_client");
        client.call("/revoke", &[("token", answer.text("access_token").as_str())]).await;
        assert_eq!(client.introspect(&answer.text("access_token")).await["active"], false);
        let opaque = ClientSettings { access_token_format: AccessTokenFormat::Opaque, ..ClientSettings::default() };
        let client = App::register(app, "opaque", metadata, opaque).await;
        let token = client.call("/token", &[("grant_type", "client_credentials")]).await.text("access_token");
        assert!(token.starts_with("tga_"));
        assert_eq!(client.introspect(&token).await["scope"], "api:read api:write");
        client.call("/revoke", &[("token", token.as_str())]).await;
        assert_eq!(client.introspect(&token).await["active"], false);
    }

    async fn wrong_credentials_are_refused_alike(app: &TestApp) {
        let client = App::web(app).await;
        let params = |id: &'static str, secret: &'static str| {
            [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)]
        };
        let wrong = client.call_plain("/token", &params("web", "nope")).await;
        let unknown = client.call_plain("/token", &params("nobody", "nope")).await;
        let method = client.call_plain("/token", &params("web", SECRET)).await;
        assert_eq!((wrong.status, wrong.error()), (401, "invalid_client"));
        assert_eq!(wrong.body, unknown.body);
        assert_eq!(wrong.body, method.body, "registered for basic, used post");
        let used_basic = App { id: "nobody".into(), ..client.clone() }.call("/token", &[("grant_type", "client_credentials")]).await;
        assert!(used_basic.headers.contains_key("www-authenticate"));
    }

    /// RFC 7523, and defect 6: no trust from the assertion's own header.
    async fn assertions_prove_a_client_once(app: &TestApp) {
        let key = signer::generate(SigningAlg::ES256).unwrap();
        let thief = signer::generate(SigningAlg::ES256).unwrap();
        let jwks = serde_json::from_str(&format!(r#"{{"keys":[{}]}}"#, key.public_jwk)).unwrap();
        let metadata = ClientMetadata {
            token_endpoint_auth_method: ClientAuthMethod::PrivateKeyJwt,
            grant_types: vec![GrantType::ClientCredentials],
            jwks: Some(jwks),
            ..web()
        };
        let client = App::register(app, "jwt", metadata, ClientSettings::default()).await;
        let signer = Signer::open(SigningAlg::ES256, &key.kid, &key.pkcs8).unwrap();
        let now = app.now().secs();
        let good = json!({"iss": "jwt", "sub": "jwt", "aud": app.issuer, "exp": now + 60, "iat": now, "jti": "a"});
        let call = async |assertion: &str| {
            let params = [
                ("grant_type", "client_credentials"),
                ("client_assertion", assertion),
                ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ];
            client.call_plain("/token", &params).await
        };
        let sign = |claims: &serde_json::Value| signer.sign(TokenType::Jwt, claims).unwrap();
        let assertion = sign(&good);
        assert_eq!(call(&assertion).await.status, 200);
        assert_eq!(call(&assertion).await.error(), "invalid_client", "used before");
        let change = |name: &str, value: serde_json::Value| {
            let mut claims = good.clone();
            claims["jti"] = json!(format!("{name}{value}"));
            claims[name] = value;
            claims
        };
        let mut endpoint = change("aud", json!([format!("{}/token", app.issuer)]));
        endpoint["jti"] = json!("endpoint");
        assert_eq!(call(&sign(&endpoint)).await.status, 200);
        for bad in [
            change("aud", json!("https://other.test")),
            change("exp", json!(now - 120)),
            change("exp", json!(now + 86_400)),
            change("nbf", json!(now + 600)),
            change("iss", json!("other")),
            change("sub", json!("web")),
            change("jti", json!("")),
            change("exp", json!("soon")),
        ] {
            assert_eq!(call(&sign(&bad)).await.error(), "invalid_client", "{bad}");
        }
        let header = base64url(format!(r#"{{"alg":"ES256","jwk":{}}}"#, thief.public_jwk).as_bytes());
        let payload = base64url(change("jti", json!("forged")).to_string().as_bytes());
        let message = format!("{header}.{payload}");
        let forged = jsonwebtoken::crypto::sign(
            message.as_bytes(),
            &jsonwebtoken::EncodingKey::from_ec_der(thief.pkcs8.expose()),
            jsonwebtoken::Algorithm::ES256,
        )
        .unwrap();
        assert_eq!(call(&format!("{message}.{forged}")).await.error(), "invalid_client");
        let none = format!("{}.{payload}.", base64url(br#"{"alg":"none"}"#));
        assert_eq!(call(&none).await.error(), "invalid_client");
    }

    /// Defect 7: what is valid in one role is valid in no other.
    async fn no_value_works_in_another_role(app: &TestApp) {
        let client = App::web(app).await;
        let mut browser = Browser::new(app);
        let code = client.code(app, &mut browser, "carol@demo.test", &[]).await;
        let tokens = client.redeem(&client.code(app, &mut browser, "carol@demo.test", &[]).await).await;
        let session = browser.cookie("tg_s").unwrap().clone();
        let binding = browser.cookie("tg_l").unwrap().clone();
        let values = [
            code,
            tokens.text("access_token"),
            tokens.text("id_token"),
            tokens.text("refresh_token"),
            session.clone(),
            binding,
            browser.cookie("tg_b").unwrap().clone(),
        ];
        for (place, value) in values.iter().enumerate() {
            if place != 1 {
                assert_eq!(client.userinfo(value).await.status, 401, "as access token: {place}");
            }
            if place != 0 {
                assert_eq!(client.redeem(value).await.error(), "invalid_grant", "as code: {place}");
            }
            if place != 3 {
                assert_eq!(client.refresh(value).await.error(), "invalid_grant", "as refresh token: {place}");
            }
            if *value != session {
                let mut other = browser.clone();
                other.set_cookie("tg_s", value);
                other.get(&client.authorize(&[("prompt", "none")])).await;
                assert!(other.left_to.unwrap().contains("login_required"), "as session: {place}");
            }
        }
    }

    /// Defect 28: a new key is published a full cache age before it signs.
    async fn a_new_key_is_published_before_it_signs(app: &TestApp) {
        let client = App::web(app).await;
        let platform = &app.shared.platform;
        let store = app.store().await;
        let mut batch = store.batch();
        tidegate::tenants::rotate_key(platform, &store, SigningAlg::ES256, &mut batch).await.unwrap();
        store.commit(batch).await.unwrap();
        platform.directory.forget(store.tenant_id());
        let kid = |jwt: &str| -> String {
            let header = from_base64url(jwt.split('.').next().unwrap()).unwrap();
            serde_json::from_slice::<serde_json::Value>(&header).unwrap()["kid"].as_str().unwrap().to_owned()
        };
        let tokens = client.tokens(app).await;
        let before = kid(&tokens.text("id_token"));
        let http = crate::support::browser::plain_client();
        let text = http.get(format!("{}/jwks", app.issuer)).send().await.unwrap().text().await.unwrap();
        let published: serde_json::Value = serde_json::from_str(&text).unwrap();
        let kids: Vec<&str> = published["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap()).collect();
        assert_eq!(kids.len(), 3, "both curves, and the announced one");
        app.advance(Duration::from_mins(59));
        tidegate::tenants::advance_keys(platform, &store).await.unwrap();
        let refreshed = client.refresh(&tokens.text("refresh_token")).await;
        assert_eq!(kid(&refreshed.text("id_token")), before);
        app.advance(Duration::from_mins(2));
        tidegate::tenants::advance_keys(platform, &store).await.unwrap();
        let refreshed = client.refresh(&refreshed.text("refresh_token")).await;
        let after = kid(&refreshed.text("id_token"));
        assert_ne!(after, before);
        assert!(kids.contains(&after.as_str()), "it had been published");
    }
}
