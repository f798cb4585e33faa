//! The command line as a program: what it refuses, and in which words.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::allow_attributes,
    missing_docs,
    reason = "tests"
)]

use std::path::Path;
use std::process::{Command, Output};

const KEK: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const OTHER_KEK: &str = "HwECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// Runs the program in a folder, with nothing of this process's environment.
fn tidegate(dir: &Path, kek: &str, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tidegate"))
        .args(arguments)
        .env_clear()
        .env("TIDEGATE__SECRETS__KEK", kek)
        .env("TIDEGATE__SERVER__PUBLIC_URL", "https://login.example.test")
        .env("TIDEGATE__SERVER__LISTEN", "127.0.0.1:0")
        .env("TIDEGATE__SERVER__OPERATIONS_LISTEN", "")
        .current_dir(dir)
        .output()
        .unwrap()
}

/// The one line on standard error of a command that failed, and its exit code.
fn refused(output: &Output) -> (i32, String) {
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(text.trim_end().lines().count(), 1, "{text}");
    assert!(output.stdout.is_empty());
    (output.status.code().unwrap(), text.trim_end().to_owned())
}

fn database(dir: &Path) {
    let made = tidegate(dir, KEK, &["migrate"]);
    assert!(made.status.success(), "{made:?}");
    let made = tidegate(dir, KEK, &["tenant", "create", "acme", "--json"]);
    assert!(made.status.success(), "{made:?}");
}

#[test]
fn nothing_is_done_under_another_key_encryption_key() {
    let dir = tempfile::tempdir().unwrap();
    database(dir.path());
    for command in [
        &["serve"][..],
        &["migrate"],
        &["keys", "rotate", "--tenant", "acme"],
        &["tenant", "create", "beta"],
    ] {
        let (code, text) = refused(&tidegate(dir.path(), OTHER_KEK, command));
        assert_eq!(code, 1);
        assert!(
            text.contains("give the secrets.kek this database was made with"),
            "{text}"
        );
    }
    let listed = tidegate(dir.path(), KEK, &["keys", "list", "--tenant", "acme", "--json"]);
    assert!(
        !String::from_utf8(listed.stdout)
            .unwrap()
            .contains("next\":\"next")
    );
}

#[test]
fn serve_makes_no_database_by_accident() {
    let dir = tempfile::tempdir().unwrap();
    let (code, text) = refused(&tidegate(dir.path(), KEK, &["serve"]));
    assert_eq!(code, 1);
    assert!(text.ends_with("run `tidegate migrate` first"), "{text}");
    assert!(!dir.path().join("data").exists());
}

#[test]
fn migrate_check_tells_by_its_exit_code() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(
        tidegate(dir.path(), KEK, &["migrate", "--check"]).status.code(),
        Some(1)
    );
    database(dir.path());
    assert_eq!(
        tidegate(dir.path(), KEK, &["migrate", "--check"]).status.code(),
        Some(0)
    );
}

#[test]
fn wrong_usage_is_told_from_failure() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(tidegate(dir.path(), KEK, &["nonsense"]).status.code(), Some(2));
    assert_eq!(
        tidegate(dir.path(), KEK, &["tenant", "delete", "acme"])
            .status
            .code(),
        Some(1)
    );
    database(dir.path());
    assert_eq!(
        tidegate(dir.path(), KEK, &["tenant", "delete", "acme"])
            .status
            .code(),
        Some(2)
    );
}

#[test]
fn json_is_one_object_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    database(dir.path());
    for command in [
        &["tenant", "list", "--json"][..],
        &["doctor", "--json"],
        &["doctor", "--print-config", "--json"],
        &["audit", "verify", "--json"],
        &["migrate", "--check", "--json"],
    ] {
        let output = tidegate(dir.path(), KEK, command);
        assert!(output.status.success(), "{output:?}");
        assert!(output.stderr.is_empty(), "{output:?}");
        let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(value.is_object());
    }
}
