//! Signals beyond the sign-in page: ways back into an account, sessions that are used again, clients that act for themselves, accounts
//! that are made.

use super::Sheet;
use crate::risk::signal::Signal;
use crate::risk::visit::{Drift, Rush, Visit};

pub(super) fn recovery(sheet: &mut Sheet, visit: &Visit) {
    const WEEK: f64 = 7.0 * 86_400.0;
    let account = &visit.account;
    let counted = |count: Option<f64>| count.map(|count| libm::log1p(count.max(0.0)));
    sheet.put_known(Signal::Prompts, counted(account.prompts_unanswered), "counters");
    sheet.put_known(
        Signal::RecoveryAttempts,
        counted(account.recoveries_begun),
        "counters",
    );
    if account.recoveries_begun.is_some() {
        #[expect(clippy::cast_precision_loss, reason = "seconds of an account's age")]
        let recovered = account
            .recovered_secs
            .map_or(0.0, |secs| (1.0 - secs as f64 / WEEK).max(0.0));
        sheet.put(Signal::Recovered, recovered, "account");
    }
}

pub(super) fn session(sheet: &mut Sheet, visit: &Visit) {
    let Some(session) = &visit.session else { return };
    let drift = |drift: Option<Drift>| drift.map(|drift| f64::from(drift as u8));
    sheet.put_known(Signal::SessionNetwork, drift(session.network), "session");
    sheet.put_known(Signal::SessionAgent, drift(session.agent), "session");
    let reused = session.reused.map(|reused| f64::from(u8::from(reused)));
    sheet.put_known(Signal::TokenReuse, reused, "session");
}

pub(super) fn machine(sheet: &mut Sheet, visit: &Visit) {
    const YEAR: f64 = 365.0 * 86_400.0;
    let Some(machine) = &visit.machine else { return };
    if let (Some(hour), Some(usual)) = (machine.tokens_hour, machine.tokens_usual) {
        sheet.put(Signal::TokenRate, Rush { hour, usual }.nats(), "counters");
    }
    let new_scope = machine.new_scope.map(|new| f64::from(u8::from(new)));
    sheet.put_known(Signal::ScopeNovelty, new_scope, "profile");
    #[expect(clippy::cast_precision_loss, reason = "seconds of a secret's age")]
    let age = machine.secret_age_secs.map(|secs| (secs as f64 / YEAR).min(20.0));
    sheet.put_known(Signal::SecretAge, age, "client");
}

pub(super) fn sign_up(sheet: &mut Sheet, visit: &Visit) {
    let Some(facts) = &visit.sign_up else { return };
    let flag = |fact: Option<bool>| fact.map(|fact| f64::from(u8::from(fact)));
    let counted = |count: Option<f64>| count.map(|count| libm::log1p(count.max(0.0)));
    let unsolved = facts.work_solved.map(|solved| !solved);
    sheet.put_known(Signal::WorkUnsolved, flag(unsolved), "form");
    sheet.put_known(Signal::Honeypot, flag(facts.honeypot), "form");
    sheet.put_known(Signal::DisposableAddress, flag(facts.disposable), "list");
    sheet.put_known(Signal::AddressSignUps, counted(facts.address_hour), "counters");
    sheet.put_known(Signal::SubnetSignUps, counted(facts.network_day), "counters");
    sheet.put_known(Signal::AsnSignUps, facts.asn.map(Rush::nats), "counters");
    sheet.put_known(Signal::TenantSignUps, facts.tenant.map(Rush::nats), "counters");
}
