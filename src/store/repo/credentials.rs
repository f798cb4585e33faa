//! Users' factors.

use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, Value};

use super::records;
use crate::base::encoding::{base64, from_base64};
use crate::base::ids::{CredentialId, UserId};
use crate::base::timestamp::Timestamp;
use crate::domain::credential::{Credential, CredentialSecret, PasskeyRecord, PushDevice};
use crate::domain::sealed::Sealed;
use crate::store::entity::credentials::{Column, Entity, Model};
use crate::store::rows::{at, bytes, from_json, maybe_at, maybe_text, maybe_time, text, time, to_json};
use crate::store::{Batch, StoreError, TenantStore};

impl TryFrom<Model> for Credential {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: CredentialId(row.id),
            user: UserId(row.user_id),
            secret: secret(&row)?,
            name: row.name,
            created_at: at(row.created_at),
            last_used_at: maybe_at(row.last_used_at),
            version: row.version,
        })
    }
}

fn secret(row: &Model) -> Result<CredentialSecret, StoreError> {
    let corrupt = |what: &str| StoreError::Corrupt(format!("credential {}: {what}", row.id));
    Ok(match row.kind.as_str() {
        "password" => CredentialSecret::Password {
            phc: row.data.clone(),
        },
        "totp" => CredentialSecret::Totp {
            secret: Sealed::from_stored(row.sealed.clone().ok_or_else(|| corrupt("no secret"))?),
            last_step: row
                .last_step
                .map(u64::try_from)
                .transpose()
                .map_err(|_| corrupt("time step"))?,
        },
        "passkey" => CredentialSecret::Passkey(from_json::<PasskeyRecord>("passkey", &row.data)?),
        "push" => CredentialSecret::Push(from_json::<PushDevice>("push device", &row.data)?),
        "recovery_code" => {
            let unused: Vec<String> = from_json("recovery codes", &row.data)?;
            let unused: Option<Vec<Vec<u8>>> = unused.iter().map(|code| from_base64(code)).collect();
            CredentialSecret::RecoveryCodes {
                unused: unused.ok_or_else(|| corrupt("recovery codes"))?,
            }
        }
        _ => return Err(corrupt("unknown kind")),
    })
}

impl TenantStore {
    /// A user's factors, oldest first.
    pub async fn credentials_of(&self, user: UserId) -> Result<Vec<Credential>, StoreError> {
        let query = self
            .mine::<Entity>()
            .filter(Column::UserId.eq(user.0))
            .order_by_asc(Column::CreatedAt)
            .order_by_asc(Column::Id);
        records(query.all(self.db()).await?)
    }

    /// A factor.
    pub async fn credential(&self, id: CredentialId) -> Result<Option<Credential>, StoreError> {
        let found = self.mine::<Entity>().filter(Column::Id.eq(id.0)).one(self.db());
        found.await?.map(Credential::try_from).transpose()
    }

    /// The passkey with this credential id (base64url), whoever has it.
    pub async fn passkey(&self, credential_id: &str) -> Result<Option<Credential>, StoreError> {
        let query = self.mine::<Entity>().filter(Column::PasskeyId.eq(credential_id));
        query.one(self.db()).await?.map(Credential::try_from).transpose()
    }
}

fn row_of(credential: &Credential) -> Vec<(&'static str, Value)> {
    let (mut data, mut sealed, mut last_step, mut passkey_id) = (String::new(), None, None, None);
    match &credential.secret {
        CredentialSecret::Password { phc } => data.clone_from(phc),
        CredentialSecret::Totp {
            secret,
            last_step: step,
        } => {
            sealed = Some(secret.as_bytes().to_vec());
            last_step = step.map(|step| i64::try_from(step).unwrap_or(i64::MAX));
        }
        CredentialSecret::Passkey(record) => {
            data = to_json(record);
            passkey_id = Some(record.credential_id.as_str());
        }
        CredentialSecret::Push(device) => data = to_json(device),
        CredentialSecret::RecoveryCodes { unused } => {
            let unused: Vec<String> = unused.iter().map(|code| base64(code)).collect();
            data = to_json(&unused);
        }
    }
    vec![
        ("kind", text(credential.secret.method().name())),
        ("data", data.into()),
        (
            "sealed",
            sealed.map_or(Value::Bytes(None), |sealed| bytes(&sealed)),
        ),
        ("last_step", last_step.into()),
        ("passkey_id", maybe_text(passkey_id)),
        ("name", maybe_text(credential.name.as_deref())),
        // Of a password: since when it is this one.
        ("created_at", time(credential.created_at)),
        ("last_used_at", maybe_time(credential.last_used_at)),
    ]
}

impl Batch {
    /// A new factor. Conflicts: `credentials.passkey_id`, `credentials.id`.
    pub fn insert_credential(&mut self, credential: &Credential) {
        let mut row = row_of(credential);
        row.push(("id", credential.id.0.into()));
        row.push(("user_id", credential.user.0.into()));
        row.push(("version", credential.version.into()));
        self.insert("credentials", row);
    }

    /// Changes a factor if it is still the version that was verified: what keeps a code from being accepted twice.
    /// Conflict: `credentials.version`.
    pub fn update_credential(&mut self, credential: &Credential) {
        let key = ("id", credential.id.0.into());
        self.update_versioned("credentials", key, credential.version, row_of(credential));
    }

    /// Notes that a factor proved something, where nothing else of it changes (a password).
    pub fn touch_credential(&mut self, id: CredentialId, at: Timestamp) {
        self.run(
            "UPDATE credentials SET last_used_at = $3 WHERE tenant_id = $1 AND id = $2",
            vec![id.0.into(), time(at)],
        );
    }

    /// Fails the batch unless the factor is still the version that was verified, and changes nothing of it. Conflict:
    /// `credentials.version`.
    pub fn require_credential(&mut self, id: CredentialId, version: i64) {
        self.require(
            "credentials.version",
            "UPDATE credentials SET version = version WHERE tenant_id = $1 AND id = $2 AND version = $3",
            vec![id.0.into(), version.into()],
        );
    }

    /// Removes a factor. Conflict when it is gone already: `credentials.id`.
    pub fn delete_credential(&mut self, id: CredentialId) {
        self.require(
            "credentials.id",
            "DELETE FROM credentials WHERE tenant_id = $1 AND id = $2",
            vec![id.0.into()],
        );
    }
}
