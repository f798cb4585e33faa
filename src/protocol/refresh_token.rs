//! Refresh tokens as text: derived, so that a successor can be given again without being stored, and a database dump
//! alone yields none (features.md O6).

use uuid::Uuid;

use crate::base::encoding::{base64url, from_base64url};
use crate::base::ids::GrantId;
use crate::base::secret::{Secret, constant_time_eq, hmac_sha256};

const PREFIX: &str = "tgr_";

/// A refresh token as it was presented; proves nothing until [`PresentedRefreshToken::is_derived_from`] said so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresentedRefreshToken {
    /// The grant it claims to come from.
    pub grant: GrantId,
    /// The generation it claims to be.
    pub generation: u64,
    mac: [u8; 32],
}

/// The token of one generation.
pub fn derive(tenant_key: &Secret<Vec<u8>>, grant: GrantId, seed: &[u8; 32], generation: u64) -> String {
    let mut body = [0_u8; 56];
    let (id, rest) = body.split_at_mut(16);
    let (number, mac) = rest.split_at_mut(8);
    id.copy_from_slice(grant.0.as_bytes());
    number.copy_from_slice(&generation.to_be_bytes());
    mac.copy_from_slice(&mac_of(tenant_key, grant, seed, generation));
    format!("{PREFIX}{}", base64url(&body))
}

fn mac_of(tenant_key: &Secret<Vec<u8>>, grant: GrantId, seed: &[u8; 32], generation: u64) -> [u8; 32] {
    hmac_sha256(
        tenant_key.expose(),
        &[b"refresh", grant.0.as_bytes(), seed, &generation.to_be_bytes()],
    )
}

impl PresentedRefreshToken {
    /// Reads the form of a token; `None` for anything that is not one.
    pub fn parse(token: &str) -> Option<Self> {
        let body = from_base64url(token.strip_prefix(PREFIX)?)?;
        let body: [u8; 56] = body.try_into().ok()?;
        let (id, rest) = body.split_first_chunk::<16>()?;
        let (number, mac) = rest.split_first_chunk::<8>()?;
        let mac: [u8; 32] = mac.try_into().ok()?;
        Some(Self {
            grant: GrantId(Uuid::from_bytes(*id)),
            generation: u64::from_be_bytes(*number),
            mac,
        })
    }

    /// Whether this token was derived from this family's seed.
    pub fn is_derived_from(&self, tenant_key: &Secret<Vec<u8>>, seed: &[u8; 32]) -> bool {
        constant_time_eq(&self.mac, &mac_of(tenant_key, self.grant, seed, self.generation))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_derived_and_checked() {
        let key = Secret::new(vec![1; 32]);
        let grant = GrantId(Uuid::from_u128(5));
        let token = derive(&key, grant, &[2; 32], 3);
        assert_eq!(token, derive(&key, grant, &[2; 32], 3));
        let seen = PresentedRefreshToken::parse(&token).unwrap();
        assert_eq!((seen.grant, seen.generation), (grant, 3));
        assert!(seen.is_derived_from(&key, &[2; 32]));
        assert!(!seen.is_derived_from(&key, &[3; 32]));
        assert!(!seen.is_derived_from(&Secret::new(vec![2; 32]), &[2; 32]));
        assert!(
            !PresentedRefreshToken {
                generation: 4,
                ..seen
            }
            .is_derived_from(&key, &[2; 32])
        );
    }

    #[test]
    fn other_texts_are_no_tokens() {
        for bad in [
            "",
            "tgr_",
            "tgr_AAAA",
            "tga_AAAA",
            &format!("tgr_{}", "A".repeat(200)),
        ] {
            assert!(PresentedRefreshToken::parse(bad).is_none(), "{bad}");
        }
    }
}
