use clap::{CommandFactory as _, Parser as _};

use super::args::{Cli, Command};
use super::client::{ClientCommand, wanted};
use super::policy::since;
use super::user::{UserCommand, read_csv};
use crate::base::timestamp::Timestamp;

fn parse(line: &str) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(std::iter::once("tidegate").chain(line.split_whitespace()))
}

fn exit_code(line: &str) -> i32 {
    parse(line).map_or_else(|error| error.exit_code(), |_| 0)
}

#[test]
fn the_arguments_are_sound() {
    Cli::command().debug_assert();
}

#[test]
fn every_command_explains_itself() {
    fn walk(command: &clap::Command, path: &str) {
        let path = format!("{path} {}", command.get_name());
        assert!(command.get_about().is_some(), "{path}");
        for argument in command
            .get_arguments()
            .filter(|it| !matches!(it.get_id().as_str(), "help" | "version"))
        {
            assert!(argument.get_help().is_some(), "{path} {}", argument.get_id());
        }
        command.get_subcommands().for_each(|inner| walk(inner, &path));
    }
    walk(&Cli::command(), "");
}

#[test]
fn wrong_usage_exits_with_two() {
    for bad in [
        "frob",
        "tenant create",
        "user create --email a@b.test",
        "user create --tenant t",
        "client create --tenant t",
        "admin link --tenant t --email a@b.test --role king",
        "keys rotate --tenant t --alg HS256",
        "user create --tenant t --from-json - --email a@b.test",
        "seed --tenants 1",
    ] {
        assert_eq!(exit_code(bad), 2, "{bad}");
    }
    assert_eq!(exit_code("--help"), 0);
    assert_eq!(exit_code("client create --help"), 0);
}

#[test]
fn what_scripts_write_is_understood() {
    for good in [
        "dev --listen 127.0.0.1:0 --data /tmp/x --reset",
        "serve --config a.toml --config b.toml",
        "migrate --check",
        "tenant create acme --preset balanced --registration open --json",
        "--data d --json tenant list",
        "user create --tenant t --email a@b.test --name A --password-stdin --verified --json",
        "user create --tenant t --from-json -",
        "user import f.csv --tenant t --format csv --dry-run",
        "client create --tenant t --type web --redirect-uri https://a.test/cb --scope openid --set a=b --json",
        "client create --tenant t --from-json - --json",
        "client rotate-secret c --tenant t",
        "admin link --tenant t --email a@b.test --role owner",
        "keys list --tenant t",
        "policy replay --tenant t --draft f --since 30d --json",
        "policy check f",
        "audit verify",
        "seed --tenants 2 --users 10 --password-stdin --json",
        "doctor --print-config",
        "backup f",
        "restore f --yes",
    ] {
        assert!(parse(good).is_ok(), "{good}");
    }
    let cli = parse("--data d serve --config a --config b --json").unwrap();
    assert_eq!((cli.sources.config.len(), cli.sources.json), (2, true));
}

fn client(line: &str) -> crate::admin::clients::NewClient {
    let cli = parse(&format!("client create --tenant t {line}")).unwrap();
    let Command::Client(ClientCommand::Create(args)) = &cli.command else {
        panic!("{line}")
    };
    wanted(args).unwrap()
}

#[test]
fn client_flags_become_metadata_by_their_standard_names() {
    let document = client(
        "--type web --redirect-uri https://a.test/cb --auth-method client_secret_post --scope a --scope b --name 1 \
         --set client_name=7 --set require_auth_time=true --set contacts=a@b.test,c@d.test --set default_max_age=60 \
         --set floor=aal2 --set jwks={\"keys\":[]}",
    )
    .document;
    assert_eq!(document["client_name"], "7");
    assert_eq!(document["require_auth_time"], true);
    assert_eq!(document["contacts"], serde_json::json!(["a@b.test", "c@d.test"]));
    assert_eq!(document["default_max_age"], 60);
    assert_eq!(document["scope"], "a b");
    assert_eq!(document["id_token_signed_response_alg"], "ES256");
    assert_eq!(document["token_endpoint_auth_method"], "client_secret_post");
    assert_eq!(document["jwks"], serde_json::json!({"keys": []}));
    let service = client("--type web --grant client_credentials").document;
    assert_eq!(service["response_types"], serde_json::json!([]));
}

#[test]
fn an_import_tells_the_line_of_each_mistake() {
    let rows = read_csv("email,email_verified,given_name\na@b.test,true,A\nc@d.test,perhaps,C\n").unwrap();
    assert_eq!(rows.len(), 2);
    let first = rows[0].1.as_ref().unwrap();
    assert!(first.email_verified && first.claims["given_name"] == "A");
    assert_eq!(rows[1].0, 3);
    assert!(rows[1].1.as_ref().unwrap_err().contains("email_verified"));
    assert!(read_csv("name\nx\n").is_err());
}

#[test]
fn erasing_is_a_command_that_takes_a_yes() {
    let cli = parse("user erase a@b.test --tenant t").unwrap();
    assert!(matches!(cli.command, Command::User(UserCommand::Erase(args)) if !args.yes));
}

#[test]
fn times_are_days_back_or_rfc_3339() {
    let now = Timestamp::from_secs(10 * 86_400);
    assert_eq!(since("3d", now), Some(Timestamp::from_secs(7 * 86_400)));
    assert_eq!(
        since("1970-01-02T00:00:00Z", now),
        Some(Timestamp::from_secs(86_400))
    );
    assert_eq!(since("yesterday", now), None);
}
