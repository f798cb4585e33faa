//! The list of decisions. A filter is a query parameter, so that every list can be shared.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::Value;

use super::Answer;
use super::overview::filter;
use super::session::{ConsoleCtx, Refusal};
use crate::admin::decisions::ExportFormat;
use crate::admin::{Actor, AdminError, clients, decisions};
use crate::base::ids::{ClientId, Reference, UserId};
use crate::base::page::{Cursor, Page, PageRequest};
use crate::base::timestamp::Timestamp;
use crate::domain::decision::{Decision, DecisionMode, Ending};
use crate::http::context::Shared;
use crate::http::pages::draw::html;
use crate::http::views::console::decisions::{Chip, DecisionList, DecisionRow};
use crate::http::views::console::{Choice, Frame, Section};
use crate::http::views::{Chrome, When};
use crate::store::DecisionFilter;

/// Outcomes that can be filtered by.
const OUTCOMES: [&str; 8] = [
    "allow",
    "allow_monitored",
    "light_challenge",
    "step_up",
    "step_up_and_bind",
    "verify_identity",
    "deny",
    "block_and_alert",
];
/// Endings that can be filtered by.
const ENDINGS: [&str; 5] = ["allowed", "passed", "failed", "refused", "abandoned"];

/// The query of the list.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Filters {
    q: String,
    outcome: String,
    ended: String,
    client: String,
    ip: String,
    min: String,
    since: String,
    until: String,
    after: Option<String>,
}

