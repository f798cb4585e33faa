//! Encrypting to a client (RFC 7516) with the key that it registered for that. The steps are the standard's, the ciphers aws-lc-rs'; nothing
//! is ever decrypted here.

use aws_lc_rs::aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{
    Algorithm as Curve, ECDH_P256, ECDH_P384, EphemeralPrivateKey, UnparsedPublicKey, X25519, agree_ephemeral,
};
use aws_lc_rs::cipher::{AES_128, EncryptionContext, PaddedBlockEncryptingKey, UnboundCipherKey};
use aws_lc_rs::hmac;
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::key_wrap::{AES_256 as WRAP_256, AesKek, KeyWrap as _};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{
    OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, PublicEncryptingKey, PublicKeyComponents,
};
use serde_json::{Map, Value, json};

use crate::base::encoding::{base64url, from_base64url};
use crate::base::random::Random;
use crate::base::secret::{Secret, sha256};
use crate::protocol::encryption::{ContentEncryptionAlg, Encryption, KeyManagementAlg};

/// Something could not be encrypted: the key is not one, or the library refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("encrypting to the client failed")]
pub struct JweError;

/// A client's public key to encrypt to.
#[derive(Clone, Debug)]
pub struct EncryptionKey {
    kid: Option<String>,
    /// The only algorithm that it is for, where it says so.
    alg: Option<String>,
    material: Material,
}

#[derive(Clone, Debug)]
enum Material {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    Agreement { curve: Named, point: Vec<u8> },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Named {
    P256,
    P384,
    X25519,
}

impl Named {
    const fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::X25519 => "X25519",
        }
    }

    const fn curve(self) -> &'static Curve {
        match self {
            Self::P256 => &ECDH_P256,
            Self::P384 => &ECDH_P384,
            Self::X25519 => &X25519,
        }
    }

    /// A public key as members of a JWK (RFC 7518 section 6.2.1, RFC 8037 section 2).
    fn jwk(self, public: &[u8]) -> Option<Value> {
        if self == Self::X25519 {
            return Some(json!({"kty": "OKP", "crv": self.name(), "x": base64url(public)}));
        }
        let point = public.strip_prefix(&[4])?;
        let (x, y) = point.split_at_checked(point.len() / 2)?;
        Some(json!({"kty": "EC", "crv": self.name(), "x": base64url(x), "y": base64url(y)}))
    }
}

impl EncryptionKey {
    /// From a JWK that is meant for encryption: `use` says so, or `alg` does. `None` for any other key, and for one we can't use.
    pub fn from_jwk(jwk: &Value) -> Option<Self> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let bytes = |name: &str| from_base64url(text(name)?);
        let alg = text("alg");
        let known = alg.is_some_and(|alg| KeyManagementAlg::ALL.iter().any(|known| known.name() == alg));
        let meant = match text("use") {
            Some(used) => used == "enc" && (alg.is_none() || known),
            None => known,
        };
        if !meant {
            return None;
        }
        let material = match (text("kty")?, text("crv")) {
            ("RSA", _) => Material::Rsa {
                n: bytes("n")?,
                e: bytes("e")?,
            },
            ("EC", Some(curve)) => Material::Agreement {
                curve: [Named::P256, Named::P384]
                    .into_iter()
                    .find(|known| known.name() == curve)?,
                point: [vec![4], bytes("x")?, bytes("y")?].concat(),
            },
            ("OKP", Some("X25519")) => Material::Agreement {
                curve: Named::X25519,
                point: bytes("x")?,
            },
            _ => return None,
        };
        Some(Self {
            kid: text("kid").map(str::to_owned),
            alg: alg.map(str::to_owned),
            material,
        })
    }

    /// Whether it can be used with an algorithm.
    pub fn fits(&self, alg: KeyManagementAlg) -> bool {
        let kind = match self.material {
            Material::Rsa { .. } => alg == KeyManagementAlg::RsaOaep256,
            Material::Agreement { .. } => alg != KeyManagementAlg::RsaOaep256,
        };
        kind && self.alg.as_deref().is_none_or(|own| own == alg.name())
    }
}

/// What is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// A JWT that we signed (`cty` is `JWT`, RFC 7519 section 5.2).
    Nested,
    /// Claims as they are.
    Claims,
}

/// A compact JWE of `plain`.
///
/// # Errors
/// [`JweError`] for a key that is none of its kind.
pub fn encrypt(
    random: &dyn Random,
    key: &EncryptionKey,
    how: Encryption,
    (content, plain): (Content, &[u8]),
) -> Result<String, JweError> {
    let mut header = Map::new();
    header.insert("alg".to_owned(), how.alg.name().into());
    header.insert("enc".to_owned(), how.enc.name().into());
    if let Some(kid) = &key.kid {
        header.insert("kid".to_owned(), kid.as_str().into());
    }
    if content == Content::Nested {
        header.insert("cty".to_owned(), "JWT".into());
    }
    let (content_key, encrypted_key) = content_key(random, key, how, &mut header)?;
    let header = base64url(Value::Object(header).to_string().as_bytes());
    let sealed = seal(random, how.enc, content_key.expose(), header.as_bytes(), plain)?;
    let parts = [&encrypted_key, &sealed.iv, &sealed.text, &sealed.tag].map(|part| base64url(part));
    Ok(format!("{header}.{}", parts.join(".")))
}

