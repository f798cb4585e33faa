//! Presets do what they say, mistakes are named, changes are put into words.

use super::*;
use crate::base::timestamp::Timestamp;
use crate::domain::action::Action;
use crate::domain::assurance::Strength;
use crate::domain::outcome::{LeastStrength, Outcome};
use crate::domain::policy_version::PolicyMode;
use crate::risk::{Assessment, Baseline, Evidence, HardStop, Model, UserProfile, UserReason, Visit, assess};

const EMAIL: LeastStrength = LeastStrength::AtLeast(Strength::EmailCode);
const TOTP: LeastStrength = LeastStrength::AtLeast(Strength::Totp);

fn assessment(score: f64) -> Assessment {
    let visit = Visit::unknown(Timestamp::EPOCH);
    let evidence = Evidence::derive(&visit, &UserProfile::new(), &Baseline::default());
    Assessment {
        score,
        ..assess(Model::builtin(), &evidence)
    }
}

fn preset(name: &str) -> Policy {
    Policy::parse(presets::get(name).unwrap()).unwrap_or_else(|errors| panic!("{name}: {errors:?}"))
}

fn outcome(policy: &Policy, score: f64) -> Outcome {
    decide(policy, &assessment(score), &Context::of(Action::SignIn, 5)).outcome
}

#[test]
fn every_preset_reads_and_has_its_name() {
    for name in presets::NAMES {
        let policy = preset(name);
        assert_eq!(policy.name, name);
        assert!(!policy.sentences().is_empty());
    }
    assert_eq!(presets::get("other"), None);
}

#[test]
fn the_published_ladders() {
    let cases: [(&str, &[(f64, Outcome)]); 4] = [
        (
            "workforce",
            &[
                (20.99, Outcome::Allow),
                (21.0, Outcome::StepUp(EMAIL)),
                (50.99, Outcome::StepUp(EMAIL)),
                (51.0, Outcome::ReadOnly),
                (75.9, Outcome::ReadOnly),
                (76.0, Outcome::EndSession),
                (90.9, Outcome::EndSession),
                (91.0, Outcome::BlockAndAlert),
            ],
        ),
        (
            "customer",
            &[
                (30.99, Outcome::Allow),
                (31.0, Outcome::LightChallenge),
                (70.99, Outcome::LightChallenge),
                (71.0, Outcome::StepUp(TOTP)),
                (100.0, Outcome::StepUp(TOTP)),
            ],
        ),
        (
            "balanced",
            &[
                (29.99, Outcome::Allow),
                (30.0, Outcome::StepUp(EMAIL)),
                (59.99, Outcome::StepUp(EMAIL)),
                (60.0, Outcome::StepUpAndBind(TOTP)),
                (79.99, Outcome::StepUpAndBind(TOTP)),
                (80.0, Outcome::Deny),
            ],
        ),
        (
            "adaptive-mfa",
            &[
                (29.99, Outcome::Allow),
                (30.0, Outcome::StepUp(EMAIL)),
                (70.99, Outcome::StepUp(EMAIL)),
                (71.0, Outcome::StepUp(LeastStrength::Strongest)),
            ],
        ),
    ];
    for (name, ladder) in cases {
        let policy = preset(name);
        for &(score, wanted) in ladder {
            assert_eq!(outcome(&policy, score), wanted, "{name} at {score}");
        }
    }
    let strongest = decide(
        &preset("adaptive-mfa"),
        &assessment(71.0),
        &Context::of(Action::SignIn, 5),
    );
    assert!(strongest.alert);
}

#[test]
fn a_provider_turns_denial_into_verification() {
    let mut context = Context::of(Action::SignIn, 5);
    context.has_identity_provider = true;
    let verdict = decide(&preset("balanced"), &assessment(80.0), &context);
    assert_eq!(verdict.outcome, Outcome::VerifyIdentity);
}

#[test]
fn balanced_asks_a_new_account_by_rule_and_never_less_than_the_score() {
    let balanced = preset("balanced");
    let new = Context::of(Action::SignIn, 0);
    let low = decide(&balanced, &assessment(5.0), &new);
    assert_eq!(low.outcome, Outcome::StepUp(EMAIL));
    assert_eq!(low.rule, "rule.first sign-in");
    assert_eq!(low.user_reason, UserReason::OrganisationRule);
    let middle = decide(&balanced, &assessment(41.2), &new);
    assert_eq!(middle.rule, "ladder.default.30");
    assert_eq!(
        middle.sentence,
        "Score 41 is at or above 30: ask for a code by e-mail or better."
    );
    assert_eq!(decide(&balanced, &assessment(85.0), &new).outcome, Outcome::Deny);
    let other = decide(&balanced, &assessment(5.0), &Context::of(Action::Consent, 0));
    assert_eq!(other.outcome, Outcome::Allow);
}

