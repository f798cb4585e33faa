//! New users.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::show::UserView;
use super::taken;
use crate::accounts;
use crate::admin::actor::Trail;
use crate::admin::{Actor, AdminError};
use crate::base::ids::{CredentialId, UserId};
use crate::base::secret::Secret;
use crate::crypto::stored_hash::StoredHash;
use crate::domain::assurance::Acr;
use crate::domain::credential::{Credential, CredentialSecret};
use crate::domain::user::{EmailAddress, User};
use crate::factors::password::{MAX, PasswordRefusal, check_new, normalize};
use crate::factors::totp;
use crate::protocol::claims::is_standard;
use crate::protocol::identity_assurance::{VERIFIED_CLAIMS, is_well_formed};
use crate::tenants::Platform;

/// What is wanted of a new user; also the document of `user create --from-json`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewUser {
    /// The mail address.
    pub email: String,
    /// A sign-in name besides the address.
    pub username: Option<String>,
    /// Full name.
    pub name: Option<String>,
    /// A password.
    pub password: Option<Secret<String>>,
    /// Instead of a password: the hash that another system kept (Argon2, bcrypt, scrypt or PBKDF2). It is checked as it is and
    /// renewed at the first sign-in.
    pub password_hash: Option<Secret<String>>,
    /// A TOTP secret in base 32.
    pub totp_secret: Option<Secret<String>>,
    /// Whether the address counts as proven.
    pub email_verified: bool,
    /// Standard claims (OpenID Connect Core section 5.1).
    pub claims: Map<String, Value>,
}

/// How strictly a given password is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passwords {
    /// It is a new one: the rules for new passwords hold.
    New,
    /// It is one that exists elsewhere and is brought along: it must only be usable.
    Existing,
}

/// Makes a user.
///
/// # Errors
/// [`AdminError::Invalid`] with the field that can't be taken.
pub async fn create(
    actor: &Actor,
    platform: &Platform,
    wanted: NewUser,
    passwords: Passwords,
) -> Result<UserView, AdminError> {
    let right = actor.may_manage_users()?;
    let store = right.store(platform);
    let tenant = store.record().await?.ok_or(AdminError::NotFound("tenant"))?;
    let user = user_of(platform, &wanted)?;
    let mut batch = store.batch();
    batch.insert_user(&user);
    let mut factors = Vec::new();
    let rules = (passwords, tenant.settings.floor);
    if let Some(phc) = stored_password(platform, &user, &wanted, rules).await? {
        batch.insert_credential(&password_credential(platform, &user, phc));
        factors.push("password");
    }
    if let Some(text) = &wanted.totp_secret {
        let secret = totp_secret(text)?;
        batch.insert_credential(&crate::signin::totp_credential(platform, user.id, &secret, None)?);
        factors.push("totp");
    }
    let data = json!({"email": user.email.as_str(), "factors": factors});
    let trail = Trail::new("user.created", "user", user.id, data);
    right.commit(platform, batch, trail).await.map_err(taken)?;
    Ok(UserView::of(&user))
}

fn user_of(platform: &Platform, wanted: &NewUser) -> Result<User, AdminError> {
    let now = platform.now();
    let email = EmailAddress::parse(&wanted.email)
        .ok_or_else(|| AdminError::invalid("email", "not a mail address"))?;
    let mut claims = wanted.claims.clone();
    check_claims(&mut claims)?;
    // What has a column of its own is kept there alone.
    let text = |value: Option<Value>| value.and_then(|value| value.as_str().map(str::to_owned));
    let claimed_name = text(claims.remove("name"));
    let claimed_username = text(claims.remove("preferred_username"));
    let locale = text(claims.remove("locale"));
    let username = wanted.username.clone().or(claimed_username);
    if let Some(name) = &username {
        check_username(name)?;
    }
    let id = UserId(platform.random().uuid(now));
    let sub = crate::base::encoding::base64url(&platform.random().bytes::<16>());
    Ok(User {
        email_verified_at: wanted.email_verified.then_some(now),
        username,
        name: full_name(wanted.name.clone().or(claimed_name))?,
        claims,
        locale,
        ..User::new(id, sub, email, now)
    })
}

/// Refuses claims that no standard names, and drops those that we know better ourselves.
fn check_claims(claims: &mut Map<String, Value>) -> Result<(), AdminError> {
    for name in claims.keys() {
        if name == VERIFIED_CLAIMS {
            if claims.get(name).is_none_or(|held| !is_well_formed(held)) {
                return Err(AdminError::invalid(
                    "claims",
                    "verified_claims needs verification.trust_framework and claims",
                ));
            }
        } else if !is_standard(name) {
            return Err(AdminError::invalid(
                "claims",
                format!("«{name}» is not a standard claim"),
            ));
        }
    }
    if serde_json::to_string(claims).map_or(0, |text| text.len()) > 16_384 {
        return Err(AdminError::invalid("claims", "too long"));
    }
    for known in ["email", "email_verified", "updated_at"] {
        claims.remove(known);
    }
    Ok(())
}

