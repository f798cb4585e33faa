//! Users.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use unicode_normalization::UnicodeNormalization;

use crate::base::ids::UserId;
use crate::base::timestamp::Timestamp;

/// A person's account in one tenant.
#[derive(Clone, Debug)]
pub struct User {
    /// Internal id.
    pub id: UserId,
    /// The subject identifier that apps see (public subject type): random, never reused.
    pub sub: String,
    /// The mail address as entered.
    pub email: EmailAddress,
    /// When the address was proven; `None` while it is not.
    pub email_verified_at: Option<Timestamp>,
    /// A sign-in name besides the address.
    pub username: Option<String>,
    /// Full name.
    pub name: Option<String>,
    /// OpenID Connect standard claims that have no column of their own.
    pub claims: Map<String, Value>,
    /// Preferred language.
    pub locale: Option<String>,
    /// A new password must be chosen at the next sign-in, after "this wasn't me".
    pub password_reset_required: bool,
    /// The sign-up was held for review: until somebody clears it, every sign-in proves a second factor.
    pub under_review: bool,
    /// When all sessions were last ended; a sign-in under way that was begun before proves nothing. Written by that act alone.
    pub signed_out_at: Option<Timestamp>,
    /// Whether the account may sign in.
    pub status: UserStatus,
    /// When it was made.
    pub created_at: Timestamp,
    /// When profile data last changed (claim `updated_at`).
    pub updated_at: Timestamp,
    /// Grows by one with each change.
    pub version: i64,
}

impl User {
    /// An account as it begins: active, nothing known but the address, which is not proven.
    pub fn new(id: UserId, sub: String, email: EmailAddress, now: Timestamp) -> Self {
        Self {
            id,
            sub,
            email,
            email_verified_at: None,
            username: None,
            name: None,
            claims: Map::new(),
            locale: None,
            password_reset_required: false,
            under_review: false,
            signed_out_at: None,
            status: UserStatus::Active,
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }

    /// What is known of the person, which no password may be made of: address, name, sign-in name.
    pub fn own_words(&self) -> [&str; 3] {
        [
            self.email.as_str(),
            self.name.as_deref().unwrap_or_default(),
            self.username.as_deref().unwrap_or_default(),
        ]
    }
}

/// Whether an account may sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserStatus {
    /// It may.
    Active,
    /// An admin switched it off.
    Disabled,
}

/// A mail address and the key it is found by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailAddress {
    entered: String,
    key: String,
}

impl EmailAddress {
    /// Accepts what a mail server could deliver to: one `@`, something on both sides, no spaces or controls, at most
    /// 254 characters. Ownership is proven by mail, not by grammar.
    pub fn parse(text: &str) -> Option<Self> {
        let entered = text.trim();
        let (local, domain) = entered.rsplit_once('@')?;
        let clean = !entered
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || "<>()[],;:\"\\".contains(c));
        let fits = !local.is_empty() && local.len() <= 64 && entered.len() <= 254 && !local.contains('@');
        let domain_fits = !domain.is_empty()
            && !domain.starts_with('.')
            && !domain.ends_with('.')
            && !domain.contains("..");
        (clean && fits && domain_fits).then(|| Self {
            entered: entered.to_owned(),
            key: Self::key_of(entered),
        })
    }

    /// The key an identifier is looked up by: NFKC and lower case.
    pub fn key_of(identifier: &str) -> String {
        identifier.trim().nfkc().collect::<String>().to_lowercase()
    }

    /// As entered.
    pub fn as_str(&self) -> &str {
        &self.entered
    }

    /// The key it is found by; unique in a tenant.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// What stands behind the `@`, in lower case.
    pub fn domain(&self) -> &str {
        self.key.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// The address with most of its local part hidden, for pages before the second factor (people.md U24).
    pub fn masked(&self) -> String {
        let (local, domain) = self.entered.rsplit_once('@').unwrap_or((&self.entered, ""));
        let first: String = local.chars().take(1).collect();
        format!("{first}•••@{domain}")
    }
}

/// An account's risk-relevant roles in the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything in the tenant, including other admins.
    Owner,
    /// Users, clients, settings, policies.
    Admin,
    /// Decisions, reviews, labels, policies to read.
    Analyst,
    /// Users and their factors.
    Support,
    /// Reads everything, changes nothing.
    Auditor,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] = [
        Self::Owner,
        Self::Admin,
        Self::Analyst,
        Self::Support,
        Self::Auditor,
    ];

    /// The name on the command line and in records.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Analyst => "analyst",
            Self::Support => "support",
            Self::Auditor => "auditor",
        }
    }

    /// The role of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let address = EmailAddress::parse(" Alice@Example.TEST ").unwrap();
        assert_eq!(
            (address.as_str(), address.key()),
            ("Alice@Example.TEST", "alice@example.test")
        );
        assert_eq!(address.masked(), "A•••@Example.TEST");
        for bad in ["", "a", "@b", "a@", "a b@c", "a@b@c", "a@.b", "a\n@b", "<a@b>"] {
            assert!(EmailAddress::parse(bad).is_none(), "{bad:?}");
        }
    }
}
