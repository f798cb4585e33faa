//! Decisions about accounts that are made (features.md E1, F11). There is no account yet, so what is judged is where the request comes
//! from and how the form was sent; the weights are set by hand, since nobody has labels of it.

use super::record::{blank, fill, note_fail_mode};
use crate::base::ids::ClientId;
use crate::domain::action::Action;
use crate::domain::assurance::Strength;
use crate::domain::decision::{Decision, Ending};
use crate::domain::outcome::{LeastStrength, Outcome};
use crate::domain::policy_version::PolicyMode;
use crate::domain::tenant::FailMode;
use crate::policy::{self, Context};
use crate::risk::visit::Visit as Facts;
use crate::risk::{Baseline, Evidence, UserProfile, UserReason, assess, scorecard};
use crate::signals;
use crate::tenants::{Platform, Realm, Visit};

/// What may become of a sign-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignUpPermit {
    /// An account, once its address is proven.
    Proceed,
    /// An account that proves a second factor at every sign-in, until somebody looked at it.
    Review,
    /// None.
    Refuse,
}

impl SignUpPermit {
    /// What an outcome means here. Proving the address is a light challenge and a code by mail already; whatever asks for more holds
    /// the account for review.
    pub const fn of(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Allow
            | Outcome::AllowMonitored
            | Outcome::LightChallenge
            | Outcome::StepUp(LeastStrength::AtLeast(Strength::EmailCode))
            | Outcome::StepUpAndBind(LeastStrength::AtLeast(Strength::EmailCode)) => Self::Proceed,
            Outcome::StepUp(_) | Outcome::StepUpAndBind(_) | Outcome::ReadOnly | Outcome::Review => {
                Self::Review
            }
            Outcome::VerifyIdentity | Outcome::EndSession | Outcome::Deny | Outcome::BlockAndAlert => {
                Self::Refuse
            }
        }
    }
}

/// A decision about a sign-up.
#[derive(Debug)]
pub struct SignUpDecision {
    /// The record; the caller adds it to its batch.
    pub decision: Decision,
    /// What is carried out.
    pub outcome: Outcome,
    /// What the person is told.
    pub user_reason: UserReason,
    /// Whether somebody is to be told.
    pub alert: bool,
}

impl SignUpDecision {
    /// What may become of it.
    pub const fn permit(&self) -> SignUpPermit {
        SignUpPermit::of(self.outcome)
    }
}

/// Judges a sign-up by its facts. Reads no database and writes nothing.
pub fn judge_sign_up(
    platform: &Platform,
    realm: &Realm,
    visit: &Visit,
    facts: &Facts,
    client: Option<&ClientId>,
) -> SignUpDecision {
    let evidence = Evidence::derive(facts, &UserProfile::new(), &Baseline::default());
    let assessment = assess(scorecard::sign_up(), &evidence);
    let live = &realm.tenant.policy;
    let context = Context {
        client: client.map(ToString::to_string),
        ..Context::of(Action::SignUp, 0)
    };
    let verdict = policy::decide(&live.policy, &assessment, &context);
    let degraded = (!platform.networks.broken().is_empty()).then_some("feeds");
    let closed = degraded.is_some() && realm.tenant.record.settings.fail_mode == FailMode::Closed;
    let recommended = match SignUpPermit::of(verdict.outcome) {
        SignUpPermit::Proceed | SignUpPermit::Review if closed => Outcome::Deny,
        _ => verdict.outcome,
    };
    let enforced = match live.mode {
        PolicyMode::Enforce => recommended,
        PolicyMode::Observe | PolicyMode::Retired => Outcome::Allow,
    };
    let refused = SignUpPermit::of(enforced) == SignUpPermit::Refuse;
    let country = facts.address.country;
    let mut decision = Decision {
        client: client.cloned(),
        ip: Some(visit.ip.to_string()),
        country: country.map(|country| country.to_string()),
        degraded: degraded.map(str::to_owned),
        forced: signals::forced_names(&facts.forced),
        ended: refused.then_some(Ending::Refused),
        ended_at: refused.then_some(facts.at),
        ..blank(platform, realm, facts.at, visit.reference.clone(), Action::SignUp)
    };
    fill(&mut decision, &evidence, &assessment, &verdict);
    note_fail_mode(&mut decision, realm, &verdict);
    recommended.name().clone_into(&mut decision.recommended);
    enforced.name().clone_into(&mut decision.enforced);
    SignUpDecision {
        decision,
        outcome: enforced,
        user_reason: verdict.user_reason,
        alert: verdict.alert && live.mode == PolicyMode::Enforce,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proven_address_answers_every_light_challenge_and_nothing_else() {
        let at_least = |strength| LeastStrength::AtLeast(strength);
        for light in [
            Outcome::LightChallenge,
            Outcome::StepUp(at_least(Strength::EmailCode)),
            Outcome::StepUpAndBind(at_least(Strength::EmailCode)),
        ] {
            assert_eq!(SignUpPermit::of(light), SignUpPermit::Proceed, "{light}");
        }
        for more in [
            Outcome::StepUp(at_least(Strength::Totp)),
            Outcome::StepUp(LeastStrength::Strongest),
            Outcome::Review,
        ] {
            assert_eq!(SignUpPermit::of(more), SignUpPermit::Review, "{more}");
        }
        assert_eq!(SignUpPermit::of(Outcome::Deny), SignUpPermit::Refuse);
    }
}
