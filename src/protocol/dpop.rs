//! Proof of possession (DPoP, RFC 9449): the rules for a proof whose signature was checked, and server nonces that are derived from
//! a key and the time, so that every node knows them and none is stored.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

use super::error::{ErrorCode, OAuthError};
use crate::base::encoding::{base64url, from_base64url};
use crate::base::secret::{Secret, constant_time_eq, hmac_sha256, sha256};
use crate::base::timestamp::Timestamp;

/// How far a proof's `iat` may lie from our clock, either way.
pub const SKEW: Duration = Duration::from_mins(1);
/// A nonce is given out for one period and accepted for one more.
const NONCE_PERIOD: i64 = 300;
/// The longest `jti`.
const MAX_JTI: usize = 256;

/// The RFC 7638 thumbprint of a key: what tokens and codes are bound to (`jkt`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Thumbprint(String);

impl Thumbprint {
    /// Reads a thumbprint; `None` unless it is 256 bits in base64url.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = from_base64url(text)?;
        (bytes.len() == 32).then(|| Self(text.to_owned()))
    }

    /// As it stands in tokens.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The claims of a proof (RFC 9449 section 4.2).
#[derive(Clone, Debug, Deserialize)]
pub struct ProofClaims {
    /// Unique id.
    pub jti: String,
    /// Method of the request.
    pub htm: String,
    /// Address of the request.
    pub htu: String,
    /// When it was made, seconds.
    pub iat: f64,
    /// End of validity, where its maker set one.
    pub exp: Option<f64>,
    /// Beginning of validity, where its maker set one.
    pub nbf: Option<f64>,
    /// Our nonce.
    pub nonce: Option<String>,
    /// Hash of the access token it accompanies.
    pub ath: Option<String>,
}

/// What a proof must be about.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// Method of the request.
    pub method: &'a str,
    /// Our address that was called, as it is published.
    pub url: &'a str,
    /// Now.
    pub now: Timestamp,
    /// The access token that came with it, at a resource.
    pub token: Option<&'a str>,
}

fn refuse(words: &str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidDpopProof, words)
}

impl ProofClaims {
    /// Checks what a proof says (RFC 9449 section 4.3 steps 8 to 12, nonce and replay excepted).
    ///
    /// # Errors
    /// `invalid_dpop_proof`.
    pub fn check(&self, expected: &Expected<'_>) -> Result<(), OAuthError> {
        if self.jti.is_empty() || self.jti.len() > MAX_JTI {
            return Err(refuse("the proof has no usable jti"));
        }
        if self.htm != expected.method {
            return Err(refuse("htm is not the method of the request"));
        }
        if !same_address(&self.htu, expected.url) {
            return Err(refuse("htu is not the address of the request"));
        }
        let now = expected.now.micros() as f64 / 1_000_000.0;
        let skew = SKEW.as_secs_f64();
        let timely = (self.iat - now).abs() <= skew
            && self.exp.is_none_or(|at| now - skew < at)
            && self.nbf.is_none_or(|at| at <= now + skew);
        if !timely {
            return Err(refuse("the proof is outside its time"));
        }
        let hash = expected.token.map(|token| base64url(&sha256(token.as_bytes())));
        // Without a token an `ath` proves nothing, so it is not looked at.
        if hash.is_some() && hash != self.ath {
            return Err(refuse("ath is not the hash of the access token"));
        }
        Ok(())
    }
}

/// Same scheme, host, port and path; query and fragment are left aside (RFC 9449 section 4.3 step 9).
fn same_address(claimed: &str, called: &str) -> bool {
    let bare = |text: &str| {
        let mut url = Url::parse(text).ok()?;
        url.set_query(None);
        url.set_fragment(None);
        Some(url)
    };
    bare(claimed).is_some_and(|claimed| Some(claimed) == bare(called))
}

fn nonce_of(key: &Secret<Vec<u8>>, period: i64) -> String {
    base64url(&hmac_sha256(
        key.expose(),
        &[b"dpop-nonce", &period.to_be_bytes()],
    ))
}

