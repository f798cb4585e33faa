//! Verifying JWTs: our own tokens and the assertions of clients. Trust comes from keys that were registered or made here,
//! never from a token's own header (`jwk`, `x5c`, `jku` are not read; defect 6), except where possession of any key is all that is to be
//! proven. Times are checked by the caller against
//! our clock.

use jsonwebtoken::jwk::{Jwk, JwkSet, KeyAlgorithm, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use serde::de::DeserializeOwned;

use crate::base::encoding::from_base64url;

/// The most keys a client may register.
const MAX_KEYS: usize = 32;
/// The longest token that is looked at, bytes.
const MAX_TOKEN: usize = 16 * 1024;
/// What may sign: asymmetric algorithms only.
const ACCEPTED: [Algorithm; 6] = [
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
    Algorithm::RS256,
    Algorithm::PS256,
    Algorithm::PS384,
];

/// Why a token was not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwtError {
    /// Not a compact JWS of ours or theirs.
    #[error("not a JWT")]
    Malformed,
    /// `none`, a symmetric algorithm, or one that the key is not for.
    #[error("the algorithm is not accepted")]
    Algorithm,
    /// No key fits its header.
    #[error("no key fits")]
    UnknownKey,
    /// The signature is not of that key, or the claims are not of the expected form.
    #[error("the signature or the claims are not valid")]
    Invalid,
    /// The key set is not one.
    #[error("the key set cannot be read: {0}")]
    KeySet(String),
}

/// Reads a header without trusting it, to choose a key. One that names extensions that must be understood is none: we understand none
/// (RFC 7515 section 4.1.11).
pub fn unverified_header(token: &str) -> Option<Header> {
    (token.len() <= MAX_TOKEN)
        .then(|| jsonwebtoken::decode_header(token).ok())
        .flatten()
        .filter(|header| header.crit.is_none())
}

/// Reads claims without trusting them, to find whose keys the token must be checked with.
pub fn unverified_claims(token: &str) -> Option<serde_json::Map<String, serde_json::Value>> {
    let bytes = (token.len() <= MAX_TOKEN)
        .then(|| token.split('.').nth(1))
        .flatten();
    serde_json::from_slice(&from_base64url(bytes?)?).ok()
}

/// Whether a token says of itself that nobody signed it (`alg` `none`, RFC 7518 section 3.6). Such a token is never verified; this
/// only tells its sender what is wrong with it.
pub fn is_unsecured(token: &str) -> bool {
    let header = token.split('.').next().and_then(from_base64url);
    header
        .and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok())
        .is_some_and(|header| header.get("alg").is_some_and(|alg| alg == "none"))
}

/// The claims of a token that nobody signed: what anybody may have written.
pub fn unsecured_claims(token: &str) -> Option<serde_json::Map<String, serde_json::Value>> {
    let mut parts = token.split('.');
    let (_, payload, signature) = (parts.next()?, parts.next()?, parts.next()?);
    if !is_unsecured(token) || token.len() > MAX_TOKEN || !signature.is_empty() || parts.next().is_some() {
        return None;
    }
    serde_json::from_slice(&from_base64url(payload)?).ok()
}

struct VerifyingKey {
    kid: Option<String>,
    algorithms: Vec<Algorithm>,
    key: DecodingKey,
}

/// Public keys that tokens are checked with.
#[derive(Default)]
pub struct VerifyingKeys(Vec<VerifyingKey>);

impl std::fmt::Debug for VerifyingKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "VerifyingKeys({})", self.0.len())
    }
}

impl VerifyingKeys {
    /// From a JWK set. Keys we can't use (other kinds, encryption keys) are passed over.
    ///
    /// # Errors
    /// [`JwtError::KeySet`] for something that is no JWK set, or has too many keys.
    pub fn from_jwks(json: &str) -> Result<Self, JwtError> {
        let set: JwkSet = serde_json::from_str(json).map_err(|error| JwtError::KeySet(error.to_string()))?;
        if set.keys.len() > MAX_KEYS {
            return Err(JwtError::KeySet("too many keys".to_owned()));
        }
        Ok(Self(set.keys.iter().filter_map(verifying_key).collect()))
    }

