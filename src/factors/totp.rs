//! Time-based one-time codes (RFC 6238): SHA-1, 6 digits, 30 seconds, one step of drift either way.

use totp_rs::{Builder, Totp};

use crate::base::secret::Secret;
use crate::base::timestamp::Timestamp;

/// Length of a new secret in bytes (RFC 4226 section 4: 160 bits recommended).
pub const SECRET_BYTES: usize = 20;

/// What is wrong with a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TotpRefusal {
    /// Not six digits, or not the right ones.
    Wrong,
    /// Was accepted before.
    Replayed,
    /// The stored secret is too short to be used.
    UnusableSecret,
}

fn totp(secret: &Secret<Vec<u8>>) -> Result<Totp, TotpRefusal> {
    Builder::new()
        .with_secret(secret.expose().clone())
        .build()
        .map_err(|_| TotpRefusal::UnusableSecret)
}

/// Checks a code and gives the time step it belongs to, which the caller stores as the last accepted one.
///
/// # Errors
/// A code of a step at or before `last_step` is a replay, even within its time.
pub fn check(
    secret: &Secret<Vec<u8>>,
    last_step: Option<u64>,
    code: &str,
    now: Timestamp,
) -> Result<u64, TotpRefusal> {
    let typed: String = code.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    if typed.len() != 6 || !typed.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(TotpRefusal::Wrong);
    }
    let seconds = u64::try_from(now.secs()).unwrap_or(0);
    let step = totp(secret)?.check(&typed, seconds).ok_or(TotpRefusal::Wrong)?;
    if last_step.is_some_and(|last| step <= last) {
        return Err(TotpRefusal::Replayed);
    }
    Ok(step)
}

/// The code at `now`, for the dev page.
pub fn current(secret: &Secret<Vec<u8>>, now: Timestamp) -> Option<String> {
    Some(
        totp(secret)
            .ok()?
            .generate(u64::try_from(now.secs()).ok()?)
            .to_string(),
    )
}

/// The `otpauth:` address that authenticator apps read from a QR code.
pub fn enrolment_uri(secret: &Secret<Vec<u8>>, issuer: &str, account: &str) -> Option<String> {
    let plain = |text: &str| text.replace(':', " ");
    let builder = Builder::new().with_secret(secret.expose().clone());
    builder
        .with_issuer(Some(plain(issuer)))
        .with_account_name(plain(account))
        .build()
        .ok()?
        .to_url()
        .ok()
}

/// The secret as people type it: base 32 in groups of four.
pub fn as_text(secret: &Secret<Vec<u8>>) -> String {
    let text = base32(secret.expose());
    text.as_bytes()
        .chunks(4)
        .map(String::from_utf8_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}

/// Reads a secret in base 32, spaces and case ignored.
pub fn from_text(text: &str) -> Option<Secret<Vec<u8>>> {
    let (mut bits, mut held, mut out) = (0_u32, 0_u32, Vec::new());
    for c in text
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '=' && *c != '-')
    {
        let value = match c.to_ascii_uppercase() {
            upper @ 'A'..='Z' => upper as u32 - 'A' as u32,
            digit @ '2'..='7' => digit as u32 - '2' as u32 + 26,
            _ => return None,
        };
        (bits, held) = ((bits << 5) | value, held + 5);
        if held >= 8 {
            held -= 8;
            out.push(u8::try_from((bits >> held) & 0xff).unwrap_or_default());
            bits &= (1 << held) - 1;
        }
    }
    (out.len() >= 16).then(|| Secret::new(out))
}

/// RFC 4648 base 32 without padding.
fn base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bit = |index: usize| {
        bytes
            .get(index / 8)
            .map_or(0, |byte| usize::from((byte >> (7 - index % 8)) & 1))
    };
    (0..(bytes.len() * 8).div_ceil(5))
        .map(|place| (0..5).fold(0, |value, offset| (value << 1) | bit(place * 5 + offset)))
        .filter_map(|value| ALPHABET.get(value).copied().map(char::from))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238 appendix B, SHA-1, cut to six digits.
    fn secret() -> Secret<Vec<u8>> {
        Secret::new(b"12345678901234567890".to_vec())
    }

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(secs)
    }

    #[test]
    fn rfc6238_appendix_b() {
        for (secs, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_234_567_890, "005924"),
        ] {
            assert_eq!(
                check(&secret(), None, code, at(secs)),
                Ok(u64::try_from(secs).unwrap() / 30)
            );
        }
    }

    #[test]
    fn a_code_is_never_accepted_twice() {
        let step = check(&secret(), None, "287 082", at(59)).unwrap();
        assert_eq!(
            check(&secret(), Some(step), "287082", at(59)),
            Err(TotpRefusal::Replayed)
        );
        assert_eq!(
            check(&secret(), Some(step), "287082", at(80)),
            Err(TotpRefusal::Replayed)
        );
    }

    #[test]
    fn drift_is_one_step() {
        assert!(check(&secret(), None, "287082", at(89)).is_ok());
        assert_eq!(check(&secret(), None, "287082", at(120)), Err(TotpRefusal::Wrong));
        for bad in ["", "28708", "2870822", "28708a", "²87082"] {
            assert_eq!(
                check(&secret(), None, bad, at(59)),
                Err(TotpRefusal::Wrong),
                "{bad}"
            );
        }
    }

    #[test]
    fn text_forms() {
        assert_eq!(as_text(&secret()), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert_eq!(
            from_text(&as_text(&secret()).to_lowercase()).unwrap().expose(),
            secret().expose()
        );
        assert!(from_text("ABC").is_none() && from_text("A!").is_none());
        let uri = enrolment_uri(&secret(), "Demo: x", "bob@demo.test").unwrap();
        assert!(
            uri.starts_with("otpauth://totp/") && uri.contains("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"),
            "{uri}"
        );
    }
}
