//! Counters and gauges in the Prometheus text format, with bounded labels.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets, linear_buckets};
use prometheus_client::registry::Registry;

use crate::tenants::Platform;

/// A grant type and how it ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct TokenLabels {
    /// Grant type, or `other`.
    pub grant: String,
    /// `issued` or the error code.
    pub result: String,
}

/// How a step of a sign-in ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct SignInLabels {
    /// `completed`, `refused`, `throttled`, `failed`, `challenged`.
    pub outcome: String,
}

/// All metrics of the web face.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    /// Tokens by grant type and result.
    pub tokens: Family<TokenLabels, Counter>,
    /// Sign-ins by outcome.
    pub sign_ins: Family<SignInLabels, Counter>,
    /// Scores of decisions.
    pub scores: Histogram,
    /// Time of a decision, seconds.
    pub decision_seconds: Histogram,
    mail_queue: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("tidegate");
        let tokens = Family::default();
        let sign_ins = Family::default();
        let scores = Histogram::new(linear_buckets(10.0, 10.0, 10));
        let decision_seconds = Histogram::new(exponential_buckets(0.0001, 2.0, 14));
        let mail_queue = Gauge::default();
        registry.register(
            "tokens_issued",
            "Token requests by grant type and result",
            tokens.clone(),
        );
        registry.register("signins", "Sign-ins by outcome", sign_ins.clone());
        registry.register("risk_score", "Scores of decisions, 0 to 100", scores.clone());
        registry.register(
            "risk_decision_seconds",
            "Time from gathering to outcome",
            decision_seconds.clone(),
        );
        registry.register(
            "mail_queue_depth",
            "Mails that wait to be sent",
            mail_queue.clone(),
        );
        Self {
            registry,
            tokens,
            sign_ins,
            scores,
            decision_seconds,
            mail_queue,
        }
    }
}

impl Metrics {
    /// Counts a sign-in's step.
    pub fn sign_in(&self, outcome: &str) {
        self.sign_ins
            .get_or_create(&SignInLabels {
                outcome: outcome.to_owned(),
            })
            .inc();
    }

    /// Counts a token request.
    pub fn token(&self, grant: &str, result: &str) {
        let grant = if ["authorization_code", "refresh_token", "client_credentials"].contains(&grant) {
            grant
        } else {
            "other"
        };
        self.tokens
            .get_or_create(&TokenLabels {
                grant: grant.to_owned(),
                result: result.to_owned(),
            })
            .inc();
    }

    /// The text that Prometheus reads.
    pub fn render(&self, platform: &Platform) -> String {
        self.mail_queue
            .set(i64::try_from(platform.mail.depth()).unwrap_or(i64::MAX));
        let mut text = String::new();
        // Writing into a String can't fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