    /// Whether there is any usable key.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Checks a token's signature with the key its header names, and reads its claims.
    ///
    /// # Errors
    /// [`JwtError`] for anything but a valid signature by one of these keys.
    pub fn verify<T: DeserializeOwned + Clone>(&self, token: &str) -> Result<T, JwtError> {
        let header = unverified_header(token).ok_or(JwtError::Malformed)?;
        if !ACCEPTED.contains(&header.alg) {
            return Err(JwtError::Algorithm);
        }
        // Without a kid any key of the algorithm may be meant; with one, only that.
        let fits = |key: &&VerifyingKey| {
            key.algorithms.contains(&header.alg)
                && (header.kid.is_none() || key.kid.is_none() || key.kid == header.kid)
        };
        let mut last = JwtError::UnknownKey;
        for key in self.0.iter().filter(fits).take(4) {
            match jsonwebtoken::decode::<T>(token, &key.key, &signature_only(header.alg)) {
                Ok(data) => return Ok(data.claims),
                Err(_) => last = JwtError::Invalid,
            }
        }
        Err(last)
    }
}

/// Checks a token that was signed with a secret that both sides know, and reads its claims.
///
/// # Errors
/// [`JwtError`] for any other algorithm than HMAC, and for another secret.
pub fn verify_shared<T: DeserializeOwned + Clone>(token: &str, secret: &[u8]) -> Result<T, JwtError> {
    let alg = unverified_header(token).ok_or(JwtError::Malformed)?.alg;
    if ![Algorithm::HS256, Algorithm::HS384, Algorithm::HS512].contains(&alg) {
        return Err(JwtError::Algorithm);
    }
    let key = DecodingKey::from_secret(secret);
    let data = jsonwebtoken::decode(token, &key, &signature_only(alg));
    data.map(|data| data.claims).map_err(|_| JwtError::Invalid)
}

/// A token that was signed by the key it brings along. That proves only that its maker holds the key; it says nothing about who
/// that is (RFC 9449 section 4.2).
#[derive(Debug)]
pub struct Possession<T> {
    /// The type in its header.
    pub typ: Option<String>,
    /// RFC 7638 thumbprint (SHA-256) of the key.
    pub thumbprint: String,
    /// JWA name of the algorithm that signed it.
    pub alg: String,
    /// Its claims.
    pub claims: T,
}

/// Checks a proof of possession: the only place where a key is taken from a token's own header.
///
/// # Errors
/// [`JwtError`] unless the header holds one public key of ours to use, and the signature is of that key.
pub fn verify_possession<T: DeserializeOwned + Clone>(token: &str) -> Result<Possession<T>, JwtError> {
    let header = unverified_header(token).ok_or(JwtError::Malformed)?;
    let jwk = header.jwk.as_ref().ok_or(JwtError::UnknownKey)?;
    // The library leaves out private members without a word; RFC 9449 section 4.3 step 7 forbids them.
    let raw = token.split('.').next().and_then(from_base64url);
    let raw: Option<serde_json::Value> = raw.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let members = raw.as_ref().and_then(|header| header.get("jwk"));
    let private = |jwk: &serde_json::Value| ["d", "p", "q", "k"].iter().any(|name| jwk.get(name).is_some());
    if !ACCEPTED.contains(&header.alg) || members.is_none_or(private) {
        return Err(JwtError::Algorithm);
    }
    let key = verifying_key(jwk)
        .filter(|key| key.algorithms.contains(&header.alg))
        .ok_or(JwtError::Algorithm)?;
    let claims = jsonwebtoken::decode::<T>(token, &key.key, &signature_only(header.alg));
    Ok(Possession {
        thumbprint: jwk
            .thumbprint(ThumbprintHash::SHA256)
            .map_err(|_| JwtError::Invalid)?,
        claims: claims.map_err(|_| JwtError::Invalid)?.claims,
        alg: format!("{:?}", header.alg),
        typ: header.typ,
    })
}

