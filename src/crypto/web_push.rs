//! Web Push: what a push service must not read is encrypted for the device (RFC 8291), and what it is sent is signed by us (VAPID,
//! RFC 8292). Also the signatures that devices make.

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{self, ECDH_P256, PrivateKey, UnparsedPublicKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{self, ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use serde_json::json;
use url::Url;

use crate::base::encoding::base64url;
use crate::base::secret::{Secret, hmac_sha256};
use crate::base::timestamp::Timestamp;

/// Record size: one record holds every message of ours (RFC 8188 section 2).
const RECORD: u32 = 4_096;
/// How long a signed permission to push holds; a day is the most (RFC 8292 section 2).
const PERMISSION: std::time::Duration = std::time::Duration::from_hours(12);

/// Why a message could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PushError {
    /// The device's key is no point of P-256, or its secret is none.
    #[error("the device's keys cannot be used")]
    Keys,
    /// The library refused.
    #[error("the message could not be made")]
    Failed,
}

/// The keys of a device's subscription (RFC 8291 section 2).
#[derive(Clone, Copy, Debug)]
pub struct DeviceKeys<'a> {
    /// Its public key, an uncompressed point.
    pub p256dh: &'a [u8],
    /// The secret that it shares with us alone.
    pub auth: &'a [u8],
}

/// What is drawn for one message.
pub struct Fresh {
    /// A private key for this message alone.
    pub private: [u8; 32],
    /// The salt.
    pub salt: [u8; 16],
}

/// Encrypts a message for a device: a body of `Content-Encoding: aes128gcm`.
///
/// # Errors
/// [`PushError`].
pub fn encrypt(device: DeviceKeys<'_>, fresh: &Fresh, message: &[u8]) -> Result<Vec<u8>, PushError> {
    let own = PrivateKey::from_private_key(&ECDH_P256, &fresh.private).map_err(|_| PushError::Failed)?;
    let public = own.compute_public_key().map_err(|_| PushError::Failed)?;
    let peer = UnparsedPublicKey::new(&ECDH_P256, device.p256dh);
    let info = [b"WebPush: info\0", device.p256dh, public.as_ref()];
    let shared = agreement::agree(&own, peer, PushError::Keys, |secret| {
        expand::<32>(device.auth, secret, &info)
    })?;
    let key = expand::<16>(&fresh.salt, &shared, &[b"Content-Encoding: aes128gcm\0"])?;
    let nonce = expand::<12>(&fresh.salt, &shared, &[b"Content-Encoding: nonce\0"])?;
    let key = UnboundKey::new(&AES_128_GCM, &key).map_err(|_| PushError::Failed)?;
    // One record, and it is the last (RFC 8188 section 2).
    let mut sealed = message.to_vec();
    sealed.push(2);
    LessSafeKey::new(key)
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut sealed)
        .map_err(|_| PushError::Failed)?;
    let length = u8::try_from(public.as_ref().len()).map_err(|_| PushError::Failed)?;
    let mut body = fresh.salt.to_vec();
    body.extend_from_slice(&RECORD.to_be_bytes());
    body.push(length);
    body.extend_from_slice(public.as_ref());
    body.extend_from_slice(&sealed);
    Ok(body)
}

/// HKDF with SHA-256 (RFC 5869).
fn expand<const N: usize>(salt: &[u8], secret: &[u8], info: &[&[u8]]) -> Result<[u8; N], PushError> {
    struct Length(usize);
    impl KeyType for Length {
        fn len(&self) -> usize {
            self.0
        }
    }
    let mut out = [0; N];
    Salt::new(HKDF_SHA256, salt)
        .extract(secret)
        .expand(info, Length(N))
        .and_then(|okm| okm.fill(&mut out))
        .map_err(|_| PushError::Failed)?;
    Ok(out)
}

/// The key that a tenant's pushes are signed with. It is derived from a key of the tenant that is sealed at rest, so none is stored.
#[derive(Debug)]
pub struct Vapid {
    pair: EcdsaKeyPair,
    public: Vec<u8>,
}

