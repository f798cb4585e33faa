//! What a tenant asks of new passkeys, with a soft authenticator that attests itself and one that doesn't (features.md F5, F7).

use tidegate::domain::credential::{Aaguid, CredentialSecret};
use tidegate::domain::tenant::Attestation;
use url::Url;
use webauthn_authenticator_rs::AuthenticatorBackend;
use webauthn_authenticator_rs::softpasskey::SoftPasskey;
use webauthn_authenticator_rs::softtoken::{AAGUID, SoftToken};

use crate::on_each_store;
use crate::support::browser::{Browser, query_of};
use crate::support::client::{App, claims};
use crate::support::{Kind, TestApp};

fn authenticator() -> (SoftToken, tempfile::NamedTempFile) {
    use crypto_glue::traits::EncodeDer as _;
    let (token, root) = SoftToken::new(true).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    let body = tidegate::base::encoding::base64(&root.to_der().unwrap());
    let text = format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
    std::fs::write(file.path(), text).unwrap();
    (token, file)
}

/// The product with that root as trust anchor. Attestation certificates are of today, so its clock is too.
async fn product(app: &TestApp, root: &tempfile::NamedTempFile) -> TestApp {
    use tidegate::base::clock::{Clock as _, SystemClock};
    let path = root.path().to_str().unwrap().to_owned();
    let settings = [("passkeys.trust_anchors", toml::Value::from(path))];
    let app = TestApp::start_with(app.kind, &settings).await;
    app.advance(SystemClock.now().since(app.now()));
    app
}

async fn enrol(app: &TestApp, browser: &mut Browser, device: &mut impl AuthenticatorBackend) {
    browser.get("/t/demo/account/passkeys").await;
    let options = browser.passkey_options().await;
    let options: webauthn_rs::prelude::CreationChallengeResponse = serde_json::from_value(options).unwrap();
    let origin = Url::parse(&app.base).unwrap();
    let answer = device
        .perform_register(origin, options.public_key, 60_000)
        .unwrap();
    let answer = serde_json::to_string(&answer).unwrap();
    browser
        .submit("credential", &[("credential", &answer), ("name", "My key")])
        .await;
}

async fn sign_in(app: &TestApp, client: &App, device: &mut impl AuthenticatorBackend) -> serde_json::Value {
    let mut browser = Browser::new(app);
    browser
        .get(&client.authorize(&[("acr_values", "phrh phr")]))
        .await;
    browser
        .submit(
            "password",
            &[
                ("email", "carol@demo.test"),
                ("password", crate::support::PASSWORD),
            ],
        )
        .await;
    if !browser.page.html.contains("data-options") {
        let choose = browser.form("method").unwrap();
        browser.send(&choose, &[("method", "passkey")]).await;
    }
    let options = browser.passkey_options().await;
    let options: webauthn_rs::prelude::RequestChallengeResponse = serde_json::from_value(options).unwrap();
    let answer = device
        .perform_auth(Url::parse(&app.base).unwrap(), options.public_key, 60_000)
        .unwrap();
    let answer = serde_json::to_string(&answer).unwrap();
    browser.submit("credential", &[("credential", &answer)]).await;
    let left = browser
        .left_to
        .clone()
        .unwrap_or_else(|| panic!("{}", browser.page.text()));
    claims(
        &client
            .redeem(&query_of(&left, "code").unwrap())
            .await
            .text("id_token"),
    )
}

async fn stored(app: &TestApp) -> Vec<(Option<Aaguid>, bool)> {
    let store = app.store().await;
    let user = store.user_by_email("carol@demo.test").await.unwrap().unwrap();
    let found = store.credentials_of(user.id).await.unwrap();
    let passkeys = found
        .into_iter()
        .filter_map(|credential| match credential.secret {
            CredentialSecret::Passkey(record) => Some((record.aaguid, record.attested)),
            _ => None,
        });
    passkeys.collect()
}

on_each_store! {
    async fn an_attested_authenticator_reaches_phrh_and_another_does_not(app: &TestApp) {
        let (mut token, root) = authenticator();
        let app = &product(app, &root).await;
        let client = App::web(app).await;
        app.settings(|settings| settings.passkey_attestation = Attestation::Preferred).await;
        let mut browser = Browser::new(app);
        browser.sign_in(app, "carol@demo.test").await;
        enrol(app, &mut browser, &mut token).await;
        assert_eq!(stored(app).await, [(Some(Aaguid(AAGUID)), true)], "{}", browser.page.text());
        let id = sign_in(app, &client, &mut token).await;
        assert_eq!(id["acr"], "phrh", "{id}");
        assert_eq!(id["amr"], serde_json::json!(["pwd", "hwk", "user", "mfa"]), "{id}");
    }

    async fn an_ordinary_passkey_stays_ordinary(app: &TestApp) {
        let (_, root) = authenticator();
        let app = &product(app, &root).await;
        let client = App::web(app).await;
        app.settings(|settings| settings.passkey_attestation = Attestation::Preferred).await;
        let mut browser = Browser::new(app);
        browser.sign_in(app, "carol@demo.test").await;
        let mut plain = SoftPasskey::new(true);
        enrol(app, &mut browser, &mut plain).await;
        assert_eq!(stored(app).await, [(None, false)], "{}", browser.page.text());
        assert_eq!(sign_in(app, &client, &mut plain).await["acr"], "phr");
    }

    async fn a_tenant_that_requires_attestation_takes_allowed_models_only(app: &TestApp) {
        let (mut token, root) = authenticator();
        let app = &product(app, &root).await;
        app.settings(|settings| settings.passkey_attestation = Attestation::Required).await;
        let mut browser = Browser::new(app);
        browser.sign_in(app, "carol@demo.test").await;
        enrol(app, &mut browser, &mut SoftPasskey::new(true)).await;
        assert_eq!(browser.page.status, 422);
        assert!(browser.page.text().contains("only security keys that it can verify"), "{}", browser.page.text());
        app.settings(|settings| settings.passkey_models = vec![Aaguid::from_u128(1)]).await;
        enrol(app, &mut browser, &mut token).await;
        assert!(browser.page.text().contains("doesn’t accept this model"), "{}", browser.page.text());
        assert_eq!(stored(app).await, []);
        app.settings(|settings| settings.passkey_models.push(Aaguid(AAGUID))).await;
        enrol(app, &mut browser, &mut token).await;
        assert_eq!(stored(app).await, [(Some(Aaguid(AAGUID)), true)], "{}", browser.page.text());
    }

    /// Where nothing is asked for, nothing is kept of what an authenticator says of itself.
    async fn without_the_setting_nothing_counts_as_attested(app: &TestApp) {
        let (mut token, root) = authenticator();
        let app = &product(app, &root).await;
        let client = App::web(app).await;
        let mut browser = Browser::new(app);
        browser.sign_in(app, "carol@demo.test").await;
        enrol(app, &mut browser, &mut token).await;
        assert!(stored(app).await.iter().all(|(_, attested)| !attested));
        assert_eq!(sign_in(app, &client, &mut token).await["acr"], "phr");
    }
}
