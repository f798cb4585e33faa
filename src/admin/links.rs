//! Links that let a person set up and hold a role: the first way in, and break-glass.

use std::time::Duration;

use serde::Serialize;
use serde_json::json;

use super::actor::Trail;
use super::{Actor, AdminError, tenants};
use crate::base::ids::Slug;
use crate::base::secret::{TokenHash, TokenKind};
use crate::base::timestamp::Timestamp;
use crate::domain::user::{EmailAddress, Role};
use crate::store::AdminLink;
use crate::tenants::Platform;

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
