//! Which module may name which. The table is the one in the documentation of `src/lib.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use syn::visit::Visit;

/// Layers, lowest first.
const LAYERS: [&[&str]; 6] = [
    &["base"],
    &["protocol", "risk", "domain", "factors", "policy", "flow"],
    &["config", "store", "ephemeral", "crypto", "outbound", "text"],
    &[
        "tenants",
        "accounts",
        "sessions",
        "signals",
        "decisions",
        "signin",
        "selfservice",
        "oidc",
        "admin",
    ],
    &["http", "jobs", "cli"],
    &["app", "server", "main"],
];

/// Edges inside a layer.
const WITHIN: [(&str, &[&str]); 14] = [
    ("domain", &["protocol", "risk"]),
    ("factors", &["domain", "protocol"]),
    ("policy", &["risk", "factors", "domain", "protocol"]),
    ("flow", &["policy", "factors", "domain", "protocol"]),
    ("accounts", &["tenants"]),
    ("sessions", &["tenants", "accounts"]),
    ("signals", &["tenants", "accounts", "sessions"]),
    ("decisions", &["tenants", "accounts", "sessions", "signals"]),
    (
        "signin",
        &["tenants", "accounts", "sessions", "signals", "decisions"],
    ),
    (
        "selfservice",
        &[
            "tenants",
            "accounts",
            "sessions",
            "signals",
            "decisions",
            "signin",
        ],
    ),
    (
        "oidc",
        &[
            "tenants",
            "accounts",
            "sessions",
            "signals",
            "signin",
            "decisions",
        ],
    ),
    (
        "admin",
        &[
            "tenants",
            "accounts",
            "sessions",
            "signals",
            "decisions",
            "signin",
            "selfservice",
            "oidc",
        ],
    ),
    ("server", &["app"]),
    ("main", &["app", "server"]),
];

/// Crates that belong to a few folders.
const CRATES: [(&str, &[&str]); 12] = [
    ("sea_orm", &["store"]),
    ("actix_web", &["http", "app", "main"]),
    ("askama", &["http", "text", "cli"]),
    ("webauthn_rs", &["crypto"]),
    ("jsonwebtoken", &["crypto"]),
    ("argon2", &["crypto"]),
    ("totp_rs", &["factors"]),
    ("reqwest", &["outbound"]),
    ("lettre", &["outbound"]),
    ("maxminddb", &["outbound"]),
    ("clap", &["cli"]),
    ("toml", &["config", "policy", "admin", "cli", "server"]),
];

/// The pure layer may name these of `base`.
const PURE_BASE: [&str; 8] = [
    "ids",
    "secret",
    "net",
    "page",
    "encoding",
    "timestamp",
    "random",
    "clock",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn layer_of(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// What a file names outside of tests.
#[derive(Default)]
struct Names {
    paths: BTreeSet<Vec<String>>,
    is_async: bool,
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("test")
            || (attribute.path().is_ident("cfg")
                && attribute
                    .parse_args::<syn::Path>()
                    .is_ok_and(|path| path.is_ident("test")))
    })
}

impl<'ast> Visit<'ast> for Names {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        let attributes = match item {
            syn::Item::Mod(item) => &item.attrs,
            syn::Item::Fn(item) => &item.attrs,
            syn::Item::Use(item) => &item.attrs,
            syn::Item::Impl(item) => &item.attrs,
            _ => return syn::visit::visit_item(self, item),
        };
        if !is_test(attributes) {
            syn::visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        collect(&item.tree, &mut Vec::new(), &mut self.paths);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string())
            .collect();
        if segments.len() > 1 {
            self.paths.insert(segments);
        }
        syn::visit::visit_path(self, path);
    }

    fn visit_signature(&mut self, signature: &'ast syn::Signature) {
        self.is_async |= signature.asyncness.is_some();
        syn::visit::visit_signature(self, signature);
    }
}

fn collect(tree: &syn::UseTree, prefix: &mut Vec<String>, found: &mut BTreeSet<Vec<String>>) {
    match tree {
        syn::UseTree::Path(path) => {
            prefix.push(path.ident.to_string());
            collect(&path.tree, prefix, found);
            prefix.pop();
        }
        syn::UseTree::Name(name) => {
            let mut full = prefix.clone();
            full.push(name.ident.to_string());
            found.insert(full);
        }
        syn::UseTree::Rename(name) => {
            let mut full = prefix.clone();
            full.push(name.ident.to_string());
            found.insert(full);
        }
        syn::UseTree::Glob(_) => {
            found.insert(prefix.clone());
        }
        syn::UseTree::Group(group) => group.items.iter().for_each(|item| collect(item, prefix, found)),
    }
}

