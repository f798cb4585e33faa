//! What is to be drawn, as plain data. Faces choose words and layout.

use super::finish::Finished;
use super::login::{FormProblem, Login};
use super::new_factor::PushBegun;
use super::push::PushStep;
use crate::base::ids::Reference;
use crate::domain::assurance::Method;
use crate::domain::outcome::Outcome;
use crate::domain::recovery::Standing;
use crate::domain::tenant::SignInLayout;
use crate::flow::next::Cause;
use crate::protocol::authorize::AuthorizationRequest;
use crate::protocol::error::OAuthError;
use crate::risk::UserReason;

/// What comes next in a sign-in.
#[derive(Debug)]
pub enum Step {
    /// Who is it, and the first factor.
    FirstFactor(FirstFactorStep),
    /// The password is forgotten: the address, then the code that was sent to it.
    Mailbox(MailboxStep),
    /// An account is being made.
    SignUp(SignUpStep),
    /// One more proof.
    Challenge(Box<ChallengeStep>),
    /// A factor must be set up to go on.
    Enrol(Box<EnrolStep>),
    /// A new password must be chosen to go on.
    NewPassword(NewPasswordStep),
    /// The identity must be verified by the tenant's provider.
    VerifyIdentity(VerifyIdentityStep),
    /// Off to the provider.
    ToProvider {
        /// Its address.
        url: String,
    },
    /// Lost factors are replaced later, or not by this way.
    Wait(WaitStep),
    /// Offer to remember this browser.
    OfferRemember {
        /// The transaction.
        login: Box<Login>,
    },
    /// Ask for consent.
    Consent(ConsentStep),
    /// It ends here, with a way on.
    Held(HeldStep),
    /// The app gets an error.
    Refused {
        /// Its request.
        request: Box<AuthorizationRequest>,
        /// What it is told.
        error: OAuthError,
    },
    /// Done.
    Finished(Box<Finished>),
    /// Was done before: the page was loaded again.
    AlreadyFinished {
        /// Where the browser was sent.
        went_to: String,
    },
}

/// The first step.
#[derive(Debug)]
pub struct FirstFactorStep {
    /// The transaction.
    pub login: Box<Login>,
    /// How identifier and password are asked for.
    pub layout: SignInLayout,
    /// A signed-in person is asked again.
    pub again: bool,
}

/// Proving the mailbox of an account whose password is forgotten.
#[derive(Debug)]
pub struct MailboxStep {
    /// The transaction.
    pub login: Box<Login>,
    /// The code that was sent; absent while the address is asked for.
    pub sent: Option<SentStep>,
}

/// A code that was sent, or seems so.
#[derive(Clone, Copy, Debug)]
pub struct SentStep {
    /// Seconds until another may be sent; `None` when none may.
    pub resend_in: Option<u64>,
    /// Tries that remain, from the first wrong one.
    pub tries_left: Option<u8>,
}

/// Making an account.
#[derive(Debug)]
pub struct SignUpStep {
    /// The transaction.
    pub login: Box<Login>,
    /// What is asked for.
    pub stage: SignUpStage,
}

/// What is asked for while an account is made.
#[derive(Clone, Copy, Debug)]
pub enum SignUpStage {
    /// The address.
    Address,
    /// The code that was sent to it, or seems so.
    Mailbox(SentStep),
    /// What the person signs in with.
    Details,
}

/// A further proof.
#[derive(Debug)]
pub struct ChallengeStep {
    /// The transaction.
    pub login: Login,
    /// The account's address; masked by whoever draws it.
    pub email: String,
    /// Why it is asked.
    pub cause: Cause,
    /// What the decision tells the user, when it is the cause.
    pub reason: Option<UserReason>,
    /// Whether the account signs in for the first time.
    pub first_sign_in: bool,
    /// The method asked for.
    pub method: Method,
    /// Others that suffice, strongest first.
    pub others: Vec<Method>,
    /// Seconds until another mail code may be sent; `None` when none may.
    pub resend_in: Option<u64>,
    /// Tries that remain, from the first wrong one.
    pub tries_left: Option<u8>,
    /// The request to a device, when that is the method.
    pub push: Option<PushStep>,
    /// Whether it may be said that none of the methods is at hand any more.
    pub may_be_lost: bool,
}

