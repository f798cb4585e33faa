//! What a developer sees when a redirect URI isn't registered: where it differs, and the usual slip by name (people.md D3).

use url::Url;

/// A redirect URI that isn't registered, set beside those that are.
#[derive(Clone, Debug)]
pub struct RedirectDiff {
    /// What came, cut where it stops agreeing with the nearest registered one.
    pub received: Cut,
    /// The registered ones, nearest first, cut at the same place.
    pub registered: Vec<Cut>,
    /// How they differ.
    pub hint: RedirectHint,
}

/// A text in three pieces: the same head, the part that differs, the same tail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Agrees.
    pub head: String,
    /// Differs; may be empty.
    pub middle: String,
    /// Agrees.
    pub tail: String,
}

/// The usual slips.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedirectHint {
    /// `http` for `https` or the reverse.
    Scheme,
    /// Another port.
    Port,
    /// A slash at the end.
    TrailingSlash,
    /// Upper and lower case.
    Case,
    /// `localhost` for `127.0.0.1` or the reverse.
    Loopback,
    /// Something else.
    Other,
    /// Nothing is registered.
    NoneRegistered,
}

impl RedirectHint {
    /// Every hint.
    pub const ALL: [Self; 7] = [
        Self::Scheme,
        Self::Port,
        Self::TrailingSlash,
        Self::Case,
        Self::Loopback,
        Self::Other,
        Self::NoneRegistered,
    ];

    /// `redirect-hint-…` in the catalogue.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scheme => "scheme",
            Self::Port => "port",
            Self::TrailingSlash => "trailing_slash",
            Self::Case => "case",
            Self::Loopback => "loopback",
            Self::Other => "other",
            Self::NoneRegistered => "none_registered",
        }
    }
}

impl RedirectDiff {
    /// Compares what came with what is registered, the most alike first.
    pub fn of(received: &str, registered: &[String]) -> Self {
        let mut nearest: Vec<&str> = registered.iter().map(String::as_str).collect();
        nearest.sort_by_key(|uri| std::cmp::Reverse(shared_head(received, uri) + shared_tail(received, uri)));
        let first = nearest.first().copied();
        Self {
            received: first.map_or_else(|| Cut::whole(received), |uri| Cut::against(received, uri)),
            registered: nearest.iter().map(|uri| Cut::against(uri, received)).collect(),
            hint: first.map_or(RedirectHint::NoneRegistered, |uri| {
                RedirectHint::of(received, uri)
            }),
        }
    }
}

impl Cut {
    /// A text that has nothing to be compared with.
    fn whole(text: &str) -> Self {
        Self {
            head: text.to_owned(),
            middle: String::new(),
            tail: String::new(),
        }
    }

    /// `text`, cut where it differs from `other`.
    fn against(text: &str, other: &str) -> Self {
        let head = shared_head(text, other);
        let rest = text.get(head..).unwrap_or_default();
        let tail = shared_tail(rest, other.get(head..).unwrap_or_default());
        let end = rest.len() - tail;
        Self {
            head: text.get(..head).unwrap_or_default().to_owned(),
            middle: rest.get(..end).unwrap_or_default().to_owned(),
            tail: rest.get(end..).unwrap_or_default().to_owned(),
        }
    }
}

/// Bytes that both begin with, whole characters only.
fn shared_head(a: &str, b: &str) -> usize {
    a.chars()
        .zip(b.chars())
        .take_while(|(x, y)| x == y)
        .map(|(x, _)| x.len_utf8())
        .sum()
}

/// Bytes that both end with, whole characters only.
fn shared_tail(a: &str, b: &str) -> usize {
    a.chars()
        .rev()
        .zip(b.chars().rev())
        .take_while(|(x, y)| x == y)
        .map(|(x, _)| x.len_utf8())
        .sum()
}

impl RedirectHint {
    /// The slip that alone explains the difference, if there is one.
    fn of(received: &str, registered: &str) -> Self {
        if received.trim_end_matches('/') == registered.trim_end_matches('/') {
            return Self::TrailingSlash;
        }
        if received.eq_ignore_ascii_case(registered) {
            return Self::Case;
        }
        let (Ok(a), Ok(b)) = (Url::parse(received), Url::parse(registered)) else {
            return Self::Other;
        };
        let rest = |url: &Url| (url.path().to_owned(), url.query().map(ToOwned::to_owned));
        if rest(&a) != rest(&b) {
            return Self::Other;
        }
        let loopback = |url: &Url| matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        let same_port = a.port_or_known_default() == b.port_or_known_default();
        match (a.scheme() == b.scheme(), a.host_str() == b.host_str()) {
            (false, true) => Self::Scheme,
            (true, true) if !same_port => Self::Port,
            (true, false) if loopback(&a) && loopback(&b) => Self::Loopback,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_slips_have_names() {
        let registered = [
            "https://app.example/callback".to_owned(),
            "http://127.0.0.1:3000/cb".to_owned(),
        ];
        for (received, hint) in [
            ("https://app.example/callback/", RedirectHint::TrailingSlash),
            ("http://app.example/callback", RedirectHint::Scheme),
            ("https://app.example:8443/callback", RedirectHint::Port),
            ("https://app.example/Callback", RedirectHint::Case),
            ("http://localhost:3000/cb", RedirectHint::Loopback),
            ("https://evil.example/x", RedirectHint::Other),
            ("not a uri", RedirectHint::Other),
        ] {
            assert_eq!(RedirectDiff::of(received, &registered).hint, hint, "{received}");
        }
        assert_eq!(
            RedirectDiff::of("https://a", &[]).hint,
            RedirectHint::NoneRegistered
        );
    }

    #[test]
    fn pieces_join_to_the_whole_also_with_repeats_and_umlauts() {
        for (a, b) in [
            ("https://a/aa", "https://a/aaa"),
            ("https://ä/ö", "https://ä/ü"),
            ("", "x"),
            ("same", "same"),
        ] {
            for cut in [Cut::against(a, b), Cut::against(b, a)] {
                let joined = format!("{}{}{}", cut.head, cut.middle, cut.tail);
                assert!(joined == a || joined == b);
            }
        }
    }
}
