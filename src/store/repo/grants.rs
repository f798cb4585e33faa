//! Grants and their refresh-token families.

use std::sync::LazyLock;

use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, IdenStatic, Iterable, QueryFilter, QueryOrder, Value,
};

use super::records;
use crate::base::ids::{ClientId, GrantId, SessionId, UserId};
use crate::base::secret::TokenHash;
use crate::base::timestamp::Timestamp;
use crate::domain::assurance::Acr;
use crate::domain::grant::{Grant, RefreshFamily, RefreshOrigin, Revocation, RevocationReason};
use crate::domain::user::User;
use crate::protocol::authorization_details::AuthorizationDetails;
use crate::protocol::confirmation::Confirmation;
use crate::protocol::dpop::Thumbprint;
use crate::protocol::resource::ResourceId;
use crate::store::entity::grants::{Column, Entity, Model};
use crate::store::entity::{code_redemptions, users};
use crate::store::rows::{
    at, bytes, client_id, from_json, hash, known, maybe_text, parsed, text, time, to_json,
};
use crate::store::{Batch, GrantStatus, GrantWithUser, SessionState, StoreError, TenantStore};

/// Every column of a table as `alias.column AS alias_column`, so that one row can hold several records.
pub(super) fn columns<E: EntityTrait>(alias: &str) -> String {
    let columns: Vec<String> = E::Column::iter()
        .map(|column| {
            let name = column.as_str();
            format!("{alias}.{name} AS {alias}_{name}")
        })
        .collect();
    columns.join(", ")
}

/// The columns of users under the alias `u`.
pub(super) fn users_columns() -> String {
    columns::<users::Entity>("u")
}

impl TryFrom<Model> for Grant {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: GrantId(row.id),
            user: UserId(row.user_id),
            client: client_id(&row.client_id)?,
            session: SessionId(row.session_id),
            auth_time: at(row.auth_time),
            acr: known("grant acr", &row.acr, Acr::from_name(&row.acr))?,
            proofs: from_json("grant proofs", &row.proofs)?,
            created_at: at(row.created_at),
            revoked: revoked(row.revoked_at, row.revoked_reason.as_deref())?,
            bound_to: Confirmation {
                jkt: thumbprint(row.dpop_jkt.as_deref())?,
                x5t: thumbprint(row.cert_x5t.as_deref())?,
            },
            family: family(&row)?,
            resources: resources(row.resources.as_deref())?,
            authorization_details: match &row.authorization_details {
                Some(stored) => from_json("authorization details", stored)?,
                None => AuthorizationDetails::default(),
            },
            sid: row.sid,
            scope: row.scope,
            nonce: row.nonce,
            claims_request: row.claims_request,
        })
    }
}

fn thumbprint(stored: Option<&str>) -> Result<Option<Thumbprint>, StoreError> {
    let read = |text| known("thumbprint of a key", text, Thumbprint::parse(text));
    stored.map(read).transpose()
}

/// Identifiers are stored in one text: they have no spaces.
fn resources(stored: Option<&str>) -> Result<Vec<ResourceId>, StoreError> {
    let all = stored.unwrap_or_default().split_whitespace();
    all.map(|text| parsed("resource", text)).collect()
}

fn resources_text(resources: &[ResourceId]) -> Option<String> {
    let all: Vec<&str> = resources.iter().map(ResourceId::as_str).collect();
    (!all.is_empty()).then(|| all.join(" "))
}

fn details_text(details: &AuthorizationDetails) -> Option<String> {
    (!details.is_empty()).then(|| to_json(details))
}

fn revoked(revoked_at: Option<i64>, reason: Option<&str>) -> Result<Option<Revocation>, StoreError> {
    let Some(micros) = revoked_at else { return Ok(None) };
    let name = reason.unwrap_or_default();
    let reason = known("revocation", name, RevocationReason::from_name(name))?;
    Ok(Some(Revocation {
        at: at(micros),
        reason,
    }))
}

fn family(row: &Model) -> Result<Option<RefreshFamily>, StoreError> {
    let Some(seed) = &row.seed else { return Ok(None) };
    let corrupt = || StoreError::Corrupt(format!("grant {}: refresh family", row.id));
    Ok(Some(RefreshFamily {
        seed: seed.as_slice().try_into().map_err(|_| corrupt())?,
        generation: row
            .generation
            .and_then(|generation| u64::try_from(generation).ok())
            .ok_or_else(corrupt)?,
        rotated_at: at(row.rotated_at.ok_or_else(corrupt)?),
        rotated_by: RefreshOrigin {
            agent: row.rotated_agent.clone(),
            asn: row.rotated_asn.and_then(|asn| u32::try_from(asn).ok()),
            key: thumbprint(row.rotated_jkt.as_deref())?,
        },
        offline: row.offline,
        idle_expires_at: at(row.idle_expires_at.ok_or_else(corrupt)?),
        expires_at: at(row.expires_at.ok_or_else(corrupt)?),
    }))
}

