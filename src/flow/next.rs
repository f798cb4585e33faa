//! The dispatcher: (need, done) → what to show next.

use super::need::{FreshSecondFactor, Judgement, Need};
use crate::base::timestamp::Timestamp;
use crate::domain::assurance::{Acr, Method, Proof, Strength};
use crate::factors::assurance::{is_first_factor, needed_for, reached, strongest_since};

/// Everything the next step depends on.
#[derive(Clone, Debug)]
pub struct Situation<'a> {
    /// Now.
    pub now: Timestamp,
    /// When this sign-in began.
    pub started_at: Timestamp,
    /// What it must reach.
    pub need: &'a Need,
    /// What was proven: in the session, then in this sign-in.
    pub proofs: &'a [Proof],
    /// What the account could prove with, and how strong each is. The mail code counts when the account has an address.
    pub enrolled: &'a [(Method, Strength)],
    /// What the risk decision asks; absent before it was made.
    pub judgement: Option<Judgement>,
    /// Whether the password may stay.
    pub password: Password,
    /// Whether to offer to remember this browser once a second factor was proven.
    pub remember: Remember,
    /// Where consent stands.
    pub consent: Consent,
    /// Where a temporary access pass stands.
    pub access_pass: AccessPass,
    /// Where the verification of identity stands.
    pub identity: Identity,
}

/// Where the verification of identity stands (features.md F10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// Nobody can verify this person, or the tries are used up.
    Impossible,
    /// A provider may be asked.
    Possible,
    /// It was verified in this sign-in.
    Proven,
}

/// Where a temporary access pass stands (features.md F9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessPass {
    /// There is none that works.
    None,
    /// One works: it may be typed in place of a factor that is asked for.
    Offered,
    /// It was typed in this sign-in: a factor of at least this strength replaces the lost ones.
    Proven(Strength),
}

/// Whether the password that was typed may stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Password {
    /// Yes, or none was typed.
    MayStay,
    /// It became known, or its owner must choose another.
    MustChange,
    /// Its owner forgot it. Then the mailbox begins the sign-in, and the strongest kind of factor that is enrolled is proven beside
    /// it: a mailbox alone never replaces a second factor.
    Forgotten,
    /// Its owner forgot it and lost the factors beside it, and the waiting period is not over.
    Waiting,
    /// The same, and the waiting period is over: it stands in for the lost factors, which are replaced.
    WaitedFor,
}

/// Where the offer to remember this browser stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remember {
    /// May be offered.
    Offer,
    /// Was answered, is answered already, or is switched off.
    Settled,
    /// This browser is remembered: it stands for the second step that a tenant's floor asks for, never for one that risk, an
    /// app or a client's own floor asks for, and never for a higher class in the token (people.md U32).
    Remembered,
}

/// Where consent stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// Given before, or not needed.
    Settled,
    /// To be asked.
    Needed,
    /// To be asked, about something sensitive: what the decision about that asks; absent before it was made (features.md E1).
    Guarded(Option<Judgement>),
    /// Refused by the user.
    Denied,
}

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Ask who it is and for a first factor.
    FirstFactor,
    /// First factor proven: the risk decision is due.
    Decide,
    /// Ask for a further factor.
    Challenge {
        /// Why.
        cause: Cause,
        /// What will do, strongest first. Never empty.
        options: Vec<Method>,
    },
    /// No factor of the asked strength is enrolled, and one may be enrolled now.
    Enrol {
        /// How strong it must be.
        least: Strength,
    },
    /// The identity must be verified by the tenant's provider.
    VerifyIdentity,
    /// The sign-in ends with a page that says so and a way on.
    Held,
    /// The app demands what this account can't reach.
    Unmet,
    /// A new password must be chosen.
    NewPassword,
    /// Nothing more can be done before the waiting period is over.
    Wait,
    /// Offer to remember this browser.
    OfferRemember,
    /// The decision about consent to something sensitive is due.
    DecideConsent,
    /// Ask for consent.
    Consent,
    /// The user said no to the app.
    Denied,
    /// Done.
    Issue {
        /// The class that was reached.
        reached: Acr,
    },
}

/// Why a further factor is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The risk decision.
    Risk,
    /// A floor of tenant or client.
    Floor,
    /// The app's request.
    App,
    /// Enrolling a factor needs the mailbox proven first.
    Enrolment,
    /// Whoever chooses a new password proves more than the old one first.
    NewPassword,
    /// Whoever forgot the password proves a factor beside the mailbox.
    Recovery,
    /// The decision about consent to something sensitive.
    Consent,
}

