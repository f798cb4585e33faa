//! A whole product for a test: the development profile on a port of its own, a clock that stands still, seeded randomness, the
//! mailbox in memory, and a browser that follows redirects and fills in forms. One test, one server, one database.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    missing_docs,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    reason = "support for tests; not every target uses all of it"
)]

pub mod browser;
pub mod certificates;
pub mod client;
pub mod documents;
pub mod dpop;
pub mod fapi;
pub mod flow;
pub mod inbox;
pub mod jwe;
pub mod rp;
pub mod spoil;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tidegate::app::{self, Parts};
use tidegate::base::clock::{Clock, TestClock};
use tidegate::base::ids::Slug;
use tidegate::base::random::SeededRandom;
use tidegate::base::timestamp::Timestamp;
use tidegate::config::{Config, Layers, Source};
use tidegate::http::context::Shared;
use tidegate::store::{Store, StoreOptions, TenantStore};

pub const PASSWORD: &str = "correct horse battery staple";

/// Which database a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

pub struct TestApp {
    pub base: String,
    pub issuer: String,
    /// The issuer's alias where clients show certificates.
    pub mtls: Option<String>,
    pub shared: Shared,
    pub clock: Arc<TestClock>,
    pub kind: Kind,
    pub url: String,
    handle: actix_web::dev::ServerHandle,
    _dir: tempfile::TempDir,
}

