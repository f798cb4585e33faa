//! Challenges that cost a computer some work and a person nothing, in the form of ALTCHA: find the number whose SHA-256 after a
//! salt is known. They make many sign-ups dear, and prove nothing about who asks.

use serde::{Deserialize, Serialize};

use crate::base::encoding::{from_base64, hex};
use crate::base::secret::{Secret, constant_time_eq, hmac_sha256, sha256};
use crate::base::timestamp::Timestamp;

/// The one algorithm that is offered.
pub const ALGORITHM: &str = "SHA-256";
/// The longest answer that is read.
const MAX_ANSWER: usize = 2_048;

/// A challenge as it is told to a browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    /// The hash.
    pub algorithm: String,
    /// Hash of the salt and the number, in hex.
    pub challenge: String,
    /// The number is at most this.
    pub maxnumber: u32,
    /// What stands before the number; it also says until when an answer counts.
    pub salt: String,
    /// HMAC-SHA-256 over the challenge, in hex: that it is ours.
    pub signature: String,
}

/// What a browser sends back, in base64 of its JSON.
#[derive(Deserialize)]
struct Answer {
    algorithm: String,
    challenge: String,
    number: u32,
    salt: String,
    signature: String,
}

/// A right answer, which counts once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Solved {
    /// Names the challenge: whoever accepts it remembers this until `expires_at`.
    pub challenge: String,
    /// Until when an answer counts.
    pub expires_at: Timestamp,
}

/// Why an answer does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofRefusal {
    /// It can't be read.
    #[error("the answer cannot be read")]
    Malformed,
    /// The challenge is not ours, or the number is not the one.
    #[error("the answer is wrong")]
    Wrong,
    /// It came too late.
    #[error("the challenge is too old")]
    Expired,
}

impl Challenge {
    /// A challenge whose answer is `number`, a random one up to `maxnumber`.
    pub fn new(
        key: &Secret<[u8; 32]>,
        random: &[u8; 16],
        (number, maxnumber): (u32, u32),
        expires_at: Timestamp,
    ) -> Self {
        // The last character keeps digits of the number from being read as digits of the time: the hash is of both in a row.
        let salt = format!("{}?expires={}&", hex(random), expires_at.secs());
        let challenge = hash(&salt, number);
        Self {
            algorithm: ALGORITHM.to_owned(),
            signature: sign(key, &challenge),
            challenge,
            maxnumber,
            salt,
        }
    }
}

/// Checks an answer. It says nothing of whether it was given before.
///
/// # Errors
/// [`ProofRefusal`].
pub fn check(key: &Secret<[u8; 32]>, answer: &str, now: Timestamp) -> Result<Solved, ProofRefusal> {
    let answer: Answer = Some(answer.trim())
        .filter(|text| text.len() <= MAX_ANSWER)
        .and_then(from_base64)
        .and_then(|json| serde_json::from_slice(&json).ok())
        .ok_or(ProofRefusal::Malformed)?;
    let signature = sign(key, &answer.challenge);
    let ours = constant_time_eq(signature.as_bytes(), answer.signature.as_bytes());
    let right = hash(&answer.salt, answer.number) == answer.challenge;
    if answer.algorithm != ALGORITHM || !ours || !right {
        return Err(ProofRefusal::Wrong);
    }
    let expires_at = expiry(&answer.salt).ok_or(ProofRefusal::Malformed)?;
    if now >= expires_at {
        return Err(ProofRefusal::Expired);
    }
    Ok(Solved {
        challenge: answer.challenge,
        expires_at,
    })
}

/// The time in a salt of ours.
fn expiry(salt: &str) -> Option<Timestamp> {
    let (_, rest) = salt.split_once("?expires=")?;
    let secs = rest.strip_suffix('&')?;
    secs.parse().ok().map(Timestamp::from_secs)
}

fn hash(salt: &str, number: u32) -> String {
    hex(&sha256(format!("{salt}{number}").as_bytes()))
}

/// Nobody but us reads it, so its parts are framed as everywhere.
fn sign(key: &Secret<[u8; 32]>, challenge: &str) -> String {
    hex(&hmac_sha256(key.expose(), &[challenge.as_bytes()]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::encoding::base64;

    fn key() -> Secret<[u8; 32]> {
        Secret::new([3; 32])
    }

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(secs)
    }

    fn challenge() -> Challenge {
        Challenge::new(&key(), &[7; 16], (4_321, 50_000), at(2_000))
    }

    fn answer(challenge: &Challenge, number: u32) -> String {
        let json = serde_json::json!({
            "algorithm": challenge.algorithm, "challenge": challenge.challenge, "number": number,
            "salt": challenge.salt, "signature": challenge.signature, "took": 12,
        });
        base64(json.to_string().as_bytes())
    }

    #[test]
    fn the_number_is_the_answer_until_the_time_is_over() {
        let challenge = challenge();
        let solved = check(&key(), &answer(&challenge, 4_321), at(1_999)).unwrap();
        assert_eq!(solved.challenge, challenge.challenge);
        assert_eq!(solved.expires_at, at(2_000));
        let refusal = |number, now| check(&key(), &answer(&challenge, number), at(now)).unwrap_err();
        assert_eq!(refusal(4_322, 1_000), ProofRefusal::Wrong);
        assert_eq!(refusal(4_321, 2_000), ProofRefusal::Expired);
    }

    #[test]
    fn a_challenge_of_somebody_else_does_not_count() {
        let other = Secret::new([4; 32]);
        let forged = Challenge::new(&other, &[7; 16], (1, 1), at(2_000));
        assert_eq!(
            check(&key(), &answer(&forged, 1), at(1)),
            Err(ProofRefusal::Wrong)
        );
        for text in ["", "!", "e30=", &"A".repeat(4_000)] {
            assert_eq!(check(&key(), text, at(1)), Err(ProofRefusal::Malformed), "{text}");
        }
    }

    /// A later end can't be made of digits of the number: the hash of both in a row is the same.
    #[test]
    fn digits_do_not_move_between_time_and_number() {
        let challenge = challenge();
        let moved = Challenge {
            salt: challenge.salt.replace("2000&", "2000&4"),
            ..challenge.clone()
        };
        assert_eq!(
            check(&key(), &answer(&moved, 321), at(1_000)),
            Err(ProofRefusal::Malformed)
        );
    }
}
