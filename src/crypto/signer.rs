//! Signing keys in memory: made, opened once, and used without parsing anything per token (performance.md 4.1, 4.13).

use std::borrow::Cow;
use std::fmt;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
    RsaEncoding,
};
use jsonwebtoken::jwk::{Jwk, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey};
use serde::Serialize;

use crate::base::encoding::base64url;
use crate::base::secret::Secret;
use crate::domain::key::SigningAlg;

/// Why a key could not be made or used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignerError {
    /// The library refused to make a key.
    #[error("a signing key could not be made")]
    Generation,
    /// The stored key is not one of its algorithm.
    #[error("a stored signing key cannot be read")]
    Unreadable,
    /// The library refused to sign.
    #[error("signing failed")]
    Signing,
}

/// The JWS algorithm of a key.
pub const fn algorithm(alg: SigningAlg) -> Algorithm {
    match alg {
        SigningAlg::ES256 => Algorithm::ES256,
        SigningAlg::EdDSA => Algorithm::EdDSA,
        SigningAlg::RS256 => Algorithm::RS256,
        SigningAlg::PS256 => Algorithm::PS256,
    }
}

/// A new key as PKCS#8, with its public half.
#[derive(Debug)]
pub struct NewKey {
    /// PKCS#8 DER; to be sealed.
    pub pkcs8: Secret<Vec<u8>>,
    /// RFC 7638 thumbprint: the key id.
    pub kid: String,
    /// The public JWK as JSON.
    pub public_jwk: String,
}

/// Makes a key. RSA takes a noticeable time; the others don't.
///
/// # Errors
/// [`SignerError::Generation`].
pub fn generate(alg: SigningAlg) -> Result<NewKey, SignerError> {
    let failed = |_| SignerError::Generation;
    let pkcs8 = match alg {
        SigningAlg::ES256 => {
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
                .map_err(failed)?
                .as_ref()
                .to_vec()
        }
        SigningAlg::EdDSA => Ed25519KeyPair::generate_pkcs8v1(&SystemRandom::new())
            .map_err(failed)?
            .as_ref()
            .to_vec(),
        SigningAlg::RS256 | SigningAlg::PS256 => {
            let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
            let der: Pkcs8V1Der<'_> = pair.as_der().map_err(failed)?;
            der.as_ref().to_vec()
        }
    };
    let (kid, public_jwk) = public_half(alg, &pkcs8)?;
    Ok(NewKey {
        pkcs8: Secret::new(pkcs8),
        kid,
        public_jwk,
    })
}

fn public_half(alg: SigningAlg, pkcs8: &[u8]) -> Result<(String, String), SignerError> {
    let failed = |_| SignerError::Generation;
    let encoding = match alg {
        SigningAlg::ES256 => EncodingKey::from_ec_der(pkcs8),
        SigningAlg::EdDSA => EncodingKey::from_ed_der(pkcs8),
        SigningAlg::RS256 | SigningAlg::PS256 => EncodingKey::from_rsa_der(&rsa_pkcs1(pkcs8)?),
    };
    let mut jwk = Jwk::from_encoding_key(&encoding, algorithm(alg)).map_err(failed)?;
    let kid = jwk.thumbprint(ThumbprintHash::SHA256).map_err(failed)?;
    jwk.common.key_id = Some(kid.clone());
    jwk.common.public_key_use = Some(PublicKeyUse::Signature);
    let text = serde_json::to_string(&jwk).map_err(|_| SignerError::Generation)?;
    Ok((kid, text))
}

/// The RSAPrivateKey inside a PKCS#8 PrivateKeyInfo: the content of its last OCTET STRING.
fn rsa_pkcs1(pkcs8: &[u8]) -> Result<Vec<u8>, SignerError> {
    // SEQUENCE { INTEGER 0, SEQUENCE { OID, NULL }, OCTET STRING { RSAPrivateKey } }: skip to the octet string.
    let body = der_content(pkcs8, 0x30)?.0;
    let (_, rest) = der_content(body, 0x02)?;
    let (_, rest) = der_content(rest, 0x30)?;
    let (key, _) = der_content(rest, 0x04)?;
    Ok(key.to_vec())
}

fn der_content(der: &[u8], tag: u8) -> Result<(&[u8], &[u8]), SignerError> {
    let unreadable = SignerError::Unreadable;
    let rest = der.strip_prefix(&[tag]).ok_or(unreadable)?;
    let (&first, rest) = rest.split_first().ok_or(unreadable)?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let (bytes, rest) = rest
            .split_at_checked(usize::from(first & 0x7f))
            .ok_or(unreadable)?;
        (
            bytes.iter().fold(0_usize, |acc, &b| (acc << 8) | usize::from(b)),
            rest,
        )
    };
    rest.split_at_checked(length).ok_or(unreadable)
}

enum Pair {
    Ec(EcdsaKeyPair, SystemRandom),
    Ed(Ed25519KeyPair),
    Rsa(RsaKeyPair, SystemRandom),
}

/// The first segment of a token.
fn header(typ: TokenType, alg: SigningAlg, kid: &str) -> String {
    let json = format!(
        r#"{{"typ":"{}","alg":"{}","kid":"{kid}"}}"#,
        typ.name(),
        alg.name()
    );
    base64url(json.as_bytes())
}

/// A key that is ready to sign, with the header segments of frequent tokens prebuilt.
pub struct Signer {
    pair: Pair,
    alg: SigningAlg,
    kid: String,
    jwt_header: String,
    access_header: String,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({}, {})", self.alg.name(), self.kid)
    }
}

