//! What happened, for the stream and for the audit log.

use serde::{Deserialize, Serialize};

use crate::base::ids::{ClientId, EventId, UserId};
use crate::base::timestamp::Timestamp;

/// An event for the outbox: written in the batch of the act it tells of, delivered afterwards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its id; receivers drop repeats by it.
    pub id: EventId,
    /// When it happened.
    pub at: Timestamp,
    /// Stable dotted code, such as `signin.completed`.
    pub code: String,
    /// About which user.
    pub user: Option<UserId>,
    /// What else is known; holds no secret.
    pub data: serde_json::Value,
}

/// Who acted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum ActorRef {
    /// A signed-in person.
    User {
        /// Who.
        id: UserId,
    },
    /// A person at the command line of the host.
    CommandLine,
    /// An app that registers itself, or keeps its registration.
    Registrant {
        /// Which.
        client: ClientId,
    },
    /// The product itself.
    System,
}

/// An entry of the hash-chained audit log (features.md C7). The chain fields are filled by the store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Its id.
    pub id: EventId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: ActorRef,
    /// What was done, as a stable dotted code such as `user.disabled`.
    pub act: String,
    /// To what: kind and id, such as `user:018f…`.
    pub object: String,
    /// Details; holds no secret.
    pub data: serde_json::Value,
}