/// The nonce that proofs made now must carry (RFC 9449 section 8).
pub fn nonce(key: &Secret<Vec<u8>>, now: Timestamp) -> String {
    nonce_of(key, now.secs().div_euclid(NONCE_PERIOD))
}

/// Whether a nonce is the present one or the one before.
pub fn accepts_nonce(key: &Secret<Vec<u8>>, sent: &str, now: Timestamp) -> bool {
    let period = now.secs().div_euclid(NONCE_PERIOD);
    [period, period - 1].into_iter().fold(false, |found, period| {
        constant_time_eq(nonce_of(key, period).as_bytes(), sent.as_bytes()) | found
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_000_000;
    const URL: &str = "https://op.test/t/demo/token";

    fn proof() -> ProofClaims {
        ProofClaims {
            jti: "j".into(),
            htm: "POST".into(),
            htu: URL.into(),
            iat: NOW as f64,
            exp: None,
            nbf: None,
            nonce: None,
            ath: None,
        }
    }

    fn holds(proof: &ProofClaims, token: Option<&str>) -> bool {
        let expected = Expected {
            method: "POST",
            url: URL,
            now: Timestamp::from_secs(NOW),
            token,
        };
        proof.check(&expected).is_ok()
    }

    #[test]
    fn rfc9449_4_3_a_proof_is_about_this_request_and_this_moment() {
        assert!(holds(&proof(), None));
        let now = NOW as f64;
        let good: [fn(&mut ProofClaims, f64); 4] = [
            |proof, now| proof.iat = now - 60.0,
            |proof, now| proof.iat = now + 10.5,
            |proof, _| proof.htu = "HTTPS://OP.test:443/t/demo/token?x=1#y".into(),
            |proof, now| (proof.exp, proof.nbf) = (Some(now + 1.0), Some(now - 1.0)),
        ];
        let bad: [fn(&mut ProofClaims, f64); 9] = [
            |proof, now| proof.iat = now - 61.0,
            |proof, now| proof.iat = now + 61.0,
            |proof, _| proof.iat = f64::NAN,
            |proof, now| proof.exp = Some(now - 60.0),
            |proof, now| proof.nbf = Some(now + 61.0),
            |proof, _| proof.htm = "post".into(),
            |proof, _| proof.htu = "https://op.test/t/other/token".into(),
            |proof, _| proof.htu = "/t/demo/token".into(),
            |proof, _| proof.jti = String::new(),
        ];
        for change in good {
            let mut proof = proof();
            change(&mut proof, now);
            assert!(holds(&proof, None), "{proof:?}");
        }
        for change in bad {
            let mut proof = proof();
            change(&mut proof, now);
            assert!(!holds(&proof, None), "{proof:?}");
        }
    }

    #[test]
    fn rfc9449_7_at_a_resource_the_proof_names_the_token() {
        let bound = ProofClaims {
            ath: Some(base64url(&sha256(b"token"))),
            ..proof()
        };
        assert!(holds(&bound, Some("token")));
        assert!(!holds(&bound, Some("other")) && !holds(&proof(), Some("token")));
    }

    #[test]
    fn rfc9449_8_nonces_rotate_and_are_known_by_the_key_alone() {
        let (key, other) = (Secret::new(vec![1; 32]), Secret::new(vec![2; 32]));
        let at = Timestamp::from_secs;
        let first = nonce(&key, at(0));
        assert!(accepts_nonce(&key, &first, at(0)) && accepts_nonce(&key, &first, at(599)));
        assert!(!accepts_nonce(&key, &first, at(600)));
        assert_ne!(nonce(&key, at(300)), first);
        assert!(!accepts_nonce(&other, &first, at(0)) && !accepts_nonce(&key, "", at(0)));
    }

    #[test]
    fn thumbprints_are_256_bits() {
        assert!(Thumbprint::parse(&base64url(&[7; 32])).is_some());
        assert!(Thumbprint::parse(&base64url(&[7; 31])).is_none() && Thumbprint::parse("*").is_none());
    }
}
