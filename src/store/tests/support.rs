//! A fresh database for each test, of each kind, and records to put into it.

use sea_orm::sqlx;
use sea_orm::sqlx::postgres::PgConnection;
use sea_orm::sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use serde_json::json;
use tempfile::TempDir;
use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::base::ids::{ClientId, DecisionId, DeviceId, EventId, GrantId, Reference, SessionId, Slug};
use crate::base::ids::{TenantId, UserId};
use crate::base::secret::{TokenHash, TokenKind};
use crate::base::timestamp::Timestamp;
use crate::domain::action::Action;
use crate::domain::assurance::{Acr, Method, Proof};
use crate::domain::client::{Client, ClientMetadata, ClientSettings};
use crate::domain::decision::{Decision, DecisionMode, PolicyRef};
use crate::domain::device::{Device, DeviceLabel};
use crate::domain::event::{ActorRef, AuditEntry, Event};
use crate::domain::grant::{Grant, RefreshFamily, RefreshOrigin};
use crate::domain::sealed::Sealed;
use crate::domain::session::Session;
use crate::domain::tenant::{Tenant, TenantSettings, TenantStatus};
use crate::domain::user::{EmailAddress, User, UserStatus};
use crate::protocol::authorization_details::AuthorizationDetails;
use crate::protocol::confirmation::Confirmation;
use crate::protocol::dpop::Thumbprint;
use crate::store::{Store, StoreOptions, TenantStore};

/// Runs a test on a migrated SQLite database, and on a PostgreSQL one when `TIDEGATE_TEST_POSTGRES_URL` names a server
/// (an address whose role may create databases).
pub(super) async fn on_each_store(test: impl AsyncFn(Store)) {
    let (_folder, store) = sqlite().await;
    store.migrate().await.unwrap();
    test(store.clone()).await;
    store.close().await.unwrap();
    if let Some(server) = postgres_url() {
        let (name, store) = postgres(&server).await;
        test(store.clone()).await;
        store.close().await.unwrap();
        run_on(&server, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
    }
}

/// An empty SQLite database.
pub(super) async fn sqlite() -> (TempDir, Store) {
    let folder = TempDir::new().unwrap();
    let url = format!("sqlite://{}", folder.path().join("tidegate.db").display());
    let store = Store::open(&StoreOptions::new(url)).await.unwrap();
    (folder, store)
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests are told of their server by the environment"
)]
pub(super) fn postgres_url() -> Option<url::Url> {
    let url = std::env::var("TIDEGATE_TEST_POSTGRES_URL").ok()?;
    Some(url.parse().expect("TIDEGATE_TEST_POSTGRES_URL is an address"))
}

pub(super) async fn run_on(server: &url::Url, sql: &str) {
    let mut connection = PgConnection::connect(server.as_str()).await.unwrap();
    connection
        .execute(sqlx::raw_sql(AssertSqlSafe(sql)))
        .await
        .unwrap();
    connection.close().await.unwrap();
}

pub(super) async fn open_on(server: &url::Url, database: &str) -> Store {
    let mut url = server.clone();
    url.set_path(database);
    Store::open(&StoreOptions::new(url)).await.unwrap()
}

/// A database of its own, cloned from a template that is migrated once.
async fn postgres(server: &url::Url) -> (String, Store) {
    static TEMPLATE: OnceCell<String> = OnceCell::const_new();
    let template = TEMPLATE
        .get_or_init(|| async {
            let name = format!("tidegate_template_{}", std::process::id());
            run_on(server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
            run_on(server, &format!("CREATE DATABASE {name}")).await;
            let store = open_on(server, &name).await;
            store.migrate().await.unwrap();
            store.close().await.unwrap();
            name
        })
        .await;
    let name = fresh_name();
    run_on(server, &format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
    let store = open_on(server, &name).await;
    (name, store)
}

pub(super) fn fresh_name() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("tidegate_test_{}_{number}", std::process::id())
}

/// A time some seconds after the tests' beginning.
pub(super) fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(1_790_000_000 + secs)
}

pub(super) fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

pub(super) fn hash_of(text: &str) -> TokenHash {
    TokenHash::of(TokenKind::Code, text)
}

pub(super) fn tenant(number: u128, slug: &str) -> Tenant {
    Tenant {
        id: TenantId(id(number)),
        slug: Slug::parse(slug).unwrap(),
        name: slug.to_uppercase(),
        host: None,
        status: TenantStatus::Active,
        settings: TenantSettings::default(),
        refresh_key: Sealed::from_stored(vec![1, 2, 3]),
        blind_key: Sealed::from_stored(vec![4, 5, 6]),
        created_at: at(0),
        version: 1,
    }
}

/// Makes a tenant and gives its rows.
pub(super) async fn make_tenant(store: &Store, number: u128, slug: &str) -> TenantStore {
    let tenant = tenant(number, slug);
    let rows = store.tenant(tenant.id);
    rows.commit(store.everyone().new_tenant(&tenant)).await.unwrap();
    rows
}

/// Makes a tenant with one user, client, session, device and grant, all of that number.
pub(super) async fn make_populated(store: &Store, number: u128, slug: &str) -> TenantStore {
    let rows = make_tenant(store, number, slug).await;
    let mut batch = rows.batch();
    batch.insert_user(&user(number));
    batch.insert_client(&client("app"));
    batch.insert_device(&device(number));
    batch.insert_session(&session(number));
    batch.insert_grant(&grant(number), at(10_000));
    rows.commit(batch).await.unwrap();
    rows
}