/// Makes a test for each database. `postgres::…` needs `TIDEGATE_TEST_POSTGRES_URL`, which `tests/run` gives; the quick run leaves
/// those tests out by name.
#[macro_export]
macro_rules! on_each_store {
    ($($(#[$meta:meta])* async fn $name:ident($app:ident: &TestApp) $body:block)*) => {
        mod each { use super::*; $(pub(super) async fn $name($app: &TestApp) $body)* }
        mod sqlite { use super::*; $($(#[$meta])* #[actix_web::test] async fn $name() {
            let app = TestApp::start(Kind::Sqlite).await; each::$name(&app).await; app.stop().await;
        })* }
        mod postgres { use super::*; $($(#[$meta])* #[actix_web::test] async fn $name() {
            let app = TestApp::start(Kind::Postgres).await; each::$name(&app).await; app.stop().await;
        })* }
    };
}

/// What `look` finds, once it is there: looked for again and again, ten seconds and more.
pub async fn until<T>(mut look: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    for _ in 0..2_000 {
        if let Some(found) = look().await {
            return Some(found);
        }
        actix_web::rt::time::sleep(Duration::from_millis(5)).await;
    }
    None
}

impl TestApp {
    pub async fn start(kind: Kind) -> Self {
        Self::start_with(kind, &[]).await
    }

    pub async fn start_with(kind: Kind, settings: &[(&str, toml::Value)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let url = match kind {
            Kind::Sqlite => format!("sqlite://{}/test.db", dir.path().display()),
            Kind::Postgres => fresh_postgres().await,
        };
        let mut layers = Layers::defaults().unwrap();
        let kek = tidegate::base::encoding::base64(&[7; 32]);
        let given = [
            ("database.url", toml::Value::from(url.clone())),
            ("secrets.kek", toml::Value::from(kek)),
            ("server.workers", toml::Value::from(1)),
            ("database.max_connections", toml::Value::from(8)),
            ("outbound.allow_loopback", toml::Value::from(true)),
            ("passwords.slots", toml::Value::from(2)),
        ];
        for (key, value) in given
            .into_iter()
            .chain(settings.iter().map(|(key, value)| (*key, value.clone())))
        {
            layers.set(key, value, Source::Flag).unwrap();
        }
        Self::run(kind, url, dir, &layers.build().unwrap()).await
    }

    async fn run(kind: Kind, url: String, dir: tempfile::TempDir, config: &Config) -> Self {
        static SEED: AtomicU32 = AtomicU32::new(1);
        let clock = Arc::new(TestClock::at(Timestamp::from_secs(1_790_000_000)));
        let listeners = app::Listeners::bind(([127, 0, 0, 1], 0).into(), &config.server).unwrap();
        let port = listeners.address.port();
        let mtls_port = listeners.mtls_address.map(|address| address.port());
        let store = Store::open(&StoreOptions::new(url.clone())).await.unwrap();
        store.migrate().await.unwrap();
        store.everyone().mark_dev().await.unwrap();
        let parts = Parts {
            clock: clock.clone(),
            random: Arc::new(SeededRandom::new(u64::from(SEED.fetch_add(1, Ordering::Relaxed)))),
            origins: app::origins(config, &listeners, true).unwrap(),
            dev: true,
        };
        let running = app::start(config, listeners, store, parts).await.unwrap();
        let base = format!("http://localhost:{port}");
        let app = Self {
            issuer: format!("{base}/t/demo"),
            mtls: mtls_port.map(|port| format!("https://localhost:{port}/t/demo")),
            base,
            shared: running.shared.clone(),
            clock,
            kind,
            url,
            handle: running.handle(),
            _dir: dir,
        };
        actix_web::rt::spawn(running.serve());
        app
    }

    pub async fn stop(self) {
        self.handle.stop(false).await;
    }

    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The demo tenant's rows.
    pub async fn store(&self) -> TenantStore {
        let platform = &self.shared.platform;
        let slug = Slug::parse("demo").unwrap();
        let tenant = platform
            .store
            .everyone()
            .tenant_by_slug(slug.as_str())
            .await
            .unwrap()
            .unwrap();
        platform.store.tenant(tenant.id)
    }

    pub async fn realm(&self) -> tidegate::tenants::Realm {
        let platform = &self.shared.platform;
        platform
            .directory
            .realm(platform, &Slug::parse("demo").unwrap(), 0)
            .await
            .unwrap()
    }

    /// Changes the demo tenant's settings.
    pub async fn settings(&self, change: impl FnOnce(&mut tidegate::domain::tenant::TenantSettings)) {
        let store = self.store().await;
        let mut tenant = store.record().await.unwrap().unwrap();
        change(&mut tenant.settings);
        let mut batch = store.batch();
        batch.update_tenant(&tenant);
        batch.bump_change();
        store.commit(batch).await.unwrap();
        self.shared.platform.directory.forget(tenant.id);
    }

    /// Puts a policy of the demo tenant in force.
    pub async fn policy(&self, document: &str) {
        let store = self.store().await;
        let platform = &self.shared.platform;
        let mut batch = store.batch();
        let mode = tidegate::domain::policy_version::PolicyMode::Enforce;
        tidegate::tenants::publish(platform, &store, document, mode, "test", &mut batch)
            .await
            .unwrap();
        batch.bump_change();
        store.commit(batch).await.unwrap();
        platform.directory.forget(store.tenant_id());
    }

    /// All decisions, newest first.
    pub async fn decisions(&self) -> Vec<tidegate::domain::decision::Decision> {
        let filter = tidegate::store::DecisionFilter::default();
        let page = tidegate::base::page::PageRequest::new(None, 200);
        self.store().await.decisions(&filter, &page).await.unwrap().items
    }

    /// The code of the newest mail to an address, once it is there.
    pub async fn mail_code(&self, to: &str) -> String {
        self.mail(to, |mail| mail.code.as_ref().map(|code| code.expose().clone()))
            .await
    }

    /// Something of the newest mail to an address that has it, once it is there.
    pub async fn mail<T>(&self, to: &str, pick: impl Fn(&tidegate::outbound::mail::Mail) -> Option<T>) -> T {
        let found = until(async || {
            let mut held = self.shared.mailer.delivered().into_iter();
            held.find_map(|held| {
                if held.mail.to == to {
                    pick(&held.mail)
                } else {
                    None
                }
            })
        });
        found.await.unwrap_or_else(|| panic!("no such mail to {to}"))
    }

    /// The current TOTP code of a persona.
    pub fn totp(&self, email: &str) -> String {
        let dev = self.shared.dev.as_ref().unwrap();
        let account = dev
            .accounts
            .iter()
            .find(|account| account.email == email)
            .unwrap();
        let secret = tidegate::factors::totp::from_text(account.totp.unwrap()).unwrap();
        tidegate::factors::totp::current(&secret, self.now()).unwrap()
    }
}

/// A database of its own on the server that `tests/run` started.
async fn fresh_postgres() -> String {
    use databases::create_database;
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    #[expect(clippy::disallowed_methods, reason = "the server that tests/run started is named in the environment")]
    let admin = std::env::var("TIDEGATE_TEST_POSTGRES_URL")
        .expect("postgres:: tests need TIDEGATE_TEST_POSTGRES_URL; ./tests/run starts a server, --quick leaves them out");
    let name = format!(
        "t_{}_{}",
        std::process::id(),
        NUMBER.fetch_add(1, Ordering::Relaxed)
    );
    create_database(&admin, &name).await
}

/// Creating a database needs a connection of its own.
mod databases {
    use sea_orm::ConnectionTrait as _;

    pub async fn create_database(admin: &str, name: &str) -> String {
        let connection = sea_orm::Database::connect(admin).await.unwrap();
        connection
            .execute_unprepared(&format!("CREATE DATABASE {name}"))
            .await
            .unwrap();
        let (head, _) = admin.rsplit_once('/').unwrap();
        connection.close().await.unwrap();
        format!("{head}/{name}")
    }
}