#[test]
fn observe_recommends_and_enforces_nothing() {
    let observe = preset("observe");
    let verdict = decide(&observe, &assessment(99.0), &Context::of(Action::SignIn, 0));
    assert_eq!(
        (verdict.outcome, verdict.mode),
        (Outcome::Allow, PolicyMode::Observe)
    );
    let text = presets::get("balanced")
        .unwrap()
        .replace("\"enforce\"", "\"observe\"");
    let shadow = Policy::parse(&text).unwrap();
    let verdict = decide(&shadow, &assessment(99.0), &Context::of(Action::SignIn, 0));
    assert_eq!(
        (verdict.outcome, verdict.enforced()),
        (Outcome::Deny, Outcome::Allow)
    );
}

#[test]
fn hard_stops_hold_at_any_score_and_give_way_to_what_is_stricter() {
    let balanced = preset("balanced");
    let with = |score, stop| Assessment {
        hard_stops: vec![stop],
        ..assessment(score)
    };
    let context = Context::of(Action::SignIn, 5);
    let listed = decide(&balanced, &with(3.0, HardStop::BlocklistedNetwork), &context);
    assert_eq!(
        (listed.outcome, listed.rule.as_str()),
        (Outcome::Deny, "hard_stop.blocklisted_network")
    );
    let copied = decide(&balanced, &with(3.0, HardStop::CopiedDevice), &context);
    assert_eq!(copied.outcome, Outcome::StepUpAndBind(LeastStrength::Strongest));
    assert_eq!(
        decide(&balanced, &with(90.0, HardStop::CopiedDevice), &context).outcome,
        Outcome::Deny
    );
}

#[test]
fn ladders_may_differ_by_action_and_conditions_by_facts() {
    let policy = Policy::parse(
        r#"
schema = 1
[ladder.default]
bands = [{ from = 0, outcome = "allow" }]
[ladder.admin_elevate]
bands = [{ from = 0, outcome = "step_up", strength = "passkey" }]
[[rule]]
name = "owners"
when = { roles = ["owner"], score_from = 10 }
outcome = "step_up"
strength = "totp"
"#,
    )
    .unwrap();
    let passkey = LeastStrength::AtLeast(Strength::Passkey);
    let mut context = Context::of(Action::AdminElevate, 5);
    assert_eq!(
        decide(&policy, &assessment(1.0), &context).outcome,
        Outcome::StepUp(passkey)
    );
    context.action = Action::SignIn;
    context.roles = vec!["owner".into()];
    assert_eq!(
        decide(&policy, &assessment(9.9), &context).outcome,
        Outcome::Allow
    );
    assert_eq!(
        decide(&policy, &assessment(10.0), &context).outcome,
        Outcome::StepUp(TOTP)
    );
}

#[test]
fn mistakes_are_named_with_their_line() {
    let errors = Policy::parse(
        r#"schema = 1
moed = "enforce"

[ladder.default]
bands = [
    { from = 0, outcome = "allow" },
    { from = 60, outcome = "step_up" },
    { from = 30, outcome = "denny" },
    { from = 200, outcome = "deny", strenth = "totp" },
]

[ladder.sing_in]
bands = [{ from = 5, outcome = "deny" }]

[[rule]]
name = "x"
when = { new_acount = true }
outcome = "deny"
"#,
    )
    .unwrap_err();
    let has = |line: usize, part: &str| {
        assert!(
            errors.iter().any(|e| e.line == line && e.message.contains(part)),
            "{line} {part}: {errors:#?}"
        );
    };
    has(2, "«moed», did you mean «mode»");
    has(7, "step_up needs a strength");
    has(8, "«denny», did you mean «deny»");
    has(9, "score from 0 to 100");
    has(9, "«strenth», did you mean «strength»");
    has(12, "«sing_in», did you mean «sign_in»");
    has(17, "«new_acount», did you mean «new_account»");
    let syntax = Policy::parse("schema = 1\nname = \n").unwrap_err();
    assert_eq!(syntax[0].line, 2);
    let missing = Policy::parse("").unwrap_err();
    assert!(
        missing
            .iter()
            .any(|e| e.message.contains("schema = 1 is missing"))
    );
    assert!(missing.iter().any(|e| e.message.contains("ladder.default")));
    let milder = "schema = 1\n[ladder.default]\nbands = [{ from = 0, outcome = \"deny\" }, { from = 9, outcome = \"allow\" }]";
    assert!(Policy::parse(milder).unwrap_err()[0].message.contains("milder"));
}

#[test]
fn a_change_is_one_sentence() {
    let old = preset("balanced");
    let text = presets::get("balanced").unwrap();
    assert_eq!(diff_sentence(&old, &old), "Nothing changes.");
    let earlier = Policy::parse(&text.replace("from = 60", "from = 55")).unwrap();
    assert_eq!(
        diff_sentence(&old, &earlier),
        "For any action, «ask for an authenticator code or better and bind the browser» starts at 55 instead of 60."
    );
    let shadow = Policy::parse(&text.replace("mode = \"enforce\"", "mode = \"observe\"")).unwrap();
    assert_eq!(diff_sentence(&old, &shadow), "Decisions are now only recorded.");
    let changed = diff_sentence(&old, &preset("adaptive-mfa"));
    assert!(changed.contains("rule «first sign-in» goes"), "{changed}");
    assert!(changed.contains("the band from 80"), "{changed}");
}
