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

fn json(output: &Output) -> serde_json::Value {
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// features.md L2: a model file is added, promoted and taken back; the compiled-in one is always there to fall back on.
#[test]
fn models_are_listed_promoted_and_rolled_back() {
    let dir = tempfile::tempdir().unwrap();
    database(dir.path());
    let run = |arguments: &[&str]| tidegate(dir.path(), KEK, arguments);
    let list = || json(&run(&["risk", "models", "--tenant", "acme", "--json"]))["items"].clone();
    assert_eq!(list()[0]["number"], 0);
    assert_eq!(list()[0]["live"], true);
    let mut own = tidegate::risk::Model::builtin().clone();
    own.version = "acme-1".into();
    std::fs::write(dir.path().join("own.json"), own.to_json().unwrap()).unwrap();
    let added = json(&run(&[
        "risk",
        "promote",
        "own.json",
        "--add-only",
        "--tenant",
        "acme",
        "--json",
    ]));
    assert_eq!(
        (added["number"].as_i64(), added["live"].as_bool()),
        (Some(1), Some(false))
    );
    let live = json(&run(&[
        "risk", "promote", "--number", "1", "--tenant", "acme", "--json",
    ]));
    assert_eq!(
        (live["version"].as_str(), live["live"].as_bool()),
        (Some("acme-1"), Some(true))
    );
    let back = json(&run(&[
        "risk",
        "promote",
        "--rollback",
        "--tenant",
        "acme",
        "--json",
    ]));
    assert_eq!(back["number"], 0);
    let (code, text) = refused(&run(&["risk", "promote", "--rollback", "--tenant", "acme"]));
    assert!(code == 1 && text.contains("nothing to roll back"), "{text}");
    let (code, text) = refused(&run(&["risk", "train", "--tenant", "acme", "--out", "new.json"]));
    assert!(code == 1 && text.contains("nothing to learn"), "{text}");
}

/// Files that are no sound models never score; what is wrong stands in one line.
#[test]
fn models_that_can_not_score_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    database(dir.path());
    let run = |arguments: &[&str]| tidegate(dir.path(), KEK, arguments);
    let sound = tidegate::risk::Model::builtin().to_json().unwrap();
    for (file, wanted) in [
        ("{ damaged".to_owned(), "not a model file"),
        (sound.replacen("prior-", "other-", 1), "content hash"),
        (sound.replacen("\"schema\":2", "\"schema\":99", 1), "schema 99"),
        (r#"{"schema":1,"trees":[]}"#.to_owned(), "schema 1 "),
    ] {
        assert_ne!(file, sound);
        std::fs::write(dir.path().join("bad.json"), file).unwrap();
        let (code, text) = refused(&run(&["risk", "promote", "bad.json", "--tenant", "acme"]));
        assert!(code == 1 && text.contains(wanted), "{text}");
    }
    for (arguments, wanted) in [
        (["risk", "promote", "none.json", "--tenant", "acme"], "none.json"),
        (
            ["risk", "promote", "bad.json", "--tenant", "nobody"],
            "no such tenant",
        ),
        (["risk", "promote", "--number=7", "--tenant", "acme"], "model"),
    ] {
        let (code, text) = refused(&run(&arguments));
        assert!(code == 1 && text.contains(wanted), "{text}");
    }
    let (code, text) = refused(&run(&["risk", "models", "--tenant", "nobody"]));
    assert!(code == 1 && text.contains("no such tenant"), "{text}");
    let listed = json(&run(&["risk", "models", "--tenant", "acme", "--json"]));
    assert_eq!(listed["items"].as_array().unwrap().len(), 1, "nothing was added");
}

/// features.md R8: a file takes a feed's place only when it is what it should be.
#[test]
fn feeds_are_looked_at_before_they_take_their_place() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(
        dir.path().join("feeds.toml"),
        "[feeds]\ntor = \"tor.list\"\n[feeds.sources]\ntor = \"https://127.0.0.1:1/tor\"\n",
    )
    .unwrap();
    let run = |arguments: &[&str]| {
        let all = [&["--config", "feeds.toml"], arguments].concat();
        tidegate(dir.path(), KEK, &all)
    };
    let state = || {
        let listed = json(&run(&["feeds", "list", "--json"]));
        let items = listed["items"].as_array().unwrap();
        items.iter().find(|item| item["feed"] == "tor").unwrap().clone()
    };
    assert!(state()["problem"].is_string(), "the file is not there yet");
    std::fs::write(dir.path().join("good"), "192.0.2.1\n198.51.100.0/24\n").unwrap();
    std::fs::write(dir.path().join("page"), "<html>Please sign in</html>").unwrap();
    assert!(run(&["feeds", "add", "tor", "good"]).status.success());
    assert!(state()["problem"].is_null() && state()["as_of"].is_string());
    let (code, text) = refused(&run(&["feeds", "add", "tor", "page"]));
    assert!(code == 1 && text.contains("stays as it was"), "{text}");
    let kept = std::fs::read_to_string(dir.path().join("tor.list")).unwrap();
    assert!(kept.starts_with("192.0.2.1"));
    assert!(!dir.path().join("tor.list.fresh").exists());
    let (code, text) = refused(&run(&["feeds", "add", "asn", "good"]));
    assert!(code == 1 && text.contains("feeds.asn"), "{text}");
    let fetched = run(&["feeds", "refresh"]);
    assert!(!fetched.status.success(), "nobody answers there");
    assert!(
        String::from_utf8_lossy(&fetched.stdout).contains("fetching failed"),
        "{fetched:?}"
    );
}

