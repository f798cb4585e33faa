//! Grants and their refresh-token families.
//!
//! A grant is what a user (or a service) gave a client. Revoking it ends every token that came of it.
//!
//! # Refresh rotation (features.md O6)
//!
//! A family is a seed and the number of its current generation. Tokens are derived from both, so the successor can be
//! given again without being stored:
//!
//! ```text
//! presented == current        ─▶ Rotate: the next generation becomes current
//! presented == current − 1    ─▶ its successor was never used: Repeat the successor, if the use is honest
//! presented <  current − 1    ─▶ its successor was used: Theft, the grant is revoked
//! presented >  current        ─▶ Unknown: was never issued
//! ```

use std::time::Duration;

use super::assurance::{Acr, Proof};
use crate::base::ids::{ClientId, GrantId, SessionId, UserId};
use crate::base::timestamp::Timestamp;
use crate::protocol::authorization_details::AuthorizationDetails;
use crate::protocol::confirmation::Confirmation;
use crate::protocol::dpop::Thumbprint;
use crate::protocol::resource::ResourceId;

/// How long after a rotation any repeat of the predecessor counts as a lost reply.
pub const REPEAT_WINDOW: Duration = Duration::from_mins(1);

/// What a user granted a client.
#[derive(Clone, Debug)]
pub struct Grant {
    /// Its id; part of every token that comes of it.
    pub id: GrantId,
    /// Whose account.
    pub user: UserId,
    /// To which client.
    pub client: ClientId,
    /// In which session it was made.
    pub session: SessionId,
    /// The session's id for apps.
    pub sid: String,
    /// Granted scopes, separated by spaces.
    pub scope: String,
    /// For which resources (RFC 8707); for the issuer itself when empty.
    pub resources: Vec<ResourceId>,
    /// What was granted in more words than scopes have (RFC 9396).
    pub authorization_details: AuthorizationDetails,
    /// Nonce of the authorization request; it stays in refreshed ID tokens' absence (OIDC Core 12.2).
    pub nonce: Option<String>,
    /// Claims asked for by name (`claims` parameter), as JSON.
    pub claims_request: Option<String>,
    /// When the user authenticated.
    pub auth_time: Timestamp,
    /// What the tokens say about assurance.
    pub acr: Acr,
    /// What was proven.
    pub proofs: Vec<Proof>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When and why it was revoked.
    pub revoked: Option<Revocation>,
    /// What its refresh tokens are bound to: those of a public client, which has nothing else to prove itself with (RFC 9449
    /// section 5, RFC 8705 section 4).
    pub bound_to: Confirmation,
    /// Its refresh tokens, when the client has that grant type.
    pub family: Option<RefreshFamily>,
}

/// The end of a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: RevocationReason,
}

/// Why a grant was revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevocationReason {
    /// The authorization code was used twice (RFC 6749 section 4.1.2).
    CodeReplay,
    /// A refresh token was used after its successor (RFC 9700 section 4.14.2).
    RefreshReplay,
    /// The client asked (RFC 7009).
    Client,
    /// The user withdrew consent.
    User,
    /// An admin did.
    Admin,
    /// The session it hung on ended.
    SessionEnded,
    /// A risk decision.
    Risk,
}

impl RevocationReason {
    const ALL: [Self; 7] = [
        Self::CodeReplay,
        Self::RefreshReplay,
        Self::Client,
        Self::User,
        Self::Admin,
        Self::SessionEnded,
        Self::Risk,
    ];

    /// The stored name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CodeReplay => "code_replay",
            Self::RefreshReplay => "refresh_replay",
            Self::Client => "client",
            Self::User => "user",
            Self::Admin => "admin",
            Self::SessionEnded => "session_ended",
            Self::Risk => "risk",
        }
    }

    /// The reason of a stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