/// Decides what comes next. The order of the steps is the order of this function.
pub fn next(situation: &Situation<'_>) -> Next {
    let recovers = !matches!(situation.password, Password::MayStay | Password::MustChange);
    let first = |proof: &Proof| {
        let begins = is_first_factor(proof) || (recovers && proof.method == Method::EmailOtp);
        begins && situation.need.not_before.is_none_or(|limit| proof.at >= limit)
    };
    if !situation.proofs.iter().any(first) {
        return Next::FirstFactor;
    }
    let Some(judgement) = situation.judgement else {
        return Next::Decide;
    };
    if let Some(step) = refusal(situation, judgement) {
        return step;
    }
    if let Some(step) = by_access_pass(situation) {
        return step;
    }
    if let Some(step) = by_risk(situation)
        .or_else(|| by_recovery(situation))
        .or_else(|| by_floor(situation))
        .or_else(|| by_app(situation))
        .or_else(|| by_password(situation))
    {
        return or_access_pass(situation, step);
    }
    if situation.remember == Remember::Offer
        && strongest_since(situation.proofs, situation.started_at).is_some()
    {
        return Next::OfferRemember;
    }
    match situation.consent {
        Consent::Denied => Next::Denied,
        Consent::Needed => Next::Consent,
        Consent::Guarded(judgement) => guarded_consent(situation, judgement),
        Consent::Settled => Next::Issue {
            reached: reached(situation.proofs, situation.now),
        },
    }
}

/// Beside a password or the mailbox the pass stands for the lost factors, and for nothing else: they are replaced before anything goes
/// on, and what risk, floors and the app ask is then asked of the new one. A password that may not stay is replaced first.
fn by_access_pass(situation: &Situation<'_>) -> Option<Next> {
    let AccessPass::Proven(least) = situation.access_pass else {
        return None;
    };
    let chosen = |proof: &Proof| proof.method == Method::Password && proof.at >= situation.started_at;
    let keeps = match situation.password {
        Password::MayStay => true,
        Password::MustChange => false,
        Password::Forgotten | Password::Waiting | Password::WaitedFor => situation.proofs.iter().any(chosen),
    };
    Some(if keeps {
        Next::Enrol { least }
    } else {
        Next::NewPassword
    })
}

/// Where a pass works it is one more way to answer a challenge, and a way on where nothing strong enough is enrolled.
fn or_access_pass(situation: &Situation<'_>, step: Next) -> Next {
    if situation.access_pass != AccessPass::Offered {
        return step;
    }
    match step {
        Next::Challenge { cause, mut options } => {
            options.push(Method::AccessPass);
            Next::Challenge { cause, options }
        }
        Next::Held | Next::Unmet => Next::Challenge {
            cause: Cause::Floor,
            options: vec![Method::AccessPass],
        },
        other => other,
    }
}

/// What the decision asks must be proven in this sign-in: an older factor doesn't answer today's doubt.
fn by_risk(situation: &Situation<'_>) -> Option<Next> {
    step_up(situation, situation.judgement?, Cause::Risk)
}

fn step_up(situation: &Situation<'_>, judgement: Judgement, cause: Cause) -> Option<Next> {
    let Judgement::StepUp(least) = judgement else {
        return None;
    };
    let enrolled: Vec<_> = situation.enrolled.iter().map(|(_, strength)| *strength).collect();
    let least = least.for_enrolled(&enrolled);
    let since = situation
        .need
        .not_before
        .unwrap_or(situation.started_at)
        .max(situation.started_at);
    if strongest_since(situation.proofs, since).is_some_and(|proven| proven >= least) {
        return None;
    }
    let options = options(situation, least);
    Some(if options.is_empty() {
        Next::Held
    } else {
        Next::Challenge { cause, options }
    })
}

/// What a decision ends, or makes wait for the identity to be verified.
const fn refusal(situation: &Situation<'_>, judgement: Judgement) -> Option<Next> {
    match (judgement, situation.identity) {
        (Judgement::Refuse, _) | (Judgement::VerifyIdentity, Identity::Impossible) => Some(Next::Held),
        (Judgement::VerifyIdentity, Identity::Possible) => Some(Next::VerifyIdentity),
        (Judgement::VerifyIdentity, Identity::Proven) | (Judgement::Proceed | Judgement::StepUp(_), _) => {
            None
        }
    }
}

/// Consent to something sensitive is decided about by itself, after everything else and before it is asked for.
fn guarded_consent(situation: &Situation<'_>, judgement: Option<Judgement>) -> Next {
    let Some(judgement) = judgement else {
        return Next::DecideConsent;
    };
    refusal(situation, judgement)
        .or_else(|| {
            let step = step_up(situation, judgement, Cause::Consent)?;
            Some(or_access_pass(situation, step))
        })
        .unwrap_or(Next::Consent)
}

