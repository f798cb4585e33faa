//! Who acts, and what that lets them do.

use std::ops::Deref;

use serde_json::Value;

use super::{AdminError, changed};
use crate::base::ids::{ClientId, EventId, Slug, TenantId, UserId};
use crate::domain::event::{ActorRef, AuditEntry};
use crate::domain::tenant::Tenant;
use crate::domain::user::Role;
use crate::store::{Batch, TenantStore};
use crate::tenants::Platform;

/// Who acts on which tenant. Built by a face alone, from a checked session or at the command line.
#[derive(Clone, Debug)]
pub struct Actor {
    who: ActorRef,
    standing: Standing,
    tenant: Option<TenantId>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Standing {
    /// A person at the command line of the host.
    Everything,
    /// A user of the tenant `system`: the roles count in every tenant.
    Operator(Vec<Role>),
    /// A user of one tenant: the roles count there.
    Member(TenantId, Vec<Role>),
    /// An app that keeps its own registration, and nothing else.
    Registrant,
    /// The product itself, tidying up.
    System,
}

impl Actor {
    /// A person at the command line of the host: may do everything.
    pub fn command_line() -> Self {
        Self {
            who: ActorRef::CommandLine,
            standing: Standing::Everything,
            tenant: None,
        }
    }

    /// A signed-in person with the roles held in the home tenant. Works on the home tenant until [`Actor::on`].
    pub fn person(user: UserId, home: &Tenant, roles: Vec<Role>) -> Self {
        let standing = if home.slug.as_str() == Slug::SYSTEM {
            Standing::Operator(roles)
        } else {
            Standing::Member(home.id, roles)
        };
        Self {
            who: ActorRef::User { id: user },
            standing,
            tenant: Some(home.id),
        }
    }

    /// An app that registers itself in a tenant, or keeps its registration there.
    pub(super) fn registrant(client: ClientId, tenant: TenantId) -> Self {
        Self {
            who: ActorRef::Registrant { client },
            standing: Standing::Registrant,
            tenant: Some(tenant),
        }
    }

    /// The product itself at work on a tenant.
    pub(super) fn system(tenant: TenantId) -> Self {
        Self {
            who: ActorRef::System,
            standing: Standing::System,
            tenant: Some(tenant),
        }
    }

    /// The same actor at work on a tenant.
    ///
    /// # Errors
    /// [`AdminError::Forbidden`] when it is neither the home tenant nor the actor an operator.
    pub fn on(&self, tenant: TenantId) -> Result<Self, AdminError> {
        match &self.standing {
            Standing::Everything | Standing::Operator(_) => Ok(self.at(tenant)),
            Standing::Member(home, _) if *home == tenant => Ok(self.at(tenant)),
            _ => Err(AdminError::Forbidden("work on this tenant")),
        }
    }

    fn at(&self, tenant: TenantId) -> Self {
        Self {
            tenant: Some(tenant),
            ..self.clone()
        }
    }

    /// Who it is, for the audit log.
    pub const fn who(&self) -> &ActorRef {
        &self.who
    }

    /// The person who acts; a command line is none.
    pub const fn person_id(&self) -> Option<UserId> {
        match self.who {
            ActorRef::User { id } => Some(id),
            _ => None,
        }
    }

    /// Whether it may go to every tenant.
    pub const fn is_operator(&self) -> bool {
        matches!(self.standing, Standing::Everything | Standing::Operator(_))
    }

    /// The strongest role, by name; `operator` for somebody who has one in the tenant `system`.
    pub fn role_name(&self) -> &'static str {
        match &self.standing {
            Standing::Everything | Standing::Operator(_) => "operator",
            Standing::Member(_, roles) => roles.iter().min().map_or("", |role| role.name()),
            Standing::Registrant | Standing::System => "",
        }
    }