/// A sign-in name: anything readable that is no mail address.
pub(super) fn check_username(name: &str) -> Result<(), AdminError> {
    let fits = (1..=100).contains(&name.chars().count())
        && !name
            .chars()
            .any(|c| c.is_control() || c.is_whitespace() || c == '@');
    if fits {
        return Ok(());
    }
    Err(AdminError::invalid(
        "username",
        "use 1 to 100 characters without spaces and @",
    ))
}

pub(super) fn full_name(name: Option<String>) -> Result<Option<String>, AdminError> {
    let name = name
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty());
    if name
        .as_ref()
        .is_some_and(|name| name.chars().count() > 200 || name.chars().any(char::is_control))
    {
        return Err(AdminError::invalid("name", "use up to 200 characters"));
    }
    Ok(name)
}

/// What is stored for the password that a new user brings: a hash of it, or the hash that was brought.
async fn stored_password(
    platform: &Platform,
    user: &User,
    wanted: &NewUser,
    rules: (Passwords, Acr),
) -> Result<Option<String>, AdminError> {
    match (&wanted.password, &wanted.password_hash) {
        (None, None) => Ok(None),
        (Some(password), None) => {
            let entered = password.expose();
            check_password(platform, user, entered, rules).await?;
            let salt = platform.random().bytes();
            Ok(Some(platform.hasher.hash(normalize(entered), salt).await?))
        }
        (None, Some(hash)) => imported_hash(hash.expose()).map(Some),
        (Some(_), Some(_)) => Err(AdminError::invalid(
            "password_hash",
            "give a password or its hash, not both",
        )),
    }
}

fn imported_hash(text: &str) -> Result<String, AdminError> {
    let text = text.trim();
    if StoredHash::parse(text).is_some() {
        return Ok(text.to_owned());
    }
    Err(AdminError::invalid(
        "password_hash",
        "not a hash of Argon2, bcrypt, scrypt or PBKDF2 that can be checked in reasonable time",
    ))
}

fn password_credential(platform: &Platform, user: &User, phc: String) -> Credential {
    let now = platform.now();
    Credential {
        id: CredentialId(platform.random().uuid(now)),
        user: user.id,
        secret: CredentialSecret::Password { phc },
        name: None,
        created_at: now,
        last_used_at: None,
        version: 1,
    }
}

fn words(refusal: PasswordRefusal) -> String {
    match refusal {
        PasswordRefusal::TooShort(least) => format!("use at least {least} characters"),
        PasswordRefusal::TooLong => format!("use at most {MAX} characters"),
        PasswordRefusal::ControlCharacters => "control characters can't be typed".to_owned(),
        PasswordRefusal::Common => "this one is easy to guess".to_owned(),
        PasswordRefusal::Breached => "this one is known from data breaches".to_owned(),
    }
}

/// Looks at a new user as [`create`] would, and makes nothing.
///
/// # Errors
/// As [`create`].
pub async fn check(
    actor: &Actor,
    platform: &Platform,
    wanted: &NewUser,
    passwords: Passwords,
) -> Result<(), AdminError> {
    let store = actor.may_manage_users()?.store(platform);
    let tenant = store.record().await?.ok_or(AdminError::NotFound("tenant"))?;
    let user = user_of(platform, wanted)?;
    if let Some(password) = &wanted.password {
        let rules = (passwords, tenant.settings.floor);
        check_password(platform, &user, password.expose(), rules).await?;
    }
    if let Some(hash) = &wanted.password_hash {
        imported_hash(hash.expose())?;
    }
    if let Some(text) = &wanted.totp_secret {
        totp_secret(text)?;
    }
    if store.user_by_email(user.email.as_str()).await?.is_some() {
        return Err(AdminError::invalid("email", "another account has this address"));
    }
    Ok(())
}

fn totp_secret(text: &Secret<String>) -> Result<Secret<Vec<u8>>, AdminError> {
    totp::from_text(text.expose())
        .ok_or_else(|| AdminError::invalid("totp_secret", "not a secret in base 32 of at least 16 bytes"))
}

async fn check_password(
    platform: &Platform,
    user: &User,
    entered: &str,
    (passwords, floor): (Passwords, Acr),
) -> Result<(), AdminError> {
    let own = user.own_words();
    let checked = match passwords {
        Passwords::New => accounts::check_password(platform, floor, &own, entered).await,
        Passwords::Existing => check_new(entered, floor, &own),
    };
    match (checked, passwords) {
        (Ok(()), _) => Ok(()),
        (Err(PasswordRefusal::TooShort(_) | PasswordRefusal::Common), Passwords::Existing)
            if !entered.is_empty() =>
        {
            Ok(())
        }
        (Err(refusal), _) => Err(AdminError::invalid("password", words(refusal))),
    }
}
