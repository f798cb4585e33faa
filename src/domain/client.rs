//! Clients (relying parties and services): what they registered and what our side decides about them.

use serde::{Deserialize, Serialize};

use super::assurance::Acr;
use crate::base::ids::ClientId;
use crate::base::timestamp::Timestamp;
pub use crate::protocol::exchange::ExchangeRule;
pub use crate::protocol::registration::{ApplicationType, ClientAuthMethod, ClientMetadata, GrantType};

/// A registered client.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its id.
    pub id: ClientId,
    /// What it registered.
    pub metadata: ClientMetadata,
    /// Its live secrets: one, or two during a rotation.
    pub secrets: Vec<ClientSecret>,
    /// What our side decides about it.
    pub settings: ClientSettings,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Grows by one with each change.
    pub version: i64,
}

/// The stored form of a client secret. Generated secrets have 256 bits, so a plain hash is enough (performance.md 4.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientSecret {
    /// Base64url of the hash under its kind.
    pub hash: String,
    /// Base64url of the secret itself, sealed: only where the client signs with it (`client_secret_jwt`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working; `None` while it is the current one.
    pub expires_at: Option<Timestamp>,
}

/// What our side decides about a client; not part of its registration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClientSettings {
    /// Where it comes from.
    pub origin: ClientOrigin,
    /// Ask for consent although it is ours.
    pub require_consent: bool,
    /// The least assurance of its sign-ins, whatever the request says.
    pub floor: Option<Acr>,
    /// Redirect errors show the developer what is wrong (people.md D3).
    pub development: bool,
    /// A remembered browser never satisfies its second step.
    pub fresh_second_factor: bool,
    /// Switched off by an admin.
    pub disabled: bool,
    /// The form of its access tokens.
    pub access_token_format: AccessTokenFormat,
    /// What it may exchange (RFC 8693): nothing that no rule names.
    pub token_exchange: Vec<ExchangeRule>,
    /// The client that may act for its users: its access tokens say so (RFC 8693 section 4.4), and then no other may.
    pub may_act: Option<String>,
}

/// The form of access tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessTokenFormat {
    /// A JWT that resource servers can check themselves (RFC 9068).
    #[default]
    Jwt,
    /// A random value that only introspection explains.
    Opaque,
}

/// Where a client comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientOrigin {
    /// Made by an admin: first-party.
    #[default]
    Admin,
    /// By dynamic registration.
    Dynamic,
    /// By a document at its id.
    Document,
    /// Part of the product.
    BuiltIn,
}

impl Client {
    /// The name people see: its own, or its id.
    pub fn display_name(&self) -> &str {
        self.metadata.client_name.as_deref().unwrap_or(self.id.as_str())
    }

    /// Whether it may use a grant type.
    pub fn may_use(&self, grant: GrantType) -> bool {
        self.metadata.grant_types.contains(&grant)
    }

    /// Whether it has no credentials of its own and so must use PKCE (RFC 9700 section 2.1.1).
    pub fn is_public(&self) -> bool {
        self.metadata.token_endpoint_auth_method == ClientAuthMethod::None
    }

    /// Whether people are asked for consent before it gets anything.
    pub fn asks_consent(&self) -> bool {
        self.settings.require_consent || self.is_stranger()
    }

    /// Whether nobody of the tenant made it, so that all that is known of it is its own word.
    pub const fn is_stranger(&self) -> bool {
        matches!(
            self.settings.origin,
            ClientOrigin::Dynamic | ClientOrigin::Document
        )
    }
}
