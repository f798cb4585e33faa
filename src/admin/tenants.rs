//! Tenants: made and deleted by operators, changed by their own admins.

use serde::Serialize;
use serde_json::json;

use super::actor::{Trail, entry};
use super::{Actor, AdminError};
use crate::base::ids::{Slug, TenantId};
use crate::base::page::{Page, PageRequest};
use crate::base::timestamp::Timestamp;
use crate::domain::event::{ActorRef, AuditEntry};
use crate::domain::tenant::{Registration, Tenant, TenantSettings, TenantStatus};
use crate::store::TenantCounts;
use crate::tenants::{NewTenant, Platform, TenantError};

mod changes;

pub use changes::TenantChanges;

/// The preset of a tenant that names none.
pub const DEFAULT_PRESET: &str = "observe";

/// A tenant as it is shown.
#[derive(Clone, Debug, Serialize)]
pub struct TenantView {
    /// Internal id.
    pub id: TenantId,
    /// Its name in URLs.
    pub slug: Slug,
    /// Its name for people.
    pub name: String,
    /// Its issuer.
    pub issuer: String,
    /// Whether it serves.
    pub status: TenantStatus,
    /// Its settings.
    pub settings: TenantSettings,
    /// When it was made.
    pub created_at: Timestamp,
    /// Names the state that was seen, for a change.
    pub version: i64,
}

/// What is wanted of a new tenant.
#[derive(Clone, Debug)]
pub struct CreateTenant {
    /// Its name in URLs.
    pub slug: String,
    /// Its name for people; the slug when absent.
    pub name: Option<String>,
    /// Its first policy; [`DEFAULT_PRESET`] when absent.
    pub preset: Option<String>,
    /// Its settings.
    pub settings: TenantChanges,
}

fn view(platform: &Platform, tenant: Tenant) -> TenantView {
    TenantView {
        id: tenant.id,
        issuer: issuer(platform, &tenant.slug),
        slug: tenant.slug,
        name: tenant.name,
        status: tenant.status,
        settings: tenant.settings.without_secrets(),
        created_at: tenant.created_at,
        version: tenant.version,
    }
}

/// The issuer of a slug at our first address.
pub fn issuer(platform: &Platform, slug: &Slug) -> String {
    let origin = platform.origins.all().first();
    let origin = origin.map_or_else(String::new, |url| url.origin().ascii_serialization());
    format!("{origin}/t/{slug}")
}

/// The tenant of a slug, and the actor at work on it.
///
/// # Errors
/// [`AdminError::NotFound`], or [`AdminError::Forbidden`] when it is not the actor's.
pub async fn enter(
    actor: &Actor,
    platform: &Platform,
    slug: &str,
) -> Result<(Actor, TenantView), AdminError> {
    let found = platform.store.everyone().tenant_by_slug(slug).await?;
    let tenant = found.ok_or(AdminError::NotFound("tenant"))?;
    let actor = actor.on(tenant.id)?;
    actor.may_read_tenant()?;
    Ok((actor, view(platform, tenant)))
}

/// Tenants by slug; those whose slug begins after `page`'s cursor.
///
/// # Errors
/// [`AdminError::Forbidden`] for everybody but operators.
pub async fn list(
    actor: &Actor,
    platform: &Platform,
    page: &PageRequest,
) -> Result<Page<TenantView>, AdminError> {
    actor.may_list_tenants()?;
    let found = platform.store.everyone().tenants(page).await?;
    Ok(found.map(|tenant| view(platform, tenant)))
}

/// The tenant worked on.
///
/// # Errors
/// [`AdminError`].
pub async fn show(actor: &Actor, platform: &Platform) -> Result<(TenantView, TenantCounts), AdminError> {
    let store = actor.may_read_tenant()?.store(platform);
    let tenant = store.record().await?.ok_or(AdminError::NotFound("tenant"))?;
    let counts = store.counts(platform.now()).await?;
    Ok((view(platform, tenant), counts))
}

/// Makes a tenant.
///
/// # Errors
/// [`AdminError::Invalid`] for a slug or setting that can't be taken; a slug that is taken.
pub async fn create(
    actor: &Actor,
    platform: &Platform,
    wanted: CreateTenant,
) -> Result<TenantView, AdminError> {
    let keeper = actor.may_keep_tenants()?;
    let slug = Slug::parse(&wanted.slug)
        .filter(|slug| slug.as_str() != Slug::SYSTEM)
        .ok_or(TenantError::BadSlug)
        .map_err(|error| AdminError::invalid("slug", error.to_string()))?;
    let preset = wanted.preset.unwrap_or_else(|| DEFAULT_PRESET.to_owned());
    if crate::policy::presets::get(&preset).is_none() {
        let known = crate::policy::presets::NAMES.join(", ");
        return Err(AdminError::invalid(
            "preset",
            format!("there is no preset «{preset}»; use one of {known}"),
        ));
    }
    let mut settings = TenantSettings::default();
    wanted.settings.apply(platform, &mut settings)?;
    let name = wanted
        .name
        .or(wanted.settings.name)
        .unwrap_or_else(|| slug.to_string());
    let name = tenant_name(&name)?;
    let data = json!({"preset": preset, "settings": settings.clone().without_secrets()});
    let wanted = NewTenant {
        slug,
        name,
        preset,
        settings,
    };
    let made = crate::tenants::create(platform, wanted, |tenant, batch| {
        batch.audit(entry(
            platform,
            keeper.actor(),
            Trail::new("tenant.created", "tenant", &tenant.slug, data),
        ));
    })
    .await
    .map_err(|error| match error {
        TenantError::Taken => AdminError::invalid("slug", error.to_string()),
        other => AdminError::Tenant(other),
    })?;
    Ok(view(platform, made))
}