impl Filters {
    fn pairs(&self) -> [(&'static str, &str); 8] {
        [
            ("q", self.q.trim()),
            ("outcome", self.outcome.as_str()),
            ("ended", self.ended.as_str()),
            ("client", self.client.as_str()),
            ("ip", self.ip.trim()),
            ("min", self.min.trim()),
            ("since", self.since.as_str()),
            ("until", self.until.as_str()),
        ]
    }

    /// What the database is asked; `None` when nothing can fit (an address that nobody has).
    async fn wanted(&self, ctx: &ConsoleCtx) -> Result<Option<DecisionFilter>, AdminError> {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let mut wanted = DecisionFilter {
            outcome: some(&self.outcome),
            ended: Ending::from_name(&self.ended),
            client: ClientId::parse(&self.client),
            ip_prefix: some(&prefix(self.ip.trim())),
            min_score: self.min.trim().parse().ok(),
            since: day(&self.since),
            // The last day is meant to its end.
            until: day(&self.until).map(|at| at.plus(std::time::Duration::from_hours(24))),
            ..DecisionFilter::default()
        };
        let typed = self.q.trim();
        if typed.is_empty() {
            return Ok(Some(wanted));
        }
        wanted.user = decisions::subject_named(&ctx.actor, ctx.platform(), typed).await?;
        if wanted.user.is_none() {
            wanted.reference = Reference::parse(typed);
        }
        Ok((wanted.user.is_some() || wanted.reference.is_some()).then_some(wanted))
    }
}

/// How addresses of a network begin as text; of one that ends between two numbers, the wider one's beginning.
fn prefix(ip: &str) -> String {
    let Ok(network) = ip.parse::<ipnet::Ipv4Net>() else {
        return ip.to_owned();
    };
    let octets = network.network().octets();
    let whole = usize::from(network.prefix_len() / 8);
    let kept: Vec<String> = octets.iter().take(whole).map(ToString::to_string).collect();
    if whole == 4 || whole == 0 {
        kept.join(".")
    } else {
        format!("{}.", kept.join("."))
    }
}

fn day(text: &str) -> Option<Timestamp> {
    Timestamp::parse_rfc3339(&format!("{text}T00:00:00Z"))
}

async fn found(ctx: &ConsoleCtx, filters: &Filters, page: &PageRequest) -> Result<Page<Decision>, Refusal> {
    let refuse = |error| ctx.refuse(error);
    let Some(wanted) = filters.wanted(ctx).await.map_err(refuse)? else {
        return Ok(Page {
            items: Vec::new(),
            next: None,
        });
    };
    decisions::list(&ctx.actor, ctx.platform(), &wanted, page)
        .await
        .map_err(refuse)
}

/// `GET /console/decisions`.
pub(super) async fn list(ctx: ConsoleCtx, filters: web::Query<Filters>) -> Answer {
    let wanted = PageRequest::new(filters.after.clone().map(Cursor), 50);
    let page = found(&ctx, &filters, &wanted).await?;
    let names = decisions::subjects(&ctx.actor, ctx.platform(), &page.items).await;
    let names = names.map_err(|error| ctx.refuse(error))?;
    let frame = ctx.frame(Section::Decisions);
    let chrome = &frame.chrome;
    let query = filter(&filters.pairs());
    let next = page.next.as_ref().map(|next| next.0.as_str());
    let page = DecisionList {
        query: filters.q.trim().to_owned(),
        outcomes: choices(chrome, "outcome", &OUTCOMES, &filters.outcome),
        endings: choices(chrome, "ended", &ENDINGS, &filters.ended),
        clients: client_choices(&ctx, &filters.client).await?,
        ip: filters.ip.clone(),
        min: filters.min.clone(),
        since: filters.since.clone(),
        until: filters.until.clone(),
        chips: chips(&frame, &filters),
        clear: frame.href("decisions"),
        exports: [ExportFormat::Ndjson, ExportFormat::Ocsf].map(|format| {
            format!(
                "{}{query}&format={}",
                frame.href("decisions/export"),
                format.name()
            )
        }),
        rows: page
            .items
            .iter()
            .map(|decision| decision_row(decision, &names))
            .collect(),
        paging: ctx.paging("decisions", &query, filters.after.as_deref(), next),
        frame,
    };
    Ok(html(&page)?)
}

/// The form of an export.
#[derive(Debug, Deserialize)]
pub(super) struct Form {
    #[serde(default)]
    format: ExportFormat,
}

/// `GET /console/decisions/export`: everything that the list's filter fits, oldest first, sent as it is read.
pub(super) async fn export(ctx: ConsoleCtx, filters: web::Query<Filters>, form: web::Query<Form>) -> Answer {
    let format = form.format;
    let file = format!("attachment; filename=\"decisions.{}.ndjson\"", format.name());
    let mut answer = HttpResponse::Ok();
    answer
        .content_type("application/x-ndjson")
        .insert_header(("content-disposition", file));
    let refuse = |error| ctx.refuse(error);
    let Some(filter) = filters.wanted(&ctx).await.map_err(refuse)? else {
        return Ok(answer.finish());
    };
    decisions::begin_export(&ctx.actor, ctx.platform(), &filter, format)
        .await
        .map_err(refuse)?;
    let lines = Lines {
        web: ctx.web.clone(),
        actor: ctx.actor.clone(),
        filter,
        format,
        page: Some(PageRequest::new(None, PageRequest::MAX)),
    };
    Ok(answer.streaming(futures_util::stream::try_unfold(lines, Lines::next)))
}

/// An export under way.
struct Lines {
    web: Shared,
    actor: Actor,
    filter: DecisionFilter,
    format: ExportFormat,
    /// What comes next; absent at the end.
    page: Option<PageRequest>,
}

impl Lines {
    /// The next page's lines. An error breaks the transfer off, so that nobody takes a part for the whole.
    async fn next(mut self) -> Result<Option<(web::Bytes, Self)>, AdminError> {
        let Some(page) = self.page.take() else {
            return Ok(None);
        };
        let platform = &self.web.platform;
        let part = decisions::export(&self.actor, platform, &self.filter, self.format, &page).await?;
        let mut text = part.items.join("\n");
        if !text.is_empty() {
            text.push('\n');
        }
        self.page = part
            .next
            .map(|next| PageRequest::new(Some(next), PageRequest::MAX));
        Ok(Some((text.into(), self)))
    }
}

fn choices(chrome: &Chrome, family: &str, names: &[&str], chosen: &str) -> Vec<Choice> {
    let any = Choice {
        value: String::new(),
        text: "–".to_owned(),
        chosen: chosen.is_empty(),
    };
    let named = names.iter().map(|name| Choice {
        value: (*name).to_owned(),
        text: chrome.pick_or_name(family, name).into_owned(),
        chosen: *name == chosen,
    });
    std::iter::once(any).chain(named).collect()
}

/// Apps to choose from; who may not see them gets none but the chosen one.
async fn client_choices(ctx: &ConsoleCtx, chosen: &str) -> Result<Vec<Choice>, Refusal> {
    let page = PageRequest::new(None, PageRequest::MAX);
    let known = match clients::list(&ctx.actor, ctx.platform(), None, &page).await {
        Ok(page) => page.items,
        Err(AdminError::Forbidden(_)) => Vec::new(),
        Err(error) => return Err(ctx.refuse(error)),
    };
    let any = Choice {
        value: String::new(),
        text: "–".to_owned(),
        chosen: chosen.is_empty(),
    };
    let named = known.iter().map(|client| Choice {
        value: client.client_id.as_str().to_owned(),
        text: client.client_id.as_str().to_owned(),
        chosen: client.client_id.as_str() == chosen,
    });
    Ok(std::iter::once(any).chain(named).collect())
}

fn chips(frame: &Frame, filters: &Filters) -> Vec<Chip> {
    let pairs = filters.pairs();
    let on = pairs.iter().filter(|(_, value)| !value.is_empty());
    on.map(|(name, value)| {
        let others: Vec<(&str, &str)> = pairs.iter().copied().filter(|(other, _)| other != name).collect();
        Chip {
            name,
            value: (*value).to_owned(),
            without: format!("{}{}", frame.href("decisions"), filter(&others)),
        }
    })
    .collect()
}

/// A decision in a list.
pub(super) fn decision_row(decision: &Decision, names: &HashMap<UserId, String>) -> DecisionRow {
    DecisionRow {
        reference: decision.reference.to_string(),
        at: When::at(decision.at),
        user: decision.subject.and_then(|user| names.get(&user).cloned()),
        app: decision.client.as_ref().map(ToString::to_string),
        action: decision.action.name(),
        score: floor(decision.score),
        outcome: decision.recommended.clone(),
        ended: decision.ended.map(|ended| ended.name().to_owned()),
        reasons: reasons(decision),
        browser: None,
        place: decision.country.clone().or_else(|| decision.ip.clone()),
        observed: decision.mode == DecisionMode::Observe,
    }
}

/// The score as the ladder compares it.
pub(super) fn floor(score: f64) -> u32 {
    u32::from(crate::policy::decide::floor_score(score))
}

/// The two signals that added most.
fn reasons(decision: &Decision) -> Vec<String> {
    let listed = decision.assessment.get("reasons").and_then(Value::as_array);
    let codes = listed.into_iter().flatten().filter_map(Value::as_str);
    codes.take(2).map(str::to_owned).collect()
}
