//! The languages we speak and how one is chosen.

use unic_langid::LanguageIdentifier;

/// A language of the catalogue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Locale {
    /// English, what others fall back to.
    #[default]
    En,
    /// German.
    De,
    /// French: hosted pages and mails, as the languages below.
    Fr,
    /// Spanish.
    Es,
    /// Japanese.
    Ja,
}

impl Locale {
    /// Every language, in the order the language switch shows.
    pub const ALL: [Self; 5] = [Self::En, Self::De, Self::Fr, Self::Es, Self::Ja];

    /// The languages that the console speaks too.
    pub const CONSOLE: [Self; 2] = [Self::En, Self::De];

    /// The language of the console for somebody who reads this one: the same, or English.
    #[must_use]
    pub fn for_console(self) -> Self {
        Self::CONSOLE
            .into_iter()
            .find(|spoken| *spoken == self)
            .unwrap_or_default()
    }

    /// The BCP 47 tag: the `lang` attribute, the cookie's value and an entry of `ui_locales_supported`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
            Self::Fr => "fr",
            Self::Es => "es",
            Self::Ja => "ja",
        }
    }

    /// The language's own name for itself.
    pub const fn endonym(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::De => "Deutsch",
            Self::Fr => "Français",
            Self::Es => "Español",
            Self::Ja => "日本語",
        }
    }

    /// The writing direction: the `dir` attribute.
    pub const fn dir(self) -> &'static str {
        match self {
            Self::En | Self::De | Self::Fr | Self::Es | Self::Ja => "ltr",
        }
    }

    /// The language of a tag; region and script are ignored (`de-AT` is German).
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|locale| primary.eq_ignore_ascii_case(locale.tag()))
    }

    pub(super) fn langid(self) -> LanguageIdentifier {
        // Our own tags parse; the undetermined language would only lose its plural rules.
        self.tag().parse().unwrap_or_default()
    }

    pub(super) const fn source(self) -> &'static str {
        match self {
            Self::En => include_str!("../../templates/messages/en.ftl"),
            Self::De => include_str!("../../templates/messages/de.ftl"),
            Self::Fr => include_str!("../../templates/messages/fr.ftl"),
            Self::Es => include_str!("../../templates/messages/es.ftl"),
            Self::Ja => include_str!("../../templates/messages/ja.ftl"),
        }
    }
}

/// What a request says about language, in the order of precedence.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wishes<'a> {
    /// `ui_locales` of the authorization request: tags by preference, separated by spaces (OpenID Connect Core 1.0
    /// section 3.1.2.1).
    pub ui_locales: Option<&'a str>,
    /// What was chosen with the language switch.
    pub cookie: Option<&'a str>,
    /// The header `Accept-Language` (RFC 9110 section 12.5.4).
    pub accept_language: Option<&'a str>,
    /// The tenant's default.
    pub tenant: &'a str,
}

/// Chooses the language of a page.
pub fn negotiate(wishes: Wishes<'_>) -> Locale {
    let first = |tags: &str| tags.split_ascii_whitespace().find_map(Locale::from_tag);
    wishes
        .ui_locales
        .and_then(first)
        .or_else(|| wishes.cookie.and_then(Locale::from_tag))
        .or_else(|| wishes.accept_language.and_then(accepted))
        .or_else(|| Locale::from_tag(wishes.tenant))
        .unwrap_or_default()
}

/// The best language of an `Accept-Language` header: highest quality, then first named; `q=0` means "not this one".
fn accepted(header: &str) -> Option<Locale> {
    let mut best: Option<(f32, Locale)> = None;
    // A header can be long; nobody speaks more than a handful of languages.
    for item in header.split(',').take(32) {
        let mut parts = item.split(';');
        let Some(locale) = parts.next().and_then(Locale::from_tag) else {
            continue;
        };
        let quality = parts
            .find_map(|part| part.trim().strip_prefix("q=")?.parse::<f32>().ok())
            .unwrap_or(1.0);
        if quality > 0.0 && best.is_none_or(|(held, _)| quality > held) {
            best = Some((quality, locale));
        }
    }
    best.map(|(_, locale)| locale)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wishes(
        ui: Option<&'static str>,
        cookie: Option<&'static str>,
        accept: Option<&'static str>,
    ) -> Locale {
        negotiate(Wishes {
            ui_locales: ui,
            cookie,
            accept_language: accept,
            tenant: "de",
        })
    }

    #[test]
    fn the_request_wins_over_cookie_header_and_tenant() {
        assert_eq!(wishes(Some("pt en-GB"), Some("de"), Some("de")), Locale::En);
        assert_eq!(wishes(Some("pt"), Some("en"), Some("de")), Locale::En);
        assert_eq!(wishes(Some("fr-CA en"), Some("en"), Some("de")), Locale::Fr);
        assert_eq!(wishes(None, Some("es"), Some("de")), Locale::Es);
        assert_eq!(wishes(None, Some("xx"), Some("pt, en;q=0.4")), Locale::En);
        assert_eq!(wishes(None, None, Some("ja-JP,ja;q=0.9,en;q=0.8")), Locale::Ja);
        assert_eq!(wishes(None, None, Some("pt")), Locale::De);
        assert_eq!(
            negotiate(Wishes {
                tenant: "zz",
                ..Wishes::default()
            }),
            Locale::En
        );
    }

    #[test]
    fn the_console_speaks_english_where_it_lacks_a_language() {
        assert_eq!(Locale::Ja.for_console(), Locale::En);
        assert_eq!(Locale::De.for_console(), Locale::De);
    }

    #[test]
    fn quality_orders_the_header_and_zero_excludes() {
        assert_eq!(accepted("en;q=0.5, de-CH;q=0.9"), Some(Locale::De));
        assert_eq!(accepted("en, de"), Some(Locale::En));
        assert_eq!(accepted("de;q=0, *"), None);
        assert_eq!(accepted(";;q=,"), None);
    }
}
