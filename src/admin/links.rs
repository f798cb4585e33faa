//! Links that let a person set up and hold a role: the first way in, and break-glass.

use std::time::Duration;

use serde::Serialize;
use serde_json::json;
use zeroize::Zeroizing;

use super::actor::Trail;
use super::{Actor, AdminError, tenants};
use crate::accounts;
use crate::base::ids::{CredentialId, EventId, Slug, UserId};
use crate::base::secret::{TokenHash, TokenKind};
use crate::base::timestamp::Timestamp;
use crate::domain::credential::{Credential, CredentialSecret};
use crate::domain::event::{ActorRef, AuditEntry};
use crate::domain::user::{EmailAddress, Role, User};
use crate::factors::password::{PasswordRefusal, normalize};
use crate::store::{AdminLink, Batch, StoreError, TenantStore};
use crate::tenants::{Platform, Realm};

/// How long a link works.
pub const LINK_LIFE: Duration = Duration::from_mins(15);

/// A link that was made. Its address is shown this once.
#[derive(Clone, Debug, Serialize)]
pub struct MadeLink {
    /// The address.
    pub url: String,
    /// For whom.
    pub email: String,
    /// Which role.
    pub role: Role,
    /// It is void from then on.
    pub expires_at: Timestamp,
}

/// Makes a link.
///
/// # Errors
/// [`AdminError::Invalid`] for something that is no address.
pub async fn create(
    actor: &Actor,
    platform: &Platform,
    email: &str,
    role: Role,
) -> Result<MadeLink, AdminError> {
    let right = actor.may_manage_roles()?;
    let email =
        EmailAddress::parse(email).ok_or_else(|| AdminError::invalid("email", "not a mail address"))?;
    let store = right.store(platform);
    let tenant = store.record().await?.ok_or(AdminError::NotFound("tenant"))?;
    let token = platform.random().opaque();
    let now = platform.now();
    let link = AdminLink {
        hash: TokenHash::of(TokenKind::Link, &token),
        email: email.as_str().to_owned(),
        role,
        created_at: now,
        expires_at: now.plus(LINK_LIFE),
        used_at: None,
    };
    let mut batch = store.batch();
    batch.insert_admin_link(&link);
    let data = json!({"email": link.email, "role": role, "expires_at": link.expires_at});
    right
        .commit(
            platform,
            batch,
            Trail::new("admin_link.created", "tenant", &tenant.slug, data),
        )
        .await?;
    Ok(MadeLink {
        url: url(platform, &tenant.slug, &token),
        email: link.email,
        role,
        expires_at: link.expires_at,
    })
}

fn url(platform: &Platform, slug: &Slug, token: &str) -> String {
    format!("{}/admin-link?token={token}", tenants::issuer(platform, slug))
}

/// Why a link was not used.
#[derive(Debug, thiserror::Error)]
pub enum RedeemError {
    /// It was used, is too old, or never was one.
    #[error("the link does not work any more")]
    Spent,
    /// The password breaks a rule.
    #[error("the password is refused")]
    Password(PasswordRefusal),
    /// Password hashing is at its limit.
    #[error("busy")]
    Busy,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What the page of a link shows; nothing happens yet.
#[derive(Clone, Debug)]
pub struct OpenLink {
    /// For whom.
    pub email: String,
    /// Which role.
    pub role: Role,
    /// Whether the account exists already and keeps its password.
    pub existing: bool,
}

async fn live_link(platform: &Platform, store: &TenantStore, token: &str) -> Result<AdminLink, RedeemError> {
    let found = store.admin_link(&TokenHash::of(TokenKind::Link, token)).await?;
    found
        .filter(|link| link.used_at.is_none() && platform.now() < link.expires_at)
        .ok_or(RedeemError::Spent)
}

/// Looks at a link without using it.
///
/// # Errors
/// [`RedeemError::Spent`].
pub async fn open(platform: &Platform, realm: &Realm, token: &str) -> Result<OpenLink, RedeemError> {
    let store = realm.store(&platform.store);
    let link = live_link(platform, &store, token).await?;
    let existing = store.user_by_email(&link.email).await?.is_some();
    Ok(OpenLink {
        email: link.email,
        role: link.role,
        existing,
    })
}

/// Uses a link: the account is made if there is none (its address counts as proven by whoever ran the command), and the role
/// is granted. The person then signs in, which the console's floor turns into enrolling a second factor.
///
/// # Errors
/// [`RedeemError`].
pub async fn redeem(
    platform: &Platform,
    realm: &Realm,
    token: &str,
    password: Zeroizing<String>,
) -> Result<OpenLink, RedeemError> {
    let store = realm.store(&platform.store);
    let link = live_link(platform, &store, token).await?;
    let now = platform.now();
    let mut batch = store.batch();
    batch.use_admin_link(&link.hash, now);
    let known = store.user_by_email(&link.email).await?;
    let existing = known.is_some();
    let user = match known {
        Some(user) => user.id,
        None => new_account(platform, realm, &link, password, &mut batch).await?,
    };
    if !store.roles_of(user).await?.contains(&link.role) {
        batch.grant_role(user, link.role, now);
    }
    batch.audit(AuditEntry {
        id: EventId(platform.random().uuid(now)),
        at: now,
        actor: ActorRef::User { id: user },
        act: "admin_link.used".to_owned(),
        object: format!("user:{user}"),
        data: json!({"role": link.role}),
    });
    store.commit(batch).await.map_err(|error| match error {
        StoreError::Conflict(_) => RedeemError::Spent,
        other => RedeemError::Store(other),
    })?;
    Ok(OpenLink {
        email: link.email,
        role: link.role,
        existing,
    })
}

async fn new_account(
    platform: &Platform,
    realm: &Realm,
    link: &AdminLink,
    password: Zeroizing<String>,
    batch: &mut Batch,
) -> Result<UserId, RedeemError> {
    let email = EmailAddress::parse(&link.email).ok_or(RedeemError::Spent)?;
    let floor = realm.tenant.record.settings.floor;
    accounts::check_password(platform, floor, &[email.as_str()], &password)
        .await
        .map_err(RedeemError::Password)?;
    let hashed = platform
        .hasher
        .hash(normalize(&password), platform.random().bytes())
        .await;
    let phc = hashed.map_err(|_| RedeemError::Busy)?;
    let now = platform.now();
    let id = UserId(platform.random().uuid(now));
    let user = User {
        email_verified_at: Some(now),
        ..User::new(id, platform.random().opaque(), email, now)
    };
    batch.insert_user(&user);
    batch.insert_credential(&Credential {
        id: CredentialId(platform.random().uuid(now)),
        user: user.id,
        secret: CredentialSecret::Password { phc },
        name: None,
        created_at: now,
        last_used_at: None,
        version: 1,
    });
    Ok(user.id)
}
