//! Outcomes, strengths, stops and actions in plain words.

use crate::domain::action::Action;
use crate::domain::assurance::Strength;
use crate::domain::outcome::{LeastStrength, Outcome};
use crate::risk::HardStop;

/// A least strength in words.
pub(super) const fn strength(least: LeastStrength) -> &'static str {
    match least {
        LeastStrength::AtLeast(Strength::EmailCode) => "a code by e-mail or better",
        LeastStrength::AtLeast(Strength::Totp) => "an authenticator code or better",
        LeastStrength::AtLeast(Strength::Push) => "approval on an enrolled device or better",
        LeastStrength::AtLeast(Strength::Passkey) => "a passkey",
        LeastStrength::AtLeast(Strength::AttestedPasskey) => "an attested passkey",
        LeastStrength::Strongest => "the strongest factor enrolled, at least an authenticator code",
    }
}

/// What an outcome does, in words that follow «then».
pub(super) fn outcome(outcome: Outcome) -> String {
    match outcome {
        Outcome::Allow => "allow".into(),
        Outcome::AllowMonitored => "allow and mark for review".into(),
        Outcome::LightChallenge => "ask for a light challenge".into(),
        Outcome::StepUp(least) => format!("ask for {}", strength(least)),
        Outcome::StepUpAndBind(least) => format!("ask for {} and bind the browser", strength(least)),
        Outcome::ReadOnly => "restrict to read-only".into(),
        Outcome::VerifyIdentity => "verify the identity, or deny where no provider is configured".into(),
        Outcome::Review => "hold for review".into(),
        Outcome::EndSession => "end the session and flag it".into(),
        Outcome::Deny => "deny".into(),
        Outcome::BlockAndAlert => "block and alert".into(),
    }
}

/// A hard stop in words.
pub(super) const fn stop(stop: HardStop) -> &'static str {
    match stop {
        HardStop::CopiedDevice => "the browser's cookie is a copy",
        HardStop::BlocklistedNetwork => "the network is on the operator's blocklist",
        HardStop::TooManyFailures => "the account has 100 consecutive failures",
        HardStop::BreachedPassword => "the password is known to be breached",
    }
}

/// An action in words that follow «for».
pub(super) fn action(action: Option<&Action>) -> String {
    match action {
        None => "any action".into(),
        Some(Action::SignUp) => "sign-up".into(),
        Some(Action::SignIn) => "sign-in".into(),
        Some(Action::Refresh) => "token refresh".into(),
        Some(Action::Recover) => "account recovery".into(),
        Some(Action::EnrolFactor) => "changing factors".into(),
        Some(Action::ChangeCredential) => "changing the password".into(),
        Some(Action::ChangeEmail) => "changing the mail address".into(),
        Some(Action::AdminElevate) => "entering the console".into(),
        Some(Action::Consent) => "consent".into(),
        Some(Action::ClientToken) => "client tokens".into(),
        Some(Action::App(name)) => format!("the app action {name}"),
    }
}
