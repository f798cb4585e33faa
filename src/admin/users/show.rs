//! Looking at users.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::account;
use crate::admin::{Actor, AdminError};
use crate::base::ids::{ClientId, CredentialId, DeviceId, GrantId, SessionId, UserId};
use crate::base::page::{Page, PageRequest};
use crate::base::timestamp::Timestamp;
use crate::crypto::envelope::Purpose;
use crate::domain::assurance::Method;
use crate::domain::credential::{Credential, CredentialSecret};
use crate::domain::decision::Decision;
use crate::domain::device::{Device, DeviceLabel};
use crate::domain::event::Event;
use crate::domain::grant::Grant;
use crate::domain::session::Session;
use crate::domain::user::{Role, User, UserStatus};
use crate::store::{DecisionFilter, StoreError, TenantStore};
use crate::tenants::Platform;

/// A user as it is shown.
#[derive(Clone, Debug, Serialize)]
pub struct UserView {
    /// Internal id.
    pub id: UserId,
    /// The subject that apps see.
    pub sub: String,
    /// The mail address.
    pub email: String,
    /// When it was proven.
    pub email_verified_at: Option<Timestamp>,
    /// A sign-in name.
    pub username: Option<String>,
    /// Full name.
    pub name: Option<String>,
    /// Other standard claims.
    pub claims: Map<String, Value>,
    /// Preferred language.
    pub locale: Option<String>,
    /// Whether the account may sign in.
    pub status: UserStatus,
    /// A new password must be chosen at the next sign-in.
    pub password_reset_required: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Names the state that was seen, for a change.
    pub version: i64,
}

impl UserView {
    pub(super) fn of(user: &User) -> Self {
        Self {
            id: user.id,
            sub: user.sub.clone(),
            email: user.email.as_str().to_owned(),
            email_verified_at: user.email_verified_at,
            username: user.username.clone(),
            name: user.name.clone(),
            claims: user.claims.clone(),
            locale: user.locale.clone(),
            status: user.status,
            password_reset_required: user.password_reset_required,
            created_at: user.created_at,
            updated_at: user.updated_at,
            version: user.version,
        }
    }
}

/// A user in a list.
#[derive(Clone, Debug, Serialize)]
pub struct UserRow {
    /// The user.
    #[serde(flatten)]
    pub user: UserView,
    /// Factors, each method once.
    pub factors: Vec<Method>,
    /// The last sign-in on any browser.
    pub last_sign_in: Option<Timestamp>,
}

/// A factor, without what is checked.
#[derive(Clone, Debug, Serialize)]
pub struct FactorView {
    /// Its id.
    pub id: CredentialId,
    /// The method.
    pub method: Method,
    /// Its own name.
    pub name: Option<String>,
    /// For recovery codes: how many are left.
    pub left: Option<usize>,
    /// When it was set up.
    pub created_at: Timestamp,
    /// When it last proved something.
    pub last_used_at: Option<Timestamp>,
}

/// A live session.
#[derive(Clone, Debug, Serialize)]
pub struct SessionView {
    /// Its id.
    pub id: SessionId,
    /// What was proven.
    pub methods: Vec<Method>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_seen_at: Timestamp,
    /// It ends then in any case.
    pub expires_at: Timestamp,
    /// Where it began.
    pub ip: Option<String>,
    /// Browser and system.
    pub agent: Option<String>,
}

/// A browser of the user.
#[derive(Clone, Debug, Serialize)]
pub struct DeviceView {
    /// Its id.
    pub id: DeviceId,
    /// Browser and system.
    pub label: DeviceLabel,
    /// Coarse place at the last use.
    pub place: Option<String>,
    /// When it was first used.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Timestamp,
    /// Until when it stands in for the second step.
    pub remembered_until: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// What the user granted an app.
#[derive(Clone, Debug, Serialize)]
pub struct GrantView {
    /// Its id.
    pub id: GrantId,
    /// To which client.
    pub client: ClientId,
    /// Scopes, separated by spaces.
    pub scope: String,
    /// When.
    pub created_at: Timestamp,
    /// Whether it survives the session.
    pub offline: bool,
}

/// A role somebody holds.
#[derive(Clone, Debug, Serialize)]
pub struct RoleView {
    /// Who.
    pub user: UserId,
    /// The address.
    pub email: String,
    /// Which.
    pub role: Role,
    /// Since when.
    pub granted_at: Timestamp,
}

/// A user with what hangs on the account.
#[derive(Clone, Debug, Serialize)]
pub struct UserDetails {
    /// The user.
    #[serde(flatten)]
    pub user: UserView,
    /// Roles in the console.
    pub roles: Vec<Role>,
    /// Factors.
    pub factors: Vec<FactorView>,
    /// Live sessions.
    pub sessions: Vec<SessionView>,
    /// Browsers.
    pub devices: Vec<DeviceView>,
    /// Apps with access.
    pub grants: Vec<GrantView>,
    /// The latest events.
    pub events: Vec<Event>,
}

/// Users whose address, sign-in name or name contains what was typed (all without), by address.
///
/// # Errors
/// [`AdminError`].
pub async fn list(
    actor: &Actor,
    platform: &Platform,
    typed: Option<&str>,
    page: &PageRequest,
) -> Result<Page<UserRow>, AdminError> {
    let store = actor.may_read_users()?.store(platform);
    let users = store.users(typed, page).await?;
    let mut items = Vec::with_capacity(users.items.len());
    for user in &users.items {
        items.push(row(&store, user).await?);
    }
    Ok(Page {
        items,
        next: users.next,
    })
}

async fn row(store: &TenantStore, user: &User) -> Result<UserRow, StoreError> {
    let mut factors = Vec::new();
    for credential in store.credentials_of(user.id).await? {
        let method = credential.secret.method();
        if !factors.contains(&method) {
            factors.push(method);
        }
    }
    let devices = store.devices_of(user.id).await?;
    Ok(UserRow {
        user: UserView::of(user),
        factors,
        last_sign_in: devices.iter().map(|device| device.last_used_at).max(),
    })
}

/// The user of an id, a mail address or a sign-in name.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn find(actor: &Actor, platform: &Platform, named: &str) -> Result<UserView, AdminError> {
    let store = actor.may_read_users()?.store(platform);
    Ok(UserView::of(&account(&store, named).await?.user))
}

