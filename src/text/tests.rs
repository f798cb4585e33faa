use std::collections::{BTreeMap, BTreeSet};

use super::*;

/// Every key of a language's file.
fn keys(locale: Locale) -> BTreeSet<String> {
    locale
        .source()
        .lines()
        .filter_map(|line| {
            let (key, _) = line.split_once(" = ")?;
            key.chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
                .then(|| key.to_owned())
        })
        .collect()
}

/// All templates and sources, joined; tests left out.
fn sources() -> String {
    let root = env!("CARGO_MANIFEST_DIR");
    let mut all = String::new();
    for folder in ["templates", "src"] {
        for entry in walkdir::WalkDir::new(format!("{root}/{folder}")).follow_links(true) {
            let path = entry.unwrap().into_path();
            let name = path.to_string_lossy().into_owned();
            let wanted = ["html", "txt", "rs"]
                .iter()
                .any(|kind| name.ends_with(&format!(".{kind}")));
            if wanted && !name.contains("samples") && !name.ends_with("tests.rs") {
                all.push_str(&std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    all
}

/// The string literals that follow `opening`.
fn literals_after<'a>(text: &'a str, opening: &str) -> BTreeSet<&'a str> {
    text.match_indices(opening)
        .filter_map(|(at, _)| {
            text[at + opening.len()..]
                .split_once('"')
                .map(|(literal, _)| literal)
        })
        .collect()
}

#[test]
fn the_files_have_no_broken_line() {
    for locale in Locale::ALL {
        let parsed = FluentResource::try_new(locale.source().to_owned());
        assert!(
            parsed.is_ok(),
            "{locale:?}: {:?}",
            parsed.err().map(|(_, errors)| errors)
        );
    }
}

/// What a language's file must hold: everything, or what stands above the console's part.
fn expected(locale: Locale) -> BTreeMap<String, BTreeSet<String>> {
    let english = Locale::En.source();
    let (hosted, _) = english.split_once("\n# Console\n").unwrap();
    messages(if Locale::CONSOLE.contains(&locale) {
        english
    } else {
        hosted
    })
}

/// Keys and the variables of their texts.
fn messages(source: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut last = String::new();
    for line in source.lines().filter(|line| !line.starts_with('#')) {
        if let Some((key, _)) = line.split_once(" = ").filter(|_| !line.starts_with(' ')) {
            key.clone_into(&mut last);
            assert!(
                found.insert(last.clone(), BTreeSet::new()).is_none(),
                "{last} stands there twice"
            );
        }
        let variables = line.split("{ $").skip(1);
        let names = variables.map(|rest| rest.split([' ', '}']).next().unwrap_or_default().to_owned());
        found.entry(last.clone()).or_default().extend(names);
    }
    found.remove("");
    found
}

#[test]
fn every_language_has_exactly_the_english_keys_and_their_variables() {
    for locale in Locale::ALL {
        let (wanted, own) = (expected(locale), messages(locale.source()));
        let differing: Vec<_> = wanted
            .iter()
            .filter(|(key, variables)| own.get(*key) != Some(*variables))
            .map(|(key, _)| key)
            .collect();
        let surplus: Vec<_> = own.keys().filter(|key| !wanted.contains_key(*key)).collect();
        assert!(
            differing.is_empty() && surplus.is_empty(),
            "{locale:?}: missing or with other variables {differing:?}, surplus {surplus:?}"
        );
    }
}

/// Hosted pages and mails must not fall back to English in the middle of a sentence's page: their keys stand above the console's part.
#[test]
fn what_hosted_pages_say_stands_above_the_console_part() {
    let root = env!("CARGO_MANIFEST_DIR");
    let known = keys(Locale::En);
    let hosted = expected(Locale::Fr);
    for folder in ["account", "authenticator", "device", "ends", "signin", "mail"] {
        for entry in walkdir::WalkDir::new(format!("{root}/templates/{folder}")) {
            let path = entry.unwrap().into_path();
            if !path.is_file() {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for key in known.iter().filter(|key| text.contains(&format!("\"{key}\""))) {
                assert!(hosted.contains_key(key), "{key} of {}", path.display());
            }
        }
    }
}

#[test]
fn every_key_that_is_named_exists() {
    let known = keys(Locale::En);
    let all = sources();
    let mut missing = BTreeSet::new();
    for opening in [
        "t(\"",
        ".with(\"",
        ".with2(\"",
        "text.get(\"",
        "text.count(\"",
        "chrome.count(\"",
        ": &str = \"problem",
    ] {
        for key in literals_after(&all, opening) {
            let key = if opening.ends_with("problem") {
                format!("problem{key}")
            } else {
                key.to_owned()
            };
            // Other functions end in `t(` too; a key is lower case with dashes.
            let looks_like_key = key.len() > 1
                && key
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
            if looks_like_key && !known.contains(&key) {
                missing.insert(key);
            }
        }
    }
    // `get("…")`, `insert("…")` and the like of other modules are no messages.
    missing.retain(|key| {
        all.contains(&format!(".t(\"{key}\""))
            || all.contains(&format!("with(\"{key}\""))
            || all.contains(&format!("text.get(\"{key}\""))
            || all.contains(&format!("text.count(\"{key}\""))
            || all.contains(&format!("chrome.count(\"{key}\""))
    });
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_key_is_used() {
    let all = sources();
    let families: BTreeSet<_> = literals_after(&all, "pick(\"")
        .into_iter()
        .chain(literals_after(&all, "pick_or_name(\""))
        .collect();
    let unused: Vec<_> = keys(Locale::En)
        .into_iter()
        .filter(|key| !all.contains(&format!("\"{key}\"")))
        .filter(|key| {
            !families.iter().any(|family| {
                key.strip_prefix(*family)
                    .is_some_and(|rest| rest.starts_with('-'))
            })
        })
        .collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn the_families_are_complete() {
    use crate::domain::assurance::Method;
    use crate::http::views::challenge::Reason;
    use crate::http::views::console::Section;
    use crate::http::views::ends::{ErrorKind, HeldKind};
    use crate::http::views::redirect_diff::RedirectHint;
    use crate::http::views::steps::WaitKind;

    let known = keys(Locale::En);
    let mut wanted: Vec<String> = Vec::new();
    let mut family = |name: &str, values: &[&str]| {
        wanted.extend(
            values
                .iter()
                .map(|value| format!("{name}-{}", value.replace(['_', '.'], "-"))),
        );
    };
    family("way", &Method::ALL.map(Method::name));
    for name in ["challenge-label", "challenge-hint"] {
        family(name, &["totp", "email_otp", "recovery_code", "access_pass"]);
    }
    family("reason", &Reason::ALL.map(Reason::name));
    family("preset", &crate::policy::presets::NAMES);
    family("registration", &["open", "token", "off"]);
    family("layout", &["identifier_first", "combined"]);
    family("floor", &["aal1", "aal2", "phr", "phrh"]);
    family("state", &["active", "disabled"]);
    family("breached", &["when_chosen", "also_at_sign_in"]);
    family("attestation", &["none", "preferred", "required"]);
    family("nav", &Section::TENANT.map(Section::name));
    for name in ["held-title", "held-text"] {
        family(name, &HeldKind::ALL.map(HeldKind::name));
    }
    for name in ["error-title", "error-text"] {
        family(name, &ErrorKind::ALL.map(ErrorKind::name));
    }
    family("redirect-hint", &RedirectHint::ALL.map(RedirectHint::name));
    for name in ["wait-title", "wait-text", "wait-until"] {
        family(name, &WaitKind::ALL.map(WaitKind::name));
    }
    family("mail-changed", &mail::Change::ALL.map(mail::Change::name));
    for name in [
        "notice-title",
        "notice-text",
        "notice-act",
        "notice-other",
        "notice-done-title",
        "notice-done-text",
    ] {
        family(name, &["yes", "no"]);
    }
    for name in ["delete-title", "delete-text"] {
        family(name, &["tenant", "client", "user"]);
    }
    family("remove-text", &["passkey", "totp", "push", "recovery_code"]);
    family("rule", &["fired", "matched", "not_matched", "shadow"]);
    family("scope", &crate::protocol::scope::KNOWN);
    family("mode", &["enforce", "observe", "retired"]);
    family("key", &["next", "active", "retired"]);
    family("ended", &["allowed", "passed", "failed", "refused", "abandoned"]);
    let missing: Vec<_> = wanted.into_iter().filter(|key| !known.contains(key)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_state_of_an_access_pass_has_words() {
    let known = keys(Locale::En);
    for state in crate::domain::access_pass::PassState::NAMES {
        assert!(known.contains(&format!("pass-{state}")), "{state}");
    }
}

#[test]
fn plural_rules_and_arguments_apply() {
    let en = Catalogue::get().locale("en-US");
    assert_eq!(en.count("challenge-tries-left", 1), "One try left.");
    assert_eq!(en.count("challenge-tries-left", 3), "3 tries left.");
    let de = Catalogue::get().locale("de");
    assert_eq!(de.with("back-to-app", &[("app", "Laden")]), "Zurück zu Laden");
    assert_eq!(de.pick("way", "email_otp"), "Code per E-Mail");
    assert_eq!(de.pick_or_name("signal", "from_the_future"), "from_the_future");
    let fr = Catalogue::get().locale("fr-CA");
    assert_eq!(fr.count("challenge-tries-left", 0), "Il reste 0 tentative.");
    assert_eq!(fr.count("challenge-tries-left", 2), "Il reste 2 tentatives.");
    let es = Catalogue::get().locale("es");
    assert_eq!(es.count("challenge-tries-left", 1), "Queda un intento.");
    let ja = Catalogue::get().locale("ja");
    assert_eq!(
        ja.count("recovery-left", 0),
        "残っていません。新しく作成してください。"
    );
    assert_eq!(ja.count("recovery-left", 3), "残り3個");
    // The console's words are English where a language has none.
    assert_eq!(ja.get("nav-overview"), "Overview");
}

#[test]
fn an_unknown_key_shows_itself_and_an_unknown_language_is_english() {
    let text = Catalogue::get().locale("xx");
    assert_eq!(text.locale(), Locale::En);
    assert_eq!(text.get("no-such-key"), "no-such-key");
}