/// Every source file with the module it belongs to; files of tests are left out.
fn sources() -> Vec<(String, PathBuf, Names)> {
    let mut all = Vec::new();
    for entry in walkdir::WalkDir::new(root()) {
        let entry = entry.unwrap();
        let path = entry.path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let relative = path.strip_prefix(root()).unwrap();
        let parts: Vec<String> = relative
            .iter()
            .map(|part| part.to_string_lossy().into_owned())
            .collect();
        let test = parts
            .iter()
            .any(|part| part == "tests" || part == "tests.rs" || part == "samples");
        let module = parts[0].trim_end_matches(".rs").to_owned();
        if test || module == "lib" {
            continue;
        }
        let file = syn::parse_file(&std::fs::read_to_string(path).unwrap()).unwrap();
        let mut names = Names::default();
        names.visit_file(&file);
        all.push((module, relative.to_owned(), names));
    }
    all
}

#[test]
fn every_folder_stands_in_a_layer() {
    for (module, path, _) in sources() {
        assert!(
            layer_of(&module).is_some(),
            "{} stands in no layer",
            path.display()
        );
    }
}

#[test]
fn modules_depend_downwards_only() {
    let within: BTreeMap<&str, &[&str]> = WITHIN.into_iter().collect();
    let mut wrong = Vec::new();
    for (module, path, names) in sources() {
        let own = layer_of(&module).unwrap();
        for named in names
            .paths
            .iter()
            .filter(|named| ["crate", "tidegate"].contains(&named[0].as_str()))
        {
            let Some(target) = named.get(1).filter(|target| **target != module) else {
                continue;
            };
            let Some(layer) = layer_of(target) else { continue };
            let sideways = within
                .get(module.as_str())
                .is_some_and(|may| may.contains(&target.as_str()))
                || (own == 4 && module != target.as_str());
            if layer > own || (layer == own && !sideways) {
                wrong.push(format!("{} names {}", path.display(), named.join("::")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn risk_names_base_alone_and_policy_never_sees_evidence() {
    for (module, path, names) in sources() {
        for named in names.paths.iter().filter(|named| named[0] == "crate") {
            let line = format!("{} names {}", path.display(), named.join("::"));
            if module == "risk" {
                assert!(["risk", "base"].contains(&named[1].as_str()), "{line}");
            }
            if module == "policy" {
                let raw = named
                    .iter()
                    .any(|part| ["evidence", "Evidence", "visit", "profile"].contains(&part.as_str()));
                assert!(!(named[1] == "risk" && raw), "{line}");
            }
        }
    }
}

#[test]
fn crates_stay_in_their_rooms() {
    let rooms: BTreeMap<&str, &[&str]> = CRATES.into_iter().collect();
    let mut wrong = Vec::new();
    for (module, path, names) in sources() {
        for named in &names.paths {
            if rooms
                .get(named[0].as_str())
                .is_some_and(|may| !may.contains(&module.as_str()))
            {
                wrong.push(format!("{} names {}", path.display(), named.join("::")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_pure_layer_is_pure() {
    for (module, path, names) in sources() {
        if layer_of(&module) != Some(1) {
            continue;
        }
        assert!(!names.is_async, "{} has an async fn", path.display());
        for named in &names.paths {
            let line = format!("{} names {}", path.display(), named.join("::"));
            assert!(
                !["tokio", "sea_orm", "actix_web", "reqwest"].contains(&named[0].as_str()),
                "{line}"
            );
            let io = named[0] == "std"
                && named
                    .get(1)
                    .is_some_and(|part| ["fs", "net", "env", "process", "thread"].contains(&part.as_str()));
            assert!(
                !io || named.get(2).is_some_and(|part| part.starts_with("Ip")),
                "{line}"
            );
            if named[0] == "crate" && named[1] == "base" {
                let part = named.get(2).map_or("", String::as_str);
                assert!(
                    PURE_BASE.contains(&part) && !["clock", "random"].contains(&part),
                    "{line}"
                );
            }
        }
    }
}

#[test]
fn the_map_in_lib_rs_is_the_table() {
    let text = std::fs::read_to_string(root().join("lib.rs")).unwrap();
    for (level, layer) in LAYERS.iter().enumerate() {
        let row = text
            .lines()
            .find(|line| line.contains(&format!("| L{level} |")))
            .unwrap();
        let named: BTreeSet<&str> = row.split('`').skip(1).step_by(2).collect();
        let expected: BTreeSet<&str> = layer.iter().copied().collect();
        assert_eq!(named, expected, "row L{level} of the map");
    }
}
