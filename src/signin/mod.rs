//! Signing in: one transaction from an app's request to its answer. [`start`] begins it, [`submit`] takes one answer,
//! [`show`] tells what is to be drawn. What comes next is decided by `flow::next` alone.

mod access_pass;
mod advance;
mod browser_record;
mod checkpoint;
mod consent;
mod enrol;
mod finish;
mod first_factor;
mod identity;
mod login;
mod lost;
mod mail_code;
mod mailbox;
mod new_factor;
mod new_password;
mod notices;
mod passkeys;
mod push;
mod second_factor;
mod service;
mod sign_up;
mod step;

pub use enrol::new_passkey_options;
pub use finish::Finished;
pub(crate) use identity::seal_secret as seal_provider_secret;
pub use identity::{ProviderAnswer, answer as provider_answer};
pub use login::{FormProblem, Login, Purpose, Recovering};
pub(crate) use lost::moved_until;
pub(crate) use mail_code::{Recipient, code_for, hand_over_to};
pub use new_factor::PushBegun;
pub(crate) use new_factor::{
    NewPasskeyError, is_signed, new_passkey, passkey_credential, push_credential, totp_credential,
};
pub use new_password::NewPasswordError;
pub(crate) use new_password::replace_password;
pub(crate) use notices::{address_notice, change_notice, event, plain_event, support_notice, tell};
pub use passkeys::{PasskeyUse, options as passkey_options};
pub use push::{PushStanding, PushStep, standing as push_standing};
pub(crate) use push::{find as find_push, open_key as open_pushes, request_key as push_key, wake_about_pass};
pub use service::{Answer, ConsentChoice, RememberChoice, Started, bind, show, speak, start, submit};
pub use sign_up::{
    AddressForm, DetailsForm, FirstSecret, Terms, is_open as sign_up_is_open,
    passkey_options as sign_up_passkey_options,
};
pub use step::{
    ChallengeStep, ConsentStep, EnrolStep, FirstFactorStep, HeldStep, MailboxStep, NewFactor,
    NewPasswordStep, SentStep, SignUpStage, SignUpStep, Step, VerifyIdentityStep, WaitStep,
};

use crate::crypto::envelope::EnvelopeError;
use crate::crypto::hasher::HasherError;
use crate::ephemeral::EphemeralError;
use crate::store::StoreError;

/// Why a sign-in could not go on, other than by what was answered.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// There is no such transaction, or it is too old.
    #[error("the sign-in has expired")]
    Expired,
    /// It belongs to another browser.
    #[error("the sign-in was begun in another browser")]
    OtherBrowser,
    /// Too many tries; to be tried again after so many minutes.
    #[error("too many tries, wait {0} minutes")]
    Throttled(u32),
    /// Too much to do at once.
    #[error("busy")]
    Busy,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Something sealed does not open.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// Short-lived state holds what can't be read.
    #[error("short-lived state cannot be read")]
    Unreadable,
}

impl From<EphemeralError> for SignInError {
    fn from(error: EphemeralError) -> Self {
        match error {
            EphemeralError::Full => Self::Busy,
            EphemeralError::Unreadable => Self::Unreadable,
        }
    }
}

impl From<HasherError> for SignInError {
    fn from(error: HasherError) -> Self {
        match error {
            HasherError::Busy => Self::Busy,
            HasherError::Unusable => Self::Unreadable,
        }
    }
}
