//! Conditions on simple facts. All that are set must hold.

use super::decide::Context;
use crate::risk::{Assessment, HardStop};

/// What must hold for a rule to fire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    /// Whether the account has no accepted sign-in yet.
    pub new_account: Option<bool>,
    /// Whether an identity provider is configured.
    pub has_identity_provider: Option<bool>,
    /// One of these roles is held.
    pub roles: Vec<String>,
    /// The account belongs to this segment.
    pub segment: Option<String>,
    /// The action is for this client.
    pub client: Option<String>,
    /// The score, rounded down, is at least this.
    pub score_from: Option<u8>,
    /// The score, rounded down, is below this.
    pub score_below: Option<u8>,
    /// One of these signals is among the reasons.
    pub reasons: Vec<String>,
    /// One of these facts holds.
    pub stops: Vec<HardStop>,
}

impl Condition {
    /// Whether everything that is set holds.
    pub fn holds(&self, assessment: &Assessment, context: &Context) -> bool {
        let is = |wanted: Option<bool>, fact: bool| wanted.is_none_or(|wanted| wanted == fact);
        let names = |wanted: &Option<String>, fact: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| fact == Some(wanted))
        };
        let score = super::decide::floor_score(assessment.score);
        is(self.new_account, context.accepted_sign_ins == 0)
            && is(self.has_identity_provider, context.has_identity_provider)
            && (self.roles.is_empty() || self.roles.iter().any(|role| context.roles.contains(role)))
            && names(&self.segment, context.segment.as_deref())
            && names(&self.client, context.client.as_deref())
            && self.score_from.is_none_or(|from| score >= from)
            && self.score_below.is_none_or(|below| score < below)
            && (self.reasons.is_empty()
                || assessment
                    .reasons
                    .iter()
                    .any(|signal| self.reasons.iter().any(|name| name == signal.code())))
            && (self.stops.is_empty() || assessment.hard_stops.iter().any(|stop| self.stops.contains(stop)))
    }

    /// The condition in words.
    pub(super) fn words(&self) -> String {
        let mut parts = Vec::new();
        match self.new_account {
            Some(true) => parts.push("the account has no accepted sign-in yet".to_owned()),
            Some(false) => parts.push("the account has signed in before".to_owned()),
            None => {}
        }
        match self.has_identity_provider {
            Some(true) => parts.push("an identity provider is configured".to_owned()),
            Some(false) => parts.push("no identity provider is configured".to_owned()),
            None => {}
        }
        if !self.roles.is_empty() {
            parts.push(format!("the account holds the role {}", self.roles.join(" or ")));
        }
        if let Some(segment) = &self.segment {
            parts.push(format!("the account belongs to {segment}"));
        }
        if let Some(client) = &self.client {
            parts.push(format!("the app is {client}"));
        }
        match (self.score_from, self.score_below) {
            (Some(from), Some(below)) => {
                parts.push(format!("the score is {from} to {}", below.saturating_sub(1)));
            }
            (Some(from), None) => parts.push(format!("the score is {from} or more")),
            (None, Some(below)) => parts.push(format!("the score is below {below}")),
            (None, None) => {}
        }
        if !self.reasons.is_empty() {
            parts.push(format!("{} is among the reasons", self.reasons.join(" or ")));
        }
        if !self.stops.is_empty() {
            let stops: Vec<_> = self.stops.iter().map(|stop| super::words::stop(*stop)).collect();
            parts.push(stops.join(" or "));
        }
        if parts.is_empty() {
            "always".to_owned()
        } else {
            parts.join(" and ")
        }
    }
}
