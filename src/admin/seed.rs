//! Filling a database with plausible data, for measuring. Rows go in large batches; every account has the same password.

use serde::Serialize;
use serde_json::json;

use super::tenants::CreateTenant;
use super::{Actor, AdminError, tenants};
use crate::base::ids::{CredentialId, DecisionId, Reference, SessionId, UserId};
use crate::base::secret::{Secret, TokenHash, TokenKind};
use crate::base::timestamp::Timestamp;
use crate::domain::action::Action;
use crate::domain::assurance::{Method, Proof};
use crate::domain::credential::{Credential, CredentialSecret};
use crate::domain::decision::{Decision, DecisionMode, Ending, PolicyRef};
use crate::domain::session::Session;
use crate::domain::user::{EmailAddress, User};
use crate::factors::password::normalize;
use crate::risk::{Evidence, assess};
use crate::store::TenantStore;
use crate::tenants::Platform;

/// Rows of one commit.
const BATCH: u32 = 500;
/// The first tenant; others get a number behind it.
const SLUG: &str = "bench";

/// How much to make.
#[derive(Clone, Debug)]
pub struct SeedPlan {
    /// Tenants.
    pub tenants: u32,
    /// Users in each tenant.
    pub users: u32,
    /// Sessions in each tenant, spread over its users.
    pub sessions: u32,
    /// Decisions in each tenant, spread over its users.
    pub decisions: u32,
    /// Everybody's password; without one accounts have none.
    pub password: Option<Secret<String>>,
}

/// What was made.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Seeded {
    /// Slugs.
    pub tenants: Vec<String>,
    /// Users in each tenant.
    pub users: u32,
    /// The first user's address; the number counts up.
    pub first_user: String,
    /// The last user's address.
    pub last_user: String,
    /// Sessions in each tenant.
    pub sessions: u32,
    /// Decisions in each tenant.
    pub decisions: u32,
}

/// The address of a seeded user, counted from 1.
pub fn email(number: u32) -> String {
    format!("user-{number:06}@bench.test")
}

/// Fills the database.
///
/// # Errors
/// [`AdminError::Refused`] for a database that holds tenants beside the operators' and was not made by `dev`.
pub async fn seed(actor: &Actor, platform: &Platform, plan: &SeedPlan) -> Result<Seeded, AdminError> {
    actor.may_keep_tenants()?;
    let everyone = platform.store.everyone();
    let foreign = everyone
        .all_tenants()
        .await?
        .iter()
        .any(|tenant| tenant.slug.as_str() != "system");
    if foreign && !everyone.is_dev().await? {
        return Err(AdminError::Refused(
            "this database holds tenants already; seed fills empty or dev ones only".to_owned(),
        ));
    }
    let phc = match &plan.password {
        Some(password) => Some(
            platform
                .hasher
                .hash(normalize(password.expose()), platform.random().bytes())
                .await?,
        ),
        None => None,
    };
    let mut made = Seeded {
        users: plan.users,
        first_user: email(1),
        last_user: email(plan.users),
        sessions: plan.sessions,
        decisions: plan.decisions,
        ..Seeded::default()
    };
    for number in 1..=plan.tenants.max(1) {
        let slug = if number == 1 {
            SLUG.to_owned()
        } else {
            format!("{SLUG}-{number}")
        };
        let wanted = CreateTenant {
            slug: slug.clone(),
            name: Some(format!("Bench {number}")),
            preset: None,
            settings: tenants::TenantChanges::default(),
        };
        let tenant = tenants::create(actor, platform, wanted).await?;
        let store = platform.store.tenant(tenant.id);
        let users = users(platform, &store, plan.users, phc.as_deref()).await?;
        sessions(platform, &store, &users, plan.sessions).await?;
        decisions(platform, &store, &users, plan.decisions).await?;
        made.tenants.push(slug);
    }
    Ok(made)
}

async fn users(
    platform: &Platform,
    store: &TenantStore,
    count: u32,
    phc: Option<&str>,
) -> Result<Vec<UserId>, AdminError> {
    let now = platform.now();
    let mut ids = Vec::with_capacity(usize::try_from(count).unwrap_or(0));
    let mut batch = store.batch();
    for number in 1..=count {
        let user = user(platform, number, now)?;
        ids.push(user.id);
        batch.insert_user(&user);
        if let Some(phc) = phc {
            batch.insert_credential(&Credential {
                id: CredentialId(platform.random().uuid(now)),
                user: user.id,
                secret: CredentialSecret::Password { phc: phc.to_owned() },
                name: None,
                created_at: now,
                last_used_at: None,
                version: 1,
            });
        }
        if number % BATCH == 0 {
            store.commit(std::mem::replace(&mut batch, store.batch())).await?;
        }
    }
    store.commit(batch).await?;
    Ok(ids)
}

