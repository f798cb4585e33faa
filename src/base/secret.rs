//! Values that must not be seen: no `Display`, no content in `Debug`, wiped on drop, compared in constant time.

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::{digest, hmac};
use serde::{Deserialize, Deserializer};
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::encoding::base64url;

/// A secret in memory. The content comes out only through [`Secret::expose`].
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Secret<T: Zeroize>(T);

impl<T: Zeroize> Secret<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The content. Search for this name to find every place that handles a secret.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl<T: Zeroize> From<T> for Secret<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<'de, T: Zeroize + Deserialize<'de>> Deserialize<'de> for Secret<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self)
    }
}

/// Whether two byte strings are equal, in time that depends only on their lengths.
pub fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    verify_slices_are_equal(a, b).is_ok()
}

/// SHA-256.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    out
}

/// SHA-512.
pub fn sha512(bytes: &[u8]) -> [u8; 64] {
    let mut out = [0; 64];
    out.copy_from_slice(digest::digest(&digest::SHA512, bytes).as_ref());
    out
}

/// HMAC-SHA-256 over the parts in order. Each part is preceded by its length, so no two lists of parts collide.
pub fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    let mut out = [0; 32];
    out.copy_from_slice(context.sign().as_ref());
    out
}

/// What kind of one-time value or token a [`TokenHash`] belongs to. The kind goes into the hash, so a value of one
/// kind is never valid in the role of another (defect 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// Authorization code.
    Code,
    /// SSO session cookie.
    Session,
    /// Login-binding cookie.
    LoginBinding,
    /// Browser id cookie.
    Browser,
    /// Opaque access token.
    Access,
    /// Client secret.
    ClientSecret,
    /// Link in a mail or printed by the command line.
    Link,
    /// Remembered-browser cookie.
    Remembered,
    /// Form (CSRF) token.
    Form,
    /// Recovery code.
    RecoveryCode,
    /// Code sent by mail.
    EmailCode,
    /// Request URI of a pushed authorization request.
    RequestUri,
    /// Device code of a device authorization.
    DeviceCode,
    /// Id of a backchannel authentication request.
    AuthReqId,
    /// Initial access token (RFC 7591 section 3).
    InitialAccess,
    /// Registration access token (RFC 7592 section 2).
    Registration,
}

impl TokenKind {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Code => b"code",
            Self::Session => b"session",
            Self::LoginBinding => b"login-binding",
            Self::Browser => b"browser",
            Self::Access => b"access",
            Self::ClientSecret => b"client-secret",
            Self::Link => b"link",
            Self::Remembered => b"remembered",
            Self::Form => b"form",
            Self::RecoveryCode => b"recovery-code",
            Self::EmailCode => b"email-code",
            Self::RequestUri => b"request-uri",
            Self::DeviceCode => b"device-code",
            Self::AuthReqId => b"auth-req-id",
            Self::InitialAccess => b"initial-access",
            Self::Registration => b"registration",
        }
    }
}

/// The stored form of a token that has 256 bits of its own: SHA-256 under its kind. Equality is constant time.
#[derive(Clone, Copy)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// The hash of `token` as a token of `kind`.
    pub fn of(kind: TokenKind, token: &str) -> Self {
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(kind.label());
        context.update(&[0]);
        context.update(token.as_bytes());
        let mut out = [0; 32];
        out.copy_from_slice(context.finish().as_ref());
        Self(out)
    }

    /// A hash as it was stored; `None` unless it is 32 bytes.
    pub fn from_stored(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The bytes to store.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Text form for keys of short-lived state.
    pub fn to_text(self) -> String {
        base64url(&self.0)
    }
}

impl PartialEq for TokenHash {
    fn eq(&self, other: &Self) -> bool {
        constant_time_eq(&self.0, &other.0)
    }
}

impl Eq for TokenHash {}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_do_not_share_hashes() {
        let code = TokenHash::of(TokenKind::Code, "x");
        assert_eq!(code, TokenHash::of(TokenKind::Code, "x"));
        assert_ne!(code, TokenHash::of(TokenKind::Session, "x"));
    }

    #[test]
    fn secrets_do_not_print() {
        let secret = Secret::new(String::from("hunter2"));
        assert!(!format!("{secret:?}").contains("hunter2"));
    }

    #[test]
    fn parts_are_framed() {
        assert_ne!(
            hmac_sha256(b"k", &[b"ab", b"c"]),
            hmac_sha256(b"k", &[b"a", b"bc"])
        );
    }
}
