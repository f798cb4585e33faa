//! What a client is told of people and sessions, and what it means by what it says of them.

use super::directory::TenantRuntime;
use crate::base::secret::Secret;
use crate::domain::client::Client;
use crate::domain::user::User;
use crate::protocol::authorize::AuthorizationRequest;
use crate::protocol::subject::{Named, SubjectType, pairwise, public_of, sector_of};

/// The names that a client knows people and sessions by. `sub` and `sid` leave us through here alone.
#[derive(Debug)]
pub struct Subjects<'a> {
    key: &'a Secret<Vec<u8>>,
    /// Absent for a public client.
    sector: Option<String>,
}

impl TenantRuntime {
    /// The names that a client knows.
    pub fn subjects(&self, client: &Client) -> Subjects<'_> {
        let metadata = &client.metadata;
        // A pairwise client always has a sector, since registration refuses others; without one it gets names that nobody shares.
        let sector = match metadata.subject.subject_type {
            SubjectType::Public => None,
            SubjectType::Pairwise => {
                Some(sector_of(metadata).unwrap_or_else(|| format!("client:{}", client.id.as_str())))
            }
        };
        Subjects {
            key: &self.blind_key,
            sector,
        }
    }
}

impl Subjects<'_> {
    /// Whether what this client knows says nothing to others.
    pub const fn are_pairwise(&self) -> bool {
        self.sector.is_some()
    }

    /// `sub` of a person.
    pub fn sub(&self, user: &User) -> String {
        self.sub_of(&user.sub)
    }

    /// `sub` of a person of whom the public name is known.
    pub fn sub_of(&self, public: &str) -> String {
        self.tell(Named::Person, public)
    }

    /// Whether the answer to a request of this client may be about a person.
    pub fn may_answer(&self, request: &AuthorizationRequest, user: &User) -> bool {
        request.may_be_about(&self.sub(user))
    }

    /// `sid` of a session.
    pub fn sid(&self, public: &str) -> String {
        self.tell(Named::Session, public)
    }

    /// The public name of whom the client means by `sub`; `None` when it never was told that.
    pub fn person(&self, sub: &str) -> Option<String> {
        self.read(Named::Person, sub)
    }

    /// The session's own id behind the client's `sid`.
    pub fn session(&self, sid: &str) -> Option<String> {
        self.read(Named::Session, sid)
    }

    fn tell(&self, named: Named, public: &str) -> String {
        match &self.sector {
            None => public.to_owned(),
            Some(sector) => pairwise(self.key, sector, named, public),
        }
    }

    fn read(&self, named: Named, told: &str) -> Option<String> {
        match &self.sector {
            None => Some(told.to_owned()),
            Some(sector) => public_of(self.key, sector, named, told),
        }
    }
}
