//! One decision: why was this asked?

use actix_web::{HttpRequest, HttpResponse, web};

use super::Answer;
use super::decisions::{decision_row, floor};
use super::session::{ConsoleCtx, Refusal};
use crate::admin::decisions::{self, VerdictLabel};
use crate::base::page::PageRequest;
use crate::domain::decision::{Decision, DecisionMode, Ending};
use crate::http::pages::draw::{html, redirect};
use crate::http::views::When;
use crate::http::views::console::decision::{DecisionPage, RuleRow, SignalRow, TimelineStep};
use crate::http::views::console::{Frame, Section};
use crate::risk::{Assessment, Contribution};
use crate::store::DecisionFilter;

async fn named(ctx: &ConsoleCtx, name: &str) -> Result<Decision, Refusal> {
    decisions::show(&ctx.actor, ctx.platform(), name)
        .await
        .map_err(|error| ctx.refuse(error))
}

/// `GET /console/decisions/{name}.json`: the whole record as a file.
pub(super) async fn json(ctx: ConsoleCtx, name: web::Path<String>) -> Answer {
    let decision = named(&ctx, &name).await?;
    Ok(HttpResponse::Ok()
        .insert_header((
            "content-disposition",
            format!("attachment; filename=\"{}.json\"", decision.reference),
        ))
        .json(decision))
}

/// `POST /console/decisions/{name}/label`: what became known, in the field `verdict`.
pub(super) async fn label(
    ctx: ConsoleCtx,
    name: web::Path<String>,
    request: HttpRequest,
    body: web::Bytes,
) -> Answer {
    let form = ctx.form(&request, &body)?;
    let verdict: Option<VerdictLabel> = serde_json::from_value(form.text("verdict").into()).ok();
    let unknown = || crate::admin::AdminError::invalid("verdict", "use compromised, safe or dismiss");
    let verdict = verdict.ok_or_else(|| ctx.refuse(unknown()))?;
    let decision = named(&ctx, &name).await?;
    let done = decisions::label(&ctx.actor, ctx.platform(), decision.id, verdict).await;
    done.map_err(|error| ctx.refuse(error))?;
    let frame = ctx.frame(Section::Decisions);
    Ok(redirect(&format!(
        "{}&done=saved",
        frame.of("decisions", decision.reference.as_str())
    )))
}

/// `GET /console/decisions/{name}`.
pub(super) async fn show(ctx: ConsoleCtx, name: web::Path<String>) -> Answer {
    let decision = named(&ctx, &name).await?;
    let history = match decision.subject {
        None => Vec::new(),
        Some(user) => {
            let filter = DecisionFilter {
                user: Some(user),
                ..DecisionFilter::default()
            };
            let page = PageRequest::new(None, 10);
            let found = decisions::list(&ctx.actor, ctx.platform(), &filter, &page).await;
            found.map_err(|error| ctx.refuse(error))?.items
        }
    };
    let all: Vec<Decision> = history.iter().cloned().chain([decision.clone()]).collect();
    let names = decisions::subjects(&ctx.actor, ctx.platform(), &all)
        .await
        .map_err(|error| ctx.refuse(error))?;
    let frame = ctx.frame(Section::Decisions);
    let user = decision.subject.and_then(|user| {
        names
            .get(&user)
            .map(|email| (email.clone(), frame.of("users", &user.to_string())))
    });
    let counterfactuals = counterfactuals(&ctx, &frame, &decision);
    let others = history.iter().filter(|other| other.id != decision.id);
    let history = others.map(|other| decision_row(other, &names)).collect();
    Ok(html(&DecisionPage {
        user,
        counterfactuals,
        history,
        ..page(frame, &decision)
    })?)
}