/// A forgotten password is replaced before anything that needs one is asked for.
fn by_recovery(situation: &Situation<'_>) -> Option<Next> {
    match situation.password {
        Password::MayStay | Password::MustChange => return None,
        Password::Waiting => return Some(Next::Wait),
        Password::WaitedFor => return Some(replace_lost(situation)),
        Password::Forgotten => {}
    }
    let options = options(situation, Strength::Totp);
    let proven = strongest_since(situation.proofs, situation.started_at);
    if options.is_empty() || proven.is_some_and(|proven| proven >= Strength::Totp) {
        return Some(Next::NewPassword);
    }
    Some(Next::Challenge {
        cause: Cause::Recovery,
        options,
    })
}

/// A new password, then a factor in place of the lost ones.
fn replace_lost(situation: &Situation<'_>) -> Next {
    let chosen = |proof: &Proof| proof.method == Method::Password && proof.at >= situation.started_at;
    if situation.proofs.iter().any(chosen) {
        Next::Enrol {
            least: Strength::Totp,
        }
    } else {
        Next::NewPassword
    }
}

/// A floor holds whatever the app asks; without a fitting factor one is enrolled, after the mailbox is proven.
fn by_floor(situation: &Situation<'_>) -> Option<Next> {
    let least = needed_for(situation.need.floor)?;
    let fresh_enough = match situation.need.fresh_second_factor {
        FreshSecondFactor::SessionWillDo => true,
        FreshSecondFactor::Required => {
            strongest_since(situation.proofs, situation.started_at).is_some_and(|proven| proven >= least)
        }
    };
    if fresh_enough && reached(situation.proofs, situation.now) >= situation.need.floor {
        return None;
    }
    let stands_in = situation.remember == Remember::Remembered
        && situation.need.floor == Acr::Aal2
        && situation.need.client_floor < Acr::Aal2
        && situation.need.fresh_second_factor == FreshSecondFactor::SessionWillDo;
    if stands_in {
        return None;
    }
    let options = options(situation, least);
    if !options.is_empty() {
        return Some(Next::Challenge {
            cause: Cause::Floor,
            options,
        });
    }
    Some(enrol(situation, least))
}

/// Voluntary requests out of reach are let go: the token tells the truth (OpenID Connect Core section 3.1.2.1).
fn by_app(situation: &Situation<'_>) -> Option<Next> {
    let least = situation.need.acr.least()?;
    if situation
        .need
        .acr
        .is_met_by(reached(situation.proofs, situation.now))
    {
        return None;
    }
    let least = needed_for(least)?;
    let options = options(situation, least);
    if !options.is_empty() {
        return Some(Next::Challenge {
            cause: Cause::App,
            options,
        });
    }
    situation.need.acr.essential.then(|| enrol(situation, least))
}

/// A password that others may know proves nothing about who chooses the next one: something else must be proven in this
/// sign-in, whatever is enrolled.
fn by_password(situation: &Situation<'_>) -> Option<Next> {
    if situation.password != Password::MustChange {
        return None;
    }
    if strongest_since(situation.proofs, situation.started_at).is_some() {
        return Some(Next::NewPassword);
    }
    let options = options(situation, Strength::EmailCode);
    Some(if options.is_empty() {
        Next::Held
    } else {
        Next::Challenge {
            cause: Cause::NewPassword,
            options,
        }
    })
}

/// Enrolment in the middle of a sign-in needs the mailbox proven in this sign-in; an attested key can't be asked for here.
fn enrol(situation: &Situation<'_>, least: Strength) -> Next {
    let mailbox = situation
        .enrolled
        .iter()
        .any(|(method, _)| *method == Method::EmailOtp);
    let strong_elsewhere = situation
        .enrolled
        .iter()
        .any(|(_, strength)| *strength > Strength::EmailCode);
    if least > Strength::Passkey || strong_elsewhere || !mailbox {
        return Next::Unmet;
    }
    let proven = strongest_since(situation.proofs, situation.started_at);
    if proven.is_some() {
        Next::Enrol { least }
    } else {
        Next::Challenge {
            cause: Cause::Enrolment,
            options: vec![Method::EmailOtp],
        }
    }
}

/// Enrolled methods at or above a strength, strongest first, each once.
fn options(situation: &Situation<'_>, least: Strength) -> Vec<Method> {
    let suits = |method: &Method| {
        situation
            .enrolled
            .iter()
            .any(|(enrolled, strength)| enrolled == method && *strength >= least)
    };
    Method::ALL.into_iter().filter(suits).collect()
}

#[cfg(test)]
mod tests;
