//! What people read: the Fluent catalogue, compiled in, and the choice of language.
//!
//! Pure layers carry codes; this module turns a code into words. Every key exists in English, the language that any
//! other one falls back to, and a test finds keys that are missing or that nothing uses. What stands below the line `# Console` of a file
//! is for the console, which speaks English and German only.

pub mod key;
pub mod locale;
pub mod mail;
pub mod message;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

pub use locale::Locale;

/// The messages of one language.
type Bundle = FluentBundle<FluentResource>;

/// Every language's messages. Read-only after it was built from the compiled-in files.
pub struct Catalogue {
    en: Bundle,
    de: Bundle,
    fr: Bundle,
    es: Bundle,
    ja: Bundle,
}

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue {
    en: bundle(Locale::En),
    de: bundle(Locale::De),
    fr: bundle(Locale::Fr),
    es: bundle(Locale::Es),
    ja: bundle(Locale::Ja),
});

/// Builds the bundle of a language. A broken line is left out; the tests refuse files that have one.
fn bundle(locale: Locale) -> Bundle {
    let resource = match FluentResource::try_new(locale.source().to_owned()) {
        Ok(resource) | Err((resource, _)) => resource,
    };
    let mut bundle = FluentBundle::new_concurrent(vec![locale.langid()]);
    // The marks that isolate directions are for languages that mix them; neither of ours does, and mails would show them.
    bundle.set_use_isolating(false);
    bundle.add_resource_overriding(resource);
    bundle
}

impl Catalogue {
    /// The catalogue.
    pub fn get() -> &'static Self {
        &CATALOGUE
    }

    /// The texts of the language that `tag` names (BCP 47), English when we don't speak it.
    pub fn locale(&'static self, tag: &str) -> Text {
        Text::new(Locale::from_tag(tag).unwrap_or_default())
    }

    const fn bundle(&self, locale: Locale) -> &Bundle {
        match locale {
            Locale::En => &self.en,
            Locale::De => &self.de,
            Locale::Fr => &self.fr,
            Locale::Es => &self.es,
            Locale::Ja => &self.ja,
        }
    }

    /// The message `key` in `locale`, if that very language has it.
    fn find(
        &'static self,
        locale: Locale,
        key: &str,
        args: Option<&FluentArgs<'_>>,
    ) -> Option<Cow<'static, str>> {
        let bundle = self.bundle(locale);
        let pattern = bundle.get_message(key)?.value()?;
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, args, &mut errors);
        // With arguments the text may borrow from them, so it is owned from here on.
        Some(match text {
            Cow::Borrowed(text) if args.is_none() => Cow::Borrowed(text),
            other => Cow::Owned(other.into_owned()),
        })
    }
}

/// One language's texts. Cheap to copy; every page holds one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Text {
    locale: Locale,
}

impl Text {
    /// The texts of a language.
    pub const fn new(locale: Locale) -> Self {
        Self { locale }
    }

    /// Which language this is.
    pub const fn locale(self) -> Locale {
        self.locale
    }

    /// The text of `key`: in this language, else in English, else the key itself.
    pub fn get(self, key: &str) -> Cow<'static, str> {
        self.lookup(key, None)
    }

    /// The text of `key` with `args` filled in.
    pub fn with(self, key: &str, args: &[(&str, &str)]) -> Cow<'static, str> {
        let mut filled = FluentArgs::new();
        for (name, value) in args {
            filled.set((*name).to_owned(), FluentValue::from((*value).to_owned()));
        }
        self.lookup(key, Some(&filled))
    }

    /// The text of `key` with the number `n` filled in; the language's plural rules apply.
    pub fn count(self, key: &str, n: u32) -> Cow<'static, str> {
        let mut filled = FluentArgs::new();
        filled.set("n", FluentValue::from(n));
        self.lookup(key, Some(&filled))
    }

    /// The text of a value of a family, such as `method` and `totp`: key `method-totp`, underscores as dashes.
    pub fn pick(self, family: &str, name: &str) -> Cow<'static, str> {
        self.get(&format!("{family}-{}", name.replace(['_', ':', '.'], "-")))
    }

    /// Like [`Text::pick`], but shows `name` itself when the catalogue has no words for it: for codes that come from
    /// stored records, which may be older or newer than the catalogue.
    pub fn pick_or_name(self, family: &str, name: &str) -> Cow<'static, str> {
        let key = format!("{family}-{}", name.replace(['_', ':', '.'], "-"));
        self.find(&key, None)
            .unwrap_or_else(|| Cow::Owned(name.to_owned()))
    }

    fn find(self, key: &str, args: Option<&FluentArgs<'_>>) -> Option<Cow<'static, str>> {
        let catalogue = Catalogue::get();
        catalogue
            .find(self.locale, key, args)
            .or_else(|| catalogue.find(Locale::En, key, args))
    }

    fn lookup(self, key: &str, args: Option<&FluentArgs<'_>>) -> Cow<'static, str> {
        self.find(key, args).unwrap_or_else(|| Cow::Owned(key.to_owned()))
    }
}