    /// Whether it holds one of these roles where it works.
    fn holds(&self, roles: &[Role]) -> bool {
        match &self.standing {
            Standing::Everything => true,
            Standing::Operator(held) => held.iter().any(|role| roles.contains(role)),
            Standing::Member(home, held) => {
                self.tenant == Some(*home) && held.iter().any(|role| roles.contains(role))
            }
            Standing::Registrant | Standing::System => false,
        }
    }

    fn right(&self, roles: &[Role], what: &'static str) -> Result<Right<'_>, AdminError> {
        match self.tenant {
            Some(tenant) if self.holds(roles) => Ok(Right { actor: self, tenant }),
            _ => Err(AdminError::Forbidden(what)),
        }
    }

    /// The right of an app to make and keep its own registration, and of the product to remove it.
    ///
    /// # Errors
    /// [`AdminError::Forbidden`] for everybody else.
    pub(super) fn may_keep_registration(&self) -> Result<Right<'_>, AdminError> {
        match (&self.standing, self.tenant) {
            (Standing::Registrant | Standing::System, Some(tenant)) => Ok(Right { actor: self, tenant }),
            _ => Err(AdminError::Forbidden("keep a registration")),
        }
    }

    /// Makes, lists and deletes tenants; needs no tenant to work on.
    ///
    /// # Errors
    /// [`AdminError::Forbidden`] for everybody but operators who are owner or admin, and the command line.
    pub fn may_keep_tenants(&self) -> Result<TenantKeeper<'_>, AdminError> {
        if self.is_operator() && self.holds(&[Role::Owner, Role::Admin]) {
            return Ok(TenantKeeper(self));
        }
        Err(AdminError::Forbidden("make and delete tenants"))
    }

    /// Lists the tenants; needs no tenant to work on.
    ///
    /// # Errors
    /// [`AdminError::Forbidden`] for everybody but operators and the command line.
    pub fn may_list_tenants(&self) -> Result<(), AdminError> {
        if self.is_operator() && self.holds(&Role::ALL) {
            return Ok(());
        }
        Err(AdminError::Forbidden("list tenants"))
    }
}

/// A tenant's rows for somebody who may reach them. Got through a capability only.
#[derive(Clone, Copy, Debug)]
pub struct Right<'a> {
    actor: &'a Actor,
    tenant: TenantId,
}

impl Right<'_> {
    /// The tenant worked on.
    pub const fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// Who acts.
    pub const fn actor(&self) -> &Actor {
        self.actor
    }

    /// The tenant's rows.
    pub fn store(&self, platform: &Platform) -> TenantStore {
        platform.store.tenant(self.tenant)
    }

    /// Writes a change with its audit entry.
    ///
    /// # Errors
    /// [`AdminError::Changed`] when somebody else was faster, and the database.
    pub(super) async fn commit(
        &self,
        platform: &Platform,
        mut batch: Batch,
        trail: Trail,
    ) -> Result<(), AdminError> {
        batch.audit(entry(platform, self.actor, trail));
        self.store(platform).commit(batch).await.map_err(changed)
    }

    /// The same for what servers hold in memory: they read it anew.
    ///
    /// # Errors
    /// As [`Right::commit`].
    pub(super) async fn commit_and_reload(
        &self,
        platform: &Platform,
        mut batch: Batch,
        trail: Trail,
    ) -> Result<(), AdminError> {
        batch.bump_change();
        self.commit(platform, batch, trail).await?;
        platform.directory.forget(self.tenant);
        Ok(())
    }
}

/// What the audit log is told of a change.
#[derive(Debug)]
pub(super) struct Trail {
    act: &'static str,
    object: String,
    data: Value,
}

impl Trail {
    /// An act on an object, such as `user.disabled` on `user:018f…`.
    pub(super) fn new(act: &'static str, kind: &str, id: impl std::fmt::Display, data: Value) -> Self {
        Self {
            act,
            object: format!("{kind}:{id}"),
            data,
        }
    }
}

