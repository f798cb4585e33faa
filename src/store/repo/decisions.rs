//! Decisions.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, Order, QueryFilter, Select};

use crate::base::ids::{ClientId, DecisionId, DeviceId, PolicyId, Reference, SessionId, UserId};
use crate::base::page::{Page, PageRequest};
use crate::base::timestamp::Timestamp;
use crate::domain::decision::{Decision, Ending, PolicyRef};
use crate::store::entity::decisions::{Column, Entity, Model};
use crate::store::rows::{
    at, by_time, client_id, from_json, from_name, known, maybe_at, maybe_text, maybe_time, name_of, parsed,
    text, time, time_cursor, to_json,
};
use crate::store::{Batch, StoreError, TenantStore};

/// Which decisions a list shows; every given condition must hold.
#[derive(Clone, Debug, Default)]
pub struct DecisionFilter {
    /// What was done, as its outcome's name.
    pub outcome: Option<String>,
    /// Whose account.
    pub user: Option<UserId>,
    /// For which client.
    pub client: Option<ClientId>,
    /// How the address begins, as text: `203.0.113.`.
    pub ip_prefix: Option<String>,
    /// The code that people quote.
    pub reference: Option<Reference>,
    /// Which action, by its name.
    pub action: Option<String>,
    /// How it ended.
    pub ended: Option<Ending>,
    /// The least score.
    pub min_score: Option<f64>,
    /// Not before.
    pub since: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
}

impl TryFrom<Model> for Decision {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let ended = row.ended.as_deref();
        Ok(Self {
            id: DecisionId(row.id),
            reference: known("reference", &row.reference, Reference::parse(&row.reference))?,
            at: at(row.at),
            action: parsed("action", &row.action)?,
            subject: row.subject.map(UserId),
            client: row.client_id.as_deref().map(client_id).transpose()?,
            session: row.session_id.map(SessionId),
            device: row.device_id.map(DeviceId),
            ip: row.ip,
            country: row.country,
            evidence: from_json("evidence", &row.evidence)?,
            assessment: from_json("assessment", &row.assessment)?,
            score: row.score,
            model: row.model,
            policy: PolicyRef {
                id: row.policy_id.map(PolicyId),
                version: row.policy_version,
                rule: row.policy_rule,
                sentence: row.policy_sentence,
            },
            mode: from_name("decision mode", &row.mode)?,
            recommended: row.recommended,
            enforced: row.enforced,
            degraded: row.degraded,
            forced: from_json("forced items", &row.forced)?,
            asked: row.asked,
            ended: ended
                .map(|name| known("ending", name, Ending::from_name(name)))
                .transpose()?,
            ended_at: maybe_at(row.ended_at),
            labels: Vec::new(),
            latency_micros: row.latency_micros,
            repeats: row.repeats,
            repeated_at: maybe_at(row.repeated_at),
        })
    }
}

impl TenantStore {
    /// A decision with its labels.
    pub async fn decision(&self, id: DecisionId) -> Result<Option<Decision>, StoreError> {
        let rows = self
            .mine::<Entity>()
            .filter(Column::Id.eq(id.0))
            .all(self.db())
            .await?;
        Ok(self.with_labels(rows).await?.pop())
    }

    /// Decisions, newest first.
    pub async fn decisions(
        &self,
        filter: &DecisionFilter,
        page: &PageRequest,
    ) -> Result<Page<Decision>, StoreError> {
        self.decision_page(filter, page, Order::Desc).await
    }

    /// Decisions, oldest first: for replay and a person's export.
    pub async fn decisions_in_order(
        &self,
        filter: &DecisionFilter,
        page: &PageRequest,
    ) -> Result<Page<Decision>, StoreError> {
        self.decision_page(filter, page, Order::Asc).await
    }

    async fn decision_page(
        &self,
        filter: &DecisionFilter,
        page: &PageRequest,
        order: Order,
    ) -> Result<Page<Decision>, StoreError> {
        let query = filter.apply(self.mine::<Entity>());
        let rows = by_time(query, (Column::At, Column::Id), page, order)
            .all(self.db())
            .await?;
        let decisions = self.with_labels(rows).await?;
        Ok(Page::from_overfetched(decisions, page, |decision| {
            time_cursor(decision.at, decision.id.0)
        }))
    }

    async fn with_labels(&self, rows: Vec<Model>) -> Result<Vec<Decision>, StoreError> {
        let mut labels: HashMap<_, Vec<_>> = HashMap::new();
        let ids: Vec<DecisionId> = rows.iter().map(|row| DecisionId(row.id)).collect();
        for label in self.labels_of(&ids).await? {
            labels.entry(label.decision.0).or_default().push(label.label);
        }
        rows.into_iter()
            .map(|row| {
                let labels = labels.remove(&row.id).unwrap_or_default();
                Decision::try_from(row).map(|decision| Decision { labels, ..decision })
            })
            .collect()
    }
}