pub(super) fn user(number: u128) -> User {
    User {
        id: UserId(id(number)),
        sub: format!("sub-{number}"),
        email: EmailAddress::parse(&format!("User{number}@Example.test")).unwrap(),
        email_verified_at: Some(at(1)),
        username: Some(format!("Name{number}")),
        name: Some(format!("Üser 100% {number}")),
        claims: serde_json::from_value(json!({"zoneinfo": "Europe/Berlin"})).unwrap(),
        locale: Some("de".into()),
        password_reset_required: false,
        under_review: false,
        signed_out_at: None,
        status: UserStatus::Active,
        created_at: at(1),
        updated_at: at(2),
        version: 1,
    }
}

pub(super) fn client(name: &str) -> Client {
    Client {
        id: ClientId::parse(name).unwrap(),
        metadata: ClientMetadata {
            client_name: Some(format!("The {name}")),
            redirect_uris: vec!["https://app.test/cb".into()],
            ..ClientMetadata::default()
        },
        secrets: vec![],
        settings: ClientSettings::default(),
        created_at: at(1),
        updated_at: at(1),
        version: 1,
    }
}

pub(super) fn device(number: u128) -> Device {
    Device {
        id: DeviceId(id(number)),
        user: UserId(id(number)),
        browser_key: vec![9; 32],
        label: DeviceLabel {
            browser: Some("Firefox".into()),
            os: None,
        },
        place: Some("DE".into()),
        created_at: at(1),
        last_used_at: at(2),
        sign_ins: 3,
        remembered_until: Some(at(100)),
        declined_until: None,
        bound_at: None,
        noticed_at: None,
        revoked_at: None,
    }
}

pub(super) fn session(number: u128) -> Session {
    Session {
        id: SessionId(id(number)),
        sid: format!("sid-{number}"),
        user: UserId(id(number)),
        secret: TokenHash::of(TokenKind::Session, &format!("cookie-{number}")),
        device: Some(DeviceId(id(number))),
        proofs: vec![Proof::by(Method::Password, at(3))],
        created_at: at(3),
        last_seen_at: at(3),
        idle_expires_at: at(1_000),
        expires_at: at(5_000),
        ended: None,
        ip: Some("203.0.113.7".into()),
        agent: Some("Firefox on Linux".into()),
    }
}

pub(super) fn family() -> RefreshFamily {
    RefreshFamily {
        seed: [7; 32],
        generation: 1,
        rotated_at: at(4),
        rotated_by: RefreshOrigin {
            agent: Some("app".into()),
            asn: Some(4_200_000_000),
            key: Thumbprint::parse(&"B".repeat(43)),
        },
        offline: false,
        idle_expires_at: at(2_000),
        expires_at: at(9_000),
    }
}

pub(super) fn grant(number: u128) -> Grant {
    Grant {
        resources: vec!["https://api.test".parse().unwrap(), "urn:other".parse().unwrap()],
        authorization_details: AuthorizationDetails::parse(Some(r#"[{"type":"payment"}]"#), |_| true)
            .unwrap(),
        id: GrantId(id(number)),
        user: UserId(id(number)),
        client: ClientId::parse("app").unwrap(),
        session: SessionId(id(number)),
        sid: format!("sid-{number}"),
        scope: "openid profile".into(),
        nonce: Some("n".into()),
        claims_request: None,
        auth_time: at(3),
        acr: Acr::Aal2,
        proofs: vec![Proof::by(Method::Password, at(3)), Proof::by(Method::Totp, at(4))],
        created_at: at(4),
        revoked: None,
        bound_to: Confirmation {
            jkt: Thumbprint::parse(&"A".repeat(43)),
            x5t: Thumbprint::parse(&"E".repeat(43)),
        },
        family: Some(family()),
    }
}

pub(super) fn decision(number: u128, when: i64) -> Decision {
    Decision {
        id: DecisionId(id(number)),
        reference: Reference::of(id(number)),
        at: at(when),
        action: Action::SignIn,
        subject: Some(UserId(id(1))),
        client: ClientId::parse("app"),
        session: None,
        device: None,
        ip: Some("203.0.113.7".into()),
        country: Some("DE".into()),
        evidence: json!({"v": 1}),
        assessment: json!({"score": 12.5}),
        score: 12.5,
        model: "m1".into(),
        policy: PolicyRef {
            id: None,
            version: "balanced 1".into(),
            rule: "r".into(),
            sentence: "Because.".into(),
        },
        mode: DecisionMode::Enforce,
        recommended: "step_up".into(),
        enforced: "allow".into(),
        degraded: None,
        forced: vec!["tor".into()],
        asked: None,
        ended: None,
        ended_at: None,
        labels: vec![],
        latency_micros: 42,
        repeats: 0,
        repeated_at: None,
    }
}

pub(super) fn event(number: u128) -> Event {
    Event {
        id: EventId(id(number)),
        at: at(5),
        code: "signin.completed".into(),
        user: Some(UserId(id(1))),
        data: json!({"b": 1, "a": 2}),
    }
}

pub(super) fn entry(number: u128) -> AuditEntry {
    AuditEntry {
        id: EventId(id(number)),
        at: at(6),
        actor: ActorRef::CommandLine,
        act: "user.disabled".into(),
        object: format!("user:{number}"),
        data: json!({"z": {"b": 1, "a": [1.5, null]}, "why": "test"}),
    }
}