/// The refresh tokens of a grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefreshFamily {
    /// What tokens are derived from, together with the tenant's key and the generation.
    pub seed: [u8; 32],
    /// The newest generation that was issued; the first is 1.
    pub generation: u64,
    /// When it was issued.
    pub rotated_at: Timestamp,
    /// Who asked for it.
    pub rotated_by: RefreshOrigin,
    /// Whether it survives the session (`offline_access`).
    pub offline: bool,
    /// It ends when unused until then.
    pub idle_expires_at: Timestamp,
    /// It ends then in any case.
    pub expires_at: Timestamp,
}

/// What is remembered of the caller at a rotation, to tell a lost reply from a thief. It never feeds a user's network or
/// place baseline: it is the app's, not the person's (defect 21).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RefreshOrigin {
    /// Family of the calling agent.
    pub agent: Option<String>,
    /// Network the call came from.
    pub asn: Option<u32>,
    /// The key whose possession was proven.
    pub key: Option<Thumbprint>,
}

/// One use of a refresh token, already proven to be derived from this family and sent by its client.
#[derive(Clone, Debug)]
pub struct RefreshUse {
    /// Which generation was presented.
    pub generation: u64,
    /// When.
    pub now: Timestamp,
    /// By whom.
    pub origin: RefreshOrigin,
    /// How long the successor may lie unused.
    pub idle: Duration,
}

/// What a use of a refresh token means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// Store this family in place of the one that was read, then give its current generation.
    Rotate(RefreshFamily),
    /// Give the current generation again; nothing changes.
    Repeat,
    /// Revoke the grant.
    Theft(TheftEvidence),
    /// Too old, or never issued; nothing changes.
    Refused,
}

/// Why a use counts as theft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TheftEvidence {
    /// The successor had been used already.
    SuccessorUsed,
    /// A repeat by another agent or with another key, or late and from another network.
    ForeignRepeat,
}

impl RefreshFamily {
    /// Decides what one use means. Pure: the caller stores the outcome with the generation it read as precondition, and
    /// asks again when another use came first.
    pub fn present(&self, used: &RefreshUse) -> Rotation {
        if used.generation == 0 || used.generation > self.generation {
            return Rotation::Refused;
        }
        let behind = self.generation - used.generation;
        if behind > 1 {
            return Rotation::Theft(TheftEvidence::SuccessorUsed);
        }
        if used.now >= self.idle_expires_at || used.now >= self.expires_at {
            return Rotation::Refused;
        }
        if behind == 0 {
            return Rotation::Rotate(self.next(used));
        }
        if self.is_honest_repeat(used) {
            Rotation::Repeat
        } else {
            Rotation::Theft(TheftEvidence::ForeignRepeat)
        }
    }

    fn next(&self, used: &RefreshUse) -> Self {
        Self {
            generation: self.generation.saturating_add(1),
            rotated_at: used.now,
            rotated_by: used.origin.clone(),
            idle_expires_at: used.now.plus(used.idle).min(self.expires_at),
            ..self.clone()
        }
    }

