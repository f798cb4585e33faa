//! The public keys that a client registers (RFC 7517): to check what it signs, to know its certificates, and to encrypt to it.

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::PublicKeyComponents;
use serde_json::Value;

use super::certificate::ClientCertificate;
use super::jwe::EncryptionKey;
use super::jwt::{JwtError, VerifyingKeys};
use crate::base::encoding::{from_base64, from_base64url};
use crate::protocol::client_certificate::PresentedCertificate;
use crate::protocol::encryption::KeyManagementAlg;

/// A client's keys.
#[derive(Debug)]
pub struct KeySet {
    /// What its signatures are checked with.
    pub verifying: VerifyingKeys,
    certificates: Vec<KnownCertificate>,
    encryption: Vec<EncryptionKey>,
}

/// What a key of the set says of certificates.
#[derive(Debug)]
enum KnownCertificate {
    /// It stands in the set itself (`x5c`).
    Whole(Vec<u8>),
    /// It has this key (`subjectPublicKey`).
    KeyBits(Vec<u8>),
    /// It has this key (`SubjectPublicKeyInfo`).
    KeyInfo(Vec<u8>),
}

impl KeySet {
    /// From a JWK set. Keys that we can't use are passed over.
    ///
    /// # Errors
    /// [`JwtError::KeySet`] for something that is no JWK set, or has too many keys.
    pub fn from_jwks(json: &str) -> Result<Self, JwtError> {
        let verifying = VerifyingKeys::from_jwks(json)?;
        let set: Value = serde_json::from_str(json).map_err(|error| JwtError::KeySet(error.to_string()))?;
        let keys = set.get("keys").and_then(Value::as_array);
        Ok(Self {
            verifying,
            encryption: keys
                .into_iter()
                .flatten()
                .filter_map(EncryptionKey::from_jwk)
                .collect(),
            certificates: keys.into_iter().flatten().filter_map(certificate).collect(),
        })
    }

    /// Whether there is any usable key.
    pub const fn is_empty(&self) -> bool {
        self.verifying.is_empty() && self.certificates.is_empty() && self.encryption.is_empty()
    }

    /// The first key that can be encrypted to by an algorithm.
    pub fn encryption_key(&self, alg: KeyManagementAlg) -> Option<&EncryptionKey> {
        self.encryption.iter().find(|key| key.fits(alg))
    }

    /// Whether a certificate is one of the client's (RFC 8705 section 2.2): the very one that a key brings along, or one of the same key
    /// where it brings none.
    pub fn knows(&self, presented: &PresentedCertificate) -> bool {
        let Ok(read) = ClientCertificate::read(presented) else {
            return false;
        };
        self.certificates.iter().any(|known| match known {
            KnownCertificate::Whole(der) => der == presented.leaf(),
            KnownCertificate::KeyBits(bits) => bits == read.key_bits(),
            KnownCertificate::KeyInfo(info) => *info == read.key_info(),
        })
    }
}

fn certificate(jwk: &Value) -> Option<KnownCertificate> {
    if jwk.get("use").is_some_and(|used| used == "enc") {
        return None;
    }
    if let Some(chain) = jwk.get("x5c") {
        let der = from_base64(chain.get(0)?.as_str()?)?;
        return Some(KnownCertificate::Whole(der));
    }
    let bytes = |name: &str| from_base64url(jwk.get(name)?.as_str()?);
    match jwk.get("kty")?.as_str()? {
        // An uncompressed point (RFC 5480 section 2.2).
        "EC" => Some(KnownCertificate::KeyBits(
            [vec![4], bytes("x")?, bytes("y")?].concat(),
        )),
        "OKP" if jwk.get("crv")? == "Ed25519" => Some(KnownCertificate::KeyBits(bytes("x")?)),
        "RSA" => {
            let (n, e) = (bytes("n")?, bytes("e")?);
            let info = PublicKeyComponents { n, e }.as_der().ok()?;
            Some(KnownCertificate::KeyInfo(info.as_ref().to_vec()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair};
    use serde_json::json;

    use super::*;
    use crate::base::encoding::{base64, base64url};

    #[test]
    fn rfc8705_2_2_a_certificate_is_known_by_itself_or_by_its_key() {
        crate::crypto::install_providers();
        for alg in [
            &rcgen::PKCS_ECDSA_P256_SHA256,
            &rcgen::PKCS_RSA_SHA256,
            &rcgen::PKCS_ED25519,
        ] {
            let key = KeyPair::generate_for(alg).unwrap();
            let make = || {
                CertificateParams::default()
                    .self_signed(&key)
                    .unwrap()
                    .der()
                    .to_vec()
            };
            let present = |der| PresentedCertificate::from_chain([der]).unwrap();
            let (first, second) = (present(make()), present(make()));
            let read = ClientCertificate::read(&first).unwrap();
            let bits = read.key_bits();
            let jwk = match bits.len() {
                65 => {
                    json!({"kty": "EC", "crv": "P-256", "x": base64url(&bits[1..33]), "y": base64url(&bits[33..])})
                }
                32 => json!({"kty": "OKP", "crv": "Ed25519", "x": base64url(bits)}),
                // SEQUENCE { modulus of 257 bytes with a leading zero, exponent }
                _ => json!({"kty": "RSA", "n": base64url(&bits[9..265]), "e": base64url(&bits[267..])}),
            };
            let set = |jwk: &Value| KeySet::from_jwks(&json!({"keys": [jwk]}).to_string()).unwrap();
            assert!(set(&jwk).knows(&first) && set(&jwk).knows(&second), "{jwk}");
            let mut whole = jwk.clone();
            whole["x5c"] = json!([base64(first.leaf())]);
            assert!(set(&whole).knows(&first));
            assert!(
                second == first || !set(&whole).knows(&second),
                "x5c names one certificate"
            );
            whole["x5c"] = json!([]);
            assert!(!set(&whole).knows(&first));
            let mut encrypting = jwk.clone();
            encrypting["use"] = json!("enc");
            assert!(!set(&encrypting).knows(&first));
        }
        assert!(KeySet::from_jwks("{}").is_err());
    }
}
