use super::*;
use crate::domain::outcome::LeastStrength;
use crate::protocol::acr::AcrRequest;

const START: Timestamp = Timestamp::from_secs(1_000);
const NOW: Timestamp = Timestamp::from_secs(1_060);
const MAIL: (Method, Strength) = (Method::EmailOtp, Strength::EmailCode);
const TOTP: (Method, Strength) = (Method::Totp, Strength::Totp);
const KEY: (Method, Strength) = (Method::Passkey, Strength::Passkey);

fn need() -> Need {
    Need {
        floor: Acr::Aal1,
        client_floor: Acr::Aal1,
        acr: AcrRequest::default(),
        not_before: None,
        fresh_second_factor: FreshSecondFactor::SessionWillDo,
    }
}

fn proofs(methods: &[Method]) -> Vec<Proof> {
    methods.iter().map(|&method| Proof::by(method, NOW)).collect()
}

fn ask(need: &Need, proofs: &[Proof], enrolled: &[(Method, Strength)], judgement: Option<Judgement>) -> Next {
    next(&Situation {
        now: NOW,
        started_at: START,
        need,
        proofs,
        enrolled,
        judgement,
        password: Password::MayStay,
        remember: Remember::Settled,
        consent: Consent::Settled,
        access_pass: AccessPass::None,
        identity: Identity::Impossible,
    })
}

fn step_up(strength: Strength) -> Judgement {
    Judgement::StepUp(LeastStrength::AtLeast(strength))
}

fn challenge(cause: Cause, options: &[Method]) -> Next {
    Next::Challenge {
        cause,
        options: options.to_vec(),
    }
}

#[test]
fn first_factor_then_decision_then_issue() {
    assert_eq!(ask(&need(), &[], &[MAIL], None), Next::FirstFactor);
    let password = proofs(&[Method::Password]);
    assert_eq!(ask(&need(), &password, &[MAIL], None), Next::Decide);
    assert_eq!(
        ask(&need(), &password, &[MAIL], Some(Judgement::Proceed)),
        Next::Issue { reached: Acr::Aal1 }
    );
    assert_eq!(
        ask(&need(), &password, &[MAIL], Some(Judgement::Refuse)),
        Next::Held
    );
    assert_eq!(
        ask(&need(), &proofs(&[Method::EmailOtp]), &[MAIL], None),
        Next::FirstFactor
    );
}

#[test]
fn risk_asks_for_the_least_strength_and_offers_all_that_suffice() {
    let password = proofs(&[Method::Password]);
    let all = [MAIL, TOTP, KEY];
    let offered = |strength| ask(&need(), &password, &all, Some(step_up(strength)));
    assert_eq!(
        offered(Strength::EmailCode),
        challenge(Cause::Risk, &[Method::Passkey, Method::Totp, Method::EmailOtp])
    );
    assert_eq!(
        offered(Strength::Totp),
        challenge(Cause::Risk, &[Method::Passkey, Method::Totp])
    );
    assert_eq!(
        ask(&need(), &password, &[MAIL], Some(step_up(Strength::Totp))),
        Next::Held
    );
    let strongest = Some(Judgement::StepUp(LeastStrength::Strongest));
    assert_eq!(
        ask(&need(), &password, &all, strongest),
        challenge(Cause::Risk, &[Method::Passkey])
    );
    assert_eq!(ask(&need(), &password, &[MAIL], strongest), Next::Held);
}

#[test]
fn an_older_factor_does_not_answer_todays_doubt() {
    let mut old = proofs(&[Method::Password, Method::Totp]);
    old[1].at = Timestamp::from_secs(10);
    assert_eq!(
        ask(&need(), &old, &[MAIL, TOTP], Some(step_up(Strength::Totp))),
        challenge(Cause::Risk, &[Method::Totp])
    );
    let fresh = proofs(&[Method::Password, Method::Totp]);
    assert_eq!(
        ask(&need(), &fresh, &[MAIL, TOTP], Some(step_up(Strength::Totp))),
        Next::Issue { reached: Acr::Aal2 }
    );
}