    fn is_honest_repeat(&self, used: &RefreshUse) -> bool {
        let same_agent = self.rotated_by.agent == used.origin.agent && self.rotated_by.key == used.origin.key;
        let soon = used.now.since(self.rotated_at) <= REPEAT_WINDOW;
        let same_network = used.origin.asn.is_some() && self.rotated_by.asn == used.origin.asn;
        same_agent && (soon || same_network)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDLE: Duration = Duration::from_hours(24);

    fn family() -> RefreshFamily {
        RefreshFamily {
            seed: [7; 32],
            generation: 1,
            rotated_at: Timestamp::EPOCH,
            rotated_by: origin("app", 1),
            offline: true,
            idle_expires_at: Timestamp::EPOCH.plus(IDLE),
            expires_at: Timestamp::from_secs(180 * 86_400),
        }
    }

    fn origin(agent: &str, asn: u32) -> RefreshOrigin {
        RefreshOrigin {
            agent: Some(agent.to_owned()),
            asn: Some(asn),
            key: None,
        }
    }

    fn at(generation: u64, secs: i64, origin: RefreshOrigin) -> RefreshUse {
        RefreshUse {
            generation,
            now: Timestamp::from_secs(secs),
            origin,
            idle: IDLE,
        }
    }

    fn rotated(family: &RefreshFamily, used: &RefreshUse) -> RefreshFamily {
        match family.present(used) {
            Rotation::Rotate(next) => next,
            other => panic!("expected a rotation, got {other:?}"),
        }
    }

    #[test]
    fn a_lost_reply_gets_the_same_successor() {
        let second = rotated(&family(), &at(1, 10, origin("app", 1)));
        assert_eq!(second.generation, 2);
        assert_eq!(second.present(&at(1, 40, origin("app", 2))), Rotation::Repeat);
        assert_eq!(second.present(&at(1, 9_000, origin("app", 1))), Rotation::Repeat);
    }

    #[test]
    fn a_late_or_foreign_repeat_is_theft() {
        let second = rotated(&family(), &at(1, 10, origin("app", 1)));
        let foreign = Rotation::Theft(TheftEvidence::ForeignRepeat);
        assert_eq!(second.present(&at(1, 9_000, origin("app", 2))), foreign);
        assert_eq!(second.present(&at(1, 11, origin("curl", 1))), foreign);
        let unknown = RefreshOrigin {
            agent: Some("app".into()),
            ..RefreshOrigin::default()
        };
        assert_eq!(second.present(&at(1, 9_000, unknown)), foreign);
        let other_key = RefreshOrigin {
            key: Thumbprint::parse(&"A".repeat(43)),
            ..origin("app", 1)
        };
        assert_eq!(second.present(&at(1, 11, other_key)), foreign);
    }

    #[test]
    fn replay_after_the_successor_was_used_is_always_theft() {
        let third = rotated(
            &rotated(&family(), &at(1, 1, origin("app", 1))),
            &at(2, 2, origin("app", 1)),
        );
        for now in [3, 86_400 * 400] {
            let replay = third.present(&at(1, now, origin("app", 1)));
            assert_eq!(replay, Rotation::Theft(TheftEvidence::SuccessorUsed));
        }
    }

    #[test]
    fn limits_hold_and_the_idle_limit_never_passes_the_absolute_one() {
        let family = family();
        assert_eq!(
            family.present(&at(1, 86_400, origin("app", 1))),
            Rotation::Refused
        );
        assert_eq!(family.present(&at(2, 1, origin("app", 1))), Rotation::Refused);
        assert_eq!(family.present(&at(0, 1, origin("app", 1))), Rotation::Refused);
        let late = RefreshFamily {
            idle_expires_at: family.expires_at,
            ..family.clone()
        };
        let next = rotated(&late, &at(1, 180 * 86_400 - 1, origin("app", 1)));
        assert_eq!(next.idle_expires_at, next.expires_at);
    }

    /// Defect 4: replies get lost and clients try again, at once or later; no family is ever revoked for it, and every replay
    /// after the successor was used is caught. A million refreshes over a thousand families, from a fixed seed.
    #[test]
    fn a_million_refreshes_with_lost_replies_revoke_nobody_and_miss_no_replay() {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut draw = |below: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state % below
        };
        let mut refreshes = 0_u32;
        let mut replays = 0_u32;
        while refreshes < 1_000_000 {
            let mut family = family();
            let mut held = 1_u64;
            let mut now = 0_i64;
            for _ in 0..1_000 {
                now += i64::try_from(draw(3_600)).unwrap();
                refreshes += 1;
                family = rotated(&family, &at(held, now, origin("app", 1)));
                // Every seventh reply is lost, sometimes several times in a row; the client asks again with what it holds.
                while draw(7) == 0 {
                    now += i64::try_from(draw(3_000)).unwrap();
                    refreshes += 1;
                    assert_eq!(family.present(&at(held, now, origin("app", 1))), Rotation::Repeat);
                }
                held = family.generation;
                if held > 3 && draw(50) == 0 {
                    replays += 1;
                    let old = 1 + draw(held - 2);
                    assert_eq!(
                        family.present(&at(old, now, origin("app", 1))),
                        Rotation::Theft(TheftEvidence::SuccessorUsed)
                    );
                }
            }
        }
        assert!(replays > 10_000, "{replays}");
    }
}