/// The content key, and what of it travels (empty where both sides derive it).
fn content_key(
    random: &dyn Random,
    key: &EncryptionKey,
    how: Encryption,
    header: &mut Map<String, Value>,
) -> Result<(Secret<Vec<u8>>, Vec<u8>), JweError> {
    let fresh = || {
        let mut bytes = vec![0; how.enc.key_length()];
        random.fill(&mut bytes);
        Secret::new(bytes)
    };
    match (how.alg, &key.material) {
        (KeyManagementAlg::RsaOaep256, Material::Rsa { n, e }) => {
            let content = fresh();
            let wrapped = oaep(n, e, content.expose())?;
            Ok((content, wrapped))
        }
        (KeyManagementAlg::EcdhEs, Material::Agreement { curve, point }) => {
            // The derived key is the content key's length, under the content algorithm's name (RFC 7518 section 4.6.2).
            let wanted = (how.enc.name(), how.enc.key_length());
            Ok((agreed(*curve, point, wanted, header)?, Vec::new()))
        }
        (KeyManagementAlg::EcdhEsA256kw, Material::Agreement { curve, point }) => {
            let content = fresh();
            let kek = agreed(*curve, point, (how.alg.name(), 32), header)?;
            let mut wrapped = vec![0; content.expose().len() + 8];
            let kek = AesKek::new(&WRAP_256, kek.expose()).map_err(|_| JweError)?;
            kek.wrap(content.expose(), &mut wrapped).map_err(|_| JweError)?;
            Ok((content, wrapped))
        }
        _ => Err(JweError),
    }
}

fn oaep(n: &[u8], e: &[u8], content_key: &[u8]) -> Result<Vec<u8>, JweError> {
    let key: PublicEncryptingKey = PublicKeyComponents { n, e }.try_into().map_err(|_| JweError)?;
    let key = OaepPublicEncryptingKey::new(key).map_err(|_| JweError)?;
    let mut out = vec![0; key.ciphertext_size()];
    let sealed = key.encrypt(&OAEP_SHA256_MGF1SHA256, content_key, &mut out, None);
    Ok(sealed.map_err(|_| JweError)?.to_vec())
}

/// What both sides derive of a fresh key of ours and the client's; ours goes into the header (`epk`).
fn agreed(
    named: Named,
    point: &[u8],
    (algorithm, length): (&str, usize),
    header: &mut Map<String, Value>,
) -> Result<Secret<Vec<u8>>, JweError> {
    let own = EphemeralPrivateKey::generate(named.curve(), &SystemRandom::new()).map_err(|_| JweError)?;
    let public = own.compute_public_key().map_err(|_| JweError)?;
    header.insert("epk".to_owned(), named.jwk(public.as_ref()).ok_or(JweError)?);
    let theirs = UnparsedPublicKey::new(named.curve(), point);
    agree_ephemeral(own, theirs, JweError, |shared| {
        Ok(concat_kdf(shared, algorithm, (&[], &[]), length))
    })
}

/// The key derivation of RFC 7518 section 4.6.2, for keys of one hash at most.
fn concat_kdf(shared: &[u8], algorithm: &str, (apu, apv): (&[u8], &[u8]), length: usize) -> Secret<Vec<u8>> {
    let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX).to_be_bytes();
    let mut input = number(1).to_vec();
    input.extend_from_slice(shared);
    for part in [algorithm.as_bytes(), apu, apv] {
        input.extend_from_slice(&number(part.len()));
        input.extend_from_slice(part);
    }
    input.extend_from_slice(&number(length * 8));
    let input = Secret::new(input);
    let mut key = sha256(input.expose()).to_vec();
    key.truncate(length);
    Secret::new(key)
}

/// Encrypted content.
struct Sealed {
    iv: Vec<u8>,
    text: Vec<u8>,
    tag: Vec<u8>,
}

fn seal(
    random: &dyn Random,
    enc: ContentEncryptionAlg,
    key: &[u8],
    aad: &[u8],
    plain: &[u8],
) -> Result<Sealed, JweError> {
    match enc {
        ContentEncryptionAlg::A128Gcm => gcm(UnboundKey::new(&AES_128_GCM, key), random.bytes(), aad, plain),
        ContentEncryptionAlg::A256Gcm => gcm(UnboundKey::new(&AES_256_GCM, key), random.bytes(), aad, plain),
        ContentEncryptionAlg::A128CbcHs256 => cbc_hmac(key, random.bytes(), aad, plain),
    }
}

fn gcm(
    key: Result<UnboundKey, aws_lc_rs::error::Unspecified>,
    iv: [u8; 12],
    aad: &[u8],
    plain: &[u8],
) -> Result<Sealed, JweError> {
    let key = LessSafeKey::new(key.map_err(|_| JweError)?);
    let mut text = plain.to_vec();
    let nonce = Nonce::assume_unique_for_key(iv);
    let tag = key.seal_in_place_separate_tag(nonce, Aad::from(aad), &mut text);
    Ok(Sealed {
        iv: iv.to_vec(),
        text,
        tag: tag.map_err(|_| JweError)?.as_ref().to_vec(),
    })
}