impl Vapid {
    /// The key of a tenant with this blinding key.
    ///
    /// # Errors
    /// [`PushError::Failed`].
    pub fn of(blind_key: &Secret<Vec<u8>>) -> Result<Self, PushError> {
        // One in 2³² digests is no private key of P-256; then the next is taken.
        for number in 0_u8..8 {
            let private = Secret::new(hmac_sha256(blind_key.expose(), &[b"vapid", &[number]]));
            let Ok(key) = PrivateKey::from_private_key(&ECDH_P256, private.expose()) else {
                continue;
            };
            let public = key.compute_public_key().map_err(|_| PushError::Failed)?;
            let pair = EcdsaKeyPair::from_private_key_and_public_key(
                &ECDSA_P256_SHA256_FIXED_SIGNING,
                private.expose(),
                public.as_ref(),
            );
            return Ok(Self {
                pair: pair.map_err(|_| PushError::Failed)?,
                public: public.as_ref().to_vec(),
            });
        }
        Err(PushError::Failed)
    }

    /// The public key as browsers want it when they subscribe (`applicationServerKey`).
    pub fn public_key(&self) -> String {
        base64url(&self.public)
    }

    /// The value of `Authorization` for a push to an endpoint; `contact` is an address of ours (RFC 8292 section 3).
    ///
    /// # Errors
    /// [`PushError::Failed`].
    pub fn authorization(&self, endpoint: &Url, contact: &str, now: Timestamp) -> Result<String, PushError> {
        let header = json!({"typ": "JWT", "alg": "ES256"});
        let claims = json!({
            "aud": endpoint.origin().ascii_serialization(), "exp": now.plus(PERMISSION).secs(), "sub": contact,
        });
        let signed = format!(
            "{}.{}",
            base64url(header.to_string().as_bytes()),
            base64url(claims.to_string().as_bytes())
        );
        let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes());
        let signature = signature.map_err(|_| PushError::Failed)?;
        Ok(format!(
            "vapid t={signed}.{}, k={}",
            base64url(signature.as_ref()),
            self.public_key()
        ))
    }
}

/// Whether a device with this public key (an uncompressed point) signed a text: ECDSA P-256 with SHA-256, r and s in a row, as
/// WebCrypto makes it.
pub fn is_signed_by(public: &[u8], text: &str, signature: &[u8]) -> bool {
    signature::UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, public)
        .verify(text.as_bytes(), signature)
        .is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::encoding::from_base64url;

    fn bytes(text: &str) -> Vec<u8> {
        from_base64url(text).unwrap()
    }

    /// RFC 8291 appendix A.
    #[test]
    fn the_example_of_the_standard() {
        let (p256dh, auth) = (
            bytes("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
            bytes("BTBZMqHH6r4Tts7J_aSIgg"),
        );
        let fresh = Fresh {
            private: bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")
                .try_into()
                .unwrap(),
            salt: bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap(),
        };
        let device = DeviceKeys {
            p256dh: &p256dh,
            auth: &auth,
        };
        let body = encrypt(device, &fresh, b"When I grow up, I want to be a watermelon").unwrap();
        assert_eq!(
            base64url(&body),
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_\
             yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
                .replace(' ', "")
        );
        let bad = DeviceKeys {
            p256dh: &[4; 65],
            auth: &auth,
        };
        assert_eq!(encrypt(bad, &fresh, b"x"), Err(PushError::Keys));
    }

    #[test]
    fn pushes_are_signed_for_their_service() {
        let vapid = Vapid::of(&Secret::new(vec![3; 32])).unwrap();
        let endpoint = Url::parse("https://push.example/send/abc").unwrap();
        let value = vapid
            .authorization(&endpoint, "https://id.example/t/a", Timestamp::from_secs(0))
            .unwrap();
        let token = value.strip_prefix("vapid t=").unwrap().split(',').next().unwrap();
        let (signed, signature) = token.rsplit_once('.').unwrap();
        assert!(is_signed_by(
            &bytes(&vapid.public_key()),
            signed,
            &bytes(signature)
        ));
        assert!(!is_signed_by(
            &bytes(&vapid.public_key()),
            "other",
            &bytes(signature)
        ));
        let claims: serde_json::Value =
            serde_json::from_slice(&bytes(signed.split('.').nth(1).unwrap())).unwrap();
        assert_eq!(claims["aud"], "https://push.example");
        assert_eq!(claims["exp"], 43_200);
    }
}
