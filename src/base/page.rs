//! Keyset pages of lists.

use serde::{Deserialize, Serialize};

/// Where the next page begins: the sort key of the last item shown, opaque to callers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub String);

/// Which page of a list is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// Start after this place; from the beginning when absent.
    pub after: Option<Cursor>,
    /// How many items at most, 1 to [`PageRequest::MAX`].
    limit: u16,
}

impl PageRequest {
    /// The most items a page may have.
    pub const MAX: u16 = 200;

    /// A request for `limit` items (clamped to 1..=200) after `after`.
    pub fn new(after: Option<Cursor>, limit: u16) -> Self {
        Self {
            after,
            limit: limit.clamp(1, Self::MAX),
        }
    }

    /// How many items at most.
    pub const fn limit(&self) -> u16 {
        self.limit
    }
}

impl Default for PageRequest {
    fn default() -> Self {
        Self::new(None, 50)
    }
}

/// One page of a list, in the form the command line and the API print.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next page begins; absent on the last.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// Makes a page of `rows`, of which one more than `request` asked for was fetched to see whether more follow.
    pub fn from_overfetched(mut rows: Vec<T>, request: &PageRequest, key: impl Fn(&T) -> String) -> Self {
        let limit = usize::from(request.limit);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = if more {
            rows.last().map(|row| Cursor(key(row)))
        } else {
            None
        };
        Self { items: rows, next }
    }

    /// The same page with every item turned into something else.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(f).collect(),
            next: self.next,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn next_is_there_only_when_more_follow() {
        let request = PageRequest::new(None, 2);
        let full = Page::from_overfetched(vec![1, 2, 3], &request, ToString::to_string);
        assert_eq!((full.items, full.next), (vec![1, 2], Some(Cursor("2".into()))));
        let last = Page::from_overfetched(vec![1, 2], &request, ToString::to_string);
        assert_eq!(last.next, None);
        assert_eq!(PageRequest::new(None, 0).limit(), 1);
    }
}
