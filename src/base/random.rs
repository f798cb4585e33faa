//! The one permitted source of randomness.

use std::fmt;
use std::sync::Mutex;

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use uuid::Uuid;

use super::encoding::base64url;
use super::timestamp::Timestamp;

/// Gives random bytes. Production uses the operating system's generator, tests a seeded one.
pub trait Random: Send + Sync + fmt::Debug {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// What is drawn from a [`Random`].
impl dyn Random + '_ {
    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// 256 random bits as base64url: state parameters, secrets, one-time links.
    pub fn opaque(&self) -> String {
        base64url(&self.bytes::<32>())
    }

    /// A time-ordered id (UUID version 7, RFC 9562 section 5.7) for a row made at `now`.
    pub fn uuid(&self, now: Timestamp) -> Uuid {
        let millis = u64::try_from(now.micros() / 1_000).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes::<10>()).into_uuid()
    }

    /// An evenly distributed number below `bound` (which must be positive; zero gives zero).
    pub fn below(&self, bound: u32) -> u32 {
        if bound == 0 {
            return 0;
        }
        // Rejection keeps it unbiased: values in the incomplete last stripe are drawn again.
        let limit = u32::MAX - u32::MAX % bound;
        loop {
            let drawn = u32::from_le_bytes(self.bytes::<4>());
            if drawn < limit {
                return drawn % bound;
            }
        }
    }
}

/// The operating system's generator through aws-lc.
#[derive(Debug, Default)]
pub struct OsRandom(SystemRandom);

impl Random for OsRandom {
    #[expect(
        clippy::expect_used,
        reason = "without the system's generator nothing may be issued; stopping is the safe answer"
    )]
    fn fill(&self, bytes: &mut [u8]) {
        self.0
            .fill(bytes)
            .expect("the operating system gives random bytes");
    }
}

/// A repeatable generator for tests.
#[derive(Debug)]
pub struct SeededRandom(Mutex<ChaCha20Rng>);

impl SeededRandom {
    /// The generator that `seed` names.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(ChaCha20Rng::seed_from_u64(seed)))
    }
}

impl Random for SeededRandom {
    fn fill(&self, bytes: &mut [u8]) {
        self.0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .fill_bytes(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_order_by_time_and_seeds_repeat() {
        let random: &dyn Random = &SeededRandom::new(7);
        let again: &dyn Random = &SeededRandom::new(7);
        let (a, b) = (
            random.uuid(Timestamp::from_secs(1)),
            random.uuid(Timestamp::from_secs(2)),
        );
        assert!(a < b);
        assert_eq!(a, again.uuid(Timestamp::from_secs(1)));
        assert_eq!(a.get_version_num(), 7);
    }

    #[test]
    fn below_stays_below() {
        let random: &dyn Random = &SeededRandom::new(1);
        assert!((0..1_000).all(|_| random.below(10) < 10));
        assert_eq!(random.below(0), 0);
    }
}