/// What kind of token is signed (`typ` in its header).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenType {
    /// `JWT`: ID tokens, signed userinfo.
    Jwt,
    /// `at+jwt`: access tokens (RFC 9068 section 2.1).
    AccessToken,
    /// `token-introspection+jwt`: signed introspection answers (RFC 9701 section 5).
    Introspection,
    /// `logout+jwt`: logout tokens (Back-Channel Logout 1.0 section 2.4).
    Logout,
}

impl TokenType {
    /// The value of `typ`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jwt => "JWT",
            Self::AccessToken => "at+jwt",
            Self::Introspection => "token-introspection+jwt",
            Self::Logout => "logout+jwt",
        }
    }
}

impl Signer {
    /// Opens a stored key.
    ///
    /// # Errors
    /// [`SignerError::Unreadable`] when it is not a key of this algorithm.
    pub fn open(alg: SigningAlg, kid: &str, pkcs8: &Secret<Vec<u8>>) -> Result<Self, SignerError> {
        let unreadable = |_| SignerError::Unreadable;
        let pair = match alg {
            SigningAlg::ES256 => Pair::Ec(
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.expose())
                    .map_err(unreadable)?,
                SystemRandom::new(),
            ),
            SigningAlg::EdDSA => Pair::Ed(Ed25519KeyPair::from_pkcs8(pkcs8.expose()).map_err(unreadable)?),
            SigningAlg::RS256 | SigningAlg::PS256 => Pair::Rsa(
                RsaKeyPair::from_pkcs8(pkcs8.expose()).map_err(unreadable)?,
                SystemRandom::new(),
            ),
        };
        Ok(Self {
            pair,
            alg,
            kid: kid.to_owned(),
            jwt_header: header(TokenType::Jwt, alg, kid),
            access_header: header(TokenType::AccessToken, alg, kid),
        })
    }

    /// Its algorithm.
    pub const fn alg(&self) -> SigningAlg {
        self.alg
    }

    /// Its key id.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// A compact JWS over `claims`.
    ///
    /// # Errors
    /// [`SignerError::Signing`].
    pub fn sign(&self, typ: TokenType, claims: &impl Serialize) -> Result<String, SignerError> {
        let payload = serde_json::to_vec(claims).map_err(|_| SignerError::Signing)?;
        let header: Cow<'_, str> = match typ {
            TokenType::Jwt => self.jwt_header.as_str().into(),
            TokenType::AccessToken => self.access_header.as_str().into(),
            TokenType::Introspection | TokenType::Logout => header(typ, self.alg, &self.kid).into(),
        };
        let mut token = String::with_capacity(header.len() + payload.len() * 4 / 3 + 360);
        token.push_str(&header);
        token.push('.');
        token.push_str(&base64url(&payload));
        let signature = self.raw(token.as_bytes())?;
        token.push('.');
        token.push_str(&base64url(&signature));
        Ok(token)
    }

    fn raw(&self, message: &[u8]) -> Result<Vec<u8>, SignerError> {
        let failed = |_| SignerError::Signing;
        Ok(match &self.pair {
            Pair::Ec(pair, random) => pair.sign(random, message).map_err(failed)?.as_ref().to_vec(),
            Pair::Ed(pair) => pair.sign(message).as_ref().to_vec(),
            Pair::Rsa(pair, random) => {
                let mut out = vec![0; pair.public_modulus_len()];
                let padding: &'static dyn RsaEncoding = if self.alg == SigningAlg::PS256 {
                    &RSA_PSS_SHA256
                } else {
                    &RSA_PKCS1_SHA256
                };
                pair.sign(padding, random, message, &mut out).map_err(failed)?;
                out
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::jwt::{VerifyingKeys, unverified_header};

    #[test]
    fn every_algorithm_signs_what_its_public_key_verifies() {
        crate::crypto::install_providers();
        for alg in SigningAlg::ALL {
            let key = generate(alg).unwrap();
            let signer = Signer::open(alg, &key.kid, &key.pkcs8).unwrap();
            let token = signer
                .sign(TokenType::AccessToken, &serde_json::json!({"sub": "x"}))
                .unwrap();
            let keys = VerifyingKeys::from_jwks(&format!(r#"{{"keys":[{}]}}"#, key.public_jwk)).unwrap();
            let claims: serde_json::Value = keys.verify(&token).unwrap();
            assert_eq!(claims["sub"], "x");
            assert_eq!(unverified_header(&token).unwrap().typ.as_deref(), Some("at+jwt"));
            let mut forged = token.clone();
            forged.replace_range(token.len() - 6..token.len() - 4, "AA");
            assert!(keys.verify::<serde_json::Value>(&forged).is_err() || forged == token);
        }
    }

    #[test]
    fn public_halves_hold_no_private_member() {
        for alg in SigningAlg::ALL {
            let key = generate(alg).unwrap();
            let jwk: serde_json::Value = serde_json::from_str(&key.public_jwk).unwrap();
            let members: Vec<_> = jwk.as_object().unwrap().keys().cloned().collect();
            assert!(
                members
                    .iter()
                    .all(|m| !["d", "p", "q", "dp", "dq", "qi", "k"].contains(&m.as_str())),
                "{members:?}"
            );
            assert_eq!(jwk["use"], "sig");
            assert_eq!(jwk["alg"], alg.name());
        }
    }
}
