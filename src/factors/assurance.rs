//! What a set of proofs is worth (contract.md, "Assurance values"; NIST SP 800-63B-4 sections 2 and 3).

use std::time::Duration;

use crate::base::timestamp::Timestamp;
use crate::domain::assurance::{Acr, Method, Proof, Strength};

/// How long a second factor counts for a request that asks for it.
pub const SECOND_FACTOR_FRESH: Duration = Duration::from_hours(12);

/// The strength a proof has as a second factor, or by itself for a passkey that verified the user.
pub const fn strength(proof: &Proof) -> Option<Strength> {
    match proof.method {
        Method::Password | Method::AccessPass => None,
        Method::EmailOtp => Some(Strength::EmailCode),
        Method::Totp | Method::RecoveryCode => Some(Strength::Totp),
        Method::Push => Some(Strength::Push),
        Method::Passkey if proof.attested && proof.user_verified => Some(Strength::AttestedPasskey),
        Method::Passkey => Some(Strength::Passkey),
    }
}

/// Whether a proof can begin a sign-in: something that proves the account by itself.
pub const fn is_first_factor(proof: &Proof) -> bool {
    match proof.method {
        Method::Password => true,
        Method::Passkey => proof.user_verified,
        _ => false,
    }
}

/// The class a set of proofs reaches at `now`. Second factors older than [`SECOND_FACTOR_FRESH`] no longer count.
pub fn reached(proofs: &[Proof], now: Timestamp) -> Acr {
    let fresh = |proof: &&Proof| now.since(proof.at) < SECOND_FACTOR_FRESH;
    let password = proofs.iter().any(|proof| proof.method == Method::Password);
    proofs
        .iter()
        .filter(fresh)
        .filter_map(|proof| match strength(proof)? {
            Strength::EmailCode => None,
            Strength::Totp | Strength::Push => password.then_some(Acr::Aal2),
            Strength::Passkey => (proof.user_verified || password).then_some(Acr::Phr),
            Strength::AttestedPasskey => Some(Acr::Phrh),
        })
        .max()
        .unwrap_or(Acr::Aal1)
}

/// The strongest second factor among the proofs that were made at or after `since`.
pub fn strongest_since(proofs: &[Proof], since: Timestamp) -> Option<Strength> {
    proofs
        .iter()
        .filter(|proof| proof.at >= since)
        .filter_map(strength)
        .max()
}

/// The strength of a factor that reaches a class.
pub const fn needed_for(acr: Acr) -> Option<Strength> {
    match acr {
        Acr::Aal1 => None,
        Acr::Aal2 => Some(Strength::Totp),
        Acr::Phr => Some(Strength::Passkey),
        Acr::Phrh => Some(Strength::AttestedPasskey),
    }
}

/// Authentication method references (RFC 8176 section 2) of what was proven; `mfa` only where two real factors were.
pub fn amr(proofs: &[Proof], now: Timestamp) -> Vec<&'static str> {
    let mut values = Vec::new();
    let mut push = |value| {
        if !values.contains(&value) {
            values.push(value);
        }
    };
    for proof in proofs {
        match proof.method {
            Method::Password => push("pwd"),
            Method::EmailOtp | Method::Totp | Method::RecoveryCode => push("otp"),
            Method::Push => push("mca"),
            // It only let a factor be replaced, which stands beside it.
            Method::AccessPass => {}
            Method::Passkey => {
                push(if proof.synced { "swk" } else { "hwk" });
                if proof.user_verified {
                    push("user");
                }
            }
        }
    }
    if reached(proofs, now) > Acr::Aal1 {
        push("mfa");
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_000_000);

    fn passkey(user_verified: bool, attested: bool) -> Proof {
        Proof {
            user_verified,
            attested,
            synced: !attested,
            ..Proof::by(Method::Passkey, NOW)
        }
    }

    fn by(methods: &[Method]) -> Vec<Proof> {
        methods.iter().map(|&method| Proof::by(method, NOW)).collect()
    }

    #[test]
    fn the_table_of_the_contract() {
        let cases: [(Vec<Proof>, Acr, &[&str]); 8] = [
            (by(&[Method::Password]), Acr::Aal1, &["pwd"]),
            (
                by(&[Method::Password, Method::EmailOtp]),
                Acr::Aal1,
                &["pwd", "otp"],
            ),
            (
                by(&[Method::Password, Method::Totp]),
                Acr::Aal2,
                &["pwd", "otp", "mfa"],
            ),
            (
                by(&[Method::Password, Method::RecoveryCode]),
                Acr::Aal2,
                &["pwd", "otp", "mfa"],
            ),
            (vec![passkey(true, false)], Acr::Phr, &["swk", "user", "mfa"]),
            (
                vec![Proof::by(Method::Password, NOW), passkey(false, false)],
                Acr::Phr,
                &["pwd", "swk", "mfa"],
            ),
            (vec![passkey(true, true)], Acr::Phrh, &["hwk", "user", "mfa"]),
            (vec![passkey(false, false)], Acr::Aal1, &["swk"]),
        ];
        for (proofs, acr, names) in cases {
            assert_eq!(
                (reached(&proofs, NOW), amr(&proofs, NOW).as_slice()),
                (acr, names),
                "{proofs:?}"
            );
        }
    }

    #[test]
    fn second_factors_go_stale_but_the_sign_in_stays() {
        let later = NOW.plus(SECOND_FACTOR_FRESH);
        let proofs = by(&[Method::Password, Method::Totp]);
        assert_eq!(reached(&proofs, later), Acr::Aal1);
        assert_eq!(amr(&proofs, later), ["pwd", "otp"]);
    }

    #[test]
    fn a_passkey_without_user_verification_begins_nothing() {
        assert!(!is_first_factor(&passkey(false, false)));
        assert!(is_first_factor(&passkey(true, false)));
        assert!(!is_first_factor(&Proof::by(Method::EmailOtp, NOW)));
    }
}
