//! `id_token_hint`: an ID token of ours that an app sends back, to say about whom or which session it speaks.

use serde::Deserialize;

use crate::crypto::jwt::unverified_header;
use crate::crypto::signer::TokenType;
use crate::tenants::Realm;

/// What an ID token says that came back. All of these stand in every ID token of ours, and in nothing else that we sign: signed
/// userinfo and authorization responses lack some, access tokens, introspection answers and logout tokens have a type of their own.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Hint {
    iss: String,
    /// About whom.
    pub(super) sub: String,
    /// For which client it was made.
    pub(super) aud: String,
    /// Of which session.
    #[expect(dead_code, reason = "present in ID tokens, which is what is checked")]
    sid: String,
    #[expect(dead_code, reason = "present in ID tokens, which is what is checked")]
    auth_time: i64,
}

/// Reads a hint. Expired ID tokens count (OpenID Connect Core section 3.1.2.1, RP-Initiated Logout 1.0 section 2).
pub(super) fn id_token_hint(realm: &Realm, hint: &str) -> Option<Hint> {
    let typ = unverified_header(hint)?.typ;
    // The header is covered by the signature that is checked next.
    typ.filter(|typ| typ == TokenType::Jwt.name())?;
    let hint: Hint = realm.tenant.keys.verifying.verify(hint).ok()?;
    (hint.iss == realm.issuer()).then_some(hint)
}