#[test]
fn a_weaker_proof_never_satisfies_a_stronger_demand() {
    let ladder = [
        Strength::EmailCode,
        Strength::Totp,
        Strength::Push,
        Strength::Passkey,
        Strength::AttestedPasskey,
    ];
    for asked in ladder {
        for (method, strength) in [MAIL, TOTP, KEY] {
            let done = proofs(&[Method::Password, method]);
            let passed = matches!(
                ask(&need(), &done, &[MAIL, TOTP, KEY], Some(step_up(asked))),
                Next::Issue { .. }
            );
            assert_eq!(passed, strength >= asked, "{method:?} for {asked:?}");
        }
    }
}

#[test]
fn a_floor_holds_and_enrols_where_nothing_fits() {
    let floor = Need {
        floor: Acr::Aal2,
        ..need()
    };
    let proceed = Some(Judgement::Proceed);
    let password = proofs(&[Method::Password]);
    assert_eq!(
        ask(&floor, &password, &[MAIL, TOTP], proceed),
        challenge(Cause::Floor, &[Method::Totp])
    );
    assert_eq!(
        ask(&floor, &password, &[MAIL], proceed),
        challenge(Cause::Enrolment, &[Method::EmailOtp])
    );
    let mailbox = proofs(&[Method::Password, Method::EmailOtp]);
    assert_eq!(
        ask(&floor, &mailbox, &[MAIL], proceed),
        Next::Enrol {
            least: Strength::Totp
        }
    );
    assert_eq!(ask(&floor, &password, &[], proceed), Next::Unmet);
}

#[test]
fn enrolling_in_the_flow_never_replaces_a_factor_that_is_there() {
    let floor = Need {
        floor: Acr::Phr,
        ..need()
    };
    let mailbox = proofs(&[Method::Password, Method::EmailOtp]);
    assert_eq!(
        ask(&floor, &mailbox, &[MAIL, TOTP], Some(Judgement::Proceed)),
        Next::Unmet
    );
}

#[test]
fn a_required_fresh_second_factor_is_proven_in_this_sign_in() {
    let console = Need {
        floor: Acr::Aal2,
        fresh_second_factor: FreshSecondFactor::Required,
        ..need()
    };
    let mut session = proofs(&[Method::Password, Method::Totp]);
    session[1].at = Timestamp::from_secs(900);
    let proceed = Some(Judgement::Proceed);
    assert_eq!(
        ask(&console, &session, &[TOTP], proceed),
        challenge(Cause::Floor, &[Method::Totp])
    );
    let relaxed = Need {
        fresh_second_factor: FreshSecondFactor::SessionWillDo,
        ..console
    };
    assert_eq!(
        ask(&relaxed, &session, &[TOTP], proceed),
        Next::Issue { reached: Acr::Aal2 }
    );
}

#[test]
fn what_the_app_asks_for_is_tried_and_told_truthfully() {
    let acr = |essential| Need {
        acr: AcrRequest {
            values: vec![Acr::Phr, Acr::Aal2],
            essential,
        },
        ..need()
    };
    let password = proofs(&[Method::Password]);
    let proceed = Some(Judgement::Proceed);
    assert_eq!(
        ask(&acr(false), &password, &[MAIL, TOTP], proceed),
        challenge(Cause::App, &[Method::Totp])
    );
    assert_eq!(
        ask(&acr(false), &password, &[MAIL], proceed),
        Next::Issue { reached: Acr::Aal1 }
    );
    assert_eq!(
        ask(&acr(true), &password, &[MAIL], proceed),
        challenge(Cause::Enrolment, &[Method::EmailOtp])
    );
}

