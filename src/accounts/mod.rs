//! What an account holds: the user, the factors, the roles. Read together, because every step of a sign-in needs them.

mod lookup;
mod password;

pub use lookup::{active, by_credential, by_id, by_identifier};
pub use password::check_password;

use crate::base::secret::{Secret, hmac_sha256};
use crate::domain::assurance::{Method, Strength};
use crate::domain::credential::{Credential, CredentialSecret, PasskeyRecord};
use crate::domain::user::{Role, User, UserStatus};

/// An account with its factors.
#[derive(Clone, Debug)]
pub struct Account {
    /// The user.
    pub user: User,
    /// The factors.
    pub credentials: Vec<Credential>,
    /// Roles in the console.
    pub roles: Vec<Role>,
}

impl Account {
    /// Whether it may sign in.
    pub fn is_active(&self) -> bool {
        self.user.status == UserStatus::Active
    }

    /// The password, when there is one.
    pub fn password(&self) -> Option<(&Credential, &str)> {
        self.credentials
            .iter()
            .find_map(|credential| match &credential.secret {
                CredentialSecret::Password { phc } => Some((credential, phc.as_str())),
                _ => None,
            })
    }

    /// The passkeys.
    pub fn passkeys(&self) -> Vec<&PasskeyRecord> {
        self.credentials
            .iter()
            .filter_map(|credential| match &credential.secret {
                CredentialSecret::Passkey(record) => Some(record),
                _ => None,
            })
            .collect()
    }

    /// What it could prove with beside the password, and how strong each is. The mail code counts always: every account has
    /// an address.
    pub fn second_factors(&self) -> Vec<(Method, Strength)> {
        let mut found = vec![(Method::EmailOtp, Strength::EmailCode)];
        for credential in &self.credentials {
            let usable = !matches!(&credential.secret, CredentialSecret::RecoveryCodes { unused } if unused.is_empty());
            if let Some(strength) = credential.secret.strength().filter(|_| usable) {
                let entry = (credential.secret.method(), strength);
                if !found.contains(&entry) {
                    found.push(entry);
                }
            }
        }
        found
    }

    /// Whether anything stronger than the mail code is enrolled.
    pub fn has_second_factor(&self) -> bool {
        self.second_factors()
            .iter()
            .any(|(_, strength)| *strength > Strength::EmailCode)
    }
}

/// The WebAuthn user handle of an account: random-looking, the same for all its passkeys, told to authenticators only
/// (WebAuthn Level 3 section 14.6.1).
pub fn user_handle(blind_key: &Secret<Vec<u8>>, user: crate::base::ids::UserId) -> uuid::Uuid {
    let mac = hmac_sha256(blind_key.expose(), &[b"user-handle", user.0.as_bytes()]);
    uuid::Uuid::from_slice(mac.get(..16).unwrap_or_default()).unwrap_or_default()
}
