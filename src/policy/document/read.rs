//! Reading TOML tables with the place of every key at hand.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::PolicyError;

/// Reads values and collects mistakes.
pub(super) struct Reader<'a> {
    text: &'a str,
    pub(super) errors: Vec<PolicyError>,
}

/// A table whose entries know where they stand.
pub(super) struct Table {
    at: usize,
    pub(super) entries: Vec<(String, Entry)>,
}

/// A key's place and its value.
pub(super) struct Entry {
    at: usize,
    value: Value,
}

/// The values that policies use.
enum Value {
    Text(String),
    Integer(i64),
    Flag(bool),
    List(Vec<Entry>),
    Table(Table),
    Other,
}

impl Table {
    /// Whether a key is set, rightly or wrongly.
    pub(super) fn has(&self, key: &str) -> bool {
        self.find(key).is_some()
    }

    fn find(&self, key: &str) -> Option<&Entry> {
        self.entries
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, entry)| entry)
    }
}

impl<'a> Reader<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self {
            text,
            errors: Vec::new(),
        }
    }

    /// The whole document; a syntax error is noted and gives nothing.
    pub(super) fn root(&mut self) -> Option<Table> {
        match DeTable::parse(self.text) {
            Ok(table) => Some(convert(table.get_ref(), 0)),
            Err(error) => {
                let at = error.span().map_or(0, |span| span.start);
                self.note(at, error.message().to_owned());
                None
            }
        }
    }

    fn note(&mut self, at: usize, message: String) {
        let line = self.text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
        let error = PolicyError { line, message };
        if !self.errors.contains(&error) {
            self.errors.push(error);
        }
    }

    /// Notes a mistake at a key, or at the table where the key is missing.
    pub(super) fn at(&mut self, table: &Table, key: &str, message: String) {
        let place = table.find(key).map_or(table.at, |entry| entry.at);
        self.note(place, message);
    }

    /// Notes every key that is not among the known.
    pub(super) fn only(&mut self, table: &Table, known: &[&str]) {
        for (name, entry) in &table.entries {
            if !known.contains(&name.as_str()) {
                self.note(entry.at, unknown("key", name, known.iter().copied()));
            }
        }
    }

    pub(super) fn text(&mut self, table: &Table, key: &str) -> Option<String> {
        match &table.find(key)?.value {
            Value::Text(text) => Some(text.clone()),
            _ => self.wrong(table, key, "text in quotes"),
        }
    }

    pub(super) fn integer(&mut self, table: &Table, key: &str) -> Option<i64> {
        match table.find(key)?.value {
            Value::Integer(number) => Some(number),
            _ => self.wrong(table, key, "a whole number"),
        }
    }

    pub(super) fn flag(&mut self, table: &Table, key: &str) -> Option<bool> {
        match table.find(key)?.value {
            Value::Flag(flag) => Some(flag),
            _ => self.wrong(table, key, "true or false"),
        }
    }

    /// A whole number from 0 to 100.
    pub(super) fn score(&mut self, table: &Table, key: &str) -> Option<u8> {
        let number = self.integer(table, key)?;
        match u8::try_from(number) {
            Ok(score) if score <= 100 => Some(score),
            _ => self.wrong(table, key, "a score from 0 to 100"),
        }
    }

    pub(super) fn texts(&mut self, table: &Table, key: &str) -> Vec<String> {
        let Some(entry) = table.find(key) else {
            return Vec::new();
        };
        let Value::List(items) = &entry.value else {
            return self.wrong(table, key, "a list of texts").unwrap_or_default();
        };
        items
            .iter()
            .filter_map(|item| match &item.value {
                Value::Text(text) => Some(text.clone()),
                _ => self.wrong(table, key, "a list of texts"),
            })
            .collect()
    }

    /// A table by its key, moved out by copying what it holds.
    pub(super) fn table(&mut self, table: &Table, key: &str) -> Option<Table> {
        match &table.find(key)?.value {
            Value::Table(inner) => Some(inner.copy()),
            _ => self.wrong(table, key, "a table"),
        }
    }

    /// A list of tables, `[[key]]` or `key = [{…}]`.
    pub(super) fn tables(&mut self, table: &Table, key: &str) -> Vec<Table> {
        let Some(entry) = table.find(key) else {
            return Vec::new();
        };
        let Value::List(items) = &entry.value else {
            return self.wrong(table, key, "a list of tables").unwrap_or_default();
        };
        items
            .iter()
            .filter_map(|item| match &item.value {
                Value::Table(inner) => Some(inner.copy()),
                _ => self.wrong(table, key, "a list of tables"),
            })
            .collect()
    }

    fn wrong<T>(&mut self, table: &Table, key: &str, wanted: &str) -> Option<T> {
        self.at(table, key, format!("«{key}» must be {wanted}"));
        None
    }
}

impl Table {
    fn copy(&self) -> Self {
        Self {
            at: self.at,
            entries: self
                .entries
                .iter()
                .map(|(name, entry)| (name.clone(), entry.copy()))
                .collect(),
        }
    }
}

impl Entry {
    fn copy(&self) -> Self {
        let value = match &self.value {
            Value::Text(text) => Value::Text(text.clone()),
            Value::Integer(number) => Value::Integer(*number),
            Value::Flag(flag) => Value::Flag(*flag),
            Value::List(items) => Value::List(items.iter().map(Self::copy).collect()),
            Value::Table(table) => Value::Table(table.copy()),
            Value::Other => Value::Other,
        };
        Self { at: self.at, value }
    }
}

fn convert(table: &DeTable<'_>, at: usize) -> Table {
    Table {
        at,
        entries: table
            .iter()
            .map(|(key, value)| {
                let entry = Entry {
                    at: key.span().start,
                    value: convert_value(value),
                };
                (key.get_ref().to_string(), entry)
            })
            .collect(),
    }
}

fn convert_value(value: &Spanned<DeValue<'_>>) -> Value {
    match value.get_ref() {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Boolean(flag) => Value::Flag(*flag),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).map_or(Value::Other, Value::Integer)
        }
        DeValue::Array(items) => Value::List(
            items
                .iter()
                .map(|item| Entry {
                    at: item.span().start,
                    value: convert_value(item),
                })
                .collect(),
        ),
        DeValue::Table(table) => Value::Table(convert(table, value.span().start)),
        DeValue::Float(_) | DeValue::Datetime(_) => Value::Other,
    }
}

/// A message about an unknown name, with the nearest known one.
pub(super) fn unknown<'a>(what: &str, name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let nearest = known
        .into_iter()
        .min_by_key(|candidate| distance(name, candidate));
    match nearest {
        Some(nearest) => format!("unknown {what} «{name}», did you mean «{nearest}»?"),
        None => format!("unknown {what} «{name}»"),
    }
}

/// Edits between two names (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.chars().enumerate() {
        let mut next = vec![i + 1];
        for ((j, right), &diagonal) in b.iter().enumerate().zip(&row) {
            let above = row.get(j + 1).copied().unwrap_or(usize::MAX - 1);
            let before = next.last().copied().unwrap_or_default();
            let swap = diagonal + usize::from(left != *right);
            next.push(swap.min(above + 1).min(before + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}
