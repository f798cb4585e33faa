//! How sure it is that whoever recovers an account is its owner, and what follows from that. A mailbox that was proven is worth
//! less than a factor of the account, and a browser that the account knows adds to either.

use std::time::Duration;

use super::assurance::strength;
use crate::domain::assurance::{Proof, Strength};

/// The confidence at which lost factors are replaced after the tenant's waiting period, and not after three times of it.
const SURE: u8 = 60;

/// The confidence in whoever recovers an account, 0 to 100: 40 for the mailbox, 60 for a factor of the account, 30 for a browser
/// that the account knows.
pub fn confidence(proofs: &[Proof], known_browser: bool) -> u8 {
    let strongest = proofs.iter().filter_map(strength).max();
    let proven = match strongest {
        None => 0,
        Some(Strength::EmailCode) => 40,
        Some(_) => 60,
    };
    proven + if known_browser { 30 } else { 0 }
}

/// How long the owner of an account has time to object. `base` is the tenant's waiting period.
pub fn waiting_period(confidence: u8, base: Duration) -> Duration {
    if confidence >= SURE {
        base
    } else {
        base.saturating_mul(3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::timestamp::Timestamp;
    use crate::domain::assurance::Method;

    #[test]
    fn what_is_known_shortens_the_wait_and_nothing_makes_it_vanish() {
        let day = Duration::from_hours(24);
        let by = |method| [Proof::by(method, Timestamp::EPOCH)];
        let table = [
            (confidence(&[], false), 0, day * 3),
            (confidence(&by(Method::Password), true), 30, day * 3),
            (confidence(&by(Method::EmailOtp), false), 40, day * 3),
            (confidence(&by(Method::EmailOtp), true), 70, day),
            (confidence(&by(Method::Totp), false), 60, day),
            (confidence(&by(Method::Passkey), true), 90, day),
        ];
        for (found, expected, wait) in table {
            assert_eq!((found, waiting_period(found, day)), (expected, wait));
        }
    }
}
