//! The text of a temporary access pass and its stored form. It proves nothing by itself: beside a password or the mailbox it lets a
//! person replace lost factors, which is what NIST SP 800-63B-4 section 4.2.2 asks of recovery codes ("issued recovery codes").

use super::recovery_code::{self, fold};
use crate::base::ids::AccessPassId;
use crate::base::secret::{Secret, constant_time_eq, hmac_sha256};
use crate::domain::assurance::Strength;
use crate::domain::credential::Credential;

/// Random bytes that one is made of.
pub const BYTES: usize = recovery_code::BYTES;

/// A pass in the form that is read out and typed: `XXXX-XXXX-XXXX`, 60 bits.
pub fn from_random(bytes: [u8; BYTES]) -> String {
    recovery_code::from_random(bytes)
}

/// The stored form: HMAC under the tenant's key, bound to the pass, so a database dump alone yields none.
pub fn hash(tenant_key: &Secret<Vec<u8>>, id: AccessPassId, typed: &str) -> Vec<u8> {
    let typed = fold(typed);
    hmac_sha256(
        tenant_key.expose(),
        &[b"access-pass", id.0.as_bytes(), typed.as_bytes()],
    )
    .to_vec()
}

/// Whether what was typed is the pass with this hash.
pub fn is_right(tenant_key: &Secret<Vec<u8>>, (id, stored): (AccessPassId, &[u8]), typed: &str) -> bool {
    constant_time_eq(stored, &hash(tenant_key, id, typed))
}

/// How strong the factor must be that replaces lost ones: as strong as the strongest of them, and at least TOTP.
pub fn least_replacement(lost: &[Credential]) -> Strength {
    lost.iter()
        .filter_map(|credential| credential.secret.strength())
        .max()
        .unwrap_or(Strength::Totp)
        .max(Strength::Totp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_is_typed_as_people_type_and_belongs_to_one_row() {
        let key = Secret::new(vec![9; 32]);
        let (one, other) = (
            AccessPassId(uuid::Uuid::from_u128(1)),
            AccessPassId(uuid::Uuid::from_u128(2)),
        );
        let pass = from_random([1, 2, 3, 4, 5, 6, 7, 8]);
        let stored = hash(&key, one, &pass);
        assert!(is_right(
            &key,
            (one, &stored),
            &pass.to_lowercase().replace('-', " ")
        ));
        assert!(!is_right(&key, (other, &stored), &pass));
        assert!(!is_right(&Secret::new(vec![8; 32]), (one, &stored), &pass));
        assert!(!is_right(&key, (one, &stored), ""));
    }
}