#[test]
fn old_sign_ins_are_asked_again() {
    let fresh = Need {
        not_before: Some(Timestamp::from_secs(1_070)),
        ..need()
    };
    assert_eq!(
        ask(
            &fresh,
            &proofs(&[Method::Password]),
            &[MAIL],
            Some(Judgement::Proceed)
        ),
        Next::FirstFactor
    );
}

#[test]
fn remember_and_consent_come_last() {
    let (need, done) = (need(), proofs(&[Method::Password, Method::Totp]));
    let mut situation = Situation {
        now: NOW,
        started_at: START,
        need: &need,
        proofs: &done,
        enrolled: &[TOTP],
        judgement: Some(Judgement::Proceed),
        password: Password::MayStay,
        remember: Remember::Offer,
        consent: Consent::Needed,
        access_pass: AccessPass::None,
        identity: Identity::Impossible,
    };
    assert_eq!(next(&situation), Next::OfferRemember);
    situation.remember = Remember::Settled;
    assert_eq!(next(&situation), Next::Consent);
    situation.consent = Consent::Denied;
    assert_eq!(next(&situation), Next::Denied);
}

#[test]
fn a_remembered_browser_stands_in_for_a_tenants_floor_only() {
    let tenant = Need {
        floor: Acr::Aal2,
        ..need()
    };
    let done = proofs(&[Method::Password]);
    let on = |need: &Need, judgement| {
        next(&Situation {
            now: NOW,
            started_at: START,
            need,
            proofs: &done,
            enrolled: &[TOTP],
            judgement: Some(judgement),
            password: Password::MayStay,
            remember: Remember::Remembered,
            consent: Consent::Settled,
            access_pass: AccessPass::None,
            identity: Identity::Impossible,
        })
    };
    // The token still tells the truth.
    assert_eq!(
        on(&tenant, Judgement::Proceed),
        Next::Issue { reached: Acr::Aal1 }
    );
    let asked = |cause| challenge(cause, &[Method::Totp]);
    assert_eq!(on(&tenant, step_up(Strength::Totp)), asked(Cause::Risk));
    let client = Need {
        client_floor: Acr::Aal2,
        ..tenant.clone()
    };
    assert_eq!(on(&client, Judgement::Proceed), asked(Cause::Floor));
    let fresh = Need {
        fresh_second_factor: FreshSecondFactor::Required,
        ..tenant.clone()
    };
    assert_eq!(on(&fresh, Judgement::Proceed), asked(Cause::Floor));
    let app = Need {
        acr: AcrRequest {
            values: vec![Acr::Aal2],
            essential: false,
        },
        ..tenant
    };
    assert_eq!(on(&app, Judgement::Proceed), asked(Cause::App));
}

#[test]
fn a_password_that_must_go_is_replaced_by_whoever_proves_more() {
    let need = need();
    let at = |methods: &[Method], enrolled: &[(Method, Strength)], consent| {
        let done = proofs(methods);
        next(&Situation {
            now: NOW,
            started_at: START,
            need: &need,
            proofs: &done,
            enrolled,
            judgement: Some(Judgement::Proceed),
            password: Password::MustChange,
            remember: Remember::Offer,
            consent,
            access_pass: AccessPass::None,
            identity: Identity::Impossible,
        })
    };
    let password = [Method::Password];
    assert_eq!(
        at(&password, &[MAIL, TOTP], Consent::Needed),
        challenge(Cause::NewPassword, &[Method::Totp, Method::EmailOtp])
    );
    assert_eq!(at(&password, &[], Consent::Settled), Next::Held);
    // Before anything is offered or allowed.
    assert_eq!(
        at(&[Method::Password, Method::EmailOtp], &[MAIL], Consent::Denied),
        Next::NewPassword
    );
    // A proof of an earlier sign-in does not count.
    let old = [
        Proof::by(Method::Password, NOW),
        Proof::by(Method::Totp, Timestamp::from_secs(10)),
    ];
    let situation = Situation {
        now: NOW,
        started_at: START,
        need: &need,
        proofs: &old,
        enrolled: &[TOTP],
        judgement: Some(Judgement::Proceed),
        password: Password::MustChange,
        remember: Remember::Settled,
        consent: Consent::Settled,
        access_pass: AccessPass::None,
        identity: Identity::Impossible,
    };
    assert_eq!(next(&situation), challenge(Cause::NewPassword, &[Method::Totp]));
}

