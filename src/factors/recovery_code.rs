//! Recovery codes: ten, single use, shown once, kept as keyed hashes (features.md F6, defect 9).

use crate::base::encoding::crockford;
use crate::base::secret::{Secret, constant_time_eq, hmac_sha256};

/// How many codes a set has.
pub const COUNT: usize = 10;
/// Characters of a code: 12 × 5 = 60 bits.
const CHARS: usize = 12;
/// Random bytes one code is made of.
pub const BYTES: usize = 8;

/// A code in the form people write down: `XXXX-XXXX-XXXX`.
pub fn from_random(bytes: [u8; BYTES]) -> String {
    let text = crockford(&bytes, CHARS);
    text.as_bytes()
        .chunks(4)
        .map(String::from_utf8_lossy)
        .collect::<Vec<_>>()
        .join("-")
}

/// The stored form of a code: HMAC under the tenant's key, so a database dump alone yields none.
pub fn hash(tenant_key: &Secret<Vec<u8>>, code: &str) -> Vec<u8> {
    hmac_sha256(tenant_key.expose(), &[b"recovery-code", fold(code).as_bytes()]).to_vec()
}

/// Checks a code against the unused ones. Gives those that remain unused after it, or `None` when it is none of them.
pub fn consume(tenant_key: &Secret<Vec<u8>>, unused: &[Vec<u8>], typed: &str) -> Option<Vec<Vec<u8>>> {
    let hashed = hash(tenant_key, typed);
    // Every stored hash is compared, so time tells nothing about which one matched.
    let matches: Vec<bool> = unused
        .iter()
        .map(|stored| constant_time_eq(stored, &hashed))
        .collect();
    let used = matches.iter().position(|&hit| hit)?;
    Some(
        unused
            .iter()
            .enumerate()
            .filter(|(place, _)| *place != used)
            .map(|(_, code)| code.clone())
            .collect(),
    )
}

/// Case, spaces and dashes don't matter; I, L and O read as 1, 1 and 0.
pub(super) fn fold(code: &str) -> String {
    let kept = code.chars().filter(char::is_ascii_alphanumeric).take(64);
    kept.map(|c| match c.to_ascii_uppercase() {
        'I' | 'L' => '1',
        'O' => '0',
        other => other,
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_works_once() {
        let key = Secret::new(vec![9; 32]);
        let codes: Vec<String> = (0_u8..10)
            .map(|i| from_random([i, 1, 2, 3, 4, 5, 6, 7]))
            .collect();
        let stored: Vec<_> = codes.iter().map(|code| hash(&key, code)).collect();
        let left = consume(
            &key,
            &stored,
            &codes[3].to_lowercase().replace('-', " ").replace('0', "o"),
        )
        .unwrap();
        assert_eq!(left.len(), 9);
        assert!(consume(&key, &left, &codes[3]).is_none());
        assert!(consume(&key, &left, "").is_none());
        assert!(consume(&Secret::new(vec![8; 32]), &left, &codes[4]).is_none());
        assert_eq!(codes[0].len(), 14);
    }
}