/// The library would read the system clock for `exp`; our callers check times with theirs.
fn signature_only(alg: Algorithm) -> Validation {
    let mut validation = Validation::new(alg);
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    validation
}

fn verifying_key(jwk: &Jwk) -> Option<VerifyingKey> {
    use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, PublicKeyUse};
    if matches!(jwk.common.public_key_use, Some(PublicKeyUse::Encryption)) {
        return None;
    }
    let family: &[Algorithm] = match &jwk.algorithm {
        AlgorithmParameters::EllipticCurve(ec) if ec.curve == EllipticCurve::P256 => &[Algorithm::ES256],
        AlgorithmParameters::EllipticCurve(ec) if ec.curve == EllipticCurve::P384 => &[Algorithm::ES384],
        AlgorithmParameters::OctetKeyPair(okp) if okp.curve == EllipticCurve::Ed25519 => &[Algorithm::EdDSA],
        AlgorithmParameters::RSA(_) => &[Algorithm::RS256, Algorithm::PS256, Algorithm::PS384],
        _ => return None,
    };
    let named = match jwk.common.key_algorithm {
        None => None,
        Some(KeyAlgorithm::ES256) => Some(Algorithm::ES256),
        Some(KeyAlgorithm::ES384) => Some(Algorithm::ES384),
        Some(KeyAlgorithm::EdDSA) => Some(Algorithm::EdDSA),
        Some(KeyAlgorithm::RS256) => Some(Algorithm::RS256),
        Some(KeyAlgorithm::PS256) => Some(Algorithm::PS256),
        Some(KeyAlgorithm::PS384) => Some(Algorithm::PS384),
        Some(_) => return None,
    };
    let algorithms = family
        .iter()
        .copied()
        .filter(|alg| named.is_none_or(|named| named == *alg))
        .collect();
    Some(VerifyingKey {
        kid: jwk.common.key_id.clone(),
        algorithms,
        key: DecodingKey::from_jwk(jwk).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::encoding::base64url;

    #[test]
    fn none_and_symmetric_algorithms_are_refused() {
        crate::crypto::install_providers();
        let key = crate::crypto::signer::generate(crate::domain::key::SigningAlg::ES256).unwrap();
        let keys = VerifyingKeys::from_jwks(&format!(r#"{{"keys":[{}]}}"#, key.public_jwk)).unwrap();
        for alg in ["none", "HS256", "ES512"] {
            let head = base64url(format!(r#"{{"alg":"{alg}"}}"#).as_bytes());
            let token = format!("{head}.{}.AAAA", base64url(b"{}"));
            assert!(keys.verify::<serde_json::Value>(&token).is_err(), "{alg}");
            assert_eq!(is_unsecured(&token), alg == "none");
        }
    }

    #[test]
    fn a_key_in_the_header_is_not_trusted() {
        crate::crypto::install_providers();
        let ours = crate::crypto::signer::generate(crate::domain::key::SigningAlg::ES256).unwrap();
        let theirs = crate::crypto::signer::generate(crate::domain::key::SigningAlg::ES256).unwrap();
        let keys = VerifyingKeys::from_jwks(&format!(r#"{{"keys":[{}]}}"#, ours.public_jwk)).unwrap();
        let head = format!(r#"{{"alg":"ES256","jwk":{}}}"#, theirs.public_jwk);
        let message = format!("{}.{}", base64url(head.as_bytes()), base64url(b"{}"));
        let encoding = jsonwebtoken::EncodingKey::from_ec_der(theirs.pkcs8.expose());
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &encoding, Algorithm::ES256).unwrap();
        assert_eq!(
            keys.verify::<serde_json::Value>(&format!("{message}.{signature}"))
                .unwrap_err(),
            JwtError::Invalid
        );
    }
}