/// RFC 8707: resources are registered, listed and removed.
#[test]
fn resources_are_registered_listed_and_removed() {
    let dir = tempfile::tempdir().unwrap();
    database(dir.path());
    let run = |more: &[&str]| {
        tidegate(
            dir.path(),
            KEK,
            &[&["resource"][..], more, &["--tenant", "acme"]].concat(),
        )
    };
    let orders = ["--identifier", "https://orders.test"];
    let made = json(&run(&[
        &[
            "create",
            "--scope",
            "orders:read",
            "--scope",
            "orders:write",
            "--json",
        ][..],
        &orders,
    ]
    .concat()));
    assert_eq!(
        (made["identifier"].as_str(), made["scope"].as_str()),
        (Some("https://orders.test"), Some("orders:read orders:write"))
    );
    let listed = json(&run(&["list", "--json"]));
    assert_eq!(listed["items"][0], made);
    assert!(listed["next"].is_null());
    for bad in [
        &["create", "--identifier", "https://orders.test"][..],
        &["create", "--identifier", "orders"],
        &["create", "--identifier", "https://a.test#b"],
        &["create", "--identifier", "https://a.test", "--scope", "openid"],
        &["create", "--identifier", "https://a.test", "--client", "nobody"],
        &["delete", "--identifier", "https://other.test"],
    ] {
        assert_eq!(refused(&run(bad)).0, 1, "{bad:?}");
    }
    assert!(run(&[&["delete"][..], &orders].concat()).status.success());
    assert_eq!(json(&run(&["list", "--json"]))["items"], serde_json::json!([]));
}

/// RFC 7591 section 3: initial access tokens are printed once, listed without the secret, and taken back.
#[test]
fn initial_access_tokens_are_made_listed_and_removed() {
    let dir = tempfile::tempdir().unwrap();
    database(dir.path());
    let run = |more: &[&str]| {
        let begin = ["client", "initial-access-token"];
        tidegate(
            dir.path(),
            KEK,
            &[&begin[..], more, &["--tenant", "acme", "--json"]].concat(),
        )
    };
    let made = json(&run(&[
        "create", "--uses", "3", "--days", "2", "--note", "portal",
    ]));
    assert!(made["initial_access_token"].as_str().unwrap().starts_with("tgi_"));
    assert_eq!(made["uses_left"], 3);
    let listed = json(&run(&["list"]));
    assert_eq!(
        (&listed["items"][0]["id"], &listed["items"][0]["note"]),
        (&made["id"], &"portal".into())
    );
    assert!(listed["items"][0].get("initial_access_token").is_none());
    assert_eq!(refused(&run(&["create", "--uses", "0"])).0, 1);
    assert!(run(&["delete", made["id"].as_str().unwrap()]).status.success());
    assert_eq!(json(&run(&["list"]))["items"], serde_json::json!([]));
}

/// features.md O16: what a profile asks is set, and what contradicts it is refused in one line that says all of it.
#[test]
fn a_client_keeps_to_its_profile_or_is_not_made() {
    let dir = tempfile::tempdir().unwrap();
    database(dir.path());
    let create = |more: &[&str]| {
        let plain = [
            "client",
            "create",
            "--tenant",
            "acme",
            "--type",
            "web",
            "--redirect-uri",
            "https://app.test/cb",
            "--json",
        ];
        tidegate(dir.path(), KEK, &[&plain, more].concat())
    };
    let (profile, keys) = ("fapi2-security", "jwks_uri=https://app.test/jwks");
    let made = json(&create(&["--profile", profile, "--set", keys]));
    assert_eq!(made["tidegate_profile"], profile);
    assert_eq!(made["token_endpoint_auth_method"], "private_key_jwt");
    assert_eq!(made["require_pushed_authorization_requests"], true);
    assert!(made.get("client_secret").is_none());
    let secret = ["--profile", profile, "--auth-method", "client_secret_basic"];
    let rsa = ["--set", "id_token_signed_response_alg=RS256"];
    let (code, text) = refused(&create(&[&secret[..], &rsa].concat()));
    assert_eq!(code, 1);
    for rule in ["token_endpoint_auth_method", "id_token_signed_response_alg"] {
        assert!(text.contains(rule), "{text}");
    }
    let id = made["client_id"].as_str().unwrap();
    let update = |profile: &str| {
        let change = [
            "client",
            "update",
            id,
            "--tenant",
            "acme",
            "--profile",
            profile,
            "--json",
        ];
        tidegate(dir.path(), KEK, &change)
    };
    let signing = json(&update("fapi2-message-signing"));
    assert_eq!(signing["require_signed_request_object"], true);
    assert!(json(&update("oidc")).get("tidegate_profile").is_none());
    let (_, text) = refused(&update("fapi3"));
    assert!(text.contains("oauth2.1"), "{text}");
}
