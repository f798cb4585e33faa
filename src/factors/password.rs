//! Rules for passwords: length and blocklist, nothing else (NIST SP 800-63B-4 section 3.1.1, people.md U5).

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;
use zxcvbn::zxcvbn;

use crate::domain::assurance::Acr;

/// The longest password taken, in code points after normalisation.
pub const MAX: usize = 256;
/// The shortest when it may be the only factor.
pub const MIN_ALONE: usize = 15;
/// The shortest where the tenant's floor demands a second factor.
pub const MIN_WITH_SECOND_FACTOR: usize = 8;
/// A password that a cracker would find within this many guesses is as good as on the list: the shipped list of common
/// passwords and its simple variations all lie below.
const COMMON_GUESSES_LOG10: f64 = 6.0;

/// The form in which passwords are hashed and compared: OpaqueString of RFC 8265 section 4.2 (spaces become U+0020, then
/// NFC).
pub fn normalize(entered: &str) -> Zeroizing<String> {
    Zeroizing::new(
        entered
            .chars()
            .map(|c| {
                if c.is_whitespace() && !c.is_control() {
                    ' '
                } else {
                    c
                }
            })
            .nfc()
            .collect(),
    )
}

/// Why a new password is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PasswordRefusal {
    /// Shorter than the least length, which is given.
    TooShort(usize),
    /// Longer than [`MAX`].
    TooLong,
    /// Holds control characters, which can't be typed reliably.
    ControlCharacters,
    /// Among the common ones, or made of the account's own data.
    Common,
    /// On a list of passwords that became known (NIST SP 800-63B-4 section 3.1.1.2).
    Breached,
}

/// The least length under a tenant's floor.
pub fn min_length(floor: Acr) -> usize {
    if floor >= Acr::Aal2 {
        MIN_WITH_SECOND_FACTOR
    } else {
        MIN_ALONE
    }
}

/// Checks a new password. `own` holds what is known of the account: address, names.
///
/// # Errors
/// The first rule that it breaks.
pub fn check_new(entered: &str, floor: Acr, own: &[&str]) -> Result<(), PasswordRefusal> {
    let normalized = normalize(entered);
    let length = normalized.chars().count();
    if length < min_length(floor) {
        return Err(PasswordRefusal::TooShort(min_length(floor)));
    }
    if length > MAX {
        return Err(PasswordRefusal::TooLong);
    }
    if normalized.chars().any(char::is_control) {
        return Err(PasswordRefusal::ControlCharacters);
    }
    if zxcvbn(&normalized, own).guesses_log10() < COMMON_GUESSES_LOG10 {
        return Err(PasswordRefusal::Common);
    }
    Ok(())
}

/// Whether what was typed could be a password at all; longer input is not hashed.
pub fn is_plausible(entered: &str) -> bool {
    !entered.is_empty() && entered.len() <= MAX * 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_counts_code_points_after_normalisation() {
        assert_eq!(
            check_new("short", Acr::Aal1, &[]),
            Err(PasswordRefusal::TooShort(15))
        );
        assert_eq!(
            check_new("short", Acr::Aal2, &[]),
            Err(PasswordRefusal::TooShort(8))
        );
        assert!(check_new("correct horse battery staple", Acr::Aal1, &[]).is_ok());
        assert_eq!(
            check_new(&"ab3ß".repeat(80), Acr::Aal1, &[]),
            Err(PasswordRefusal::TooLong)
        );
        assert!(check_new("gr\u{308}üße aus köln am rhein", Acr::Aal1, &[]).is_ok());
    }

    #[test]
    fn common_and_own_words_are_refused() {
        assert_eq!(
            check_new("password1234567", Acr::Aal1, &[]),
            Err(PasswordRefusal::Common)
        );
        assert_eq!(
            check_new("aaaaaaaaaaaaaaaaaa", Acr::Aal1, &[]),
            Err(PasswordRefusal::Common)
        );
        assert_eq!(
            check_new("alice@demo.test", Acr::Aal1, &["alice@demo.test"]),
            Err(PasswordRefusal::Common)
        );
        assert_eq!(
            check_new("a\u{7}bcdefghijklmnop", Acr::Aal1, &[]),
            Err(PasswordRefusal::ControlCharacters)
        );
    }

    #[test]
    fn rfc8265_opaque_string() {
        assert_eq!(normalize("a\u{a0}b").as_str(), "a b");
        assert_eq!(normalize("e\u{301}").as_str(), "é");
        assert_eq!(normalize("ABC").as_str(), "ABC");
    }
}
