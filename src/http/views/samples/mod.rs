//! Every page with invented content, drawn in every language and checked: no inline script or style, labels on every
//! field, no id twice, one main heading.
//!
//! With `TIDEGATE_DUMP_PAGES` set to any value the pages are also written to a folder `tidegate-pages` under the system's
//! folder for temporary files, for screenshots and accessibility checks.

mod account;
mod authenticator;
mod console;
mod console_access;
mod console_decisions;
mod dev;
mod device;
mod ends;
mod sign_up;
mod signin;

use crate::domain::message::NotPossible;
use std::collections::BTreeSet;

use askama::Template;
use scraper::{Html, Selector};

use super::{Chrome, Support, When};
use crate::base::timestamp::Timestamp;
use crate::text::mail::{self, Mail};
use crate::text::{Locale, Text};

/// A page that can be drawn with invented content.
pub(super) trait Sample: Sized {
    /// The cases, each with a name.
    fn samples(chrome: Chrome) -> Vec<(&'static str, Self)>;
}

/// What stands around the samples.
fn chrome(locale: Locale) -> Chrome {
    Chrome {
        text: Text::new(locale),
        tenant: "Northwind Trading".to_owned(),
        base: "/t/demo".to_owned(),
        brand: None,
        support: Some(Support {
            href: "mailto:help@demo.test".to_owned(),
            label: "help@demo.test".to_owned(),
        }),
        dev: false,
        csrf: "csrf-token".to_owned(),
        reference: "7K3MZQ2P".to_owned(),
        here: "/t/demo/signin?login=1".to_owned(),
    }
}

/// A moment some hours before the samples' now.
fn ago(hours: i64) -> When {
    When::at(Timestamp::from_secs(1_795_563_255 - hours * 3600))
}

/// A drawn page.
struct Drawn {
    name: String,
    locale: Locale,
    html: String,
}

fn draw<P: Sample + Template>(name: &str, pages: &mut Vec<Drawn>) {
    for locale in Locale::ALL {
        if name.starts_with("console") && locale.for_console() != locale {
            continue;
        }
        for (case, page) in P::samples(chrome(locale)) {
            pages.push(Drawn {
                name: format!("{name}-{case}"),
                locale,
                html: page.render().unwrap(),
            });
        }
    }
}

fn all() -> Vec<Drawn> {
    let mut pages = Vec::new();
    signin::draw_all(&mut pages);
    ends::draw_all(&mut pages);
    sign_up::draw_all(&mut pages);
    account::draw_all(&mut pages);
    authenticator::draw_all(&mut pages);
    dev::draw_all(&mut pages);
    device::draw_all(&mut pages);
    console::draw_all(&mut pages);
    console_access::draw_all(&mut pages);
    console_decisions::draw_all(&mut pages);
    pages
}

/// Every mail with invented content.
fn mails(locale: Locale) -> Vec<(&'static str, Mail)> {
    let frame = mail::Frame {
        text: Text::new(locale),
        tenant: "Northwind Trading".to_owned(),
        account: "alice@demo.test".to_owned(),
        support: Some("help@demo.test".to_owned()),
        reference: "7K3MZQ2P".to_owned(),
    };
    let link = |answer: &str| format!("https://id.example/t/demo/notice/{answer}?token=tgn_abc");
    let sign_in = mail::NewBrowser {
        at: "24 Nov 2026, 23:34 WET".to_owned(),
        browser: "Chrome on Windows".to_owned(),
        place: Some("Rotterdam, Netherlands".to_owned()),
        app: Some("Harbour Supplies".to_owned()),
        yes: link("yes"),
        no: link("no"),
    };
    let facts = mail::ChangeFacts {
        at: "24 Nov 2026, 23:34 WET".to_owned(),
        browser: "Firefox on Linux".to_owned(),
        what: Some("iCloud Keychain".to_owned()),
        from: None,
        no: link("no"),
    };
    vec![
        ("code", mail::sign_in_code(&frame, "492817", 10)),
        ("new-browser", mail::new_browser(&frame, &sign_in)),
        (
            "changed",
            mail::changed(&frame, mail::Change::FactorAdded, &facts),
        ),
        (
            "recovery-asked",
            mail::changed(
                &frame,
                mail::Change::RecoveryAsked,
                &mail::ChangeFacts {
                    what: None,
                    from: Some("27 Nov 2026, 23:34 WET".to_owned()),
                    ..facts
                },
            ),
        ),
        (
            "admin-link",
            mail::admin_link(&frame, &link("admin"), "owner", 15),
        ),
        ("email-change-code", mail::email_change_code(&frame, "492817", 10)),
        ("sign-up-code", mail::sign_up_code(&frame, "492817", 10)),
        (
            "account-exists",
            mail::account_exists(&frame, "https://id.example/t/demo/signin"),
        ),
        ("new-password-code", mail::new_password_code(&frame, "492817", 10)),
        ("no-account", mail::not_possible(&frame, NotPossible::NoAccount)),
        ("disabled", mail::not_possible(&frame, NotPossible::Disabled)),
    ]
}

fn select<'a>(page: &'a Html, css: &str) -> Vec<scraper::ElementRef<'a>> {
    page.select(&Selector::parse(css).unwrap()).collect()
}

/// Whether a control has a name for people.
fn is_named(page: &Html, control: scraper::ElementRef<'_>) -> bool {
    let element = control.value();
    if element.attr("type") == Some("hidden") || element.attr("aria-hidden") == Some("true") {
        return true;
    }
    element.attr("aria-label").is_some()
        || element
            .attr("id")
            .is_some_and(|id| !select(page, &format!("label[for=\"{id}\"]")).is_empty())
}

