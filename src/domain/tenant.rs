//! Tenants and their settings.

use serde::{Deserialize, Serialize};

use super::assurance::Acr;
use super::credential::Aaguid;
use super::identity::IdentityProvider;
use super::registration_policy::{ClientDocuments, RegistrationPolicy};
use super::sealed::Sealed;
use super::trusted_issuer::TrustedIssuer;
use crate::base::ids::{Slug, TenantId};
use crate::base::timestamp::Timestamp;

/// An isolated realm with its own issuer, keys, users, clients and policy.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// Internal id.
    pub id: TenantId,
    /// Its name in URLs; never changes.
    pub slug: Slug,
    /// Its name for people.
    pub name: String,
    /// A host of its own; then the issuer is `https://{host}`. Fixed at creation.
    pub host: Option<String>,
    /// Whether sign-in is open.
    pub status: TenantStatus,
    /// What its admins may change.
    pub settings: TenantSettings,
    /// The key that refresh tokens are derived with, sealed under the key-encryption key.
    pub refresh_key: Sealed,
    /// The key that browser ids and addresses are blinded with for this tenant, and that pairwise subjects are derived with, sealed. It
    /// never changes.
    pub blind_key: Sealed,
    /// When it was made.
    pub created_at: Timestamp,
    /// Grows by one with each change; writers name the version they read.
    pub version: i64,
}

/// Whether a tenant serves sign-ins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TenantStatus {
    /// Serves.
    Active,
    /// Answers every sign-in with "not available"; data stays.
    Disabled,
}

/// Who may register clients by RFC 7591.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Registration {
    /// Anybody.
    Open,
    /// Holders of an initial access token.
    #[default]
    Token,
    /// Nobody.
    Off,
}

/// How identifier and password are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignInLayout {
    /// The identifier first, then the password (people.md U3).
    #[default]
    IdentifierFirst,
    /// Both on one page.
    Combined,
}

/// When passwords are looked up on the configured list of breached ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BreachedCheck {
    /// When one is chosen.
    #[default]
    WhenChosen,
    /// Also at each sign-in: risk then knows, and its owner must choose another.
    AlsoAtSignIn,
}

/// What is asked of new passkeys (Web Authentication section 5.4.7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attestation {
    /// Nothing: any passkey will do, none counts as attested.
    #[default]
    None,
    /// An attestation, where the authenticator gives one; others are taken as ordinary passkeys.
    Preferred,
    /// An attestation that proves a device-bound authenticator of an allowed model; others are refused.
    Required,
}

/// What happens to a decision when a part it needs is down (features.md E5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailMode {
    /// A second factor is asked for, whatever the score would have been.
    #[default]
    StaticFactor,
    /// Sign-in goes on at the floor.
    Open,
    /// Sign-in is refused.
    Closed,
}

/// Whether people may make accounts of their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignUp {
    /// Nobody may: accounts are made by admins.
    #[default]
    Off,
    /// Whoever proves a mail address.
    Open,
}

/// What becomes of a sign-up with an address that is thrown away after use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisposableAddresses {
    /// It is a sign of risk, and the policy decides.
    #[default]
    Challenge,
    /// Another address is asked for.
    Refuse,
    /// Nothing: it counts as any other.
    Allow,
}

/// Settings that a tenant's admins may change. New fields need a default: rows of older versions lack them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TenantSettings {
    /// Who may register clients.
    pub registration: Registration,
    /// What apps that register themselves may ask for.
    pub registration_policy: RegistrationPolicy,
    /// How identifier and password are asked for.
    pub layout: SignInLayout,
    /// The least assurance of every sign-in.
    pub floor: Acr,
    /// What holds when the risk engine is down.
    pub fail_mode: FailMode,
    /// The language when neither request nor browser names one.
    pub default_locale: String,
    /// Where people find help: a mail address or an `https` address.
    pub support_contact: Option<String>,
    /// Score from which a completed sign-in on a new browser sends a notice, 0 to 100.
    pub notice_threshold: u8,
    /// How long a browser is remembered after a second factor, in days; 0 switches it off.
    pub remember_days: u16,
    /// How long the owner of an account has time to object before lost factors are replaced, in hours: this long in a browser that
    /// the account knows, three times as long elsewhere. With 0 they are not replaced without support.
    pub recovery_wait_hours: u16,
    /// When passwords are looked up on the list of breached ones.
    pub breached_passwords: BreachedCheck,
    /// What is asked of new passkeys.
    pub passkey_attestation: Attestation,
    /// Models of authenticators that count as attested; empty for all that the server's trust anchors vouch for.
    pub passkey_models: Vec<Aaguid>,
    /// Certificate authorities whose certificates authenticate clients (`tls_client_auth`), PEM.
    pub client_certificate_authorities: Option<String>,
    /// Others whose assertions about users are taken (RFC 7523 section 2.1).
    pub trusted_issuers: Vec<TrustedIssuer>,
    /// Brand colour as `#rrggbb`.
    pub brand_color: Option<String>,
    /// Whether people may make accounts of their own.
    pub sign_up: SignUp,
    /// What becomes of a sign-up with an address that is thrown away after use.
    pub disposable_addresses: DisposableAddresses,
    /// Terms of use that whoever signs up agrees to, `https`.
    pub terms_uri: Option<String>,
    /// Privacy notice that is shown at sign-up, `https`.
    pub privacy_uri: Option<String>,
    /// Who verifies identities.
    pub identity_provider: Option<IdentityProvider>,
    /// Trust frameworks whose verified claims we tell apps that ask for them (OpenID Connect for Identity Assurance 1.0).
    pub asserted_trust_frameworks: Vec<String>,
}

impl TenantSettings {
    /// The settings as they are shown and exported.
    #[must_use]
    pub fn without_secrets(mut self) -> Self {
        if let Some(provider) = &mut self.identity_provider {
            provider.client_secret = None;
        }
        self
    }
}

impl TenantSettings {
    /// Whether a client's id may be the address of a document about it.
    pub const fn takes_client_documents(&self) -> bool {
        match self.registration_policy.client_id_documents {
            ClientDocuments::AsRegistration => matches!(self.registration, Registration::Open),
            ClientDocuments::Open => true,
            ClientDocuments::Off => false,
        }
    }
}

impl Default for TenantSettings {
    fn default() -> Self {
        Self {
            registration: Registration::default(),
            registration_policy: RegistrationPolicy::default(),
            layout: SignInLayout::default(),
            floor: Acr::Aal1,
            fail_mode: FailMode::default(),
            default_locale: "en".to_owned(),
            support_contact: None,
            notice_threshold: 20,
            remember_days: 30,
            recovery_wait_hours: 24,
            breached_passwords: BreachedCheck::default(),
            passkey_attestation: Attestation::default(),
            passkey_models: Vec::new(),
            client_certificate_authorities: None,
            trusted_issuers: Vec::new(),
            brand_color: None,
            sign_up: SignUp::default(),
            disposable_addresses: DisposableAddresses::default(),
            terms_uri: None,
            privacy_uri: None,
            identity_provider: None,
            asserted_trust_frameworks: Vec::new(),
        }
    }
}
