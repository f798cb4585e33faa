//! The hash-chained audit log (features.md C7).
//!
//! An entry's hash is SHA-256 over the hash of the entry before it, its number (8 bytes, big-endian) and the entry as
//! canonical JSON: members ordered by name, no spaces. The first entry follows 32 zero bytes. `audit_head` holds number
//! and hash of the last entry, so that removing entries at the end shows as well.

use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect, Value};
use serde::Serialize;
use uuid::Uuid;

use super::records;
use crate::base::encoding::hex;
use crate::base::page::{Page, PageRequest};
use crate::base::secret::sha256;
use crate::domain::event::AuditEntry;
use crate::store::entity::audit::{Column, Entity, Model};
use crate::store::entity::audit_head;
use crate::store::rows::{from_json, one_more, text, time};
use crate::store::session::Session;
use crate::store::{AuditRecord, StoreError, TenantStore};

/// What walking the chain found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "verdict")]
pub enum AuditVerdict {
    /// Every entry follows from the one before it.
    Intact {
        /// How many there are.
        entries: i64,
    },
    /// An entry was changed, put in or taken out.
    Broken {
        /// The number of the first entry that doesn't fit.
        seq: i64,
        /// What doesn't.
        reason: String,
    },
}

/// How many entries a walk reads at once.
const STRIDE: u64 = 1_000;

/// Adds entries to a tenant's chain, inside a commit.
pub(in crate::store) async fn append(
    session: &mut Session<'_>,
    tenant: Uuid,
    entries: &[AuditEntry],
) -> Result<(), StoreError> {
    let (mut seq, mut hash) = session.audit_head(tenant).await?;
    for entry in entries {
        let stored = canonical(&serde_json::to_value(entry).map_err(StoreError::corrupt)?);
        seq += 1;
        let next = link(&hash, seq, &stored).to_vec();
        let values: [Value; 9] = [
            tenant.into(),
            seq.into(),
            entry.id.0.into(),
            time(entry.at),
            text(&entry.act),
            text(&entry.object),
            stored.into(),
            hash.into(),
            next.clone().into(),
        ];
        session
            .execute(
                "INSERT INTO audit (tenant_id, seq, id, at, act, object, entry, prev_hash, hash) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                &values,
            )
            .await?;
        hash = next;
    }
    session
        .execute(
            "UPDATE audit_head SET seq = $2, hash = $3 WHERE tenant_id = $1",
            &[tenant.into(), seq.into(), hash.into()],
        )
        .await?;
    Ok(())
}

fn link(previous: &[u8], seq: i64, entry: &str) -> [u8; 32] {
    let mut bytes = Vec::with_capacity(40 + entry.len());
    bytes.extend_from_slice(previous);
    bytes.extend_from_slice(&seq.to_be_bytes());
    bytes.extend_from_slice(entry.as_bytes());
    sha256(&bytes)
}

/// JSON with the members of every object ordered by name and no spaces, however the library orders its maps.
fn canonical(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            let members: Vec<String> = members
                .into_iter()
                .map(|(name, value)| {
                    let name = serde_json::Value::String(name.clone());
                    format!("{name}:{}", canonical(value))
                })
                .collect();
            format!("{{{}}}", members.join(","))
        }
        serde_json::Value::Array(items) => {
            let items: Vec<String> = items.iter().map(canonical).collect();
            format!("[{}]", items.join(","))
        }
        scalar => scalar.to_string(),
    }
}

impl TryFrom<Model> for AuditRecord {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            seq: row.seq,
            entry: from_json("audit entry", &row.entry)?,
            prev_hash: hex(&row.prev_hash),
            hash: hex(&row.hash),
        })
    }
}

impl TenantStore {
    /// The audit log, newest first; only about one object (such as `user:018f…`) when it is given.
    pub async fn audit(
        &self,
        object: Option<&str>,
        page: &PageRequest,
    ) -> Result<Page<AuditRecord>, StoreError> {
        let mut query = self.mine::<Entity>();
        if let Some(object) = object {
            query = query.filter(Column::Object.eq(object));
        }
        if let Some(after) = page.after.as_ref().and_then(|after| after.0.parse::<i64>().ok()) {
            query = query.filter(Column::Seq.lt(after));
        }
        let rows = query
            .order_by_desc(Column::Seq)
            .limit(one_more(page))
            .all(self.db())
            .await?;
        let entries: Vec<AuditRecord> = records(rows)?;
        Ok(Page::from_overfetched(entries, page, |record| {
            record.seq.to_string()
        }))
    }

    /// Walks the chain from its first entry and checks every link.
    pub async fn verify_audit(&self) -> Result<AuditVerdict, StoreError> {
        // The head is read first: entries that come meanwhile lie behind it.
        let head = self.mine::<audit_head::Entity>().one(self.db()).await?;
        let (last, last_hash) = head.map_or((0, vec![0; 32]), |head| (head.seq, head.hash));
        let (mut seq, mut hash) = (0_i64, vec![0_u8; 32]);
        while seq < last {
            let rows = self
                .mine::<Entity>()
                .filter(Column::Seq.gt(seq))
                .filter(Column::Seq.lte(last))
                .order_by_asc(Column::Seq)
                .limit(STRIDE)
                .all(self.db())
                .await?;
            if rows.is_empty() {
                return Ok(broken(seq + 1, "it is missing"));
            }
            for row in rows {
                if let Some(reason) = misfit(&row, seq + 1, &hash) {
                    return Ok(broken(seq + 1, reason));
                }
                seq = row.seq;
                hash = row.hash;
            }
        }
        if hash == last_hash {
            Ok(AuditVerdict::Intact { entries: seq })
        } else {
            Ok(broken(seq, "it isn't the last entry that was written"))
        }
    }
}

fn broken(seq: i64, reason: &str) -> AuditVerdict {
    AuditVerdict::Broken {
        seq,
        reason: reason.to_owned(),
    }
}

/// Why a row isn't entry `seq` after the hash `previous`.
fn misfit(row: &Model, seq: i64, previous: &[u8]) -> Option<&'static str> {
    if row.seq != seq {
        return Some("it is missing");
    }
    if row.prev_hash != previous {
        return Some("it doesn't follow the entry before it");
    }
    if row.hash != link(previous, seq, &row.entry) {
        return Some("its content was changed");
    }
    let Ok(entry) = serde_json::from_str::<AuditEntry>(&row.entry) else {
        return Some("its content is unreadable");
    };
    let columns_agree = entry.id.0 == row.id
        && entry.at.micros() == row.at
        && entry.act == row.act
        && entry.object == row.object;
    (!columns_agree).then_some("its columns were changed")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn canonical_json_orders_members_at_every_depth() {
        let value = json!({"b": [1, {"z": null, "a": "\"ü"}], "a": 1.5});
        assert_eq!(canonical(&value), r#"{"a":1.5,"b":[1,{"a":"\"ü","z":null}]}"#);
    }

    #[test]
    fn a_link_depends_on_everything_before_it() {
        let first = link(&[0; 32], 1, "{}");
        assert_ne!(first, link(&[1; 32], 1, "{}"));
        assert_ne!(first, link(&[0; 32], 2, "{}"));
        assert_ne!(first, link(&[0; 32], 1, "{ }"));
    }
}