fn user(platform: &Platform, number: u32, now: Timestamp) -> Result<User, AdminError> {
    let address =
        EmailAddress::parse(&email(number)).ok_or_else(|| AdminError::invalid("email", "malformed"))?;
    let id = UserId(platform.random().uuid(now));
    Ok(User {
        email_verified_at: Some(now),
        name: Some(format!("Bench User {number}")),
        ..User::new(id, platform.random().opaque(), address, now)
    })
}

/// The user that a row belongs to: they are taken in turn.
fn turn(users: &[UserId], number: u32) -> Option<UserId> {
    let count = u32::try_from(users.len()).unwrap_or(u32::MAX).max(1);
    users.get(usize::try_from(number % count).unwrap_or(0)).copied()
}

async fn sessions(
    platform: &Platform,
    store: &TenantStore,
    users: &[UserId],
    count: u32,
) -> Result<(), AdminError> {
    let now = platform.now();
    let lives = &platform.settings.sessions;
    let mut batch = store.batch();
    for number in 0..count {
        let Some(user) = turn(users, number) else { break };
        batch.insert_session(&Session {
            id: SessionId(platform.random().uuid(now)),
            sid: platform.random().opaque(),
            user,
            secret: TokenHash::of(TokenKind::Session, &platform.random().opaque()),
            device: None,
            proofs: vec![Proof::by(Method::Password, now)],
            created_at: now,
            last_seen_at: now,
            idle_expires_at: now.plus(lives.idle),
            expires_at: now.plus(lives.absolute),
            ended: None,
            ip: Some(address(platform)),
            agent: Some("Firefox, Linux".to_owned()),
        });
        if number % BATCH == BATCH - 1 {
            store.commit(std::mem::replace(&mut batch, store.batch())).await?;
        }
    }
    Ok(store.commit(batch).await?)
}

/// An address of the ranges kept for documentation (RFC 5737).
fn address(platform: &Platform) -> String {
    format!("203.0.113.{}", platform.random().below(254) + 1)
}

async fn decisions(
    platform: &Platform,
    store: &TenantStore,
    users: &[UserId],
    count: u32,
) -> Result<(), AdminError> {
    let now = platform.now();
    let mut batch = store.batch();
    for number in 0..count {
        // Spread over the last thirty days.
        let ago = std::time::Duration::from_secs(u64::from(platform.random().below(30 * 86_400)));
        batch.insert_decision(&decision(platform, turn(users, number), now.minus(ago)));
        if number % BATCH == BATCH - 1 {
            store.commit(std::mem::replace(&mut batch, store.batch())).await?;
        }
    }
    Ok(store.commit(batch).await?)
}

fn decision(platform: &Platform, subject: Option<UserId>, at: Timestamp) -> Decision {
    let id = platform.random().uuid(at);
    let evidence = Evidence {
        schema: crate::risk::evidence::SCHEMA,
        at,
        items: Vec::new(),
        stops: Vec::new(),
        forced: Vec::new(),
    };
    let assessment = assess(&platform.model.load(), &evidence);
    Decision {
        id: DecisionId(id),
        reference: Reference::of(id),
        at,
        action: Action::SignIn,
        subject,
        client: None,
        session: None,
        device: None,
        ip: Some(address(platform)),
        country: None,
        evidence: json!(evidence),
        score: assessment.score,
        model: assessment.model.clone(),
        assessment: json!(assessment),
        policy: PolicyRef {
            id: None,
            version: "observe v1".to_owned(),
            rule: "ladder.default.0".to_owned(),
            sentence: "Seeded for measuring.".to_owned(),
        },
        mode: DecisionMode::Observe,
        recommended: "allow".to_owned(),
        enforced: "allow".to_owned(),
        degraded: None,
        forced: Vec::new(),
        asked: None,
        ended: Some(Ending::Allowed),
        ended_at: Some(at),
        labels: Vec::new(),
        latency_micros: 500,
        repeats: 0,
        repeated_at: None,
    }
}