#[test]
fn pages_hold_no_inline_script_style_or_handler() {
    for drawn in all() {
        let page = Html::parse_document(&drawn.html);
        for script in select(&page, "script") {
            assert!(
                script.value().attr("src").is_some() && script.inner_html().is_empty(),
                "{}",
                drawn.name
            );
        }
        assert!(select(&page, "style").is_empty(), "{}", drawn.name);
        for element in select(&page, "*") {
            for (attribute, value) in element.value().attrs() {
                assert!(
                    attribute != "style" && !attribute.starts_with("on"),
                    "{}: {attribute}",
                    drawn.name
                );
                assert!(!value.trim_start().starts_with("javascript:"), "{}", drawn.name);
            }
        }
    }
}

#[test]
fn every_field_has_a_label_and_every_form_a_token() {
    for drawn in all() {
        let page = Html::parse_document(&drawn.html);
        for control in select(&page, "input, select, textarea") {
            assert!(is_named(&page, control), "{}: {:?}", drawn.name, control.value());
        }
        for button in select(&page, "button, a") {
            let words: String = button.text().collect();
            let named = !words.trim().is_empty() || button.value().attr("aria-label").is_some();
            assert!(named, "{}: {}", drawn.name, button.html());
        }
        for form in select(&page, "form[method=post]:not(#response)") {
            let token = Selector::parse("input[name=csrf][value=csrf-token]").unwrap();
            assert_eq!(form.select(&token).count(), 1, "{}: {}", drawn.name, form.html());
        }
    }
}

#[test]
fn ids_are_unique_and_references_to_them_resolve() {
    for drawn in all() {
        let page = Html::parse_document(&drawn.html);
        let mut ids = BTreeSet::new();
        for element in select(&page, "[id]") {
            assert!(
                ids.insert(element.value().attr("id").unwrap_or_default()),
                "{}: {:?}",
                drawn.name,
                element.value()
            );
        }
        for attribute in [
            "for",
            "aria-labelledby",
            "aria-describedby",
            "data-reveal",
            "data-codes",
        ] {
            for element in select(&page, &format!("[{attribute}]")) {
                for id in element
                    .value()
                    .attr(attribute)
                    .unwrap_or_default()
                    .split_whitespace()
                {
                    assert!(ids.contains(id), "{}: {attribute}={id}", drawn.name);
                }
            }
        }
        for link in select(&page, "a[href^='#']") {
            let id = link
                .value()
                .attr("href")
                .unwrap_or_default()
                .trim_start_matches('#');
            assert!(ids.contains(id), "{}: #{id}", drawn.name);
        }
    }
}

#[test]
fn pages_name_their_language_and_have_one_main_heading() {
    for drawn in all() {
        let page = Html::parse_document(&drawn.html);
        let html = select(&page, "html");
        let expected = if drawn.html.contains("Tidegate dev</title>") {
            "en"
        } else {
            drawn.locale.tag()
        };
        assert_eq!(html[0].value().attr("lang"), Some(expected), "{}", drawn.name);
        assert_eq!(html[0].value().attr("dir"), Some("ltr"));
        for css in ["h1", "main", "title"] {
            assert_eq!(select(&page, css).len(), 1, "{}: {css}", drawn.name);
        }
        assert!(drawn.html.starts_with("<!doctype html>"), "{}", drawn.name);
    }
}

#[test]
fn no_page_shows_a_bare_key_or_names_a_missing_file() {
    for drawn in all() {
        let page = Html::parse_document(&drawn.html);
        for file in select(&page, "[src]:not(iframe), link[href]") {
            let path = file
                .value()
                .attr("src")
                .or(file.value().attr("href"))
                .unwrap_or_default();
            let made = ["/brand.css", "/authenticator/manifest.webmanifest"];
            let drawn_by_us = made.iter().any(|end| path.ends_with(end)) || path.starts_with("/t/demo/logo/");
            let known = drawn_by_us || crate::http::assets::find(path).is_some();
            assert!(known, "{}: {path}", drawn.name);
        }
        assert!(!drawn.html.contains("{ $"), "{}", drawn.name);
    }
}

#[test]
fn hosted_pages_keep_their_part_of_the_budget() {
    for drawn in all() {
        if drawn.html.contains("class=\"hosted narrow\"") && !drawn.name.starts_with("enrol-totp") {
            assert!(drawn.html.len() < 12_000, "{}: {}", drawn.name, drawn.html.len());
        }
    }
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a switch of this test alone, never of the product"
)]
fn pages_can_be_written_out_to_be_looked_at() {
    if std::env::var("TIDEGATE_DUMP_PAGES").is_err() {
        return;
    }
    let folder = std::env::temp_dir().join("tidegate-pages");
    std::fs::create_dir_all(&folder).unwrap();
    for drawn in all() {
        let name = format!("{}.{}.html", drawn.name, drawn.locale.tag());
        std::fs::write(folder.join(name), drawn.html).unwrap();
    }
    for locale in Locale::ALL {
        for (name, mail) in mails(locale) {
            std::fs::write(
                folder.join(format!("mail-{name}.{}.mail", locale.tag())),
                mail.html,
            )
            .unwrap();
            std::fs::write(
                folder.join(format!("mail-{name}.{}.txt", locale.tag())),
                mail.text,
            )
            .unwrap();
        }
    }
    for asset in crate::http::assets::ASSETS {
        let path = folder.join(asset.path().trim_start_matches('/'));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, asset.bytes).unwrap();
    }
}
