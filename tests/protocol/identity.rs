//! Verification of identity by another OpenID provider: a second instance of ours plays it, over real HTTP (OpenID Connect for Identity
//! Assurance 1.0).

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use tidegate::admin::identity::IdentityProviderChange;
use tidegate::admin::tenants::{self, TenantChanges};
use tidegate::admin::users::{self, NewUser, Passwords};
use tidegate::admin::{Actor, AdminError};
use tidegate::base::page::PageRequest;
use tidegate::base::secret::Secret;
use tidegate::domain::decision::{Decision, Ending};
use tidegate::jobs;

use crate::on_each_store;
use crate::support::browser::{Browser, query_of};
use crate::support::client::{App, SECRET, claims};
use crate::support::{Kind, PASSWORD, TestApp};

const MALLORY: &str = "mallory@demo.test";
const BOB: &str = "bob@demo.test";
const PERSON: &str = "person@idv.test";
const NEW: &str = "a new and quite long passphrase";

/// The provider, with one person of this name that it verified.
async fn provider(app: &TestApp, name: [&str; 2]) -> TestApp {
    let idv = TestApp::start(app.kind).await;
    let back = format!("{}/identity/callback", app.issuer);
    App::create(
        &idv,
        "relying",
        json!({"redirect_uris": [back], "scope": "openid"}),
    )
    .await;
    let actor = Actor::command_line().on(idv.store().await.tenant_id()).unwrap();
    let verified = json!({
        "verification": {"trust_framework": "de_aml", "time": "2026-09-01T10:00:00Z", "evidence": [{"type": "document"}]},
        "claims": {"given_name": name[0], "family_name": name[1], "birthdate": "1980-01-01", "email": "secret@idv.test"},
    });
    let wanted = NewUser {
        email: PERSON.to_owned(),
        password: Some(Secret::new(PASSWORD.to_owned())),
        email_verified: true,
        claims: json!({ "verified_claims": verified })
            .as_object()
            .cloned()
            .unwrap(),
        ..NewUser::default()
    };
    let platform = &idv.shared.platform;
    users::create(&actor, platform, wanted, Passwords::Existing)
        .await
        .unwrap();
    idv.settings(|settings| settings.asserted_trust_frameworks = vec!["de_aml".to_owned()])
        .await;
    idv
}

fn words(words: &[&str]) -> BTreeSet<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn configured(idv: &TestApp) -> IdentityProviderChange {
    IdentityProviderChange {
        issuer: idv.issuer.clone(),
        client_id: "relying".to_owned(),
        client_secret: Some(Secret::new(SECRET.to_owned())),
        trust_frameworks: words(&["de_aml"]),
        matching: words(&["name"]),
        retention_days: 30,
        ..IdentityProviderChange::default()
    }
}

async fn configure(app: &TestApp, wanted: IdentityProviderChange) -> Result<Value, AdminError> {
    let actor = Actor::command_line().on(app.store().await.tenant_id()).unwrap();
    let changes = TenantChanges {
        identity_provider: Some(wanted),
        ..TenantChanges::default()
    };
    let shown = tenants::update(&actor, &app.shared.platform, changes, None).await?;
    Ok(serde_json::to_value(shown).unwrap())
}

/// Somebody whom the policy asks to verify the identity, at the page that says so.
async fn doubted(browser: &mut Browser, client: &App) {
    browser.get(&client.authorize(&[("prompt", "login")])).await;
    browser
        .submit("password", &[("email", MALLORY), ("password", PASSWORD)])
        .await;
    assert_eq!(
        browser.page.heading(),
        "Verify your identity",
        "{}",
        browser.page.text()
    );
}

/// Off to the provider; gives the address of its authorization endpoint.
async fn leave(browser: &mut Browser) -> String {
    // As it stands now: a form of an earlier step changes nothing.
    let login = query_of(&browser.page.url, "login").unwrap();
    browser.get(&format!("/t/demo/signin?login={login}")).await;
    browser.submit_to_part("/signin/identity", &[]).await;
    browser
        .left_to
        .clone()
        .unwrap_or_else(|| panic!("{}", browser.page.text()))
}