impl TenantStore {
    /// A grant with its account and the state of its session: one query. Revoked ones too.
    pub async fn grant_for_refresh(&self, id: GrantId) -> Result<Option<GrantWithUser>, StoreError> {
        static SQL: LazyLock<String> = LazyLock::new(|| {
            format!(
                "SELECT {}, {}, s.idle_expires_at AS s_idle, s.expires_at AS s_expires, s.ended_at AS s_ended, \
             s.end_reason AS s_reason FROM grants g \
             JOIN users u ON u.tenant_id = g.tenant_id AND u.id = g.user_id \
             LEFT JOIN sessions s ON s.tenant_id = g.tenant_id AND s.id = g.session_id \
             WHERE g.tenant_id = $1 AND g.id = $2",
                columns::<Entity>("g"),
                users_columns()
            )
        });
        let Some(row) = self.store.row(&SQL, self.values(vec![id.0.into()])).await? else {
            return Ok(None);
        };
        let idle: Option<i64> = row.try_get("", "s_idle")?;
        let expires: Option<i64> = row.try_get("", "s_expires")?;
        let reason: Option<String> = row.try_get("", "s_reason")?;
        let session = match (idle, expires) {
            (Some(idle), Some(expires)) => {
                let ended = row.try_get("", "s_ended")?;
                Some(SessionState::of(idle, expires, ended, reason.as_deref())?)
            }
            _ => None,
        };
        Ok(Some(GrantWithUser {
            grant: Grant::try_from(Model::from_query_result(&row, "g_")?)?,
            user: User::try_from(users::Model::from_query_result(&row, "u_")?)?,
            session,
        }))
    }

    /// Whether a grant stands, by the fewest columns.
    pub async fn grant_status(&self, id: GrantId) -> Result<Option<GrantStatus>, StoreError> {
        let sql = "SELECT user_id, session_id, revoked_at, revoked_reason, offline FROM grants \
                   WHERE tenant_id = $1 AND id = $2";
        let Some(row) = self.store.row(sql, self.values(vec![id.0.into()])).await? else {
            return Ok(None);
        };
        let reason: Option<String> = row.try_get_by_index(3)?;
        Ok(Some(GrantStatus {
            user: UserId(row.try_get_by_index(0)?),
            session: SessionId(row.try_get_by_index(1)?),
            revoked: revoked(row.try_get_by_index(2)?, reason.as_deref())?,
            offline: row.try_get_by_index(4)?,
        }))
    }

    /// The grant of a code that was redeemed already: what a replay revokes (RFC 6749 section 4.1.2).
    pub async fn grant_of_code(&self, code: &TokenHash) -> Result<Option<GrantId>, StoreError> {
        let query = self
            .mine::<code_redemptions::Entity>()
            .filter(code_redemptions::Column::CodeHash.eq(code.as_bytes().to_vec()));
        Ok(query.one(self.db()).await?.map(|row| GrantId(row.grant_id)))
    }

    /// Grants of a user that stand, newest first.
    pub async fn grants_of_user(&self, user: UserId) -> Result<Vec<Grant>, StoreError> {
        self.standing(Column::UserId, user.0.into()).await
    }

    /// Grants of a session that stand, newest first: whom a logout must tell.
    pub async fn grants_of_session(&self, session: SessionId) -> Result<Vec<Grant>, StoreError> {
        self.standing(Column::SessionId, session.0.into()).await
    }

    async fn standing(&self, column: Column, value: Value) -> Result<Vec<Grant>, StoreError> {
        let query = self
            .mine::<Entity>()
            .filter(column.eq(value))
            .filter(Column::RevokedAt.is_null())
            .order_by_desc(Column::CreatedAt)
            .order_by_desc(Column::Id);
        records(query.all(self.db()).await?)
    }
}

fn generation(generation: u64) -> Value {
    i64::try_from(generation).unwrap_or(i64::MAX).into()
}

fn family_values(family: Option<&RefreshFamily>) -> Vec<Value> {
    let origin = family.map(|family| &family.rotated_by);
    vec![
        family.is_some_and(|family| family.offline).into(),
        family.map_or(Value::Bytes(None), |family| bytes(&family.seed)),
        family.map_or(Value::BigInt(None), |family| generation(family.generation)),
        family.map(|family| family.rotated_at.micros()).into(),
        maybe_text(origin.and_then(|origin| origin.agent.as_deref())),
        origin.and_then(|origin| origin.asn).map(i64::from).into(),
        maybe_text(
            origin
                .and_then(|origin| origin.key.as_ref())
                .map(Thumbprint::as_str),
        ),
        family.map(|family| family.idle_expires_at.micros()).into(),
        family.map(|family| family.expires_at.micros()).into(),
    ]
}

