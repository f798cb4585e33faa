//! The first page: what happened in the last day.

use std::collections::HashMap;
use std::time::Duration;

use super::Answer;
use super::decisions::decision_row;
use super::session::{ConsoleCtx, Refusal};
use crate::admin::users::passes;
use crate::admin::{AdminError, decisions, policies, tenants};
use crate::base::page::PageRequest;
use crate::domain::decision::{Decision, Ending};
use crate::domain::policy_version::PolicyMode;
use crate::http::pages::draw::html;
use crate::http::views::Link;
use crate::http::views::console::overview::{HourBar, Overview, Stat};
use crate::http::views::console::{Frame, Section};
use crate::store::{DecisionFilter, TenantCounts};

/// Decisions that are looked through at most; a tenant with more in a day sees its latest.
const LOOKED_AT: usize = 5_000;
/// Decisions that are listed.
const RECENT: usize = 10;

/// The part of a query string that a filter makes: `&name=value` for each value that is not empty.
pub(super) fn filter(pairs: &[(&str, &str)]) -> String {
    pairs
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .fold(String::new(), |mut all, (name, value)| {
            all.push('&');
            all.push_str(name);
            all.push('=');
            all.extend(url::form_urlencoded::byte_serialize(value.as_bytes()));
            all
        })
}

/// `GET /console`.
pub(super) async fn show(ctx: ConsoleCtx) -> Answer {
    let (_, counts) = tenants::show(&ctx.actor, ctx.platform())
        .await
        .map_err(|error| ctx.refuse(error))?;
    // Support may see neither policies nor decisions: those parts stay empty.
    let live = or_nothing(&ctx, policies::show(&ctx.actor, ctx.platform(), None).await)?;
    let day = last_day(&ctx).await.map_err(|error| ctx.refuse(error))?;
    let recent: Vec<&Decision> = day
        .iter()
        .filter(|decision| kind(decision) != Kind::Allowed)
        .take(RECENT)
        .collect();
    let owned: Vec<Decision> = recent.iter().map(|decision| (*decision).clone()).collect();
    let names = or_nothing(
        &ctx,
        decisions::subjects(&ctx.actor, ctx.platform(), &owned).await,
    )?
    .unwrap_or_default();
    let frame = ctx.frame(Section::Overview);
    let page = Overview {
        stats: stats(&frame, &day, &counts),
        hours: hours(&ctx, &day),
        attention: attention(&ctx, &frame).await?,
        recent: recent
            .iter()
            .map(|decision| decision_row(decision, &names))
            .collect(),
        policy: live.as_ref().map(|live| live.name.clone()).unwrap_or_default(),
        enforcing: live.is_some_and(|live| live.mode == PolicyMode::Enforce),
        frame,
    };
    Ok(html(&page)?)
}

/// What waits for this operator: passes that somebody else asked for.
async fn attention(ctx: &ConsoleCtx, frame: &Frame) -> Result<Vec<Link>, Refusal> {
    let waiting = or_nothing(ctx, passes::waiting(&ctx.actor, ctx.platform()).await)?;
    let others = waiting
        .unwrap_or_default()
        .iter()
        .filter(|pass| !pass.own)
        .count();
    let count = u32::try_from(others).unwrap_or(u32::MAX);
    let link = || {
        Link::new(
            frame.href("waiting"),
            frame.chrome.count("passes-waiting", &count),
        )
    };
    Ok((count > 0).then(link).into_iter().collect())
}

/// What the actor may not see is nothing.
fn or_nothing<T>(ctx: &ConsoleCtx, result: Result<T, AdminError>) -> Result<Option<T>, Refusal> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(AdminError::Forbidden(_)) => Ok(None),
        Err(error) => Err(ctx.refuse(error)),
    }
}

async fn last_day(ctx: &ConsoleCtx) -> Result<Vec<Decision>, AdminError> {
    let since = ctx.platform().now().minus(Duration::from_hours(24));
    let filter = DecisionFilter {
        since: Some(since),
        ..DecisionFilter::default()
    };
    let mut all = Vec::new();
    let mut page = PageRequest::new(None, PageRequest::MAX);
    while all.len() < LOOKED_AT {
        let found = match decisions::list(&ctx.actor, ctx.platform(), &filter, &page).await {
            Err(AdminError::Forbidden(_)) => break,
            other => other?,
        };
        all.extend(found.items);
        match found.next {
            Some(next) => page = PageRequest::new(Some(next), PageRequest::MAX),
            None => break,
        }
    }
    Ok(all)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Allowed,
    Challenged,
    Refused,
}

/// What happened to an attempt.
fn kind(decision: &Decision) -> Kind {
    match (decision.enforced.as_str(), decision.ended) {
        (_, Some(Ending::Refused)) | ("deny" | "block_and_alert" | "end_session", _) => Kind::Refused,
        ("allow" | "allow_monitored", _) => Kind::Allowed,
        _ => Kind::Challenged,
    }
}

fn stats(frame: &Frame, day: &[Decision], counts: &TenantCounts) -> Vec<Stat> {
    let count =
        |fits: &dyn Fn(&Decision) -> bool| day.iter().filter(|decision| fits(decision)).count().to_string();
    let list = |more: &str| format!("{}{more}", frame.href("decisions"));
    let stat = |name, value: String, href: String| Stat { name, value, href };
    vec![
        stat("sign_ins", day.len().to_string(), list("")),
        stat(
            "challenged",
            count(&|decision| kind(decision) == Kind::Challenged),
            list("&outcome=step_up"),
        ),
        stat(
            "passed",
            count(&|decision| decision.ended == Some(Ending::Passed)),
            list("&ended=passed"),
        ),
        stat(
            "refused",
            count(&|decision| kind(decision) == Kind::Refused),
            list("&ended=refused"),
        ),
        stat("users", counts.users.to_string(), frame.href("users")),
        stat("sessions", counts.sessions.to_string(), frame.href("users")),
    ]
}

fn hours(ctx: &ConsoleCtx, day: &[Decision]) -> Vec<HourBar> {
    if day.is_empty() {
        return Vec::new();
    }
    let now = ctx.platform().now().secs().div_euclid(3_600);
    let mut counts: HashMap<(i64, Kind), u32> = HashMap::new();
    for decision in day {
        *counts
            .entry((decision.at.secs().div_euclid(3_600), kind(decision)))
            .or_default() += 1;
    }
    let of = |hour: i64, kind: Kind| counts.get(&(hour, kind)).copied().unwrap_or(0);
    (now - 23..=now)
        .map(|hour| HourBar {
            hour: format!("{:02}:00", hour.rem_euclid(24)),
            allowed: of(hour, Kind::Allowed),
            challenged: of(hour, Kind::Challenged),
            refused: of(hour, Kind::Refused),
        })
        .collect()
}
