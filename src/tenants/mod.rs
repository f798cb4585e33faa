//! Tenants as the server holds them: settings, keys, clients and policy in memory, rebuilt when they change; and the
//! [`Platform`], through which every use case reaches the outside.

mod baselines;
mod client;
mod create;
mod directory;
mod key_source;
mod keys;
mod machines;
mod mailing;
pub mod outside;
mod pings;
mod platform;
mod policies;
mod pushing;
mod raises;
mod realm;
mod repeats;
mod subjects;
mod visit;

pub use baselines::{Baselines, HeldBaseline};
pub use client::ClientRuntime;
pub use create::{CONSOLE_CLIENT, NewTenant, create};
pub use directory::{Directory, IssuerRuntime, TenantRuntime};
pub use key_source::{KeySource, KeySourceError};
pub use keys::{Keyring, KeysError, RotateOutcome, advance_keys, check_kek, ensure_key, rotate_key};
pub use machines::{HeldClient, Machines, lock as lock_client};
pub use mailing::{MailQueue, OutgoingMail};
pub use pings::{Ping, Pings};
pub use platform::{Origins, Platform, PlatformSettings};
pub use policies::{LivePolicy, publish, publish_preset};
pub use pushing::{OutgoingPush, PushQueue};
pub use raises::{Raises, TenantRaises};
pub use realm::{Origin, Realm};
pub use repeats::{Repeat, RepeatOf, Repeats};
pub use subjects::Subjects;
pub use visit::Visit;

use crate::crypto::envelope::EnvelopeError;
use crate::crypto::signer::SignerError;
use crate::store::StoreError;

/// Why a tenant could not be loaded or changed.
#[derive(Debug, thiserror::Error)]
pub enum TenantError {
    /// There is none of this name.
    #[error("no such tenant")]
    Unknown,
    /// The name is taken.
    #[error("a tenant with this name exists already")]
    Taken,
    /// The name is reserved or malformed.
    #[error("not a tenant name: use a-z, 0-9 and single dashes, up to 63 characters; «system» is reserved")]
    BadSlug,
    /// Its policy is not valid.
    #[error("the policy is not valid: {0}")]
    Policy(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A sealed value does not open.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// A key can't be made or read.
    #[error(transparent)]
    Signer(#[from] SignerError),
}
