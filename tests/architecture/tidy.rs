//! Tidiness: every module says what it is for, nothing secret lies in the tree, every template has a page.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn files(under: &str, extension: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(under);
    walkdir::WalkDir::new(root)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.path().extension().is_some_and(|found| found == extension))
        .map(walkdir::DirEntry::into_path)
        .collect()
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn every_module_says_what_it_is_for() {
    for path in files("src", "rs")
        .into_iter()
        .chain(files("migrations/src", "rs"))
    {
        let content = text(&path);
        assert!(
            content.starts_with("//!")
                || path.ends_with("tests.rs")
                || path.iter().any(|part| part == "tests" || part == "samples"),
            "{}",
            path.display()
        );
    }
}

/// Defect 8: no key material in the tree.
#[test]
fn no_key_material_lies_in_the_tree() {
    let (begin, end) = (["-----", "BEGIN"].concat(), ["PRIVATE", " KEY-----"].concat());
    for folder in [
        "src",
        "templates",
        "static",
        "config",
        "tests",
        "docker",
        "docs",
        "migrations",
    ] {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let ours = |entry: &walkdir::DirEntry| entry.file_name() != "node_modules";
        for entry in walkdir::WalkDir::new(root)
            .into_iter()
            .filter_entry(ours)
            .filter_map(Result::ok)
        {
            if let Ok(content) = std::fs::read_to_string(entry.path()) {
                let found = content
                    .lines()
                    .any(|line| line.contains(&begin) && line.contains(&end));
                assert!(!found, "{}", entry.path().display());
            }
        }
    }
}

#[test]
fn every_template_belongs_to_a_page() {
    let sources: String = files("src", "rs").iter().map(|path| text(path)).collect();
    for path in files("templates", "html")
        .into_iter()
        .chain(files("templates", "txt"))
    {
        let relative = path
            .strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("templates"))
            .unwrap();
        let name = relative.display().to_string();
        let shared = name.starts_with("layout/") || name.starts_with("parts/");
        assert!(
            shared || sources.contains(&format!("path = \"{name}\"")),
            "{name} is drawn by nobody"
        );
    }
}

#[test]
fn nothing_reads_outside_the_repository() {
    let outside = ["..", "shared"].join("/");
    for path in files("src", "rs").into_iter().chain(files("tests", "rs")) {
        assert!(
            !text(&path).contains(&outside) || path.ends_with("tidy.rs"),
            "{}",
            path.display()
        );
    }
}

#[test]
fn every_setting_is_explained() {
    let defaults = text(&Path::new(env!("CARGO_MANIFEST_DIR")).join("config/default.toml"));
    let docs = text(&Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/configuration.md"));
    let table: toml::Table = defaults.parse().unwrap();
    walk("", &table, &docs);
}

fn walk(prefix: &str, table: &toml::Table, docs: &str) {
    for (name, value) in table {
        let key = if prefix.is_empty() {
            name.clone()
        } else {
            format!("{prefix}.{name}")
        };
        match value {
            toml::Value::Table(inner) => walk(&key, inner, docs),
            _ => assert!(
                docs.contains(&format!("`{key}`")),
                "docs/configuration.md does not explain {key}"
            ),
        }
    }
}

/// The tests of a file of conformance modules: functions for each store, and names that are run from a plan's list.
fn modules_of(path: &Path) -> BTreeSet<String> {
    let name = |line: &str| {
        let line = line.trim();
        let function = line
            .strip_prefix("async fn ")
            .map(|rest| rest.split('(').next().unwrap());
        let named = function.unwrap_or(line);
        let prefixes = ["oidcc_", "fapi2_", "fapi_ciba_"];
        let fits = named.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        (fits && prefixes.iter().any(|prefix| named.starts_with(prefix))).then(|| named.to_owned())
    };
    text(path).lines().filter_map(name).collect()
}

/// docs/conformance.md: a module that passes names the files that test it, a test of a module stands in the table, and nothing passes that
/// has no test.
#[test]
fn the_conformance_table_and_the_tests_agree() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let table = text(&root.join("docs/conformance.md"));
    let mut claimed = BTreeSet::new();
    for line in table
        .lines()
        .filter(|line| line.starts_with("| oidcc-") || line.starts_with("| fapi"))
    {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [module, _, files, result] = cells[..] else {
            panic!("{line}");
        };
        let function = module.trim_end_matches(" †").to_lowercase().replace('-', "_");
        assert_eq!(result.starts_with("passes"), !files.is_empty(), "{line}");
        for file in files.split(", ").filter(|file| !file.is_empty()) {
            claimed.insert((file.to_owned(), function.clone()));
        }
    }
    let shared = |path: &Path| {
        path.iter()
            .any(|part| ["fapi", "code_flow", "mod.rs"].iter().any(|name| part == *name))
    };
    let tested: BTreeSet<_> = files("tests/protocol/oidf", "rs")
        .into_iter()
        .filter(|path| !shared(path))
        .flat_map(|path| {
            let file = path.file_stem().unwrap().to_str().unwrap().to_owned();
            modules_of(&path)
                .into_iter()
                .map(move |module| (file.clone(), module))
        })
        .collect();
    let missing: Vec<_> = claimed.difference(&tested).collect();
    let untold: Vec<_> = tested.difference(&claimed).collect();
    assert!(
        missing.is_empty() && untold.is_empty(),
        "no test: {missing:?}\nnot in the table: {untold:?}"
    );
}
