//! Codes sent by mail: six digits, single use, bound to the sign-in that asked, ten minutes, limited attempts and
//! throttled resends (features.md F2; NIST SP 800-63B-4 section 3.1.3.3 for life and throttling).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::base::secret::{Secret, constant_time_eq, hmac_sha256};
use crate::base::timestamp::Timestamp;

/// How long a code works.
pub const LIFETIME: Duration = Duration::from_mins(10);
/// Wrong answers before the code is dead (people.md U22: at least ten tries before a hard stop).
pub const MAX_TRIES: u8 = 10;
/// Codes that may be sent in one sign-in.
pub const MAX_SENDS: u8 = 5;
/// The shortest time between two mails.
pub const RESEND_AFTER: Duration = Duration::from_secs(30);

/// A code that was sent, as kept with the sign-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentCode {
    hash: [u8; 32],
    /// When it was sent.
    pub sent_at: Timestamp,
    /// Wrong answers so far, over all codes of this sign-in.
    pub tries: u8,
    /// Codes sent so far in this sign-in.
    pub sends: u8,
}

/// What is wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeRefusal {
    /// Not the code; so many tries remain.
    Wrong(u8),
    /// Too old: a new one must be sent.
    Expired,
    /// Too many wrong answers in this sign-in.
    Exhausted,
}

/// The digits of a code below one million.
pub fn digits(number: u32) -> String {
    format!("{:06}", number % 1_000_000)
}

impl SentCode {
    /// Records that `code` was sent to the address `to`; `before` is the code it replaces.
    pub fn new(
        key: &Secret<Vec<u8>>,
        (to, code): (&str, &str),
        now: Timestamp,
        before: Option<&Self>,
    ) -> Self {
        Self {
            hash: hash(key, to, code),
            sent_at: now,
            tries: before.map_or(0, |code| code.tries),
            sends: before.map_or(0, |code| code.sends).saturating_add(1),
        }
    }

    /// How long until another code may be sent; zero when it may now, `None` when no more are sent in this sign-in.
    pub fn resend_in(&self, now: Timestamp) -> Option<Duration> {
        (self.sends < MAX_SENDS).then(|| RESEND_AFTER.saturating_sub(now.since(self.sent_at)))
    }

    /// Tries that remain.
    pub const fn remaining(&self) -> u8 {
        MAX_TRIES.saturating_sub(self.tries)
    }

    /// Checks an answer of somebody whose address is `to` now: a code proves the mailbox that it was sent to and no other. A wrong
    /// one is counted in `self`.
    ///
    /// # Errors
    /// Wrong, too late, or too often.
    pub fn check(
        &mut self,
        key: &Secret<Vec<u8>>,
        (to, typed): (&str, &str),
        now: Timestamp,
    ) -> Result<(), CodeRefusal> {
        if self.remaining() == 0 {
            return Err(CodeRefusal::Exhausted);
        }
        if now.since(self.sent_at) >= LIFETIME {
            return Err(CodeRefusal::Expired);
        }
        let typed: String = typed.chars().filter(char::is_ascii_digit).take(12).collect();
        if constant_time_eq(&self.hash, &hash(key, to, &typed)) {
            return Ok(());
        }
        self.tries = self.tries.saturating_add(1);
        Err(CodeRefusal::Wrong(self.remaining()))
    }
}

fn hash(key: &Secret<Vec<u8>>, to: &str, code: &str) -> [u8; 32] {
    hmac_sha256(key.expose(), &[b"email-code", to.as_bytes(), code.as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    const TO: &str = "a@b.test";

    fn key() -> Secret<Vec<u8>> {
        Secret::new(vec![3; 32])
    }

    fn at(secs: u64) -> Timestamp {
        Timestamp::EPOCH.plus(Duration::from_secs(secs))
    }

    #[test]
    fn right_answers_may_have_spaces() {
        let mut sent = SentCode::new(&key(), (TO, "012345"), at(0), None);
        assert_eq!(sent.check(&key(), (TO, " 012-345 "), at(1)), Ok(()));
        assert_eq!(
            sent.check(&key(), (TO, "012345"), at(600)),
            Err(CodeRefusal::Expired)
        );
    }

    #[test]
    fn a_code_proves_the_mailbox_it_was_sent_to() {
        let mut sent = SentCode::new(&key(), (TO, "012345"), at(0), None);
        let moved = sent.check(&key(), ("new@b.test", "012345"), at(1));
        assert_eq!(moved, Err(CodeRefusal::Wrong(MAX_TRIES - 1)));
        assert_eq!(sent.check(&key(), (TO, "012345"), at(1)), Ok(()));
    }

    #[test]
    fn tries_run_out_and_a_new_code_does_not_give_them_back() {
        let mut sent = SentCode::new(&key(), (TO, "012345"), at(0), None);
        for left in (0..MAX_TRIES).rev() {
            assert_eq!(
                sent.check(&key(), (TO, "999999"), at(1)),
                Err(CodeRefusal::Wrong(left))
            );
        }
        assert_eq!(
            sent.check(&key(), (TO, "999999"), at(1)),
            Err(CodeRefusal::Exhausted)
        );
        let mut again = SentCode::new(&key(), (TO, "111111"), at(40), Some(&sent));
        assert_eq!(
            again.check(&key(), (TO, "111111"), at(41)),
            Err(CodeRefusal::Exhausted)
        );
    }

    #[test]
    fn resends_are_throttled_and_limited() {
        let mut sent = SentCode::new(&key(), (TO, "1"), at(0), None);
        assert_eq!(sent.resend_in(at(10)), Some(Duration::from_secs(20)));
        assert_eq!(sent.resend_in(at(31)), Some(Duration::ZERO));
        for _ in 1..MAX_SENDS {
            sent = SentCode::new(&key(), (TO, "1"), at(0), Some(&sent));
        }
        assert_eq!(sent.resend_in(at(100)), None);
    }
}
