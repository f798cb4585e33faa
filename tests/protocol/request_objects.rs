//! Request objects by value and by reference (RFC 9101, OpenID Connect Core section 6).

use serde_json::{Value, json};
use tidegate::base::encoding::base64url;
use tidegate::domain::key::SigningAlg;

use crate::on_each_store;
use crate::support::browser::{Browser, query_of};
use crate::support::client::{App, OwnKey, REDIRECT, claims, parameters};
use crate::support::documents::Documents;
use crate::support::{Kind, TestApp};

async fn with_keys(app: &TestApp, id: &str, more: Value) -> (App, OwnKey) {
    let key = OwnKey::new(SigningAlg::ES256);
    let mut document = json!({"jwks": key.jwks});
    document
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().cloned().unwrap());
    (App::create(app, id, document).await, key)
}

/// The address with an object, and with more beside it.
fn address(client: &App, object: &str, more: &str) -> String {
    format!("{}{more}", client.address(&[("request", object)]))
}

const CAROL: &str = "carol@demo.test";

on_each_store! {
    async fn rfc9101_5_what_stands_in_the_object_counts_and_nothing_else(app: &TestApp) {
        let (client, key) = with_keys(app, "signing", json!({})).await;
        let signed = key.sign(&client.object(app, &json!({"claims": {"id_token": {"email": null}}, "max_age": 1000})));
        let outside = "&response_type=token&state=outside&nonce=outside&prompt=none&redirect_uri=https%3A%2F%2Fevil.test";
        let to = Browser::new(app).signed_in(app, CAROL, &address(&client, &signed, outside)).await;
        assert!(to.starts_with(REDIRECT) && query_of(&to, "state").as_deref() == Some("st4te"), "{to}");
        let id = claims(&client.redeem(&query_of(&to, "code").unwrap()).await.text("id_token"));
        assert_eq!((&id["nonce"], &id["email"]), (&json!("n0nce"), &json!("carol@demo.test")));
        let stateless = key.sign(&client.object(app, &json!({"state": null})));
        let to = Browser::new(app).signed_in(app, CAROL, &address(&client, &stateless, "&state=outside")).await;
        assert_eq!(query_of(&to, "state"), None, "state outside is not used");
    }

    async fn rfc9101_6_objects_that_do_not_hold_are_refused(app: &TestApp) {
        let (client, key) = with_keys(app, "signing", json!({})).await;
        let mut browser = Browser::new(app);
        let back = "&redirect_uri=https%3A%2F%2Fapp.test%2Fcb&state=s";
        let now = app.now().secs();
        let thief = OwnKey::new(SigningAlg::ES256);
        let good = client.object(app, &json!({}));
        let (head, rest) = key.sign(&good).split_once('.').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        for (what, bad) in [
            ("another's key", thief.sign(&good)),
            ("expired", key.sign(&client.object(app, &json!({"exp": now - 61})))),
            ("not yet", key.sign(&client.object(app, &json!({"nbf": now + 61})))),
            ("for another", key.sign(&client.object(app, &json!({"aud": "https://other.test"})))),
            ("of another", key.sign(&client.object(app, &json!({"iss": "web"})))),
            ("another's client_id", key.sign(&client.object(app, &json!({"client_id": "web"})))),
            ("an assertion", key.sign(&client.object(app, &json!({"sub": "signing"})))),
            ("nested", key.sign(&client.object(app, &json!({"request_uri": "https://x.test"})))),
            ("changed", format!("{head}.{}", rest.replacen('e', "f", 1))),
            ("no JWT", "nonsense".to_owned()),
        ] {
            let error = browser.error_at(&address(&client, &bad, back)).await;
            assert_eq!(error.as_deref(), Some("invalid_request_object"), "{what}");
            browser.get(&address(&client, &bad, "&redirect_uri=https%3A%2F%2Fevil.test")).await;
            assert!(browser.left_to.is_none() && browser.page.status == 400, "{what}");
        }
        // OpenID Connect Core section 6.1: unsigned objects are never silently ignored.
        let unsigned = format!("{}.{}.", base64url(br#"{"alg":"none"}"#), base64url(good.to_string().as_bytes()));
        assert_eq!(browser.error_at(&address(&client, &unsigned, back)).await.as_deref(), Some("request_not_supported"));
        let keyless = App::web(app).await;
        let signed = key.sign(&keyless.object(app, &json!({})));
        assert_eq!(browser.error_at(&address(&keyless, &signed, back)).await.as_deref(), Some("invalid_request_object"));
        // The object's own errors go where the object says.
        let inside = key.sign(&client.object(app, &json!({"response_type": "token"})));
        assert_eq!(browser.error_at(&address(&client, &inside, "")).await.as_deref(), Some("unsupported_response_type"));
        let elsewhere = key.sign(&client.object(app, &json!({"redirect_uri": "https://evil.test"})));
        browser.get(&address(&client, &elsewhere, back)).await;
        assert!(browser.left_to.is_none() && browser.page.html.contains("evil.test"), "the page names what the object said");
    }

    async fn rfc9101_10_5_a_client_may_be_bound_to_signed_requests(app: &TestApp) {
        let (client, key) = with_keys(app, "bound", json!({"require_signed_request_object": true, "request_object_signing_alg": "ES256"})).await;
        let mut browser = Browser::new(app);
        assert_eq!(browser.error_at(&client.authorize(&[])).await.as_deref(), Some("invalid_request"));
        let plain = parameters(&client.authorize(&[]));
        let plain: Vec<(&str, &str)> = plain.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(client.call("/par", &plain).await.error(), "invalid_request", "pushed is not signed");
        let signed = key.sign(&client.object(app, &json!({})));
        let to = browser.signed_in(app, CAROL, &address(&client, &signed, "")).await;
        assert!(query_of(&to, "code").is_some(), "{to}");
        let (other, key) = with_keys(app, "other-alg", json!({"request_object_signing_alg": "PS256"})).await;
        let signed = key.sign(&other.object(app, &json!({})));
        let back = "&redirect_uri=https%3A%2F%2Fapp.test%2Fcb";
        assert_eq!(browser.error_at(&address(&other, &signed, back)).await.as_deref(), Some("invalid_request_object"));
    }

    /// RFC 9126 section 3.
    async fn an_object_may_be_pushed(app: &TestApp) {
        let (client, key) = with_keys(app, "both", json!({
            "require_signed_request_object": true, "require_pushed_authorization_requests": true,
        })).await;
        let signed = key.sign(&client.object(app, &json!({})));
        let pushed = client.call("/par", &[("request", signed.as_str()), ("state", "outside")]).await;
        assert_eq!(pushed.status, 201, "{}", pushed.body);
        let uri = url::form_urlencoded::byte_serialize(pushed.text("request_uri").as_bytes()).collect::<String>();
        let to = Browser::new(app).signed_in(app, CAROL, &format!("{}/authorize?client_id=both&request_uri={uri}", app.issuer)).await;
        assert_eq!(query_of(&to, "state").as_deref(), Some("st4te"));
        let expired = key.sign(&client.object(app, &json!({"exp": app.now().secs() - 61})));
        assert_eq!(client.call("/par", &[("request", expired.as_str())]).await.error(), "invalid_request_object");
        let mut browser = Browser::new(app);
        assert_eq!(browser.error_at(&address(&client, &signed, "")).await.as_deref(), Some("invalid_request"), "not pushed");
    }

    async fn oidc_core_6_2_an_object_is_fetched_from_a_registered_address(app: &TestApp) {
        let site = Documents::start();
        let (signed, unsigned) = (site.at("/signed"), site.at("/unsigned"));
        let (client, key) = with_keys(app, "by-reference", json!({"request_uris": [signed]})).await;
        site.put("/signed", "application/oauth-authz-req+jwt", key.sign(&client.object(app, &json!({"state": "inside"}))));
        let to = Browser::new(app).signed_in(app, CAROL, &client.address(&[("request_uri", &signed)])).await;
        assert_eq!(query_of(&to, "state").as_deref(), Some("inside"), "{to}");
        let plain = App::create(app, "plain", json!({"request_uris": [unsigned], "request_object_signing_alg": "none"})).await;
        let content = format!("{}.{}.", base64url(br#"{"alg":"none"}"#), base64url(plain.object(app, &json!({})).to_string().as_bytes()));
        site.put("/unsigned", "application/jwt", content.clone());
        let to = Browser::new(app).signed_in(app, CAROL, &plain.address(&[("request_uri", &unsigned)])).await;
        assert!(query_of(&to, "code").is_some(), "{to}");
        // The fragment is the hash of the content.
        let hash = base64url(&tidegate::base::secret::sha256(content.as_bytes()));
        let to = Browser::new(app).signed_in(app, CAROL, &plain.address(&[("request_uri", &format!("{unsigned}#{hash}"))])).await;
        assert!(query_of(&to, "code").is_some(), "{to}");
        let back = "&response_type=code&redirect_uri=https%3A%2F%2Fapp.test%2Fcb";
        let other = base64url(&[7; 32]);
        let mut browser = Browser::new(app);
        for bad in [format!("{unsigned}#{other}"), site.at("/elsewhere"), "https://app.test/other".to_owned()] {
            let to = format!("{}{back}", plain.address(&[("request_uri", &bad)]));
            assert_eq!(browser.error_at(&to).await.as_deref(), Some("invalid_request_uri"), "{bad}");
        }
        site.put("/unsigned", "application/jwt", "x".repeat(20_000));
        let large = format!("{}{back}", plain.address(&[("request_uri", &unsigned)]));
        assert_eq!(browser.error_at(&large).await.as_deref(), Some("invalid_request_uri"));
        // An object that nobody signed does not pass for a signed one.
        site.put("/signed", "application/jwt", content);
        let forged = format!("{}{back}", client.address(&[("request_uri", &signed)]));
        assert_eq!(browser.error_at(&forged).await.as_deref(), Some("request_not_supported"));
        assert_eq!(site.fetched("/elsewhere"), 0, "what is not registered is not fetched");
    }
}
