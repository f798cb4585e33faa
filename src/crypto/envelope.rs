//! Encryption at rest under the key-encryption key (KEK): AES-256-GCM. A ciphertext names its key and carries its nonce:
//!
//! ```text
//! version (1) │ key id (4) │ nonce (12) │ ciphertext and tag
//! ```

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use crate::base::encoding::from_base64;
use crate::base::random::Random;
use crate::base::secret::{Secret, sha256};
use crate::domain::sealed::Sealed;

const VERSION: u8 = 1;
const KEY_ID: usize = 4;

/// What a ciphertext is for. It is bound into the ciphertext, so one kind never opens as another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Private signing key.
    SigningKey,
    /// TOTP secret.
    TotpSecret,
    /// Tenant key that refresh tokens are derived with.
    RefreshKey,
    /// Tenant key that identifiers are blinded with.
    BlindKey,
    /// Secret of a client that signs with it.
    ClientSecret,
    /// Our secret at a provider.
    ProviderSecret,
    /// Evidence of a verified identity.
    IdentityEvidence,
}

impl Purpose {
    const fn label(self) -> &'static str {
        match self {
            Self::SigningKey => "signing-key",
            Self::TotpSecret => "totp-secret",
            Self::RefreshKey => "refresh-key",
            Self::BlindKey => "blind-key",
            Self::ClientSecret => "client-secret",
            Self::ProviderSecret => "provider-secret",
            Self::IdentityEvidence => "identity-evidence",
        }
    }
}

/// Why something could not be sealed or opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// No key was configured.
    #[error("no key-encryption key: set secrets.kek to 32 bytes as standard base64")]
    Missing,
    /// The configured key is not one.
    #[error("secrets.kek is not 32 bytes as standard base64")]
    Malformed,
    /// It was sealed under another key.
    #[error("sealed under key {found}, but the configured key is {configured}")]
    OtherKey {
        /// Id of the key it was sealed under.
        found: String,
        /// Id of the configured key.
        configured: String,
    },
    /// The ciphertext was changed, or belongs to something else.
    #[error("a sealed value does not open: it was changed, or belongs to something else")]
    Broken,
}

/// Seals and opens under one KEK.
#[derive(Debug)]
pub struct Envelope {
    key: LessSafeKey,
    id: [u8; KEY_ID],
}

impl Envelope {
    /// From `secrets.kek`.
    ///
    /// # Errors
    /// [`EnvelopeError::Missing`] or [`EnvelopeError::Malformed`].
    pub fn from_base64(kek: &Secret<String>) -> Result<Self, EnvelopeError> {
        let text = kek.expose().trim();
        if text.is_empty() {
            return Err(EnvelopeError::Missing);
        }
        let bytes = Secret::new(from_base64(text).ok_or(EnvelopeError::Malformed)?);
        Self::from_bytes(bytes.expose())
    }

