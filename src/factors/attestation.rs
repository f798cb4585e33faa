//! What a tenant asks of new passkeys: none at all, an attestation where the authenticator gives one, or nothing but attested
//! authenticators of models it chose (features.md F5; W3C Web Authentication section 5.4.7).

use serde::{Deserialize, Serialize};

use crate::domain::credential::Aaguid;
use crate::domain::tenant::Attestation;

/// Why a passkey is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttestationRefusal {
    /// Nobody the server trusts vouches for the authenticator, or it says nothing of itself.
    NotAttested,
    /// It is synced between devices, so no device can be attested.
    Synced,
    /// The model is not among those that the tenant allows.
    Model,
}

/// What is known of a new passkey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewPasskey {
    /// The model that a verified attestation proves.
    pub proven: Option<Aaguid>,
    /// Whether it may be synced (backup eligible).
    pub backup_eligible: bool,
}

/// Whether a new passkey counts as attested and device-bound; an error where the tenant demands it and it does not. An empty
/// list of models allows every model that the trust anchors vouch for.
///
/// # Errors
/// [`AttestationRefusal`], only with [`Attestation::Required`].
pub fn judge(
    wanted: Attestation,
    models: &[Aaguid],
    passkey: NewPasskey,
) -> Result<bool, AttestationRefusal> {
    let found = match passkey.proven {
        None => Err(AttestationRefusal::NotAttested),
        Some(_) if passkey.backup_eligible => Err(AttestationRefusal::Synced),
        Some(model) if !models.is_empty() && !models.contains(&model) => Err(AttestationRefusal::Model),
        Some(_) => Ok(()),
    };
    match (wanted, found) {
        (Attestation::None, _) | (Attestation::Preferred, Err(_)) => Ok(false),
        (Attestation::Preferred | Attestation::Required, Ok(())) => Ok(true),
        (Attestation::Required, Err(refusal)) => Err(refusal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_table() {
        let mine = Aaguid::from_u128(7);
        let other = Aaguid::from_u128(8);
        let passkey = |proven, backup_eligible| NewPasskey {
            proven,
            backup_eligible,
        };
        for models in [&[][..], &[mine][..]] {
            for wanted in [Attestation::None, Attestation::Preferred, Attestation::Required] {
                let asked = |new| judge(wanted, models, new);
                let no = |refusal| match wanted {
                    Attestation::Required => Err(refusal),
                    _ => Ok(false),
                };
                assert_eq!(asked(passkey(None, false)), no(AttestationRefusal::NotAttested));
                assert_eq!(asked(passkey(None, true)), no(AttestationRefusal::NotAttested));
                assert_eq!(asked(passkey(Some(mine), true)), no(AttestationRefusal::Synced));
                assert_eq!(asked(passkey(Some(mine), false)), Ok(wanted != Attestation::None));
                let strange = asked(passkey(Some(other), false));
                if models.is_empty() {
                    assert_eq!(strange, Ok(wanted != Attestation::None));
                } else {
                    assert_eq!(strange, no(AttestationRefusal::Model));
                }
            }
        }
    }
}
