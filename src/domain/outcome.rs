//! What a policy may answer, as plain data. The rules that choose one live in `policy`.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::assurance::Strength;

/// How strong a factor must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeastStrength {
    /// At least this.
    AtLeast(Strength),
    /// The strongest that is enrolled, and at least TOTP.
    Strongest,
}

impl LeastStrength {
    /// The least strength for an account with these factors.
    pub fn for_enrolled(self, enrolled: &[Strength]) -> Strength {
        match self {
            Self::AtLeast(strength) => strength,
            Self::Strongest => enrolled
                .iter()
                .copied()
                .max()
                .unwrap_or(Strength::Totp)
                .max(Strength::Totp),
        }
    }
}

/// The outcome of a decision (features.md P2), mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Go on.
    Allow,
    /// Go on, and mark the sign-in for the analyst's eyes.
    AllowMonitored,
    /// A light challenge.
    LightChallenge,
    /// A factor of at least this strength.
    StepUp(LeastStrength),
    /// The same, and the browser's record is bound to the account afterwards.
    StepUpAndBind(LeastStrength),
    /// Only scopes marked safe.
    ReadOnly,
    /// Prove the identity with a provider, else deny.
    VerifyIdentity,
    /// Held until a person decided.
    Review,
    /// The session ends and is flagged.
    EndSession,
    /// Refused for a while.
    Deny,
    /// Refused, and somebody is told.
    BlockAndAlert,
}

impl Outcome {
    /// The stored and exported name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::AllowMonitored => "allow_monitored",
            Self::LightChallenge => "light_challenge",
            Self::StepUp(_) => "step_up",
            Self::StepUpAndBind(_) => "step_up_and_bind",
            Self::ReadOnly => "read_only",
            Self::VerifyIdentity => "verify_identity",
            Self::Review => "review",
            Self::EndSession => "end_session",
            Self::Deny => "deny",
            Self::BlockAndAlert => "block_and_alert",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