impl Batch {
    /// A new grant. `keep_until` says until when its row is needed: not before its last token expired and no code or
    /// refresh token of it can be replayed. Conflict: `grants.id`.
    pub fn insert_grant(&mut self, grant: &Grant, keep_until: Timestamp) {
        let mut values = vec![
            grant.id.0.into(),
            grant.user.0.into(),
            text(grant.client.as_str()),
            grant.session.0.into(),
            text(&grant.sid),
            text(&grant.scope),
            maybe_text(grant.nonce.as_deref()),
            maybe_text(grant.claims_request.as_deref()),
            time(grant.auth_time),
            text(grant.acr.name()),
            to_json(&grant.proofs).into(),
            time(grant.created_at),
            time(keep_until),
            grant.revoked.map(|revoked| revoked.at.micros()).into(),
            maybe_text(grant.revoked.map(|revoked| revoked.reason.name())),
            maybe_text(grant.bound_to.jkt.as_ref().map(Thumbprint::as_str)),
            maybe_text(grant.bound_to.x5t.as_ref().map(Thumbprint::as_str)),
        ];
        values.extend(family_values(grant.family.as_ref()));
        values.push(resources_text(&grant.resources).into());
        values.push(details_text(&grant.authorization_details).into());
        self.run(
            "INSERT INTO grants (tenant_id, id, user_id, client_id, session_id, sid, scope, nonce, claims_request, \
             auth_time, acr, proofs, created_at, keep_until, revoked_at, revoked_reason, dpop_jkt, cert_x5t, offline, seed, \
             generation, rotated_at, rotated_agent, rotated_asn, rotated_jkt, idle_expires_at, expires_at, resources, \
             authorization_details) VALUES \
             ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, \
             $23, $24, $25, $26, $27, $28, $29)",
            values,
        );
    }

    /// Notes that a code was redeemed for a grant: a second redemption, however late or concurrent, is the conflict
    /// `code_redemptions.code_hash`. Belongs in the batch of [`Batch::insert_grant`].
    pub fn redeem_code(&mut self, code: &TokenHash, grant: GrantId, at: Timestamp) {
        self.run(
            "INSERT INTO code_redemptions (tenant_id, code_hash, grant_id, redeemed_at) VALUES ($1, $2, $3, $4)",
            vec![hash(code), grant.0.into(), time(at)],
        );
    }

    /// Stores the next generation of a refresh family, if the grant stands and the generation is still the one that was
    /// read: of concurrent rotations exactly one succeeds. Conflict: `grants.generation`.
    pub fn rotate_family(&mut self, grant: GrantId, expected_generation: u64, next: &RefreshFamily) {
        self.require(
            "grants.generation",
            "UPDATE grants SET generation = $4, rotated_at = $5, rotated_agent = $6, rotated_asn = $7, \
             rotated_jkt = $8, idle_expires_at = $9 WHERE tenant_id = $1 AND id = $2 AND generation = $3 AND revoked_at IS NULL",
            vec![
                grant.0.into(),
                generation(expected_generation),
                generation(next.generation),
                time(next.rotated_at),
                maybe_text(next.rotated_by.agent.as_deref()),
                next.rotated_by.asn.map(i64::from).into(),
                maybe_text(next.rotated_by.key.as_ref().map(Thumbprint::as_str)),
                time(next.idle_expires_at),
            ],
        );
    }

    /// Revokes a grant. Revoking a revoked one changes nothing of it.
    pub fn revoke_grant(&mut self, grant: GrantId, revocation: Revocation) {
        self.revoke("id", grant.0.into(), revocation);
    }

    /// Revokes every grant of a session, those that would survive it too.
    pub fn revoke_grants_of_session(&mut self, session: SessionId, revocation: Revocation) {
        self.revoke("session_id", session.0.into(), revocation);
    }

    /// Revokes every grant of a user.
    pub fn revoke_grants_of_user(&mut self, user: UserId, revocation: Revocation) {
        self.revoke("user_id", user.0.into(), revocation);
    }

    /// Revokes every grant of a client.
    pub fn revoke_grants_of_client(&mut self, client: &ClientId, revocation: Revocation) {
        self.revoke("client_id", text(client.as_str()), revocation);
    }

    /// Revokes what a user granted a client, as when consent is withdrawn.
    pub fn revoke_grants_of_user_and_client(
        &mut self,
        user: UserId,
        client: &ClientId,
        revocation: Revocation,
    ) {
        self.run(
            "UPDATE grants SET revoked_at = $4, revoked_reason = $5 \
             WHERE tenant_id = $1 AND user_id = $2 AND client_id = $3 AND revoked_at IS NULL",
            vec![
                user.0.into(),
                text(client.as_str()),
                time(revocation.at),
                text(revocation.reason.name()),
            ],
        );
    }

    fn revoke(&mut self, column: &str, value: Value, revocation: Revocation) {
        self.run(
            format!(
                "UPDATE grants SET revoked_at = $3, revoked_reason = $4 \
                 WHERE tenant_id = $1 AND {column} = $2 AND revoked_at IS NULL"
            ),
            vec![value, time(revocation.at), text(revocation.reason.name())],
        );
    }
}