/// The audit entry of an act.
pub(super) fn entry(platform: &Platform, actor: &Actor, trail: Trail) -> AuditEntry {
    let now = platform.now();
    AuditEntry {
        id: EventId(platform.random().uuid(now)),
        at: now,
        actor: actor.who.clone(),
        act: trail.act.to_owned(),
        object: trail.object,
        data: trail.data,
    }
}

/// The right to make and delete tenants.
#[derive(Clone, Copy, Debug)]
pub struct TenantKeeper<'a>(&'a Actor);

impl TenantKeeper<'_> {
    /// Who acts.
    pub const fn actor(&self) -> &Actor {
        self.0
    }
}

macro_rules! capabilities {
    ($($(#[$doc:meta])* $method:ident -> $name:ident: [$($role:ident),*], $what:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name<'a>(Right<'a>);

        impl<'a> Deref for $name<'a> {
            type Target = Right<'a>;

            fn deref(&self) -> &Right<'a> {
                &self.0
            }
        }

        impl Actor {
            $(#[$doc])*
            ///
            /// # Errors
            /// [`AdminError::Forbidden`].
            pub fn $method(&self) -> Result<$name<'_>, AdminError> {
                self.right(&[$(Role::$role),*], $what).map($name)
            }
        }
    )*};
}

capabilities! {
    /// The right to see the tenant and its settings.
    may_read_tenant -> TenantReader: [Owner, Admin, Analyst, Support, Auditor], "see the tenant";
    /// The right to change the tenant's settings.
    may_manage_tenant -> TenantManager: [Owner, Admin], "change the tenant";
    /// The right to see users.
    may_read_users -> UserReader: [Owner, Admin, Support, Auditor], "see users";
    /// The right to change users, their factors and sessions.
    may_manage_users -> UserManager: [Owner, Admin, Support], "change users";
    /// The right to give and take roles.
    may_manage_roles -> RoleManager: [Owner], "give and take roles";
    /// The right to see clients.
    may_read_clients -> ClientReader: [Owner, Admin, Auditor], "see applications";
    /// The right to change clients.
    may_manage_clients -> ClientManager: [Owner, Admin], "change applications";
    /// The right to see signing keys (never their private part).
    may_read_keys -> KeyReader: [Owner, Admin, Auditor], "see keys";
    /// The right to rotate signing keys.
    may_manage_keys -> KeyManager: [Owner, Admin], "rotate keys";
    /// The right to see policies.
    may_read_policies -> PolicyReader: [Owner, Admin, Analyst, Auditor], "see policies";
    /// The right to publish policies.
    may_manage_policies -> PolicyManager: [Owner, Admin], "publish policies";
    /// The right to see risk models.
    may_read_models -> ModelReader: [Owner, Admin, Analyst, Auditor], "see risk models";
    /// The right to add, promote and roll back risk models.
    may_manage_models -> ModelManager: [Owner, Admin], "change risk models";
    /// The right to see decisions.
    may_read_decisions -> DecisionReader: [Owner, Admin, Analyst, Auditor], "see decisions";
    /// The right to say what became known of decisions.
    may_label_decisions -> LabelWriter: [Owner, Admin, Analyst], "label decisions";
    /// The right to read the audit log.
    may_read_audit -> AuditReader: [Owner, Admin, Auditor], "read the audit log";
}

impl UserManager<'_> {
    /// Whether this actor may change an account that holds these roles: support must not reach into the accounts of those
    /// above, nor an admin into an owner's, or changing users would be a way to their rights.
    ///
    /// # Errors
    /// [`AdminError::Forbidden`].
    pub fn check_reach(&self, held: &[Role]) -> Result<(), AdminError> {
        let needed: &[Role] = match held.iter().min() {
            None => return Ok(()),
            Some(Role::Owner) => &[Role::Owner],
            Some(_) => &[Role::Owner, Role::Admin],
        };
        if self.actor.holds(needed) {
            return Ok(());
        }
        Err(AdminError::Forbidden("change somebody with a role"))
    }
}
