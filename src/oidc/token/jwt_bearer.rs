//! Assertions of others as grants (RFC 7523 section 2.1): an issuer that the tenant trusts says who a user is, and a client gets an access
//! token for that user. Nothing outlives it: there is no session, no ID token and no refresh token.

use serde_json::{Map, Value};

use super::super::assertion::{Assertion, Unfit};
use super::super::issue::{Target, TokenResponse};
use super::super::{AuthenticatedClient, OidcError, invalid_grant};
use super::BackChannel;
use super::by_itself::{Wanted, give};
use crate::crypto::jwt::unverified_claims;
use crate::domain::trusted_issuer::UserKey;
use crate::domain::user::{User, UserStatus};
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::params::Params;
use crate::protocol::scope;
use crate::tenants::{IssuerRuntime, Platform, Realm};

/// What only a sign-in gives.
const OF_SIGN_INS: [&str; 2] = ["openid", "offline_access"];

pub(super) async fn issue(
    platform: &Platform,
    realm: &Realm,
    caller: &AuthenticatedClient,
    params: &Params,
    from: &BackChannel,
) -> Result<TokenResponse, OidcError> {
    let client = &caller.client.record;
    let text = params.require("assertion")?;
    let issuer = issuer_of(realm, text)?;
    if !issuer
        .trusted
        .clients
        .iter()
        .any(|known| known == client.id.as_str())
    {
        let words = "this client may not bring assertions of this issuer";
        return Err(OAuthError::new(ErrorCode::UnauthorizedClient, words).into());
    }
    let user = user_of(platform, realm, issuer, text).await?;
    let meant = |word: &str| realm.resources().reach(&[], word);
    let scope = granted(params, client.metadata.scope.as_deref(), meant)?;
    let wanted = Wanted {
        sub: realm.tenant.subjects(client).sub(&user),
        target: Target::of_issuer(scope),
        grant: None,
        exchanged: None,
    };
    give(platform, realm, caller, from, wanted).await
}

/// The trusted issuer that an assertion names. Its keys alone will check it.
fn issuer_of<'a>(realm: &'a Realm, assertion: &str) -> Result<&'a IssuerRuntime, OidcError> {
    let claims = unverified_claims(assertion).ok_or_else(|| invalid_grant("the assertion is not a JWT"))?;
    let named = claims.get("iss").and_then(Value::as_str).unwrap_or_default();
    let mut issuers = realm.tenant.issuers.iter();
    issuers
        .find(|issuer| issuer.trusted.issuer == named)
        .ok_or_else(|| invalid_grant("the issuer of the assertion is not trusted"))
}

/// The user that a good assertion is about.
async fn user_of(
    platform: &Platform,
    realm: &Realm,
    issuer: &IssuerRuntime,
    text: &str,
) -> Result<User, OidcError> {
    let verified = issuer
        .keys
        .look(platform, |keys| keys.verifying.verify::<Map<String, Value>>(text));
    let claims = verified.await.map_err(|error| {
        OAuthError::invalid_grant("the assertion is not signed by its issuer").with_detail(error.to_string())
    })?;
    let assertion: Assertion = serde_json::from_value(Value::Object(claims.clone()))
        .map_err(|_| invalid_grant("the assertion needs iss, sub, aud, exp and jti"))?;
    let fits = |aud: &str| aud == realm.issuer() || aud == realm.url("/token");
    assertion
        .check(platform, realm, fits)
        .map_err(|unfit| match unfit {
            Unfit::Claims(words) => invalid_grant(words),
            Unfit::Oidc(error) => error,
        })?;
    let trusted = &issuer.trusted;
    let named = claims
        .get(&trusted.claim)
        .and_then(Value::as_str)
        .unwrap_or_default();
    if !trusted.subjects.iter().any(|subject| subject == named) {
        return Err(invalid_grant("the issuer is not trusted about this subject"));
    }
    let store = realm.store(&platform.store);
    let user = match trusted.user {
        UserKey::Email => store.user_by_email(named).await?,
        UserKey::Sub => store.user_by_sub(named).await?,
    };
    user.filter(|user| user.status == UserStatus::Active)
        .ok_or_else(|| invalid_grant("the account is not available"))
}

/// What was asked of what is registered and `meant` for the issuer; all of that when nothing was asked.
fn granted(
    params: &Params,
    registered: Option<&str>,
    meant: impl Fn(&str) -> bool,
) -> Result<String, OAuthError> {
    let mut asked = params.words("scope");
    if asked.is_empty() {
        asked = registered
            .unwrap_or_default()
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        asked.retain(|word| !OF_SIGN_INS.contains(&word.as_str()) && meant(word));
    }
    let may = scope::allowed(&asked, registered, |_| false)?;
    let kept = |word: &&String| may.contains(word) && !OF_SIGN_INS.contains(&word.as_str()) && meant(word);
    if asked.iter().filter(kept).count() < asked.len() {
        let words = "scope exceeds what this client may have without a sign-in";
        return Err(OAuthError::new(ErrorCode::InvalidScope, words));
    }
    Ok(asked.join(" "))
}
