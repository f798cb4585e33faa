//! The other end of an encrypted answer: a client's keys, and opening what was encrypted to them by the steps of RFC 7516 section 5.2.

use aws_lc_rs::aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{self, Algorithm, ECDH_P256, ECDH_P384, PrivateKey, UnparsedPublicKey, X25519};
use aws_lc_rs::cipher::{AES_128, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey};
use aws_lc_rs::hmac;
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::key_wrap::{AES_256, AesKek, KeyWrap as _};
use aws_lc_rs::rsa::{
    KeySize, OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, PrivateDecryptingKey, PublicKeyComponents,
};
use serde_json::{Value, json};
use tidegate::base::encoding::{base64url, from_base64url};
use tidegate::base::secret::sha256;

/// A client's key pair.
pub struct Opener {
    private: Private,
    /// What the client registers.
    pub jwk: Value,
}

enum Private {
    Rsa(OaepPrivateDecryptingKey),
    Agreement(&'static Algorithm, PrivateKey),
}

impl Opener {
    /// A key pair of `RSA`, `P-256`, `P-384` or `X25519`.
    pub fn new(kind: &str) -> Self {
        if kind == "RSA" {
            let private = PrivateDecryptingKey::generate(KeySize::Rsa2048).unwrap();
            let public = aws_lc_rs::signature::RsaKeyPair::from_pkcs8(pkcs8(&private).as_ref()).unwrap();
            let parts =
                PublicKeyComponents::<Vec<u8>>::from(aws_lc_rs::signature::KeyPair::public_key(&public));
            let jwk = json!({"kty": "RSA", "kid": "rsa", "use": "enc", "n": base64url(&parts.n), "e": base64url(&parts.e)});
            let private = Private::Rsa(OaepPrivateDecryptingKey::new(private).unwrap());
            return Self { private, jwk };
        }
        let curve = match kind {
            "P-256" => &ECDH_P256,
            "P-384" => &ECDH_P384,
            _ => &X25519,
        };
        let private = PrivateKey::generate(curve).unwrap();
        let public = private.compute_public_key().unwrap();
        let public = public.as_ref();
        let jwk = if kind == "X25519" {
            json!({"kty": "OKP", "crv": kind, "kid": kind, "use": "enc", "x": base64url(public)})
        } else {
            let (x, y) = public[1..].split_at((public.len() - 1) / 2);
            json!({"kty": "EC", "crv": kind, "kid": kind, "use": "enc", "x": base64url(x), "y": base64url(y)})
        };
        Self {
            private: Private::Agreement(curve, private),
            jwk,
        }
    }

    /// Header and content.
    pub fn open(&self, jwe: &str) -> (Value, String) {
        let parts: Vec<&str> = jwe.split('.').collect();
        assert_eq!(parts.len(), 5, "{jwe}");
        let bytes: Vec<Vec<u8>> = parts.iter().map(|part| from_base64url(part).unwrap()).collect();
        let header: Value = serde_json::from_slice(&bytes[0]).unwrap();
        let enc = header["enc"].as_str().unwrap();
        let key = self.content_key(&header, &bytes[1]);
        let sealed = (bytes[2].as_slice(), bytes[3].as_slice(), bytes[4].as_slice());
        let plain = if enc == "A128CBC-HS256" {
            cbc(&key, parts[0].as_bytes(), sealed)
        } else {
            let alg = if enc == "A128GCM" {
                &AES_128_GCM
            } else {
                &AES_256_GCM
            };
            let mut text = [sealed.1, sealed.2].concat();
            let nonce = Nonce::assume_unique_for_key(sealed.0.try_into().unwrap());
            let opener = LessSafeKey::new(UnboundKey::new(alg, &key).unwrap());
            opener
                .open_in_place(nonce, Aad::from(parts[0].as_bytes()), &mut text)
                .unwrap()
                .to_vec()
        };
        (header, String::from_utf8(plain).unwrap())
    }

    fn content_key(&self, header: &Value, encrypted: &[u8]) -> Vec<u8> {
        match &self.private {
            Private::Rsa(key) => {
                assert_eq!(header["alg"], "RSA-OAEP-256");
                let mut out = vec![0; key.min_output_size()];
                key.decrypt(&OAEP_SHA256_MGF1SHA256, encrypted, &mut out, None)
                    .unwrap()
                    .to_vec()
            }
            Private::Agreement(curve, own) => {
                let member =
                    |name: &str| from_base64url(header["epk"][name].as_str().unwrap_or_default()).unwrap();
                let theirs = match header["epk"]["kty"].as_str() {
                    Some("OKP") => member("x"),
                    _ => [vec![4], member("x"), member("y")].concat(),
                };
                let theirs = UnparsedPublicKey::new(curve, theirs);
                let shared = agreement::agree(own, theirs, (), |shared| Ok(shared.to_vec())).unwrap();
                let (alg, enc) = (header["alg"].as_str().unwrap(), header["enc"].as_str().unwrap());
                if alg == "ECDH-ES" {
                    assert!(encrypted.is_empty());
                    let length = if enc == "A128GCM" { 16 } else { 32 };
                    return derived(&shared, enc, length);
                }
                assert_eq!(alg, "ECDH-ES+A256KW");
                let mut out = vec![0; encrypted.len()];
                let kek = AesKek::new(&AES_256, &derived(&shared, alg, 32)).unwrap();
                kek.unwrap(encrypted, &mut out).unwrap().to_vec()
            }
        }
    }
}

fn pkcs8(key: &PrivateDecryptingKey) -> impl AsRef<[u8]> {
    use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
    let der: Pkcs8V1Der<'_> = key.as_der().unwrap();
    der.as_ref().to_vec()
}

/// RFC 7518 section 4.6.2, with empty party information.
fn derived(shared: &[u8], alg: &str, length: u32) -> Vec<u8> {
    let alg_length = u32::try_from(alg.len()).unwrap();
    let input = [
        &1_u32.to_be_bytes(),
        shared,
        &alg_length.to_be_bytes(),
        alg.as_bytes(),
        &[0; 8],
        &(length * 8).to_be_bytes(),
    ]
    .concat();
    sha256(&input)[..usize::try_from(length).unwrap()].to_vec()
}

fn cbc(key: &[u8], aad: &[u8], (iv, text, tag): (&[u8], &[u8], &[u8])) -> Vec<u8> {
    let (mac_key, cipher_key) = key.split_at(16);
    let bits = u64::try_from(aad.len()).unwrap() * 8;
    let message = [aad, iv, text, &bits.to_be_bytes()].concat();
    let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, mac_key), &message);
    assert_eq!(&mac.as_ref()[..16], tag);
    let cipher =
        PaddedBlockDecryptingKey::cbc_pkcs7(UnboundCipherKey::new(&AES_128, cipher_key).unwrap()).unwrap();
    let iv: [u8; 16] = iv.try_into().unwrap();
    let mut plain = text.to_vec();
    let context = DecryptionContext::Iv128(FixedLength::from(iv));
    cipher.decrypt(&mut plain, context).unwrap().to_vec()
}