/// Setting up a factor in the middle of a sign-in.
#[derive(Debug)]
pub struct EnrolStep {
    /// The transaction.
    pub login: Box<Login>,
    /// The account's address.
    pub email: String,
    /// What is set up.
    pub what: NewFactor,
    /// Others that would do too, strongest first.
    pub others: Vec<Method>,
    /// Whether it takes the place of lost ones.
    pub replaces: bool,
}

/// A factor that is being set up.
#[derive(Clone, Debug)]
pub enum NewFactor {
    /// An authenticator app.
    Totp {
        /// `otpauth:` address.
        uri: String,
        /// The secret in base 32, in groups.
        secret: String,
    },
    /// A passkey; the browser asks for options by itself.
    Passkey,
    /// A device that approves sign-ins.
    Push(PushBegun),
}

/// A new password in the middle of a sign-in.
#[derive(Debug)]
pub struct NewPasswordStep {
    /// The transaction.
    pub login: Box<Login>,
    /// The account's address.
    pub email: String,
}

/// The waiting period of an account whose factors are lost.
#[derive(Debug)]
pub struct WaitStep {
    /// The transaction.
    pub login: Box<Login>,
    /// Where it stands.
    pub standing: Standing,
    /// Whether a verified identity makes the waiting unnecessary.
    pub may_verify: bool,
}

/// Verifying the identity with the tenant's provider.
#[derive(Debug)]
pub struct VerifyIdentityStep {
    /// The transaction.
    pub login: Box<Login>,
    /// The account's address; masked by whoever draws it.
    pub email: String,
    /// What the decision tells the user.
    pub reason: Option<UserReason>,
    /// The provider's issuer.
    pub provider: String,
}

/// Consent.
#[derive(Debug)]
pub struct ConsentStep {
    /// The transaction.
    pub login: Box<Login>,
    /// The account's address.
    pub email: String,
    /// Scopes that were allowed before.
    pub known: Vec<String>,
}

/// A sign-in that goes no further.
#[derive(Debug)]
pub struct HeldStep {
    /// The transaction.
    pub login: Box<Login>,
    /// What the policy answered; absent when a factor is missing.
    pub outcome: Option<Outcome>,
    /// The code to quote.
    pub reference: Reference,
}

impl Step {
    /// The transaction, while it is under way.
    pub fn login(&self) -> Option<&Login> {
        Some(match self {
            Self::FirstFactor(step) => &step.login,
            Self::Mailbox(step) => &step.login,
            Self::SignUp(step) => &step.login,
            Self::Challenge(step) => &step.login,
            Self::Enrol(step) => &step.login,
            Self::NewPassword(step) => &step.login,
            Self::Wait(step) => &step.login,
            Self::VerifyIdentity(step) => &step.login,
            Self::OfferRemember { login } => login,
            Self::Consent(step) => &step.login,
            Self::Held(step) => &step.login,
            Self::Finished(finished) => &finished.login,
            Self::ToProvider { .. } | Self::Refused { .. } | Self::AlreadyFinished { .. } => return None,
        })
    }

    /// What was wrong with the last answer.
    pub fn problem(&self) -> Option<FormProblem> {
        match self {
            Self::FirstFactor(step) => step.login.problem,
            Self::Mailbox(step) => step.login.problem,
            Self::SignUp(step) => step.login.problem,
            Self::Challenge(step) => step.login.problem,
            Self::Enrol(step) => step.login.problem,
            Self::NewPassword(step) => step.login.problem,
            Self::VerifyIdentity(step) => step.login.problem,
            Self::Wait(step) => step.login.problem,
            _ => None,
        }
    }
}
