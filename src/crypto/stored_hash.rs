//! Password hashes as they are stored: our own Argon2id, and what other systems kept (Argon2 of any kind, bcrypt, scrypt,
//! PBKDF2), which is checked as it is and renewed at the first sign-in.

use std::num::NonZeroU32;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use aws_lc_rs::pbkdf2;
use zeroize::Zeroizing;

use super::hasher::HasherError;
use crate::base::encoding::base64_loose;
use crate::base::secret::constant_time_eq;

// A stored hash never decides how much work a check may be: what goes beyond is refused when it is brought along.
const MAX_ARGON2_KIB: u32 = 1_048_576;
const MAX_ARGON2_PASSES: u32 = 32;
const MAX_BCRYPT_COST: u32 = 15;
const MAX_SCRYPT_LOG_N: u8 = 20;
const MAX_SCRYPT_RP: u32 = 16;
const MAX_PBKDF2_ROUNDS: u32 = 5_000_000;
/// Longest salt or output, bytes.
const MAX_PART: usize = 128;

/// A stored hash that could be read and is within bounds.
#[derive(Clone, Debug, PartialEq)]
pub enum StoredHash {
    /// Argon2 in PHC form (RFC 9106).
    Argon2 {
        /// d, i or id.
        algorithm: Algorithm,
        /// 0x10 or 0x13.
        version: Version,
        /// Memory, passes, lanes, length.
        params: Params,
        /// Salt.
        salt: Vec<u8>,
        /// What it must come to.
        expected: Vec<u8>,
    },
    /// bcrypt: `$2a$`, `$2b$` or `$2y$`.
    Bcrypt {
        /// The whole text, as the library reads it.
        text: String,
    },
    /// scrypt (RFC 7914) in PHC form.
    Scrypt {
        /// N, r, p.
        params: scrypt::Params,
        /// Salt.
        salt: Vec<u8>,
        /// What it must come to.
        expected: Vec<u8>,
    },
    /// PBKDF2 (RFC 8018) in PHC form, or as Django writes it.
    Pbkdf2 {
        /// With which HMAC.
        hmac: Pbkdf2Hmac,
        /// How often.
        rounds: NonZeroU32,
        /// Salt.
        salt: Vec<u8>,
        /// What it must come to.
        expected: Vec<u8>,
    },
}

/// The HMAC of a PBKDF2 hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pbkdf2Hmac {
    /// HMAC-SHA-1.
    Sha1,
    /// HMAC-SHA-256.
    Sha256,
    /// HMAC-SHA-512.
    Sha512,
}

impl Pbkdf2Hmac {
    fn algorithm(self) -> pbkdf2::Algorithm {
        match self {
            Self::Sha1 => pbkdf2::PBKDF2_HMAC_SHA1,
            Self::Sha256 => pbkdf2::PBKDF2_HMAC_SHA256,
            Self::Sha512 => pbkdf2::PBKDF2_HMAC_SHA512,
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        match name {
            "sha1" => Some(Self::Sha1),
            "sha256" => Some(Self::Sha256),
            "sha512" => Some(Self::Sha512),
            _ => None,
        }
    }
}

impl StoredHash {
    /// Reads a stored hash; `None` for a form that is not known, or for work beyond reason.
    pub fn parse(text: &str) -> Option<Self> {
        let head = text.trim_start_matches('$').split('$').next()?;
        match head {
            "argon2d" | "argon2i" | "argon2id" => argon2(text),
            "2a" | "2b" | "2y" => bcrypt(text),
            "scrypt" => scrypt_phc(text),
            other if other.starts_with("pbkdf2_") => django(text),
            other if other.starts_with("pbkdf2") => pbkdf2_phc(text),
            _ => None,
        }
    }

    /// Whether this is what a password of ours comes to under these parameters, so that nothing is to be renewed.
    pub(super) fn is_current(&self, today: &Params) -> bool {
        match self {
            Self::Argon2 {
                algorithm: Algorithm::Argon2id,
                version: Version::V0x13,
                params,
                ..
            } => {
                (params.m_cost(), params.t_cost(), params.p_cost())
                    == (today.m_cost(), today.t_cost(), today.p_cost())
            }
            _ => false,
        }
    }

