//! `id_token_hint`: an ID token of ours that an app sends back, to say about whom or which session it speaks.

use serde_json::{Map, Value};

use crate::crypto::jwt::unverified_header;
use crate::crypto::signer::TokenType;
use crate::tenants::Realm;

/// What an ID token says that came back.
#[derive(Clone, Debug)]
pub(super) struct Hint {
    /// About whom.
    pub(super) sub: String,
    /// For which client it was made.
    pub(super) aud: String,
    /// Of which session it tells.
    pub(super) sid: String,
    /// When it ends, seconds.
    pub(super) exp: i64,
}

/// These stand in every ID token of ours, and in nothing else that we sign: signed userinfo and authorization responses lack some,
/// access tokens, introspection answers and logout tokens have a type of their own.
const ALWAYS: [&str; 2] = ["sid", "auth_time"];

/// Reads a hint. Expired ID tokens count (OpenID Connect Core section 3.1.2.1, RP-Initiated Logout 1.0 section 2).
pub(super) fn id_token_hint(realm: &Realm, hint: &str) -> Option<Hint> {
    let typ = unverified_header(hint)?.typ;
    // The header is covered by the signature that is checked next.
    typ.filter(|typ| typ == TokenType::Jwt.name())?;
    let claims: Map<String, Value> = realm.tenant.keys.verifying.verify(hint).ok()?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
    let ours = text("iss").as_deref() == Some(realm.issuer());
    if !ours || ALWAYS.iter().any(|name| !claims.contains_key(*name)) {
        return None;
    }
    Some(Hint {
        sub: text("sub")?,
        aud: text("aud")?,
        sid: text("sid")?,
        exp: claims.get("exp").and_then(Value::as_i64)?,
    })
}
