//! Proof key for code exchange (RFC 7636), method `S256` only.

use serde::{Deserialize, Serialize};

use super::error::OAuthError;
use super::params::Params;
use crate::base::encoding::{base64url, from_base64url};
use crate::base::secret::{constant_time_eq, sha256};

/// A challenge as it was sent with the authorization request: 32 bytes in base64url.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CodeChallenge(String);

impl CodeChallenge {
    /// Reads `code_challenge` and `code_challenge_method`; both or neither.
    ///
    /// # Errors
    /// `invalid_request` for `plain`, a missing or unknown method, or a value that is no SHA-256.
    pub fn from_params(params: &Params) -> Result<Option<Self>, OAuthError> {
        match (params.get("code_challenge"), params.get("code_challenge_method")) {
            (None, None) => Ok(None),
            (None, Some(_)) => Err(OAuthError::invalid_request(
                "code_challenge_method without code_challenge",
            )),
            (Some(_), None | Some("plain")) => Err(OAuthError::invalid_request(
                "code_challenge_method must be S256; plain is not accepted",
            )),
            (Some(challenge), Some("S256")) => match from_base64url(challenge) {
                Some(bytes) if bytes.len() == 32 => Ok(Some(Self(challenge.to_owned()))),
                _ => Err(OAuthError::invalid_request(
                    "code_challenge is not a base64url SHA-256",
                )),
            },
            (Some(_), Some(_)) => Err(OAuthError::invalid_request(
                "code_challenge_method is not supported",
            )),
        }
    }

    /// Whether `verifier` is what the challenge was made from (RFC 7636 section 4.6).
    pub fn is_met_by(&self, verifier: &str) -> bool {
        let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        (43..=128).contains(&verifier.len())
            && verifier.bytes().all(unreserved)
            && constant_time_eq(
                base64url(&sha256(verifier.as_bytes())).as_bytes(),
                self.0.as_bytes(),
            )
    }
}

/// Checks the verifier of a token request against what the authorization request carried.
///
/// # Errors
/// `invalid_grant` when they don't fit: missing, wrong, or sent without a challenge (RFC 9700 section 2.1.1).
pub fn check_verifier(challenge: Option<&CodeChallenge>, verifier: Option<&str>) -> Result<(), OAuthError> {
    match (challenge, verifier) {
        (None, None) => Ok(()),
        (Some(challenge), Some(verifier)) if challenge.is_met_by(verifier) => Ok(()),
        (Some(_), Some(_)) => Err(OAuthError::invalid_grant("code_verifier does not match")),
        (Some(_), None) => Err(OAuthError::invalid_grant("code_verifier is missing")),
        (None, Some(_)) => Err(OAuthError::invalid_grant("code_verifier without code_challenge")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636 appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn parse(query: &str) -> Result<Option<CodeChallenge>, OAuthError> {
        CodeChallenge::from_params(&Params::parse(query.as_bytes()).unwrap())
    }

    #[test]
    fn rfc7636_appendix_b() {
        let challenge = parse(&format!("code_challenge={CHALLENGE}&code_challenge_method=S256"))
            .unwrap()
            .unwrap();
        assert!(check_verifier(Some(&challenge), Some(VERIFIER)).is_ok());
        assert!(check_verifier(Some(&challenge), Some(&VERIFIER.replace('d', "e"))).is_err());
        assert!(check_verifier(Some(&challenge), Some("short")).is_err());
        assert!(check_verifier(Some(&challenge), None).is_err());
        assert!(check_verifier(None, Some(VERIFIER)).is_err());
        assert!(check_verifier(None, None).is_ok());
    }

    #[test]
    fn plain_and_half_requests_are_refused() {
        for bad in [
            "code_challenge=abc&code_challenge_method=plain",
            "code_challenge=abc",
            "code_challenge_method=S256",
            "code_challenge=abc&code_challenge_method=S256",
            "code_challenge=abc&code_challenge_method=S512",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
