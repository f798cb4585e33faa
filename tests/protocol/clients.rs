//! The `openidconnect` crate as a relying party, unmodified.

use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata, CoreUserInfoClaims};
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClientId, ClientSecret, CsrfToken, IssuerUrl, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, RedirectUrl, Scope, TokenResponse,
};
use tidegate::domain::client::ClientSettings;
use tidegate::domain::key::SigningAlg;

use crate::on_each_store;
use crate::support::browser::{Browser, query_of};
use crate::support::client::{App, REDIRECT, SECRET, web};
use crate::support::{Kind, PASSWORD, TestApp};

/// The crate's own HTTP seam, carried by the test's client.
async fn carry(request: openidconnect::HttpRequest) -> Result<openidconnect::HttpResponse, reqwest::Error> {
    let http = crate::support::browser::plain_client();
    let (parts, body) = request.into_parts();
    let response = http
        .request(parts.method, parts.uri.to_string())
        .headers(parts.headers)
        .body(body)
        .send()
        .await?;
    let mut answer = openidconnect::http::Response::new(Vec::new());
    *answer.status_mut() = response.status();
    *answer.headers_mut() = response.headers().clone();
    *answer.body_mut() = response.bytes().await?.to_vec();
    Ok(answer)
}

#[expect(
    clippy::too_many_lines,
    reason = "one sign-in with a library, from discovery to refresh"
)]
async fn signs_in_refreshes_and_reads_userinfo(app: &TestApp, alg: SigningAlg) {
    let platform = &app.shared.platform;
    let id = format!("rp-{}", alg.name());
    let metadata = tidegate::domain::client::ClientMetadata {
        id_token_signed_response_alg: alg,
        ..web()
    };
    tidegate::tenants::ensure_key(platform, app.store().await.tenant_id(), alg)
        .await
        .unwrap();
    App::register(app, &id, metadata, ClientSettings::default()).await;
    let provider = CoreProviderMetadata::discover_async(IssuerUrl::new(app.issuer.clone()).unwrap(), &carry)
        .await
        .unwrap();
    let client = CoreClient::from_provider_metadata(
        provider,
        ClientId::new(id),
        Some(ClientSecret::new(SECRET.to_owned())),
    )
    .set_redirect_uri(RedirectUrl::new(REDIRECT.to_owned()).unwrap());
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (address, state, nonce) = client
        .authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            CsrfToken::new_random,
            Nonce::new_random,
        )
        .add_scope(Scope::new("email".to_owned()))
        .set_pkce_challenge(challenge)
        .url();
    let mut browser = Browser::new(app);
    browser.get(address.as_str()).await;
    browser
        .submit(
            "password",
            &[("email", "carol@demo.test"), ("password", PASSWORD)],
        )
        .await;
    browser.answer_code(app, "carol@demo.test").await;
    let to = browser
        .left_to
        .clone()
        .unwrap_or_else(|| panic!("{}", browser.page.text()));
    assert_eq!(query_of(&to, "state").as_deref(), Some(state.secret().as_str()));
    let tokens = client
        .exchange_code(AuthorizationCode::new(query_of(&to, "code").unwrap()))
        .unwrap()
        .set_pkce_verifier(verifier)
        .request_async(&carry)
        .await
        .unwrap();
    // The crate checks expiry with the system's clock; the product's stands at a fixed time in these tests.
    let now = chrono::DateTime::from_timestamp(app.now().secs(), 0).unwrap();
    let checker = client.id_token_verifier().set_time_fn(move || now);
    let claims = tokens.id_token().unwrap().claims(&checker, &nonce).unwrap();
    if alg != SigningAlg::EdDSA {
        let hash = AccessTokenHash::from_token(
            tokens.access_token(),
            tokens.id_token().unwrap().signing_alg().unwrap(),
            tokens.id_token().unwrap().signing_key(&checker).unwrap(),
        );
        assert_eq!(claims.access_token_hash(), Some(&hash.unwrap()));
    }
    let info: CoreUserInfoClaims = client
        .user_info(tokens.access_token().clone(), Some(claims.subject().clone()))
        .unwrap()
        .request_async(&carry)
        .await
        .unwrap();
    assert_eq!(info.email().unwrap().as_str(), "carol@demo.test");
    let refreshed = client
        .exchange_refresh_token(tokens.refresh_token().unwrap())
        .unwrap()
        .request_async(&carry)
        .await
        .unwrap();
    assert_ne!(
        refreshed.refresh_token().unwrap().secret(),
        tokens.refresh_token().unwrap().secret()
    );
}

on_each_store! {
    async fn openidconnect_crate_with_es256(app: &TestApp) {
        signs_in_refreshes_and_reads_userinfo(app, SigningAlg::ES256).await;
    }

    async fn openidconnect_crate_with_rs256(app: &TestApp) {
        signs_in_refreshes_and_reads_userinfo(app, SigningAlg::RS256).await;
    }

    async fn openidconnect_crate_with_eddsa(app: &TestApp) {
        signs_in_refreshes_and_reads_userinfo(app, SigningAlg::EdDSA).await;
    }
}