/// The page without what must be looked up beside the record.
fn page(frame: Frame, decision: &Decision) -> DecisionPage {
    let assessment: Option<Assessment> = serde_json::from_value(decision.assessment.clone()).ok();
    let reference = decision.reference.to_string();
    let assessed = assessment.as_ref();
    DecisionPage {
        at: When::at(decision.at),
        verdict: verdict(&frame, decision),
        outcome: decision.recommended.clone(),
        action: decision.action.name(),
        score: decision.score,
        probability: assessed.map_or_else(|| "–".to_owned(), |held| probability(held.probability)),
        odds: assessed.map(|held| odds(held.odds_ratio)),
        observed: decision.mode == DecisionMode::Observe,
        degraded: decision.degraded.clone(),
        forced: decision.forced.clone(),
        user: None,
        app: decision
            .client
            .as_ref()
            .map(|id| (id.to_string(), frame.of("clients", id.as_str()))),
        context: context(decision),
        timeline: timeline(decision),
        // Without an assessment there is nothing to add up: the score stands for itself.
        base: assessed.map_or(decision.score, |held| held.base_points),
        signals: assessed
            .map(|held| held.contributions.iter().map(signal).collect())
            .unwrap_or_default(),
        missing: assessed
            .map(|held| held.missing.iter().copied().map(code).collect())
            .unwrap_or_default(),
        counterfactuals: Vec::new(),
        policy: decision.policy.version.clone(),
        rules: vec![RuleRow {
            sentence: decision.policy.sentence.clone(),
            state: "fired",
        }],
        versions: vec![
            ("model", decision.model.clone()),
            ("policy", decision.policy.version.clone()),
        ],
        latency: format!("{} µs", decision.latency_micros),
        told: None,
        labels: decision.labels.iter().map(ToString::to_string).collect(),
        history: Vec::new(),
        json: serde_json::to_string_pretty(decision).unwrap_or_default(),
        json_href: frame.href(&format!("decisions/{reference}.json")),
        reference,
        frame,
    }
}

/// Nothing is certain: the ends are said as bounds.
fn probability(p: f64) -> String {
    if p > 0.999 {
        "> 99.9 %".to_owned()
    } else if p < 0.0001 {
        "< 0.01 %".to_owned()
    } else {
        format!("{:.2} %", p * 100.0)
    }
}

fn odds(ratio: f64) -> String {
    if ratio > 1_000.0 {
        "> 1000".to_owned()
    } else {
        format!("{ratio:.1}")
    }
}

/// What single signals changed, as long as the model that scored is the one in use.
fn counterfactuals(ctx: &ConsoleCtx, frame: &Frame, decision: &Decision) -> Vec<String> {
    let model = ctx.platform().model.load();
    let assessment: Option<Assessment> = serde_json::from_value(decision.assessment.clone()).ok();
    let Some(held) = assessment.filter(|held| held.model == model.version) else {
        return Vec::new();
    };
    held.contributions
        .iter()
        .filter(|part| part.points >= 3.0)
        .take(3)
        .map(|part| {
            let signal = frame.chrome.pick_or_name("signal", part.code.code());
            let score = floor(held.score_without(&model, part)).to_string();
            frame
                .chrome
                .with2("decision-without", ("signal", &signal), ("score", &score))
                .into_owned()
        })
        .collect()
}

fn verdict(frame: &Frame, decision: &Decision) -> String {
    let outcome = frame.chrome.pick_or_name("outcome", &decision.recommended);
    format!(
        "{outcome} ({}): {}",
        floor(decision.score),
        decision.policy.sentence
    )
}

fn code(signal: crate::risk::Signal) -> String {
    serde_json::to_value(signal)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

fn signal(part: &Contribution) -> SignalRow {
    SignalRow {
        code: code(part.code),
        observed: format!("{:.2}", part.value),
        usual: None,
        points: part.points,
        age: part.age_secs.map(|secs| format!("{secs} s")),
        source: Some(part.source.clone().into_owned()),
        forced: part.source == "forced",
    }
}

fn context(decision: &Decision) -> Vec<(&'static str, String)> {
    let parts = [
        ("ip", decision.ip.clone()),
        ("place", decision.country.clone()),
        ("session", decision.session.map(|id| id.to_string())),
        ("device", decision.device.map(|id| id.to_string())),
    ];
    parts
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}

/// What the record tells of the attempt: its beginning, the decision, what was asked, how it ended.
fn timeline(decision: &Decision) -> Vec<TimelineStep> {
    let step = |at, code: &str, method: Option<&String>, tone| TimelineStep {
        at: When::at(at),
        after: format!("{} s", at.since(decision.at).as_secs()),
        code: code.to_owned(),
        method: method.cloned(),
        tone,
    };
    let asked = decision.asked.as_ref();
    let mut steps = vec![step(decision.at, "decided", None, "plain")];
    if asked.is_some() {
        steps.push(step(decision.at, "challenged", asked, "plain"));
    }
    if let (Some(ended), Some(at)) = (decision.ended, decision.ended_at) {
        let (code, tone) = match ended {
            Ending::Allowed => ("completed", "good"),
            Ending::Passed => ("passed", "good"),
            Ending::Failed => ("failed", "bad"),
            Ending::Refused => ("refused", "bad"),
            Ending::Abandoned => ("abandoned", "plain"),
        };
        steps.push(step(at, code, asked, tone));
    }
    steps
}
