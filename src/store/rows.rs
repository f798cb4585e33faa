//! Between rows and records: JSON and names in text columns, times, pages.

use std::fmt::Display;
use std::str::FromStr;

use sea_orm::{
    ColumnTrait, Condition, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect, Select, Value,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::error::StoreError;
use crate::base::ids::ClientId;
use crate::base::page::{Cursor, PageRequest};
use crate::base::secret::TokenHash;
use crate::base::timestamp::Timestamp;
use crate::domain::user::EmailAddress;

/// Reads a JSON column.
pub(super) fn from_json<T: DeserializeOwned>(what: &str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt(format!("{what}: {error}")))
}

/// Writes a JSON column. Our records have no maps with keys that aren't text, so this can't fail in practice; `null`
/// would be found as unreadable at the next read.
pub(super) fn to_json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}

/// Reads an enumeration by the name it is serialised with.
pub(super) fn from_name<T: DeserializeOwned>(what: &str, name: &str) -> Result<T, StoreError> {
    serde_json::from_value(serde_json::Value::String(name.to_owned()))
        .map_err(|_| StoreError::Corrupt(format!("{what}: unknown name «{name}»")))
}

/// The name that an enumeration is serialised with.
pub(super) fn name_of<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

/// What a lookup by name found, or that the name is unknown.
pub(super) fn known<T>(what: &str, name: &str, found: Option<T>) -> Result<T, StoreError> {
    found.ok_or_else(|| StoreError::Corrupt(format!("{what}: unknown name «{name}»")))
}

/// Reads a value with a text form.
pub(super) fn parsed<T: FromStr>(what: &str, text: &str) -> Result<T, StoreError>
where
    T::Err: Display,
{
    text.parse()
        .map_err(|error| StoreError::Corrupt(format!("{what}: {error}")))
}

pub(super) fn client_id(text: &str) -> Result<ClientId, StoreError> {
    known("client id", text, ClientId::parse(text))
}

pub(super) fn token_hash(bytes: &[u8]) -> Result<TokenHash, StoreError> {
    TokenHash::from_stored(bytes).ok_or_else(|| StoreError::corrupt("a hash that isn't 32 bytes"))
}

pub(super) fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros)
}

pub(super) fn maybe_at(micros: Option<i64>) -> Option<Timestamp> {
    micros.map(Timestamp::from_micros)
}

/// A time as a parameter.
pub(super) fn time(at: Timestamp) -> Value {
    at.micros().into()
}

/// A time that may be absent as a parameter.
pub(super) fn maybe_time(at: Option<Timestamp>) -> Value {
    at.map(Timestamp::micros).into()
}

/// Text as a parameter.
pub(super) fn text(value: &str) -> Value {
    value.into()
}

/// Text that may be absent as a parameter.
pub(super) fn maybe_text(value: Option<&str>) -> Value {
    value.map(str::to_owned).into()
}

/// Bytes as a parameter.
pub(super) fn bytes(value: &[u8]) -> Value {
    value.to_vec().into()
}

/// A hash as a parameter.
pub(super) fn hash(value: &TokenHash) -> Value {
    value.as_bytes().to_vec().into()
}

/// What a search compares: each text in the form identifiers are found by, one a line.
pub(super) fn search_key(texts: &[Option<&str>]) -> String {
    let keys: Vec<String> = texts
        .iter()
        .flatten()
        .map(|text| EmailAddress::key_of(text))
        .collect();
    keys.join("\n")
}

/// A `LIKE` pattern (escape character `\`) for texts that contain what somebody typed.
pub(super) fn containing(typed: &str) -> String {
    let key = EmailAddress::key_of(typed);
    let mut pattern = String::with_capacity(key.len() + 2);
    pattern.push('%');
    for character in key.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

/// One more than a page has: the last tells whether more follow.
pub(super) fn one_more(page: &PageRequest) -> u64 {
    u64::from(page.limit()) + 1
}

/// A cursor of a time and an id.
pub(super) fn time_cursor(at: Timestamp, id: Uuid) -> String {
    format!("{}.{id}", at.micros())
}

/// Reads a cursor of a time and an id. What isn't one starts from the beginning.
pub(super) fn from_time_cursor(cursor: Option<&Cursor>) -> Option<(i64, Uuid)> {
    let (at, id) = cursor?.0.split_once('.')?;
    Some((at.parse().ok()?, id.parse().ok()?))
}

/// The rows of a page that follow its cursor in order of time, then id; one more than asked for.
pub(super) fn by_time<E: EntityTrait>(
    query: Select<E>,
    (at, id): (E::Column, E::Column),
    page: &PageRequest,
    order: Order,
) -> Select<E> {
    let query = match (from_time_cursor(page.after.as_ref()), &order) {
        (None, _) => query,
        // The first filter says the same again in a form that an index on time answers.
        (Some((micros, last)), Order::Asc) => query.filter(at.gte(micros)).filter(
            Condition::any()
                .add(at.gt(micros))
                .add(Condition::all().add(at.eq(micros)).add(id.gt(last))),
        ),
        (Some((micros, last)), _) => query.filter(at.lte(micros)).filter(
            Condition::any()
                .add(at.lt(micros))
                .add(Condition::all().add(at.eq(micros)).add(id.lt(last))),
        ),
    };
    query
        .order_by(at, order.clone())
        .order_by(id, order)
        .limit(one_more(page))
}

/// Reads a cursor that is an id.
pub(super) fn from_id_cursor(cursor: Option<&Cursor>) -> Option<Uuid> {
    cursor?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_wildcards_are_literal() {
        assert_eq!(containing(" 50%_A\\ "), "%50\\%\\_a\\\\%");
    }

    #[test]
    fn cursors_round_trip() {
        let id = Uuid::from_u128(7);
        let cursor = Cursor(time_cursor(Timestamp::from_micros(-5), id));
        assert_eq!(from_time_cursor(Some(&cursor)), Some((-5, id)));
        assert_eq!(from_time_cursor(Some(&Cursor("x".into()))), None);
    }

    #[test]
    fn enumerations_are_stored_by_their_serialised_names() {
        use crate::domain::user::UserStatus;
        assert_eq!(name_of(&UserStatus::Disabled), "disabled");
        assert_eq!(
            from_name::<UserStatus>("status", "active").unwrap(),
            UserStatus::Active
        );
        assert!(from_name::<UserStatus>("status", "gone").is_err());
    }
}