/// A user with everything that hangs on the account.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn show(actor: &Actor, platform: &Platform, named: &str) -> Result<UserDetails, AdminError> {
    let store = actor.may_read_users()?.store(platform);
    let account = account(&store, named).await?;
    let id = account.user.id;
    let sessions = store.sessions_of(id, Some(platform.now())).await?;
    let devices = store.devices_of(id).await?;
    let grants = store.grants_of_user(id).await?;
    let events = store.events(Some(id), &PageRequest::new(None, 20)).await?;
    Ok(UserDetails {
        user: UserView::of(&account.user),
        roles: account.roles,
        factors: account.credentials.iter().map(factor).collect(),
        sessions: sessions.into_iter().map(session).collect(),
        devices: devices.into_iter().map(device).collect(),
        grants: grants.into_iter().map(grant).collect(),
        events: events.items,
    })
}

/// Everything that is kept about a person, as JSON (GDPR article 15): the account, events, decisions.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn export(actor: &Actor, platform: &Platform, named: &str) -> Result<Value, AdminError> {
    let details = show(actor, platform, named).await?;
    let store = actor.may_read_users()?.store(platform);
    let filter = DecisionFilter {
        user: Some(details.user.id),
        ..DecisionFilter::default()
    };
    let mut decisions: Vec<Decision> = Vec::new();
    let mut page = PageRequest::new(None, PageRequest::MAX);
    loop {
        let found = store.decisions_in_order(&filter, &page).await?;
        decisions.extend(found.items);
        match found.next {
            Some(next) => page = PageRequest::new(Some(next), PageRequest::MAX),
            None => break,
        }
    }
    let consents: Vec<Value> = store
        .consents_of(details.user.id)
        .await?
        .into_iter()
        .map(|consent| json!({"client": consent.client, "scope": consent.scope, "granted_at": consent.granted_at}))
        .collect();
    let verified = identity_evidence(platform, &store, details.user.id).await?;
    Ok(json!({
        "account": details, "consents": consents, "decisions": decisions, "identity_evidence": verified,
    }))
}

/// What is kept of verifications of identity, opened: it is the person's own.
async fn identity_evidence(
    platform: &Platform,
    store: &TenantStore,
    user: UserId,
) -> Result<Vec<Value>, AdminError> {
    let held = store.identity_evidence_of(user).await?;
    let opened = held.into_iter().map(|evidence| {
        let owner = evidence.id.0.as_bytes();
        let content = platform
            .envelope
            .open(Purpose::IdentityEvidence, owner, &evidence.content)?;
        let content: Value = serde_json::from_slice(content.expose()).unwrap_or_default();
        Ok(json!({
            "at": evidence.at, "provider": evidence.issuer, "trust_framework": evidence.trust_framework,
            "deleted_at": evidence.expires_at, "verified_claims": content,
        }))
    });
    opened.collect()
}

fn factor(credential: &Credential) -> FactorView {
    let left = match &credential.secret {
        CredentialSecret::RecoveryCodes { unused } => Some(unused.len()),
        _ => None,
    };
    FactorView {
        id: credential.id,
        method: credential.secret.method(),
        name: credential.name.clone(),
        left,
        created_at: credential.created_at,
        last_used_at: credential.last_used_at,
    }
}

fn session(session: Session) -> SessionView {
    SessionView {
        id: session.id,
        methods: session.proofs.iter().map(|proof| proof.method).collect(),
        created_at: session.created_at,
        last_seen_at: session.last_seen_at,
        expires_at: session.expires_at,
        ip: session.ip,
        agent: session.agent,
    }
}

fn device(device: Device) -> DeviceView {
    DeviceView {
        id: device.id,
        label: device.label,
        place: device.place,
        created_at: device.created_at,
        last_used_at: device.last_used_at,
        remembered_until: device.remembered_until,
        revoked_at: device.revoked_at,
    }
}

fn grant(grant: Grant) -> GrantView {
    GrantView {
        id: grant.id,
        client: grant.client,
        scope: grant.scope,
        created_at: grant.created_at,
        offline: grant.family.is_some_and(|family| family.offline),
    }
}
