//! The device authorization grant (RFC 8628): what a device shows, and what a person types for it elsewhere.

use serde::{Deserialize, Serialize};

/// Letters of user codes: no vowels, so no words, and none that look like a digit (section 6.1).
const LETTERS: [char; 20] = [
    'B', 'C', 'D', 'F', 'G', 'H', 'J', 'K', 'L', 'M', 'N', 'P', 'Q', 'R', 'S', 'T', 'V', 'W', 'X', 'Z',
];
/// Letters of a code: 20⁸ codes are 34 bits, which is enough where guesses are counted (section 5.1).
const LENGTH: usize = 8;

/// What is typed on the page: eight letters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserCode(String);

impl UserCode {
    /// A code of letters that `below` draws evenly.
    pub fn draw(below: impl Fn(u32) -> u32) -> Self {
        let letter = |_| {
            let drawn = usize::try_from(below(20)).unwrap_or_default();
            LETTERS.get(drawn).copied().unwrap_or('B')
        };
        Self((0..LENGTH).map(letter).collect())
    }

    /// Reads what was typed: case and whatever is no letter make no difference (section 6.1).
    pub fn parse(typed: &str) -> Option<Self> {
        if typed.len() > 64 {
            return None;
        }
        let letters: String = typed
            .chars()
            .filter(char::is_ascii_alphabetic)
            .map(|letter| letter.to_ascii_uppercase())
            .collect();
        let fits = letters.len() == LENGTH && letters.chars().all(|letter| LETTERS.contains(&letter));
        fits.then_some(Self(letters))
    }

    /// Without the hyphen, as it is looked up.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it is shown: two groups of four.
    pub fn shown(&self) -> String {
        let (first, second) = self.0.split_at_checked(LENGTH / 2).unwrap_or((&self.0, ""));
        format!("{first}-{second}")
    }
}

/// The device that a request came from, for the person who is asked about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Which request of a device it is.
    pub id: String,
    /// The code that it shows.
    pub code: UserCode,
    /// The address that it asked from.
    pub address: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_people_type_them() {
        let code = UserCode::draw(|bound| bound - 1);
        assert_eq!(code.shown(), "ZZZZ-ZZZZ");
        for typed in ["ZZZZ-ZZZZ", "zzzzzzzz", " zzzz zzzz ", "Zz.zz-zzzz"] {
            assert_eq!(UserCode::parse(typed), Some(code.clone()), "{typed}");
        }
        for typed in ["", "ZZZZ-ZZZ", "ZZZZ-ZZZZZ", "AAAA-AAAA", "ŻZZZ-ZZZZ"] {
            assert_eq!(UserCode::parse(typed), None, "{typed}");
        }
    }
}