fn recovering(
    password: Password,
    done: &[Method],
    enrolled: &[(Method, Strength)],
    asked: Judgement,
) -> Next {
    let done = proofs(done);
    let floor = Need {
        floor: Acr::Aal2,
        ..need()
    };
    next(&Situation {
        now: NOW,
        started_at: START,
        need: &floor,
        proofs: &done,
        enrolled,
        judgement: Some(asked),
        password,
        remember: Remember::Settled,
        consent: Consent::Needed,
        access_pass: AccessPass::None,
        identity: Identity::Impossible,
    })
}

#[test]
fn a_forgotten_password_takes_the_mailbox_and_the_factor_that_is_left() {
    let forgot =
        |done: &[Method], enrolled| recovering(Password::Forgotten, done, enrolled, Judgement::Proceed);
    let (mailbox, all) = ([Method::EmailOtp], [MAIL, TOTP, KEY]);
    assert_eq!(forgot(&[], &all), Next::FirstFactor);
    assert_eq!(forgot(&mailbox, &[MAIL]), Next::NewPassword);
    assert_eq!(
        forgot(&mailbox, &all),
        challenge(Cause::Recovery, &[Method::Passkey, Method::Totp])
    );
    // Before the floor, which could not be reached without a password.
    for second in [Method::Totp, Method::RecoveryCode, Method::Passkey] {
        assert_eq!(forgot(&[Method::EmailOtp, second], &all), Next::NewPassword);
    }
    // The mailbox begins nothing for whoever did not say that the password is gone.
    let kept = recovering(Password::MayStay, &mailbox, &all, Judgement::Proceed);
    assert_eq!(kept, Next::FirstFactor);
}

#[test]
fn a_waiting_period_stands_in_for_lost_factors_but_not_for_what_risk_asks() {
    let waited = |done: &[Method], asked| recovering(Password::WaitedFor, done, &[MAIL], asked);
    let mailbox = [Method::EmailOtp];
    assert_eq!(waited(&mailbox, Judgement::Proceed), Next::NewPassword);
    assert_eq!(waited(&mailbox, step_up(Strength::EmailCode)), Next::NewPassword);
    assert_eq!(waited(&mailbox, step_up(Strength::Totp)), Next::Held);
    assert_eq!(waited(&mailbox, Judgement::Refuse), Next::Held);
    // The lost factors are replaced before the sign-in ends.
    assert_eq!(
        waited(&[Method::EmailOtp, Method::Password], Judgement::Proceed),
        Next::Enrol {
            least: Strength::Totp
        }
    );
    let waiting = recovering(Password::Waiting, &mailbox, &[MAIL, TOTP], Judgement::Proceed);
    assert_eq!(waiting, Next::Wait);
}