/// AES-CBC, then an HMAC over all of it (RFC 7518 section 5.2.2.1): the first half of the key authenticates, the second encrypts.
fn cbc_hmac(key: &[u8], iv: [u8; 16], aad: &[u8], plain: &[u8]) -> Result<Sealed, JweError> {
    let (mac_key, cipher_key) = key.split_at_checked(key.len() / 2).ok_or(JweError)?;
    let cipher = UnboundCipherKey::new(&AES_128, cipher_key).map_err(|_| JweError)?;
    let cipher = PaddedBlockEncryptingKey::cbc_pkcs7(cipher).map_err(|_| JweError)?;
    let mut text = plain.to_vec();
    let context = EncryptionContext::Iv128(FixedLength::from(iv));
    cipher
        .less_safe_encrypt(&mut text, context)
        .map_err(|_| JweError)?;
    let aad_bits = u64::try_from(aad.len()).unwrap_or(u64::MAX).saturating_mul(8);
    let mut mac = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, mac_key));
    for part in [aad, &iv, &text, &aad_bits.to_be_bytes()] {
        mac.update(part);
    }
    let tag = mac.sign().as_ref().get(..16).ok_or(JweError)?.to_vec();
    Ok(Sealed {
        iv: iv.to_vec(),
        text,
        tag,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
        digits
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect()
    }

    /// Appendix C: what Alice and Bob agree on.
    #[test]
    fn rfc7518_c_the_key_that_both_sides_derive() {
        let shared = [
            158, 86, 217, 29, 129, 113, 53, 211, 114, 131, 66, 131, 191, 132, 38, 156, 251, 49, 110, 163,
            218, 128, 106, 72, 246, 218, 167, 121, 140, 254, 144, 196,
        ];
        let key = concat_kdf(&shared, "A128GCM", (b"Alice", b"Bob"), 16);
        assert_eq!(base64url(key.expose()), "VqqN6vgjbSBcIijNcacQGg");
    }

    /// Appendix B.1: AES_128_CBC_HMAC_SHA_256.
    #[test]
    fn rfc7518_b_1_cbc_with_a_mac() {
        let key: Vec<u8> = (0..32).collect();
        let plain = b"A cipher system must not be required to be secret, and it must be able to fall into the hands of the enemy without inconvenience";
        let iv: [u8; 16] = hex("1af38c2dc2b96ffdd86694092341bc04").try_into().unwrap();
        let sealed = cbc_hmac(&key, iv, b"The second principle of Auguste Kerckhoffs", plain).unwrap();
        let text = "c80edfa32ddf39d5ef00c0b468834279a2e46a1b8049f792f76bfe54b903a9c9a94ac9b47ad2655c5f10f9aef71427e2fc6f9b3f399a2214\
                    89f16362c703233609d45ac69864e3321cf82935ac4096c86e133314c54019e8ca7980dfa4b9cf1b384c486f3a54c51078158ee5d79de59f\
                    bd34d848b3d69550a67646344427ade54b8851ffb598f7f80074b9473c82e2db";
        assert_eq!(sealed.text, hex(text));
        assert_eq!(sealed.tag, hex("652c3fa36b0a7c5b3219fab3a30bc1c4"));
    }

    #[test]
    fn only_keys_that_are_meant_for_it_are_encrypted_to() {
        let ec = |more: Value| {
            let mut jwk =
                json!({"kty": "EC", "crv": "P-256", "x": base64url(&[1; 32]), "y": base64url(&[2; 32])});
            jwk.as_object_mut()
                .unwrap()
                .extend(more.as_object().cloned().unwrap());
            EncryptionKey::from_jwk(&jwk)
        };
        assert!(ec(json!({})).is_none() && ec(json!({"use": "sig"})).is_none());
        assert!(ec(json!({"use": "enc", "alg": "ES256"})).is_none() && ec(json!({"alg": "ES256"})).is_none());
        let any = ec(json!({"use": "enc"})).unwrap();
        assert!(any.fits(KeyManagementAlg::EcdhEs) && any.fits(KeyManagementAlg::EcdhEsA256kw));
        assert!(!any.fits(KeyManagementAlg::RsaOaep256));
        let one = ec(json!({"alg": "ECDH-ES"})).unwrap();
        assert!(one.fits(KeyManagementAlg::EcdhEs) && !one.fits(KeyManagementAlg::EcdhEsA256kw));
        let off_curve = encrypt(
            &crate::base::random::SeededRandom::new(1),
            &any,
            Encryption {
                alg: KeyManagementAlg::EcdhEs,
                enc: ContentEncryptionAlg::A128Gcm,
            },
            (Content::Claims, b"{}"),
        );
        assert_eq!(off_curve, Err(JweError), "a point that is not on the curve");
    }
}
