//! Proofs that a sender holds a key (DPoP, RFC 9449). A nonce of ours is always asked for: it shows that a proof was not made in
//! advance, and the replay window needs to be no longer than clocks may differ.

use super::OidcError;
use crate::base::encoding::base64url;
use crate::base::secret::sha256;
use crate::crypto::jwt::verify_possession;
use crate::protocol::dpop::{self, Expected, ProofClaims, SKEW, Thumbprint};
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::profile::Rules;
use crate::tenants::{Platform, Realm};

/// What a request brings, and what it must be about.
#[derive(Clone, Copy, Debug)]
pub struct Presented<'a> {
    /// The `DPoP` headers.
    pub proofs: &'a [String],
    /// The request's method.
    pub method: &'a str,
    /// The address that was called, as it is published.
    pub url: &'a str,
}

impl<'a> Presented<'a> {
    /// The only proof, if there is one.
    fn proof(&self) -> Result<Option<&'a str>, OidcError> {
        match self.proofs {
            [] => Ok(None),
            [proof] => Ok(Some(proof)),
            _ => Err(refused("there is more than one proof")),
        }
    }
}

fn refused(words: &str) -> OidcError {
    OAuthError::new(ErrorCode::InvalidDpopProof, words).into()
}

/// The nonce that proofs for this issuer must carry now.
pub fn nonce(platform: &Platform, realm: &Realm) -> String {
    dpop::nonce(&realm.tenant.blind_key, platform.now())
}

/// Checks the proof of a request (RFC 9449 section 4.3) by a client of these rules. `token` is the access token that it accompanies. Gives
/// the key, or nothing when there is no proof.
///
/// # Errors
/// `use_dpop_nonce` when our nonce is missing or too old, `invalid_dpop_proof` for anything else that doesn't hold.
pub fn check(
    platform: &Platform,
    realm: &Realm,
    rules: &Rules,
    presented: &Presented<'_>,
    token: Option<&str>,
) -> Result<Option<Thumbprint>, OidcError> {
    let Some(proof) = presented.proof()? else {
        return Ok(None);
    };
    let proven = verify_possession::<ProofClaims>(proof).map_err(|error| {
        let words = "the proof is not a JWT signed by the public key it brings";
        OAuthError::new(ErrorCode::InvalidDpopProof, words).with_detail(error.to_string())
    })?;
    if proven.typ.as_deref() != Some("dpop+jwt") {
        return Err(refused("typ is not dpop+jwt"));
    }
    if !rules.allows_algorithm(&proven.alg) {
        return Err(refused("the client may not sign with this algorithm"));
    }
    let key = Thumbprint::parse(&proven.thumbprint).ok_or_else(|| refused("the key has no thumbprint"))?;
    let now = platform.now();
    proven.claims.check(&Expected {
        method: presented.method,
        url: presented.url,
        now,
        token,
    })?;
    let fresh = proven.claims.nonce.as_deref().is_some_and(|sent| {
        let key = &realm.tenant.blind_key;
        dpop::accepts_nonce(key, sent, now)
    });
    if !fresh {
        let words = "the proof must carry the nonce of the DPoP-Nonce header";
        return Err(OAuthError::new(ErrorCode::UseDpopNonce, words).into());
    }
    // Once, for as long as it could be used again (section 11.1). The key is part of it: ids of others are no concern.
    let id = base64url(&sha256(proven.claims.jti.as_bytes()));
    let seen = format!("{}:dpop:{}:{id}", realm.tenant.tag, key.as_str());
    match platform.ephemeral.first_use(&seen, now, SKEW * 2) {
        Ok(true) => Ok(Some(key)),
        Ok(false) => Err(refused("the proof was used before")),
        Err(error) => Err(error.into()),
    }
}
