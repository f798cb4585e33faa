//! The demo tenant with its people and clients (contract.md, "Dev profile"). Made when missing; the clients' addresses follow the
//! port of each start.

use std::collections::HashMap;

use zeroize::Zeroizing;

use crate::base::encoding::base64url;
use crate::base::ids::{ClientId, CredentialId, Slug, UserId};
use crate::base::secret::{Secret, TokenHash, TokenKind};
use crate::crypto::envelope::Purpose;
use crate::domain::client::{
    ApplicationType, Client, ClientAuthMethod, ClientMetadata, ClientSecret, ClientSettings, GrantType,
};
use crate::domain::credential::{Credential, CredentialSecret};
use crate::domain::key::SigningAlg;
use crate::domain::tenant::{Registration, SignInLayout, SignUp, TenantSettings};
use crate::domain::user::{EmailAddress, Role, User};
use crate::factors::totp;
use crate::risk::visit::Forced;
use crate::store::{Batch, TenantStore};
use crate::tenants::{self, NewTenant, Platform};

/// Password of everybody in the demo tenant.
pub(super) const PASSWORD: &str = "correct horse battery staple";
/// The demo app's client id.
pub(super) const DEMO_CLIENT: &str = "demo-rp";
const CLI_CLIENT: &str = "demo-cli";
/// The demo app's secret, for trying the token endpoint by hand. It opens nothing outside the development profile.
const DEMO_SECRET: &str = "demo-rp-secret-for-development";
const BOB_TOTP: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
const ADMIN_TOTP: &str = "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU";

/// Somebody of the demo tenant.
#[derive(Clone, Debug)]
pub struct DevAccount {
    /// The account.
    pub user: UserId,
    /// Its address.
    pub email: &'static str,
    /// What it shows.
    pub note: &'static str,
    /// TOTP secret in base 32.
    pub totp: Option<&'static str>,
}

struct Persona {
    email: &'static str,
    name: &'static str,
    note: &'static str,
    totp: Option<&'static str>,
}

const PERSONAS: [Persona; 5] = [
    Persona {
        email: "alice@demo.test",
        name: "Alice Anders",
        note: "password; add a passkey on the account page",
        totp: None,
    },
    Persona {
        email: "bob@demo.test",
        name: "Bob Berger",
        note: "password and authenticator app",
        totp: Some(BOB_TOTP),
    },
    Persona {
        email: "carol@demo.test",
        name: "Carol Castro",
        note: "password only: a mail code at the first sign-in, then none",
        totp: None,
    },
    Persona {
        email: "mallory@demo.test",
        name: "Mallory Moreau",
        note: "always scored high: Tor, impossible travel, breached password",
        totp: None,
    },
    Persona {
        email: "admin@demo.test",
        name: "Ada Admin",
        note: "operator, and owner of this tenant; authenticator app",
        totp: Some(ADMIN_TOTP),
    },
];

/// Makes what is missing and gives the demo tenant's slug and people.
///
/// # Errors
/// In words, for the command line.
pub async fn seed(platform: &Platform) -> Result<(Slug, Vec<DevAccount>), String> {
    let demo = Slug::parse("demo").ok_or("slug")?;
    let settings = TenantSettings {
        registration: Registration::Open,
        layout: SignInLayout::Combined,
        support_contact: Some("help@demo.test".to_owned()),
        sign_up: SignUp::Open,
        ..TenantSettings::default()
    };
    ensure_tenant(platform, &demo, "Harbour Demo", "balanced", settings).await?;
    let system = Slug::parse(Slug::SYSTEM).ok_or("slug")?;
    crate::admin::ensure_system_tenant(platform)
        .await
        .map_err(|error| error.to_string())?;
    let store = tenant_store(platform, &demo).await?;
    let mut accounts = Vec::new();
    let mut forced = HashMap::new();
    for persona in &PERSONAS {
        let user = ensure_user(platform, &store, persona).await?;
        accounts.push(DevAccount {
            user,
            email: persona.email,
            note: persona.note,
            totp: persona.totp,
        });
        if persona.email.starts_with("mallory") {
            forced.insert(
                user,
                vec![Forced::Tor, Forced::ImpossibleTravel, Forced::BreachedPassword],
            );
        }
        if persona.email.starts_with("admin") {
            ensure_role(platform, &store, user).await?;
            let system_store = tenant_store(platform, &system).await?;
            let operator = ensure_user(platform, &system_store, persona).await?;
            ensure_role(platform, &system_store, operator).await?;
        }
    }
    platform.forced_accounts.store(std::sync::Arc::new(forced));
    ensure_clients(platform, &store).await?;
    platform.directory.forget(store.tenant_id());
    Ok((demo, accounts))
}

async fn ensure_tenant(
    platform: &Platform,
    slug: &Slug,
    name: &str,
    preset: &str,
    settings: TenantSettings,
) -> Result<(), String> {
    if platform
        .store
        .everyone()
        .tenant_by_slug(slug.as_str())
        .await
        .map_err(|e| e.to_string())?
        .is_some()
    {
        return Ok(());
    }
    let wanted = NewTenant {
        slug: slug.clone(),
        name: name.to_owned(),
        preset: preset.to_owned(),
        settings,
    };
    tenants::create(platform, wanted, |_, _| {})
        .await
        .map(|_| ())
        .map_err(|error| error.to_string())
}

