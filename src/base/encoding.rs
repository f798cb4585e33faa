//! Text forms of bytes: base64url without padding (RFC 4648 section 5), hex, and Crockford base 32 for codes that
//! people read aloud.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};

const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Base64url without padding.
pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads base64url without padding; `None` for anything else.
pub fn from_base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// Standard base64 with padding.
pub fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Reads standard base64 with padding.
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Reads what password hashes call base64: standard alphabet or passlib's (`.` for `+`), with or without padding.
pub fn base64_loose(text: &str) -> Option<Vec<u8>> {
    STANDARD_NO_PAD
        .decode(text.trim_end_matches('=').replace('.', "+"))
        .ok()
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|nibble| char::from_digit(nibble.into(), 16))
        .collect()
}

/// The first `chars` Crockford base-32 characters of `bytes` (no I, L, O, U: they survive being read aloud).
pub fn crockford(bytes: &[u8], chars: usize) -> String {
    let bit = |index: usize| {
        bytes
            .get(index / 8)
            .map_or(0, |byte| (byte >> (7 - index % 8)) & 1)
    };
    (0..chars)
        .map(|place| {
            let value = (0..5).fold(0_usize, |acc, offset| {
                (acc << 1) | usize::from(bit(place * 5 + offset))
            });
            CROCKFORD.get(value).map_or('0', |&byte| char::from(byte))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers() {
        assert_eq!(base64url(&[0xfb, 0xff]), "-_8");
        assert_eq!(from_base64url("-_8="), None);
        assert_eq!(hex(&[0, 0xab]), "00ab");
        assert_eq!(crockford(&[0xff, 0xff, 0xff, 0xff, 0xff], 8), "ZZZZZZZZ");
        assert_eq!(crockford(&[0b0000_1000, 0b0100_0000], 3), "110");
    }
}