    /// Whether a password comes to it. `memory` is the thread's own, for Argon2.
    pub(super) fn matches(&self, password: &str, memory: &mut Vec<Block>) -> Result<bool, HasherError> {
        let unusable = HasherError::Unusable;
        match self {
            Self::Argon2 {
                algorithm,
                version,
                params,
                salt,
                expected,
            } => {
                let made = argon2_output((*algorithm, *version), params, password, salt, memory)?;
                Ok(constant_time_eq(&made, expected))
            }
            // The first 72 bytes count, as everywhere where such hashes come from.
            Self::Bcrypt { text } => bcrypt::verify(password, text).map_err(|_| unusable),
            Self::Scrypt {
                params,
                salt,
                expected,
            } => {
                let mut made = Zeroizing::new(vec![0; expected.len()]);
                scrypt::scrypt(password.as_bytes(), salt, params, &mut made).map_err(|_| unusable)?;
                Ok(constant_time_eq(&made, expected))
            }
            Self::Pbkdf2 {
                hmac,
                rounds,
                salt,
                expected,
            } => {
                let mut made = Zeroizing::new(vec![0; expected.len()]);
                pbkdf2::derive(hmac.algorithm(), *rounds, salt, password.as_bytes(), &mut made);
                Ok(constant_time_eq(&made, expected))
            }
        }
    }
}

/// The bytes that Argon2 gives.
pub(super) fn argon2_output(
    (algorithm, version): (Algorithm, Version),
    params: &Params,
    password: &str,
    salt: &[u8],
    memory: &mut Vec<Block>,
) -> Result<Zeroizing<Vec<u8>>, HasherError> {
    if memory.len() < params.block_count() {
        memory.resize(params.block_count(), Block::new());
    }
    let mut output = Zeroizing::new(vec![0; params.output_len().unwrap_or(32)]);
    Argon2::new(algorithm, version, params.clone())
        .hash_password_into_with_memory(password.as_bytes(), salt, &mut output, memory.as_mut_slice())
        .map_err(|_| HasherError::Unusable)?;
    Ok(output)
}

fn argon2(text: &str) -> Option<StoredHash> {
    let phc = PasswordHash::new(text).ok()?;
    let params = Params::try_from(&phc).ok()?;
    let version = match phc.version {
        // Hashes without a version are of the first one.
        None => Version::V0x10,
        Some(number) => Version::try_from(number).ok()?,
    };
    (params.m_cost() <= MAX_ARGON2_KIB && params.t_cost() <= MAX_ARGON2_PASSES).then_some(())?;
    Some(StoredHash::Argon2 {
        algorithm: Algorithm::try_from(phc.algorithm.as_str()).ok()?,
        version,
        params,
        salt: phc.salt?.as_ref().to_vec(),
        expected: phc.hash?.as_bytes().to_vec(),
    })
}

fn bcrypt(text: &str) -> Option<StoredHash> {
    let parts: bcrypt::HashParts = text.parse().ok()?;
    (text.len() == 60 && (4..=MAX_BCRYPT_COST).contains(&parts.get_cost())).then(|| StoredHash::Bcrypt {
        text: text.to_owned(),
    })
}

/// The parts of `$name$params$salt$hash`.
fn phc_parts(text: &str) -> Option<(&str, &str, Vec<u8>, Vec<u8>)> {
    let mut parts = text.strip_prefix('$')?.split('$');
    let (name, params, salt, hash) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let (salt, hash) = (base64_loose(salt)?, base64_loose(hash)?);
    let fits = parts.next().is_none() && salt.len() <= MAX_PART && (16..=MAX_PART).contains(&hash.len());
    fits.then_some((name, params, salt, hash))
}

/// The value of `key=value` in a list with commas.
fn param<T: std::str::FromStr>(params: &str, key: &str) -> Option<T> {
    let mut pairs = params.split(',').filter_map(|pair| pair.split_once('='));
    pairs.find(|(name, _)| *name == key)?.1.parse().ok()
}

fn scrypt_phc(text: &str) -> Option<StoredHash> {
    let (_, params, salt, expected) = phc_parts(text)?;
    let (log_n, r, p) = (
        param::<u8>(params, "ln")?,
        param::<u32>(params, "r")?,
        param::<u32>(params, "p")?,
    );
    (log_n <= MAX_SCRYPT_LOG_N && r <= MAX_SCRYPT_RP && p <= MAX_SCRYPT_RP).then_some(())?;
    Some(StoredHash::Scrypt {
        params: scrypt::Params::new(log_n, r, p).ok()?,
        salt,
        expected,
    })
}

fn pbkdf2_phc(text: &str) -> Option<StoredHash> {
    let (name, params, salt, expected) = phc_parts(text)?;
    let hmac = match name.strip_prefix("pbkdf2")? {
        "" => Pbkdf2Hmac::Sha1,
        rest => Pbkdf2Hmac::from_name(rest.strip_prefix('-')?)?,
    };
    // `i=600000` by the PHC convention; a bare number as passlib writes it.
    let rounds = param(params, "i").or_else(|| params.parse().ok())?;
    pbkdf2_hash(hmac, rounds, salt, expected)
}

/// `pbkdf2_sha256$rounds$salt$hash`: the salt is the text itself.
fn django(text: &str) -> Option<StoredHash> {
    let mut parts = text.split('$');
    let hmac = Pbkdf2Hmac::from_name(parts.next()?.strip_prefix("pbkdf2_")?)?;
    let (rounds, salt, hash) = (parts.next()?, parts.next()?, parts.next()?);
    let expected = base64_loose(hash)?;
    let fits = parts.next().is_none() && salt.len() <= MAX_PART && (16..=MAX_PART).contains(&expected.len());
    fits.then_some(())?;
    pbkdf2_hash(hmac, rounds.parse().ok()?, salt.as_bytes().to_vec(), expected)
}

fn pbkdf2_hash(hmac: Pbkdf2Hmac, rounds: u32, salt: Vec<u8>, expected: Vec<u8>) -> Option<StoredHash> {
    Some(StoredHash::Pbkdf2 {
        hmac,
        rounds: NonZeroU32::new(rounds).filter(|rounds| rounds.get() <= MAX_PBKDF2_ROUNDS)?,
        salt,
        expected,
    })
}

#[cfg(test)]
mod tests;