async fn tenant_store(platform: &Platform, slug: &Slug) -> Result<TenantStore, String> {
    let tenant = platform
        .store
        .everyone()
        .tenant_by_slug(slug.as_str())
        .await
        .map_err(|e| e.to_string())?;
    tenant
        .map(|tenant| platform.store.tenant(tenant.id))
        .ok_or_else(|| format!("tenant {slug} is missing"))
}

async fn ensure_user(platform: &Platform, store: &TenantStore, persona: &Persona) -> Result<UserId, String> {
    let text = |error: &dyn std::fmt::Display| error.to_string();
    if let Some(user) = store.user_by_email(persona.email).await.map_err(|e| text(&e))? {
        return Ok(user.id);
    }
    let now = platform.now();
    let id = UserId(platform.random().uuid(now));
    let email = EmailAddress::parse(persona.email).ok_or("address")?;
    let user = User {
        email_verified_at: Some(now),
        name: Some(persona.name.to_owned()),
        ..User::new(id, platform.random().opaque(), email, now)
    };
    let phc = platform
        .hasher
        .hash(Zeroizing::new(PASSWORD.to_owned()), platform.random().bytes())
        .await
        .map_err(|e| text(&e))?;
    let mut batch = store.batch();
    batch.insert_user(&user);
    batch.insert_credential(&credential(platform, user.id, CredentialSecret::Password { phc }));
    if let Some(secret) = persona.totp.and_then(totp::from_text) {
        add_totp(platform, user.id, &secret, &mut batch)?;
    }
    store.commit(batch).await.map_err(|e| text(&e))?;
    Ok(user.id)
}

fn credential(platform: &Platform, user: UserId, secret: CredentialSecret) -> Credential {
    let now = platform.now();
    Credential {
        id: CredentialId(platform.random().uuid(now)),
        user,
        secret,
        name: None,
        created_at: now,
        last_used_at: None,
        version: 1,
    }
}

fn add_totp(
    platform: &Platform,
    user: UserId,
    secret: &Secret<Vec<u8>>,
    batch: &mut Batch,
) -> Result<(), String> {
    let mut factor = credential(
        platform,
        user,
        CredentialSecret::RecoveryCodes { unused: Vec::new() },
    );
    let sealed = platform
        .envelope
        .seal(
            platform.random(),
            Purpose::TotpSecret,
            factor.id.0.as_bytes(),
            secret.expose(),
        )
        .map_err(|error| error.to_string())?;
    factor.secret = CredentialSecret::Totp {
        secret: sealed,
        last_step: None,
    };
    batch.insert_credential(&factor);
    Ok(())
}

async fn ensure_role(platform: &Platform, store: &TenantStore, user: UserId) -> Result<(), String> {
    let roles = store.roles_of(user).await.map_err(|error| error.to_string())?;
    if roles.contains(&Role::Owner) {
        return Ok(());
    }
    let mut batch = store.batch();
    batch.grant_role(user, Role::Owner, platform.now());
    store.commit(batch).await.map_err(|error| error.to_string())
}

async fn ensure_clients(platform: &Platform, store: &TenantStore) -> Result<(), String> {
    let at = |path: &str| -> Vec<String> {
        platform
            .origins
            .all()
            .iter()
            .map(|url| format!("{}{path}", url.origin().ascii_serialization()))
            .collect()
    };
    let now = platform.now();
    let demo = ClientMetadata {
        redirect_uris: at("/demo/callback"),
        post_logout_redirect_uris: at("/demo"),
        grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
        client_name: Some("Harbour Supplies".to_owned()),
        client_uri: at("/demo").into_iter().next(),
        initiate_login_uri: None,
        id_token_signed_response_alg: SigningAlg::ES256,
        ..ClientMetadata::default()
    };
    let secret = TokenHash::of(TokenKind::ClientSecret, DEMO_SECRET);
    let secrets = vec![ClientSecret {
        hash: base64url(secret.as_bytes()),
        sealed: None,
        created_at: now,
        expires_at: None,
    }];
    put_client(platform, store, DEMO_CLIENT, demo, secrets).await?;
    let cli = ClientMetadata {
        redirect_uris: vec![
            "http://127.0.0.1/callback".to_owned(),
            "http://[::1]/callback".to_owned(),
        ],
        token_endpoint_auth_method: ClientAuthMethod::None,
        grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
        client_name: Some("Demo command line".to_owned()),
        application_type: ApplicationType::Native,
        id_token_signed_response_alg: SigningAlg::ES256,
        ..ClientMetadata::default()
    };
    put_client(platform, store, CLI_CLIENT, cli, Vec::new()).await
}

async fn put_client(
    platform: &Platform,
    store: &TenantStore,
    id: &str,
    metadata: ClientMetadata,
    secrets: Vec<ClientSecret>,
) -> Result<(), String> {
    let id = ClientId::parse(id).ok_or("client id")?;
    let now = platform.now();
    let mut batch = store.batch();
    match store.client(&id).await.map_err(|error| error.to_string())? {
        Some(held) if held.metadata == metadata => return Ok(()),
        Some(held) => batch.update_client(&Client {
            metadata,
            updated_at: now,
            ..held
        }),
        None => batch.insert_client(&Client {
            id,
            metadata,
            secrets,
            settings: ClientSettings {
                development: true,
                ..ClientSettings::default()
            },
            created_at: now,
            updated_at: now,
            version: 1,
        }),
    }
    batch.bump_change();
    store.commit(batch).await.map_err(|error| error.to_string())
}
