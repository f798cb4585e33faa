//! What is encrypted to a client, and how (RFC 7518 sections 4 and 5, OpenID Connect Dynamic Client Registration 1.0 section 2).

use serde::{Deserialize, Serialize};

/// How the content key reaches the client (`alg`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyManagementAlg {
    /// RSAES-OAEP with SHA-256.
    #[serde(rename = "RSA-OAEP-256")]
    RsaOaep256,
    /// ECDH with a fresh key of ours; what both sides get is the content key.
    #[serde(rename = "ECDH-ES")]
    EcdhEs,
    /// The same, where what both sides get wraps the content key.
    #[serde(rename = "ECDH-ES+A256KW")]
    EcdhEsA256kw,
}

impl KeyManagementAlg {
    /// Every one, as discovery lists them.
    pub const ALL: [Self; 3] = [Self::RsaOaep256, Self::EcdhEs, Self::EcdhEsA256kw];

    /// The JWA name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RsaOaep256 => "RSA-OAEP-256",
            Self::EcdhEs => "ECDH-ES",
            Self::EcdhEsA256kw => "ECDH-ES+A256KW",
        }
    }
}

/// What the content is encrypted with (`enc`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ContentEncryptionAlg {
    /// AES-128 in CBC mode with HMAC-SHA-256: the default of the standard.
    #[default]
    #[serde(rename = "A128CBC-HS256")]
    A128CbcHs256,
    /// AES-128 in GCM mode.
    #[serde(rename = "A128GCM")]
    A128Gcm,
    /// AES-256 in GCM mode.
    #[serde(rename = "A256GCM")]
    A256Gcm,
}

impl ContentEncryptionAlg {
    /// Every one, as discovery lists them.
    pub const ALL: [Self; 3] = [Self::A128CbcHs256, Self::A128Gcm, Self::A256Gcm];

    /// The JWA name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::A128CbcHs256 => "A128CBC-HS256",
            Self::A128Gcm => "A128GCM",
            Self::A256Gcm => "A256GCM",
        }
    }

    /// Length of its key, bytes.
    pub const fn key_length(self) -> usize {
        match self {
            Self::A128Gcm => 16,
            Self::A128CbcHs256 | Self::A256Gcm => 32,
        }
    }
}

/// How one kind of answer is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encryption {
    /// How the content key travels.
    pub alg: KeyManagementAlg,
    /// What the content is encrypted with.
    pub enc: ContentEncryptionAlg,
}

/// What a client registers for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EncryptionMetadata {
    /// ID tokens: not encrypted when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token_encrypted_response_alg: Option<KeyManagementAlg>,
    /// Their content encryption.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token_encrypted_response_enc: Option<ContentEncryptionAlg>,
    /// Userinfo: not encrypted when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo_encrypted_response_alg: Option<KeyManagementAlg>,
    /// Its content encryption.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo_encrypted_response_enc: Option<ContentEncryptionAlg>,
    /// Signed introspection answers (RFC 9701 section 6): not encrypted when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introspection_encrypted_response_alg: Option<KeyManagementAlg>,
    /// Their content encryption.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introspection_encrypted_response_enc: Option<ContentEncryptionAlg>,
}

impl EncryptionMetadata {
    /// The members by name, for registration: of each kind of answer first `alg`, then `enc`.
    pub const NAMES: [&'static str; 6] = [
        "id_token_encrypted_response_alg",
        "id_token_encrypted_response_enc",
        "userinfo_encrypted_response_alg",
        "userinfo_encrypted_response_enc",
        "introspection_encrypted_response_alg",
        "introspection_encrypted_response_enc",
    ];

    /// How ID tokens are encrypted.
    pub fn id_token(&self) -> Option<Encryption> {
        both(
            self.id_token_encrypted_response_alg,
            self.id_token_encrypted_response_enc,
        )
    }

    /// How userinfo is encrypted.
    pub fn userinfo(&self) -> Option<Encryption> {
        both(
            self.userinfo_encrypted_response_alg,
            self.userinfo_encrypted_response_enc,
        )
    }

    /// How signed introspection answers are encrypted.
    pub fn introspection(&self) -> Option<Encryption> {
        both(
            self.introspection_encrypted_response_alg,
            self.introspection_encrypted_response_enc,
        )
    }

    /// Every algorithm that the client needs a key for.
    pub fn algs(&self) -> impl Iterator<Item = KeyManagementAlg> {
        let kinds = [self.id_token(), self.userinfo(), self.introspection()];
        kinds.into_iter().flatten().map(|kind| kind.alg)
    }

    /// Whether a content encryption is named for something that is not encrypted.
    pub fn is_incomplete(&self) -> bool {
        let kinds = [
            (
                self.id_token_encrypted_response_alg,
                self.id_token_encrypted_response_enc,
            ),
            (
                self.userinfo_encrypted_response_alg,
                self.userinfo_encrypted_response_enc,
            ),
            (
                self.introspection_encrypted_response_alg,
                self.introspection_encrypted_response_enc,
            ),
        ];
        kinds.iter().any(|(alg, enc)| alg.is_none() && enc.is_some())
    }
}

fn both(alg: Option<KeyManagementAlg>, enc: Option<ContentEncryptionAlg>) -> Option<Encryption> {
    Some(Encryption {
        alg: alg?,
        enc: enc.unwrap_or_default(),
    })
}