/// Changes the tenant worked on. `version` is the one that was seen; without it the change goes onto what is there.
///
/// # Errors
/// [`AdminError::Invalid`], [`AdminError::Changed`].
pub async fn update(
    actor: &Actor,
    platform: &Platform,
    changes: TenantChanges,
    version: Option<i64>,
) -> Result<TenantView, AdminError> {
    let right = actor.may_manage_tenant()?;
    let store = right.store(platform);
    let mut tenant = store.record().await?.ok_or(AdminError::NotFound("tenant"))?;
    if changes.status == Some(TenantStatus::Disabled) && tenant.slug.as_str() == Slug::SYSTEM {
        return Err(AdminError::invalid(
            "status",
            "the operators' tenant can't be switched off",
        ));
    }
    tenant.version = version.unwrap_or(tenant.version);
    changes.apply(platform, &mut tenant.settings)?;
    if let Some(name) = &changes.name {
        tenant.name = tenant_name(name)?;
    }
    tenant.status = changes.status.unwrap_or(tenant.status);
    let mut batch = store.batch();
    batch.update_tenant(&tenant);
    let data = serde_json::to_value(&changes).unwrap_or_default();
    let data = without_nulls(data);
    right
        .commit_and_reload(
            platform,
            batch,
            Trail::new("tenant.updated", "tenant", &tenant.slug, data),
        )
        .await?;
    tenant.version += 1;
    Ok(view(platform, tenant))
}

/// What a change would do, a line each: setting, value now, value then.
///
/// # Errors
/// As [`update`].
pub async fn plan(
    actor: &Actor,
    platform: &Platform,
    changes: &TenantChanges,
) -> Result<Vec<String>, AdminError> {
    let (before, _) = show(actor, platform).await?;
    let mut after = before.settings.clone();
    changes.apply(platform, &mut after)?;
    let after = after.without_secrets();
    let mut lines = Vec::new();
    if let Some(name) = changes.name.as_ref().filter(|name| **name != before.name) {
        lines.push(format!("name: {} -> {name}", before.name));
    }
    if let Some(status) = changes.status.filter(|status| *status != before.status) {
        lines.push(format!("status: {:?} -> {status:?}", before.status));
    }
    let (now, then) = (json!(before.settings), json!(after));
    for (key, value) in then.as_object().into_iter().flatten() {
        let old = now.get(key).cloned().unwrap_or_default();
        if old != *value {
            lines.push(format!("{key}: {old} -> {value}"));
        }
    }
    Ok(lines)
}

/// Deletes a tenant with everything in it. Its audit log goes with it; the act is recorded in the operators' tenant.
///
/// # Errors
/// [`AdminError::NotFound`]; the operators' tenant stays.
pub async fn delete(actor: &Actor, platform: &Platform, slug: &str) -> Result<(), AdminError> {
    let keeper = actor.may_keep_tenants()?;
    let everyone = platform.store.everyone();
    let tenant = everyone
        .tenant_by_slug(slug)
        .await?
        .ok_or(AdminError::NotFound("tenant"))?;
    if tenant.slug.as_str() == Slug::SYSTEM {
        return Err(AdminError::Refused(
            "the operators' tenant can't be deleted".to_owned(),
        ));
    }
    if let Some(system) = everyone.tenant_by_slug(Slug::SYSTEM).await? {
        let store = platform.store.tenant(system.id);
        let mut batch = store.batch();
        let data = json!({"id": tenant.id, "name": tenant.name});
        batch.audit(entry(
            platform,
            keeper.actor(),
            Trail::new("tenant.deleted", "tenant", &tenant.slug, data),
        ));
        store.commit(batch).await?;
    }
    let store = platform.store.tenant(tenant.id);
    let mut batch = store.batch();
    batch.delete_tenant();
    batch.bump_change();
    store.commit(batch).await?;
    platform.directory.forget(tenant.id);
    Ok(())
}

/// Makes the operators' tenant when it is missing; after `migrate`. Gives whether it was made.
///
/// # Errors
/// Database and cryptography.
pub async fn ensure_system_tenant(platform: &Platform) -> Result<bool, AdminError> {
    if platform
        .store
        .everyone()
        .tenant_by_slug(Slug::SYSTEM)
        .await?
        .is_some()
    {
        return Ok(false);
    }
    let slug = Slug::parse(Slug::SYSTEM).ok_or(TenantError::BadSlug)?;
    let wanted = NewTenant {
        slug,
        name: "Operators".to_owned(),
        preset: DEFAULT_PRESET.to_owned(),
        settings: TenantSettings {
            registration: Registration::Off,
            ..TenantSettings::default()
        },
    };
    let made = crate::tenants::create(platform, wanted, |tenant, batch| {
        let trail = Trail::new(
            "tenant.created",
            "tenant",
            &tenant.slug,
            json!({"preset": DEFAULT_PRESET}),
        );
        let actor = ActorRef::System;
        batch.audit(AuditEntry {
            actor,
            ..entry(platform, &Actor::command_line(), trail)
        });
    })
    .await;
    match made {
        Ok(_) => Ok(true),
        // Another node was faster.
        Err(TenantError::Taken) => Ok(false),
        Err(other) => Err(other.into()),
    }
}

fn tenant_name(name: &str) -> Result<String, AdminError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(AdminError::invalid("name", "use 1 to 100 characters"));
    }
    Ok(name.to_owned())
}

fn without_nulls(mut data: serde_json::Value) -> serde_json::Value {
    if let Some(map) = data.as_object_mut() {
        map.retain(|_, value| !value.is_null());
    }
    data
}