    /// From 32 bytes.
    ///
    /// # Errors
    /// [`EnvelopeError::Malformed`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        let key = UnboundKey::new(&AES_256_GCM, bytes).map_err(|_| EnvelopeError::Malformed)?;
        let mut labelled = b"tidegate-kek-id".to_vec();
        labelled.extend_from_slice(bytes);
        let digest = Secret::new(sha256(&labelled).to_vec());
        let id = digest
            .expose()
            .first_chunk()
            .copied()
            .ok_or(EnvelopeError::Malformed)?;
        Ok(Self {
            key: LessSafeKey::new(key),
            id,
        })
    }

    /// Id of the KEK, as `doctor` shows it.
    pub fn key_id(&self) -> String {
        crate::base::encoding::hex(&self.id)
    }

    /// Seals `plain`. `owner` is what it belongs to (a row id): it opens for the same owner only.
    ///
    /// # Errors
    /// Only when the cipher refuses, which it does for absurd lengths.
    pub fn seal(
        &self,
        random: &dyn Random,
        purpose: Purpose,
        owner: &[u8],
        plain: &[u8],
    ) -> Result<Sealed, EnvelopeError> {
        let nonce: [u8; NONCE_LEN] = random.bytes();
        let mut out = vec![VERSION];
        out.extend_from_slice(&self.id);
        out.extend_from_slice(&nonce);
        let mut body = plain.to_vec();
        self.key
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(aad(purpose, owner)),
                &mut body,
            )
            .map_err(|_| EnvelopeError::Broken)?;
        out.append(&mut body);
        Ok(Sealed::from_stored(out))
    }

    /// Opens what was sealed for the same purpose and owner.
    ///
    /// # Errors
    /// Another key, or a ciphertext that was changed or moved.
    pub fn open(
        &self,
        purpose: Purpose,
        owner: &[u8],
        sealed: &Sealed,
    ) -> Result<Secret<Vec<u8>>, EnvelopeError> {
        let broken = EnvelopeError::Broken;
        let rest = sealed.as_bytes().strip_prefix(&[VERSION]).ok_or(broken.clone())?;
        let (id, rest) = rest.split_first_chunk::<KEY_ID>().ok_or(broken.clone())?;
        let (nonce, body) = rest.split_first_chunk::<NONCE_LEN>().ok_or(broken.clone())?;
        if *id != self.id {
            return Err(EnvelopeError::OtherKey {
                found: crate::base::encoding::hex(id),
                configured: self.key_id(),
            });
        }
        let mut plain = body.to_vec();
        let length = self
            .key
            .open_in_place(
                Nonce::assume_unique_for_key(*nonce),
                Aad::from(aad(purpose, owner)),
                &mut plain,
            )
            .map_err(|_| broken)?
            .len();
        plain.truncate(length);
        Ok(Secret::new(plain))
    }
}

fn aad(purpose: Purpose, owner: &[u8]) -> Vec<u8> {
    let mut aad = purpose.label().as_bytes().to_vec();
    aad.push(0);
    aad.extend_from_slice(owner);
    aad
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::random::SeededRandom;

    fn envelope(byte: u8) -> Envelope {
        Envelope::from_bytes(&[byte; 32]).unwrap()
    }

    #[test]
    fn opens_for_the_same_purpose_owner_and_key_only() {
        let sealed = envelope(1)
            .seal(&SeededRandom::new(1), Purpose::TotpSecret, b"row", b"plain")
            .unwrap();
        let opened = envelope(1).open(Purpose::TotpSecret, b"row", &sealed).unwrap();
        assert_eq!(opened.expose(), b"plain");
        assert_eq!(
            envelope(1).open(Purpose::BlindKey, b"row", &sealed).unwrap_err(),
            EnvelopeError::Broken
        );
        assert_eq!(
            envelope(1)
                .open(Purpose::TotpSecret, b"other", &sealed)
                .unwrap_err(),
            EnvelopeError::Broken
        );
        assert!(matches!(
            envelope(2)
                .open(Purpose::TotpSecret, b"row", &sealed)
                .unwrap_err(),
            EnvelopeError::OtherKey { .. }
        ));
    }

    #[test]
    fn a_changed_or_short_ciphertext_is_refused() {
        let sealed = envelope(1)
            .seal(&SeededRandom::new(1), Purpose::BlindKey, b"", b"plain")
            .unwrap();
        for end in 0..sealed.as_bytes().len() {
            let cut = Sealed::from_stored(sealed.as_bytes()[..end].to_vec());
            assert!(envelope(1).open(Purpose::BlindKey, b"", &cut).is_err());
        }
    }

    #[test]
    fn the_key_is_32_bytes_of_base64() {
        let from = |text: &str| Envelope::from_base64(&Secret::new(text.to_owned()));
        assert_eq!(from("").unwrap_err(), EnvelopeError::Missing);
        assert_eq!(from("abc").unwrap_err(), EnvelopeError::Malformed);
        assert_eq!(from("AAAA").unwrap_err(), EnvelopeError::Malformed);
        assert!(from(&crate::base::encoding::base64(&[7; 32])).is_ok());
    }
}
