//! What a sign-in must reach.

use serde::{Deserialize, Serialize};

use crate::base::timestamp::Timestamp;
use crate::domain::assurance::{Acr, Strength};
use crate::domain::outcome::{LeastStrength, Outcome};
use crate::protocol::acr::AcrRequest;

/// What a sign-in must reach, from every side that may ask. Asking more never makes it less (people.md W18).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// Floor of tenant and client, the higher of both.
    pub floor: Acr,
    /// Floor of the client alone.
    pub client_floor: Acr,
    /// What the app asks for.
    pub acr: AcrRequest,
    /// Proofs of identity before this time don't count (`max_age`, `prompt=login`).
    pub not_before: Option<Timestamp>,
    /// Whether a second factor must be proven in this very sign-in (console, sensitive clients).
    pub fresh_second_factor: FreshSecondFactor,
}

/// Whether an earlier second factor may count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FreshSecondFactor {
    /// One of this session will do while it is fresh.
    SessionWillDo,
    /// It must be proven in this sign-in.
    Required,
}

/// What the risk decision asks of this sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judgement {
    /// Nothing more.
    Proceed,
    /// A factor of at least this strength.
    StepUp(LeastStrength),
    /// The identity, verified by the tenant's provider.
    VerifyIdentity,
    /// It ends here.
    Refuse,
}

impl Judgement {
    /// What an outcome means for a sign-in. Until their own features land, a light challenge is a mail code, and what
    /// would need a person or a restricted token is refused with a reference code.
    pub const fn of(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Allow | Outcome::AllowMonitored => Self::Proceed,
            Outcome::LightChallenge => Self::StepUp(LeastStrength::AtLeast(Strength::EmailCode)),
            Outcome::StepUp(least) | Outcome::StepUpAndBind(least) => Self::StepUp(least),
            Outcome::VerifyIdentity => Self::VerifyIdentity,
            Outcome::ReadOnly
            | Outcome::Review
            | Outcome::EndSession
            | Outcome::Deny
            | Outcome::BlockAndAlert => Self::Refuse,
        }
    }
}
