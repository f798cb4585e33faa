//! Browsers that accounts were used on, and the values that browsers were given.

use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, Value};

use super::records;
use crate::base::ids::{BrowserId, DeviceId, UserId};
use crate::base::secret::TokenHash;
use crate::base::timestamp::Timestamp;
use crate::domain::device::{Device, DeviceLabel};
use crate::store::entity::devices::{Column, Entity, Model};
use crate::store::rows::{at, bytes, hash, maybe_at, maybe_text, maybe_time, time};
use crate::store::{Batch, StoreError, TenantStore};

impl TryFrom<Model> for Device {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: DeviceId(row.id),
            user: UserId(row.user_id),
            browser_key: row.browser_key,
            label: DeviceLabel {
                browser: row.browser,
                os: row.os,
            },
            place: row.place,
            created_at: at(row.created_at),
            last_used_at: at(row.last_used_at),
            sign_ins: row.sign_ins,
            remembered_until: maybe_at(row.remembered_until),
            declined_until: maybe_at(row.declined_until),
            bound_at: maybe_at(row.bound_at),
            noticed_at: maybe_at(row.noticed_at),
            revoked_at: maybe_at(row.revoked_at),
        })
    }
}

impl TenantStore {
    /// A browser record.
    pub async fn device(&self, id: DeviceId) -> Result<Option<Device>, StoreError> {
        let found = self.mine::<Entity>().filter(Column::Id.eq(id.0)).one(self.db());
        found.await?.map(Device::try_from).transpose()
    }

    /// The record of a user on a browser, as the tenant sees it.
    pub async fn device_of_browser(
        &self,
        user: UserId,
        browser_key: &[u8],
    ) -> Result<Option<Device>, StoreError> {
        let query = self
            .mine::<Entity>()
            .filter(Column::UserId.eq(user.0))
            .filter(Column::BrowserKey.eq(browser_key.to_vec()));
        query.one(self.db()).await?.map(Device::try_from).transpose()
    }

    /// A user's browser records, last used first.
    pub async fn devices_of(&self, user: UserId) -> Result<Vec<Device>, StoreError> {
        let query = self
            .mine::<Entity>()
            .filter(Column::UserId.eq(user.0))
            .order_by_desc(Column::LastUsedAt)
            .order_by_desc(Column::Id);
        records(query.all(self.db()).await?)
    }

    /// The accounts that were used on a browser, last used first.
    pub async fn devices_on_browser(&self, browser_key: &[u8]) -> Result<Vec<Device>, StoreError> {
        let query = self
            .mine::<Entity>()
            .filter(Column::BrowserKey.eq(browser_key.to_vec()))
            .order_by_desc(Column::LastUsedAt)
            .order_by_desc(Column::Id);
        records(query.all(self.db()).await?)
    }
}

fn state(device: &Device) -> Vec<Value> {
    vec![
        maybe_text(device.label.browser.as_deref()),
        maybe_text(device.label.os.as_deref()),
        maybe_text(device.place.as_deref()),
        time(device.last_used_at),
        device.sign_ins.into(),
        maybe_time(device.remembered_until),
        maybe_time(device.declined_until),
        maybe_time(device.bound_at),
        maybe_time(device.noticed_at),
        maybe_time(device.revoked_at),
    ]
}

impl Batch {
    /// A new browser record. Conflicts: `devices.browser_key`, `devices.id`.
    pub fn insert_device(&mut self, device: &Device) {
        let mut values = vec![
            device.id.0.into(),
            device.user.0.into(),
            bytes(&device.browser_key),
            time(device.created_at),
        ];
        values.extend(state(device));
        self.run(
            "INSERT INTO devices (tenant_id, id, user_id, browser_key, created_at, browser, os, place, last_used_at, \
             sign_ins, remembered_until, declined_until, bound_at, noticed_at, revoked_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
            values,
        );
    }

    /// Changes everything of a browser record but whose it is. Conflict when it is gone: `devices.id`.
    pub fn update_device(&mut self, device: &Device) {
        let mut values = vec![device.id.0.into(), bytes(&device.browser_key)];
        values.extend(state(device));
        self.require(
            "devices.id",
            "UPDATE devices SET browser_key = $3, browser = $4, os = $5, place = $6, last_used_at = $7, \
             sign_ins = $8, remembered_until = $9, declined_until = $10, bound_at = $11, noticed_at = $12, \
             revoked_at = $13 WHERE tenant_id = $1 AND id = $2",
            values,
        );
    }

    /// Ends the remembering of all of a user's browsers, as after "this wasn't me" or a credential change.
    pub fn forget_devices_of(&mut self, user: UserId, at: Timestamp) {
        self.run(
            "UPDATE devices SET revoked_at = $3, remembered_until = NULL, bound_at = NULL \
             WHERE tenant_id = $1 AND user_id = $2 AND revoked_at IS NULL",
            vec![user.0.into(), time(at)],
        );
    }

    /// Ends the standing-in of all of a user's browsers for the second step; they stay known (people.md U32).
    pub fn end_remembering(&mut self, user: UserId) {
        self.run(
            "UPDATE devices SET remembered_until = NULL WHERE tenant_id = $1 AND user_id = $2",
            vec![user.0.into()],
        );
    }

    /// Gives a browser a new value, and retires the value it had. Two sign-ins at once in one browser may both do it:
    /// both new values are then its own.
    pub fn replace_browser(
        &mut self,
        id: BrowserId,
        old: Option<&TokenHash>,
        new: &TokenHash,
        at: Timestamp,
    ) {
        if let Some(old) = old {
            self.raw(
                "UPDATE browsers SET retired_at = $2 WHERE hash = $1 AND retired_at IS NULL",
                vec![hash(old), time(at)],
            );
        }
        self.raw(
            "INSERT INTO browsers (hash, browser_id, issued_at) VALUES ($1, $2, $3)",
            vec![hash(new), id.0.into(), time(at)],
        );
    }
}
