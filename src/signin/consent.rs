//! Consent, and saying no.

use super::login::{Asked, Choice, Login};
use super::service::{ConsentChoice, key};
use super::step::Step;
use crate::flow::next::Consent;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::identity_assurance::VERIFIED_CLAIMS;
use crate::protocol::scope;
use crate::store::StoreError;
use crate::tenants::{Platform, Realm};

/// Takes the answer, when the page asked for it.
pub(super) fn answer(login: &mut Login, choice: ConsentChoice) {
    if login.asked != Some(Asked::Consent) {
        return;
    }
    login.consent = match choice {
        ConsentChoice::Allow => Choice::Yes,
        ConsentChoice::Deny => Choice::No,
    };
}

/// Back to the app without signing in. On our own pages there is nowhere to go back to, so the sign-in begins anew.
pub(super) fn cancel(platform: &Platform, realm: &Realm, login: &Login) -> Step {
    platform.ephemeral.remove(&key(realm, login.id));
    match login.request() {
        Some(request) => Step::Refused {
            request: Box::new(request.clone()),
            error: OAuthError::new(ErrorCode::AccessDenied, "the user did not sign in"),
        },
        None => Step::AlreadyFinished {
            went_to: realm.url("/account"),
        },
    }
}

/// Where consent stands, and which scopes were allowed before. What is asked for in detail is asked each time (RFC 9396 section 11).
pub(super) async fn standing(
    platform: &Platform,
    realm: &Realm,
    login: &Login,
) -> Result<(Consent, Vec<String>), StoreError> {
    let (Some(request), Some(user)) = (login.request(), login.user) else {
        return Ok((Consent::Settled, Vec::new()));
    };
    match login.consent {
        Choice::Yes => return Ok((Consent::Settled, Vec::new())),
        Choice::No => return Ok((Consent::Denied, Vec::new())),
        Choice::Open => {}
    }
    let client = realm.tenant.client(platform, &request.client).await?;
    let asks = client.is_some_and(|client| client.record.asks_consent());
    let always = request.prompt.consent || !request.authorization_details.is_empty();
    if !asks && !always {
        return Ok((Consent::Settled, Vec::new()));
    }
    let held = realm
        .store(&platform.store)
        .consent(user, &request.client)
        .await?;
    let granted = held.map(|consent| consent.scope).unwrap_or_default();
    let asked = request.consent_words();
    let known: Vec<String> = asked
        .iter()
        .filter(|word| scope::has(&granted, word))
        .cloned()
        .collect();
    let settled = known.len() == asked.len() && !always;
    let resources = realm.resources();
    let sensitive = |word: &&String| *word == VERIFIED_CLAIMS || resources.is_sensitive(word);
    // What was allowed before was decided about then.
    let new = asked.iter().filter(|word| !known.contains(word));
    let guarded = new.clone().any(|word| sensitive(&word));
    let judged = login.consent_judged.as_ref().map(|judged| judged.judgement);
    Ok((
        match (settled, guarded) {
            (true, _) => Consent::Settled,
            (false, true) => Consent::Guarded(judged),
            (false, false) => Consent::Needed,
        },
        known,
    ))
}