impl DecisionFilter {
    fn apply(&self, mut query: Select<Entity>) -> Select<Entity> {
        if let Some(outcome) = &self.outcome {
            query = query.filter(Column::Enforced.eq(outcome.as_str()));
        }
        if let Some(user) = self.user {
            query = query.filter(Column::Subject.eq(user.0));
        }
        if let Some(client) = &self.client {
            query = query.filter(Column::ClientId.eq(client.as_str()));
        }
        if let Some(prefix) = &self.ip_prefix {
            // Text compares by bytes, so what begins with the prefix is a range that an index answers.
            query = query
                .filter(Column::Ip.gte(prefix.as_str()))
                .filter(Column::Ip.lt(format!("{prefix}\u{10ffff}")));
        }
        if let Some(reference) = &self.reference {
            query = query.filter(Column::Reference.eq(reference.as_str()));
        }
        if let Some(action) = &self.action {
            query = query.filter(Column::Action.eq(action.as_str()));
        }
        if let Some(ended) = self.ended {
            query = query.filter(Column::Ended.eq(ended.name()));
        }
        if let Some(least) = self.min_score {
            query = query.filter(Column::Score.gte(least));
        }
        if let Some(since) = self.since {
            query = query.filter(Column::At.gte(since.micros()));
        }
        if let Some(until) = self.until {
            query = query.filter(Column::At.lt(until.micros()));
        }
        query
    }
}

impl Batch {
    /// A new decision, without labels. Conflict: `decisions.id`.
    pub fn insert_decision(&mut self, decision: &Decision) {
        self.run(
            "INSERT INTO decisions (tenant_id, id, reference, at, action, subject, client_id, session_id, device_id, \
             ip, country, evidence, assessment, score, model, policy_id, policy_version, policy_rule, \
             policy_sentence, mode, recommended, enforced, degraded, forced, asked, ended, ended_at, latency_micros) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, \
             $21, $22, $23, $24, $25, $26, $27, $28)",
            vec![
                decision.id.0.into(),
                text(decision.reference.as_str()),
                time(decision.at),
                decision.action.to_string().into(),
                decision.subject.map(|user| user.0).into(),
                maybe_text(decision.client.as_ref().map(ClientId::as_str)),
                decision.session.map(|session| session.0).into(),
                decision.device.map(|device| device.0).into(),
                maybe_text(decision.ip.as_deref()),
                maybe_text(decision.country.as_deref()),
                decision.evidence.to_string().into(),
                decision.assessment.to_string().into(),
                decision.score.into(),
                text(&decision.model),
                decision.policy.id.map(|policy| policy.0).into(),
                text(&decision.policy.version),
                text(&decision.policy.rule),
                text(&decision.policy.sentence),
                name_of(&decision.mode).into(),
                text(&decision.recommended),
                text(&decision.enforced),
                maybe_text(decision.degraded.as_deref()),
                to_json(&decision.forced).into(),
                maybe_text(decision.asked.as_deref()),
                maybe_text(decision.ended.map(Ending::name)),
                maybe_time(decision.ended_at),
                decision.latency_micros.into(),
            ],
        );
    }

    /// Counts decisions that said the same again on equal evidence.
    pub fn repeat_decision(&mut self, id: DecisionId, times: i64, at: Timestamp) {
        self.run(
            "UPDATE decisions SET repeats = repeats + $3, repeated_at = $4 WHERE tenant_id = $1 AND id = $2",
            vec![id.0.into(), times.into(), time(at)],
        );
    }

    /// Notes how a decision's attempt ended and which factor was asked for. The first ending stays.
    pub fn end_decision(&mut self, id: DecisionId, ending: Ending, asked: Option<&str>, at: Timestamp) {
        self.run(
            "UPDATE decisions SET ended = $3, asked = COALESCE($4, asked), ended_at = $5 \
             WHERE tenant_id = $1 AND id = $2 AND ended IS NULL",
            vec![id.0.into(), text(ending.name()), maybe_text(asked), time(at)],
        );
    }

    /// Notes where a decision led: the session that was begun, and the browser record.
    pub fn link_decision(&mut self, id: DecisionId, session: Option<SessionId>, device: Option<DeviceId>) {
        self.run(
            "UPDATE decisions SET session_id = COALESCE($3, session_id), device_id = COALESCE($4, device_id) \
             WHERE tenant_id = $1 AND id = $2",
            vec![
                id.0.into(),
                session.map(|session| session.0).into(),
                device.map(|device| device.0).into(),
            ],
        );
    }

    /// Says whose account came of a decision that was made before there was one.
    pub fn name_subject(&mut self, id: DecisionId, user: UserId) {
        self.run(
            "UPDATE decisions SET subject = $3 WHERE tenant_id = $1 AND id = $2 AND subject IS NULL",
            vec![id.0.into(), user.0.into()],
        );
    }

    /// Puts a shorter form of an address in the decisions and sessions before a time that still have it: the retention
    /// rule's cut to a network.
    pub fn cut_address(&mut self, ip: &str, network: &str, before: Timestamp) {
        self.run(
            "UPDATE decisions SET ip = $3 WHERE tenant_id = $1 AND ip = $2 AND at < $4",
            vec![text(ip), text(network), time(before)],
        );
        self.run(
            "UPDATE sessions SET ip = $3 WHERE tenant_id = $1 AND ip = $2 AND created_at < $4",
            vec![text(ip), text(network), time(before)],
        );
    }
}

impl TenantStore {
    /// Whole addresses that decisions or sessions before a time still hold, at most `limit`: what
    /// [`Batch::cut_address`] shortens. A network (`203.0.113.0/24`) isn't a whole address.
    pub async fn whole_addresses(&self, before: Timestamp, limit: u16) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT ip FROM decisions WHERE tenant_id = $1 AND at < $2 AND ip NOT LIKE '%/%' \
                   UNION SELECT ip FROM sessions WHERE tenant_id = $1 AND created_at < $2 AND ip NOT LIKE '%/%' \
                   LIMIT $3";
        let values = self.values(vec![time(before), i64::from(limit).into()]);
        let rows = self.store.rows(sql, values).await?;
        rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
    }
}