#[test]
fn an_access_pass_stands_for_lost_factors_and_for_nothing_else() {
    let need = need();
    let at = |methods: &[Method], judgement, password, access_pass| {
        next(&Situation {
            now: NOW,
            started_at: START,
            need: &need,
            proofs: &proofs(methods),
            enrolled: &[MAIL, KEY],
            judgement,
            password,
            remember: Remember::Settled,
            consent: Consent::Needed,
            access_pass,
            identity: Identity::Impossible,
        })
    };
    let typed = [Method::Password];
    let both = [Method::Password, Method::AccessPass];
    let by_mail = [Method::EmailOtp, Method::AccessPass];
    let strong = Some(step_up(Strength::Passkey));
    let proven = AccessPass::Proven(Strength::Passkey);
    // Offered where more is asked for, and only there.
    assert_eq!(
        at(&typed, strong, Password::MayStay, AccessPass::Offered),
        challenge(Cause::Risk, &[Method::Passkey, Method::AccessPass])
    );
    let proceed = Some(Judgement::Proceed);
    assert_eq!(
        at(&typed, proceed, Password::MayStay, AccessPass::Offered),
        Next::Consent
    );
    // It begins nothing by itself, and a refusal stays one.
    assert_eq!(
        at(&[Method::AccessPass], proceed, Password::MayStay, proven),
        Next::FirstFactor
    );
    assert_eq!(at(&both, None, Password::MayStay, proven), Next::Decide);
    let refused = Some(Judgement::Refuse);
    assert_eq!(at(&both, refused, Password::MayStay, proven), Next::Held);
    assert_eq!(
        at(&typed, refused, Password::MayStay, AccessPass::Offered),
        Next::Held
    );
    // Then the lost factors are replaced by one as strong, before anything else.
    let least = Strength::Passkey;
    assert_eq!(
        at(&both, strong, Password::MayStay, proven),
        Next::Enrol { least }
    );
    assert_eq!(at(&both, strong, Password::MustChange, proven), Next::NewPassword);
    assert_eq!(
        at(&by_mail, proceed, Password::Forgotten, proven),
        Next::NewPassword
    );
    let chosen = [Method::EmailOtp, Method::AccessPass, Method::Password];
    assert_eq!(
        at(&chosen, proceed, Password::Forgotten, proven),
        Next::Enrol { least }
    );
    // What risk asked for is asked of the new factor.
    assert_eq!(
        at(&both, strong, Password::MayStay, AccessPass::None),
        challenge(Cause::Risk, &[Method::Passkey])
    );
}

#[test]
fn a_verified_identity_answers_the_decision_and_no_floor() {
    let mut need = need();
    let at = |need: &Need, identity| {
        next(&Situation {
            now: NOW,
            started_at: START,
            need,
            proofs: &proofs(&[Method::Password]),
            enrolled: &[MAIL, TOTP],
            judgement: Some(Judgement::VerifyIdentity),
            password: Password::MayStay,
            remember: Remember::Settled,
            consent: Consent::Settled,
            access_pass: AccessPass::None,
            identity,
        })
    };
    assert_eq!(at(&need, Identity::Impossible), Next::Held);
    assert_eq!(at(&need, Identity::Possible), Next::VerifyIdentity);
    assert_eq!(at(&need, Identity::Proven), Next::Issue { reached: Acr::Aal1 });
    need.floor = Acr::Aal2;
    assert_eq!(
        at(&need, Identity::Proven),
        challenge(Cause::Floor, &[Method::Totp])
    );
}

#[test]
fn consent_to_something_sensitive_is_decided_about_by_itself() {
    let need = need();
    let at = |methods: &[Method], judgement| {
        let done = proofs(methods);
        next(&Situation {
            now: NOW,
            started_at: START,
            need: &need,
            proofs: &done,
            enrolled: &[MAIL, TOTP],
            judgement: Some(Judgement::Proceed),
            password: Password::MayStay,
            remember: Remember::Settled,
            consent: Consent::Guarded(judgement),
            access_pass: AccessPass::None,
            identity: Identity::Impossible,
        })
    };
    let (password, both) = ([Method::Password], [Method::Password, Method::Totp]);
    assert_eq!(at(&password, None), Next::DecideConsent);
    assert_eq!(at(&password, Some(Judgement::Proceed)), Next::Consent);
    assert_eq!(at(&password, Some(Judgement::Refuse)), Next::Held);
    assert_eq!(at(&password, Some(Judgement::VerifyIdentity)), Next::Held);
    let strong = Some(step_up(Strength::Totp));
    assert_eq!(at(&password, strong), challenge(Cause::Consent, &[Method::Totp]));
    assert_eq!(at(&both, strong), Next::Consent);
    assert_eq!(at(&password, Some(step_up(Strength::Passkey))), Next::Held);
}
