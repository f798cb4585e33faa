//! Details that an app asks for (RFC 9396), in words for the person who is asked. What stands in them is the app's: it is shown as text and
//! never obeyed.

use serde_json::Value;

use crate::http::context::Ctx;
use crate::http::views::consent::DetailWords;
use crate::protocol::authorization_details::{AuthorizationDetails, Detail};

/// Lines of one detail that are shown; what is beyond is said to be there.
const MOST: usize = 40;

/// Each detail, as the page shows it.
pub(super) fn words_of(ctx: &Ctx, details: &AuthorizationDetails) -> Vec<DetailWords> {
    details.iter().map(|detail| words(ctx, detail)).collect()
}

fn words(ctx: &Ctx, detail: &Detail) -> DetailWords {
    let known = ctx.realm.resources().detail_type(detail.name());
    let mut facts = Vec::new();
    for (name, value) in detail.members() {
        collect(&name_of(ctx, name), value, &mut facts);
    }
    let left_out = facts.len().saturating_sub(MOST);
    facts.truncate(MOST);
    DetailWords {
        title: known.map_or_else(|| detail.name().to_owned(), |known| known.words().to_owned()),
        facts,
        left_out: u32::try_from(left_out).unwrap_or(u32::MAX),
    }
}

/// Members that the standard names (RFC 9396 section 2.2).
const STANDARD: [&str; 5] = ["actions", "datatypes", "identifier", "locations", "privileges"];

/// A member by its name in the reader's language, where the standard names it, else by its own.
fn name_of(ctx: &Ctx, name: &str) -> String {
    if STANDARD.contains(&name) {
        return ctx.chrome().pick("detail", name).into_owned();
    }
    plain(name)
}

/// Scalars and lists of them as one line, what is nested with the names of all levels.
fn collect(name: &str, value: &Value, facts: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) => {
            for (inner, value) in members {
                collect(&format!("{name} · {}", plain(inner)), value, facts);
            }
        }
        Value::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
            for (number, item) in items.iter().enumerate() {
                collect(&format!("{name} · {}", number + 1), item, facts);
            }
        }
        Value::Array(items) => {
            let texts: Vec<String> = items.iter().map(text_of).collect();
            facts.push((name.to_owned(), texts.join(", ")));
        }
        scalar => facts.push((name.to_owned(), text_of(scalar))),
    }
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => plain(text),
        other => other.to_string(),
    }
}

/// Without what could change how the rest of the page reads: control characters and those that turn the direction of writing.
fn plain(text: &str) -> String {
    let turns =
        |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().filter(|c| !c.is_control() && !turns(*c)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_nested_is_laid_flat_and_what_would_mislead_is_left_out() {
        let mut facts = Vec::new();
        let value = json!({"amount": {"value": "12", "currency": "EUR"}, "to": [{"name": "a\u{202e}b\n"}, 3], "list": ["x", 1, null]});
        collect("payment", &value, &mut facts);
        let lines: Vec<String> = facts
            .iter()
            .map(|(name, text)| format!("{name}: {text}"))
            .collect();
        let expected = [
            "payment · amount · currency: EUR",
            "payment · amount · value: 12",
            "payment · list: x, 1, null",
            "payment · to · 1 · name: ab",
            "payment · to · 2: 3",
        ];
        assert_eq!(lines, expected);
    }
}