/// What the person does at the provider; gives where it sends the browser back.
async fn verify(idv: &TestApp, asked: &str) -> String {
    let mut there = Browser::new(idv);
    there.get(asked).await;
    there
        .submit("password", &[("email", PERSON), ("password", PASSWORD)])
        .await;
    there.answer_code(idv, PERSON).await;
    if there.left_to.is_none() && there.page.has_field("consent") {
        there.submit("consent", &[("consent", "allow")]).await;
    }
    there
        .left_to
        .clone()
        .unwrap_or_else(|| panic!("{}", there.page.text()))
}

fn replaced(url: &str, name: &str, value: &str) -> String {
    let mut url = url::Url::parse(url).unwrap();
    let pairs: Vec<(String, String)> = url
        .query_pairs()
        .map(|(key, held)| {
            (
                key.to_string(),
                if key == name {
                    value.to_owned()
                } else {
                    held.to_string()
                },
            )
        })
        .collect();
    url.query_pairs_mut().clear().extend_pairs(pairs);
    url.into()
}

async fn last_decision(app: &TestApp) -> Decision {
    let decisions = app.decisions().await;
    decisions
        .into_iter()
        .find(|decision| decision.enforced == "verify_identity")
        .unwrap()
}

async fn evidence(app: &TestApp, email: &str) -> usize {
    let store = app.store().await;
    let user = store.user_by_email(email).await.unwrap().unwrap();
    store.identity_evidence_of(user.id).await.unwrap().len()
}

