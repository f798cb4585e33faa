//! The form of an application: metadata and settings as fields, and back.

use serde_json::{Map, Value};

use super::clients::member;
use super::fields::Fields;
use super::session::ConsoleCtx;
use crate::admin::clients::{ClientView, Kind};
use crate::domain::assurance::Acr;
use crate::domain::client::ClientAuthMethod;
use crate::http::views::Problem;
use crate::http::views::console::clients::{Check, ClientForm, Line};
use crate::http::views::console::{Choice, Section};
use crate::protocol::registration::SigningAlg;
use crate::protocol::subject::SubjectType;

/// Members that are one line of text.
const TEXTS: [&str; 8] = [
    "client_name",
    "scope",
    "jwks_uri",
    "sector_identifier_uri",
    "tls_client_auth_subject_dn",
    "tls_client_auth_san_dns",
    "backchannel_logout_uri",
    "frontchannel_logout_uri",
];

/// Members that are lists, one item a line.
const LISTS: [&str; 3] = ["redirect_uris", "post_logout_redirect_uris", "request_uris"];

/// Members and settings that are on or off.
const CHECKS: [&str; 8] = [
    "require_pushed_authorization_requests",
    "require_signed_request_object",
    "dpop_bound_access_tokens",
    "tls_client_certificate_bound_access_tokens",
    "fresh_second_factor",
    "require_consent",
    "development",
    "disabled",
];

/// Members and settings that are chosen from a few.
const CHOICES: [&str; 5] = [
    "token_endpoint_auth_method",
    "id_token_signed_response_alg",
    "authorization_signed_response_alg",
    "subject_type",
    "floor",
];

/// The form as members of a document; an empty field removes what is there.
pub(super) fn members(form: &Fields) -> Map<String, Value> {
    let text = |name: &str| match form.text(name) {
        "" => Value::Null,
        text => text.into(),
    };
    let texts = TEXTS.iter().chain(&CHOICES).map(|name| (*name, text(name)));
    let lists = LISTS.iter().map(|name| (*name, form.lines(name).into()));
    let checks = CHECKS.iter().map(|name| (*name, form.on(name).into()));
    texts
        .chain(lists)
        .chain(checks)
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// A client as the form would send it.
pub(super) fn fields_of(client: &ClientView) -> Fields {
    let settings = &client.settings;
    let lines = |name: &str| -> String {
        let list = client.metadata.get(name).and_then(Value::as_array);
        list.into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join("\n")
    };
    let on = |name: &str| match name {
        "require_consent" => settings.require_consent,
        "development" => settings.development,
        "fresh_second_factor" => settings.fresh_second_factor,
        "disabled" => settings.disabled,
        _ => client
            .metadata
            .get(name)
            .and_then(Value::as_bool)
            .unwrap_or(false),
    };
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    for name in TEXTS.iter().chain(&CHOICES) {
        pairs.append_pair(name, member(client, name));
    }
    for name in LISTS {
        pairs.append_pair(name, &lines(name));
    }
    for name in CHECKS.iter().filter(|name| on(name)) {
        pairs.append_pair(name, "on");
    }
    // Of a repeated field the first counts, and the floor is no member of the metadata.
    let mut fields = url::form_urlencoded::Serializer::new(String::new());
    fields
        .append_pair("floor", settings.floor.map_or("", Acr::name))
        .append_pair("version", &client.version.to_string());
    Fields::parse(format!("{}&{}", fields.finish(), pairs.finish()).as_bytes())
}

/// The page with the form.
pub(super) fn form_page(
    ctx: &ConsoleCtx,
    client: Option<&ClientView>,
    form: &Fields,
    problems: Vec<Problem>,
) -> ClientForm {
    let frame = ctx.frame(Section::Clients);
    let kinds = Kind::ALL.map(|kind| Choice {
        value: kind.name().to_owned(),
        text: frame.chrome.pick("kind", kind.name()).into_owned(),
        chosen: kind.name() == form.text("type"),
    });
    let words = |name: &str| frame.chrome.pick("client-member", name).into_owned();
    let hint = |name: &str| frame.chrome.pick("client-hint", name).into_owned();
    let line = |name: &&'static str| Line {
        name,
        words: words(name),
        hint: hint(name),
        value: form.text(name).to_owned(),
    };
    let check = |name: &&'static str| Check {
        name,
        words: words(name),
        hint: hint(name),
        on: form.on(name),
    };
    let choice = |name: &&'static str| {
        (
            *name,
            words(name),
            Choice::list(&values_of(name), form.text(name)),
        )
    };
    // A new client can't be switched off yet.
    let checks = CHECKS
        .iter()
        .filter(|name| client.is_some() || **name != "disabled");
    ClientForm {
        new: client.is_none(),
        action: client.map_or_else(
            || frame.href("clients"),
            |client| frame.act("clients", client.client_id.as_str(), "edit"),
        ),
        cancel: client.map_or_else(
            || frame.href("clients"),
            |client| frame.of("clients", client.client_id.as_str()),
        ),
        problems,
        kinds: kinds.to_vec(),
        client_name: form.text("client_name").to_owned(),
        texts: TEXTS.iter().map(line).collect(),
        lists: LISTS.iter().map(line).collect(),
        choices: CHOICES.iter().map(choice).collect(),
        checks: checks.map(check).collect(),
        version: form.text("version").to_owned(),
        frame,
    }
}

/// What may be chosen, with how it is shown.
fn values_of(name: &str) -> Vec<(&'static str, &'static str)> {
    let algs = SigningAlg::ALL.map(|alg| (alg.name(), alg.name()));
    let methods = ClientAuthMethod::ALL.map(|method| (method.name(), method.name()));
    match name {
        "token_endpoint_auth_method" => methods.to_vec(),
        "id_token_signed_response_alg" => algs.to_vec(),
        "subject_type" => SubjectType::ALL.map(|kind| (kind.name(), kind.name())).to_vec(),
        "floor" => [("", "–")]
            .into_iter()
            .chain(Acr::ALL.map(|acr| (acr.name(), acr.name())))
            .collect(),
        _ => [("", "–")].into_iter().chain(algs).collect(),
    }
}
