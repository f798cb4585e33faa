//! Setting a redirect URI beside the registered ones, so that a developer sees the slip (people.md D3).

use url::Url;

use crate::http::views::ends::{Cut, RedirectDiff, RedirectHint};

/// How many registered URIs are shown.
const SHOWN: usize = 5;

/// Compares what came with what is registered.
pub fn diff(received: &str, registered: &[String]) -> RedirectDiff {
    let mut nearest: Vec<&String> = registered.iter().collect();
    nearest.sort_by_key(|known| distance(received, known));
    let Some(best) = nearest.first() else {
        let received = Cut {
            head: String::new(),
            middle: received.to_owned(),
            tail: String::new(),
        };
        return RedirectDiff {
            received,
            registered: Vec::new(),
            hint: RedirectHint::NoneRegistered,
        };
    };
    let hint = hint(received, best);
    RedirectDiff {
        received: cut(received, best),
        registered: nearest
            .iter()
            .take(SHOWN)
            .map(|known| cut(known, received))
            .collect(),
        hint,
    }
}

fn distance(a: &str, b: &str) -> usize {
    let head = common(a.chars(), b.chars());
    let tail = common(a.chars().rev(), b.chars().rev());
    a.chars()
        .count()
        .max(b.chars().count())
        .saturating_sub(head + tail)
}

fn common(a: impl Iterator<Item = char>, b: impl Iterator<Item = char>) -> usize {
    a.zip(b).take_while(|(a, b)| a == b).count()
}

/// `text` cut where it stops and starts agreeing with `other`.
fn cut(text: &str, other: &str) -> Cut {
    let (long, short) = (text.chars().count(), other.chars().count());
    let head = common(text.chars(), other.chars());
    let tail = common(text.chars().rev(), other.chars().rev()).min(long.min(short).saturating_sub(head));
    Cut {
        head: text.chars().take(head).collect(),
        middle: text
            .chars()
            .skip(head)
            .take(long.saturating_sub(head + tail))
            .collect(),
        tail: text.chars().skip(long.saturating_sub(tail)).collect(),
    }
}

fn hint(received: &str, known: &str) -> RedirectHint {
    if received.trim_end_matches('/') == known.trim_end_matches('/') {
        return RedirectHint::TrailingSlash;
    }
    if received.eq_ignore_ascii_case(known) {
        return RedirectHint::Case;
    }
    let (Ok(a), Ok(b)) = (Url::parse(received), Url::parse(known)) else {
        return RedirectHint::Other;
    };
    let same_path = a.path() == b.path() && a.query() == b.query();
    let loopback = |url: &Url| matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    if !same_path {
        RedirectHint::Other
    } else if a.host_str() == b.host_str() && a.scheme() != b.scheme() {
        RedirectHint::Scheme
    } else if a.host_str() == b.host_str() && a.scheme() == b.scheme() {
        RedirectHint::Port
    } else if loopback(&a) && loopback(&b) {
        RedirectHint::Loopback
    } else {
        RedirectHint::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(received: &str, known: &str, expected: RedirectHint) {
        let found = diff(
            received,
            &["https://other.test/far/away".to_owned(), known.to_owned()],
        );
        assert_eq!(found.hint, expected, "{received} ~ {known}");
        let Cut { head, middle, tail } = &found.received;
        assert_eq!(format!("{head}{middle}{tail}"), received);
        let nearest = found.registered.first().unwrap();
        assert_eq!(
            format!("{}{}{}", nearest.head, nearest.middle, nearest.tail),
            known
        );
    }

    #[test]
    fn the_usual_slips_are_named() {
        check("http://a.test/cb", "https://a.test/cb", RedirectHint::Scheme);
        check("https://a.test:444/cb", "https://a.test/cb", RedirectHint::Port);
        check(
            "https://a.test/cb/",
            "https://a.test/cb",
            RedirectHint::TrailingSlash,
        );
        check("https://a.test/CB", "https://a.test/cb", RedirectHint::Case);
        check(
            "http://localhost:1/cb",
            "http://127.0.0.1:1/cb",
            RedirectHint::Loopback,
        );
        check("https://b.test/x", "https://a.test/cb", RedirectHint::Other);
        assert_eq!(diff("x", &[]).hint, RedirectHint::NoneRegistered);
    }
}