on_each_store! {
    async fn who_is_doubted_verifies_the_identity_and_goes_on(app: &TestApp) {
        let idv = provider(app, ["MALLORY", "Moreau"]).await;
        let shown = configure(app, configured(&idv)).await.unwrap();
        assert!(!shown.to_string().contains("client_secret"), "{shown}");
        let client = App::web(app).await;
        let mut browser = Browser::new(app);
        doubted(&mut browser, &client).await;
        assert!(browser.page.text().contains("localhost verifies who you are"), "{}", browser.page.text());
        let asked = leave(&mut browser).await;
        for (name, value) in [("response_type", "code"), ("prompt", "login"), ("code_challenge_method", "S256"), ("scope", "openid")] {
            assert_eq!(query_of(&asked, name).as_deref(), Some(value), "{asked}");
        }
        let wanted: Value = serde_json::from_str(&query_of(&asked, "claims").unwrap()).unwrap();
        assert_eq!(wanted["id_token"]["verified_claims"]["verification"]["trust_framework"]["values"], json!(["de_aml"]));
        let back = verify(&idv, &asked).await;
        browser.get(&back).await;
        let left = browser.left_to.clone().unwrap_or_else(|| panic!("{}", browser.page.text()));
        let tokens = client.redeem(&query_of(&left, "code").unwrap()).await;
        // It is no factor: the token tells what was proven.
        assert_eq!(claims(&tokens.text("id_token"))["acr"], "aal1");

        let decision = last_decision(app).await;
        assert_eq!((decision.ended, decision.asked.as_deref()), (Some(Ending::Passed), Some("identity_verification")));
        // The evidence lies apart, sealed, and no more than was asked for.
        let store = app.store().await;
        let user = store.user_by_email(MALLORY).await.unwrap().unwrap();
        let held = store.identity_evidence_of(user.id).await.unwrap();
        assert_eq!((held.len(), held[0].trust_framework.as_str(), held[0].decision), (1, "de_aml", Some(decision.id)));
        assert!(!String::from_utf8_lossy(held[0].content.as_bytes()).contains("MALLORY"));
        let actor = Actor::command_line().on(store.tenant_id()).unwrap();
        let export = users::export(&actor, &app.shared.platform, MALLORY).await.unwrap();
        let kept = &export["identity_evidence"][0]["verified_claims"];
        assert_eq!((&kept["claims"]["given_name"], &kept["claims"]["email"]), (&json!("MALLORY"), &Value::Null));
        let trail = store.audit(None, &PageRequest::new(None, 20)).await.unwrap();
        let noted = trail.items.iter().find(|held| held.entry.act == "identity.verified").unwrap();
        assert!(!noted.entry.data.to_string().contains("MALLORY"));
        // It is deleted on its own schedule.
        app.advance(Duration::from_hours(24 * 30 - 1));
        jobs::retain(&app.shared.platform).await.unwrap();
        assert_eq!(evidence(app, MALLORY).await, 1);
        app.advance(Duration::from_hours(2));
        jobs::retain(&app.shared.platform).await.unwrap();
        assert_eq!(evidence(app, MALLORY).await, 0);
        idv.stop().await;
    }

    /// Without a provider, and for an account that can't be compared, it is refused as before.
    async fn without_a_provider_it_is_a_refusal(app: &TestApp) {
        let client = App::web(app).await;
        let refused = async || {
            let mut browser = Browser::new(app);
            browser.get(&client.authorize(&[("prompt", "login")])).await;
            browser.submit("password", &[("email", MALLORY), ("password", PASSWORD)]).await;
            assert_eq!(browser.page.status, 403, "{}", browser.page.text());
        };
        refused().await;
        let idv = provider(app, ["Mallory", "Moreau"]).await;
        configure(app, IdentityProviderChange { matching: words(&["birthdate"]), ..configured(&idv) }).await.unwrap();
        refused().await;
        idv.stop().await;
    }

    /// Three answers that don't fit, and it ends; each page has a way on.
    async fn somebody_else_is_not_taken_for_the_owner(app: &TestApp) {
        let idv = provider(app, ["Moritz", "Moreau"]).await;
        configure(app, configured(&idv)).await.unwrap();
        let client = App::web(app).await;
        let mut browser = Browser::new(app);
        doubted(&mut browser, &client).await;
        for _ in 0..2 {
            let asked = leave(&mut browser).await;
            browser.get(&verify(&idv, &asked).await).await;
            assert!(browser.page.text().contains("not what your account holds"), "{}", browser.page.text());
        }
        let asked = leave(&mut browser).await;
        browser.get(&verify(&idv, &asked).await).await;
        assert_eq!(browser.page.status, 403, "{}", browser.page.text());
        let decision = last_decision(app).await;
        assert_eq!(decision.ended, Some(Ending::Failed));
        assert_eq!(evidence(app, MALLORY).await, 0, "what may be somebody else's is not kept");
        // Verified by a framework that does not count is not verified.
        configure(app, IdentityProviderChange { trust_frameworks: words(&["eidas"]), ..configured(&idv) }).await.unwrap();
        let mut browser = Browser::new(app);
        doubted(&mut browser, &client).await;
        let asked = leave(&mut browser).await;
        browser.get(&verify(&idv, &asked).await).await;
        assert!(browser.page.text().contains("in a way that counts here"), "{}", browser.page.text());
        idv.stop().await;
    }

    /// OpenID Connect Core 3.1.3.7 (nonce), RFC 9207 section 2.4 (iss), RFC 7636 (verifier), RFC 6749 section 10.12 (state).
    async fn answers_that_belong_elsewhere_prove_nothing(app: &TestApp) {
        let idv = provider(app, ["Mallory", "Moreau"]).await;
        configure(app, configured(&idv)).await.unwrap();
        let client = App::web(app).await;
        let unavailable = |browser: &Browser| {
            assert!(browser.page.text().contains("could not be completed"), "{} {}", browser.page.url, browser.page.text());
        };
        let mut browser = Browser::new(app);
        doubted(&mut browser, &client).await;
        // Another nonce than ours.
        let asked = leave(&mut browser).await;
        browser.get(&verify(&idv, &replaced(&asked, "nonce", "forged")).await).await;
        unavailable(&browser);
        // Another issuer, and none where the provider names itself.
        for iss in ["https://elsewhere.test", ""] {
            let asked = leave(&mut browser).await;
            let back = verify(&idv, &asked).await;
            browser.get(&replaced(&back, "iss", iss)).await;
            unavailable(&browser);
        }
        // A code that another round trip asked for.
        let asked = leave(&mut browser).await;
        let foreign = verify(&idv, &asked).await;
        let asked = leave(&mut browser).await;
        let back = verify(&idv, &asked).await;
        browser.get(&replaced(&back, "code", &query_of(&foreign, "code").unwrap())).await;
        unavailable(&browser);
        // Another state, an answer to no question, and another browser.
        let asked = leave(&mut browser).await;
        let back = verify(&idv, &asked).await;
        let state = query_of(&back, "state").unwrap();
        let mut thief = Browser::new(app);
        thief.get(&back).await;
        assert_ne!(thief.page.heading(), "Verify your identity", "{}", thief.page.text());
        assert!(thief.left_to.is_none() && thief.page.status >= 400, "{}", thief.page.text());
        for forged in ["", "nonsense", &format!("{}.x", state.split('.').next().unwrap())] {
            browser.get(&replaced(&back, "state", forged)).await;
            assert_eq!(browser.page.status, 410, "{forged}: {}", browser.page.text());
        }
        // The right one, and then once more.
        browser.get(&back).await;
        assert!(browser.left_to.is_some(), "{}", browser.page.text());
        let mut again = browser.clone();
        again.get(&back).await;
        let leads_on = again.left_to.as_deref().is_none_or(|left| query_of(left, "code").is_none());
        assert!(leads_on, "{:?}", again.left_to);
        assert_eq!(evidence(app, MALLORY).await, 1);
        idv.stop().await;
    }

    async fn who_turns_back_can_begin_again_and_an_old_answer_is_late(app: &TestApp) {
        let idv = provider(app, ["Mallory", "Moreau"]).await;
        configure(app, configured(&idv)).await.unwrap();
        let client = App::web(app).await;
        let mut browser = Browser::new(app);
        doubted(&mut browser, &client).await;
        let asked = leave(&mut browser).await;
        let back = format!("{}/identity/callback?error=access_denied&state={}", app.issuer, query_of(&asked, "state").unwrap());
        browser.get(&back).await;
        assert!(browser.page.text().contains("The verification was cancelled"), "{}", browser.page.text());
        let asked = leave(&mut browser).await;
        let back = verify(&idv, &asked).await;
        app.advance(Duration::from_mins(31));
        browser.get(&back).await;
        assert_eq!(browser.page.status, 410, "{}", browser.page.text());
        // A provider that is down is said so.
        idv.stop().await;
        let mut browser = Browser::new(app);
        doubted(&mut browser, &client).await;
        browser.submit_to_part("/signin/identity", &[]).await;
        assert!(browser.page.text().contains("could not be completed"), "{}", browser.page.text());
    }

    /// A rung of recovery: who is verified does not wait, and everything else is as after the waiting period.
    async fn a_verified_identity_replaces_the_waiting_period(app: &TestApp) {
        let store = app.store().await;
        let name = store.user_by_email(BOB).await.unwrap().unwrap().name.unwrap();
        let (given, family) = name.split_once(' ').unwrap();
        let idv = provider(app, [given, family]).await;
        configure(app, configured(&idv)).await.unwrap();
        let client = App::web(app).await;
        let mut browser = Browser::new(app);
        browser.get(&client.authorize(&[("prompt", "login")])).await;
        let link = browser.link("Forgot your password?");
        browser.get(&link).await;
        browser.submit("email", &[("email", BOB)]).await;
        let code = app.mail_code(BOB).await;
        browser.submit("code", &[("code", &code)]).await;
        browser.submit("lost", &[("lost", "all")]).await;
        assert_eq!(browser.page.heading(), "Please come back later", "{}", browser.page.text());
        let asked = leave(&mut browser).await;
        browser.get(&verify(&idv, &asked).await).await;
        assert_eq!(browser.page.heading(), "Choose a new password", "{}", browser.page.text());
        browser.submit("password", &[("password", NEW)]).await;
        let secret = browser.page.totp_secret();
        let code = tidegate::factors::totp::current(&secret, app.now()).unwrap();
        browser.submit("code", &[("code", &code)]).await;
        let left = browser.left_to.clone().unwrap_or_else(|| panic!("{}", browser.page.text()));
        let tokens = client.redeem(&query_of(&left, "code").unwrap()).await;
        assert_eq!(claims(&tokens.text("id_token"))["acr"], "aal2");
        app.mail(BOB, |mail| (mail.kind == "recovered").then_some(())).await;
        assert_eq!(evidence(app, BOB).await, 1);
        idv.stop().await;
    }

    /// As the provider: only by the `claims` parameter, only what was asked for, only for frameworks that the tenant vouches for.
    async fn verified_claims_are_told_to_who_asks_for_them(app: &TestApp) {
        let idv = provider(app, ["Vera", "Fied"]).await;
        let client = App::web(&idv).await;
        let asked = json!({"verified_claims": {"verification": {"trust_framework": null}, "claims": {"given_name": null}}});
        let both = json!({"id_token": asked, "userinfo": asked}).to_string();
        let sign_in = async |claims_parameter: &str| {
            let mut browser = Browser::new(&idv);
            browser.get(&client.authorize(&[("claims", claims_parameter), ("scope", "openid profile")])).await;
            browser.submit("password", &[("email", PERSON), ("password", PASSWORD)]).await;
            browser.answer_code(&idv, PERSON).await;
            let left = browser.left_to.clone().unwrap_or_else(|| panic!("{}", browser.page.text()));
            let tokens = client.redeem(&query_of(&left, "code").unwrap()).await;
            let request = client.http.get(format!("{}/userinfo", idv.issuer)).bearer_auth(tokens.text("access_token"));
            let userinfo: Value = request.send().await.unwrap().json().await.unwrap();
            (claims(&tokens.text("id_token"))["verified_claims"].clone(), userinfo["verified_claims"].clone())
        };
        assert_eq!(sign_in("").await, (Value::Null, Value::Null));
        let expected = json!({"verification": {"trust_framework": "de_aml"}, "claims": {"given_name": "Vera"}});
        assert_eq!(sign_in(&both).await, (expected.clone(), expected));
        let discovery = client.http.get(format!("{}/.well-known/openid-configuration", idv.issuer)).send().await.unwrap();
        let discovery: Value = discovery.json().await.unwrap();
        assert_eq!((&discovery["verified_claims_supported"], &discovery["trust_frameworks_supported"]), (&json!(true), &json!(["de_aml"])));
        idv.settings(|settings| settings.asserted_trust_frameworks = Vec::new()).await;
        assert_eq!(sign_in(&both).await, (Value::Null, Value::Null));
        idv.stop().await;
    }

    async fn what_cannot_work_is_not_configured(app: &TestApp) {
        let idv = provider(app, ["A", "B"]).await;
        let bad = [
            IdentityProviderChange { issuer: "http://10.0.0.1".to_owned(), ..configured(&idv) },
            IdentityProviderChange { client_id: String::new(), ..configured(&idv) },
            IdentityProviderChange { trust_frameworks: BTreeSet::new(), ..configured(&idv) },
            IdentityProviderChange { matching: words(&["email"]), ..configured(&idv) },
            IdentityProviderChange { matching: BTreeSet::new(), ..configured(&idv) },
            IdentityProviderChange { retention_days: 0, ..configured(&idv) },
        ];
        for wanted in bad {
            let result = configure(app, wanted).await;
            assert!(matches!(result, Err(AdminError::Invalid { .. })), "{result:?}");
        }
        configure(app, configured(&idv)).await.unwrap();
        let trail = app.store().await.audit(None, &PageRequest::new(None, 1)).await.unwrap();
        assert!(!trail.items[0].entry.data.to_string().contains(SECRET), "{trail:?}");
        idv.stop().await;
    }
}
