//! `/dev`, `/dev/mail`, `/dev/risk`.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use super::seed::PASSWORD;
use super::state::{DevCtx, DevState};
use crate::base::page::PageRequest;
use crate::domain::decision::Decision;
use crate::factors::totp;
use crate::http::context::Shared;
use crate::http::errors::PageError;
use crate::http::pages::draw::{html, redirect};
use crate::http::views::When;
use crate::http::views::dev::{
    DIALS, DevDecision, DevHome, DevMail, DevMailRow, DevRisk, DevUrl, Dial, Part, Persona,
};
use crate::policy::decide::floor_score;
use crate::risk::{Assessment, Signal};
use crate::store::DecisionFilter;

/// `GET /dev`.
#[expect(clippy::too_many_lines, reason = "a page that is one list of addresses")]
pub async fn home(request: HttpRequest, web: Shared) -> Result<HttpResponse, PageError> {
    let ctx = DevCtx::of(&request, &web).await?;
    let now = web.platform.now();
    let accounts = web
        .dev
        .as_ref()
        .map(|dev| dev.accounts.clone())
        .unwrap_or_default();
    let personas = accounts
        .iter()
        .map(|account| Persona {
            email: account.email.to_owned(),
            note: account.note.to_owned(),
            sign_in: format!("/demo/signin?login_hint={}", account.email.replace('@', "%40")),
            totp_secret: account.totp.map(str::to_owned),
            totp_code: account
                .totp
                .and_then(totp::from_text)
                .and_then(|secret| totp::current(&secret, now)),
        })
        .collect();
    let issuer = ctx.realm.issuer().to_owned();
    let url = |name: &str, href: String, note: &str| DevUrl {
        name: name.to_owned(),
        href,
        note: note.to_owned(),
    };
    let page = DevHome {
        chrome: ctx.chrome(&request),
        urls: vec![
            url(
                "Demo app",
                "/demo".to_owned(),
                "Sign in as anybody below and see the tokens.",
            ),
            url(
                "Risk",
                "/dev/risk".to_owned(),
                "Every decision as it is made, and dials that force evidence.",
            ),
            url(
                "Mailbox",
                "/dev/mail".to_owned(),
                "Codes and notices; nothing leaves this machine.",
            ),
            url(
                "Console",
                "/console?tenant=demo".to_owned(),
                "Administration; sign in as admin@demo.test.",
            ),
            url(
                "Account page",
                format!("{issuer}/account"),
                "What people see of their own account.",
            ),
            url(
                "Discovery",
                format!("{issuer}/.well-known/openid-configuration"),
                "For your own app: any OpenID Connect library.",
            ),
        ],
        personas,
        password: PASSWORD.to_owned(),
        clients: vec![
            (
                "demo-rp".to_owned(),
                "the demo app; confidential, code and refresh".to_owned(),
            ),
            (
                "demo-cli".to_owned(),
                "public, loopback redirect http://127.0.0.1:ANY/callback, PKCE".to_owned(),
            ),
        ],
    };
    ctx.finish(html(&page)?)
}

fn links(text: &str) -> Vec<String> {
    text.split_whitespace()
        .filter(|word| word.starts_with("http"))
        .map(str::to_owned)
        .collect()
}

/// `GET /dev/mail`.
pub async fn mail(request: HttpRequest, web: Shared) -> Result<HttpResponse, PageError> {
    let ctx = DevCtx::of(&request, &web).await?;
    let mails = web
        .mailer
        .delivered()
        .into_iter()
        .map(|held| DevMailRow {
            links: links(&held.mail.text),
            code: held.mail.code.as_ref().map(|code| code.expose().clone()),
            to: held.mail.to,
            subject: held.mail.subject,
            text: held.mail.text,
            at: When::at(held.at),
        })
        .collect();
    ctx.finish(html(&DevMail {
        chrome: ctx.chrome(&request),
        mails,
    })?)
}

/// `GET /dev/mail.json`, newest first.
pub async fn mail_json(request: HttpRequest, web: Shared) -> Result<HttpResponse, PageError> {
    DevCtx::of(&request, &web).await?;
    let mails: Vec<_> = web
        .mailer
        .delivered()
        .into_iter()
        .map(|held| {
            json!({
                "at": held.at,
                "to": held.mail.to,
                "subject": held.mail.subject,
                "text": held.mail.text,
                "html": held.mail.html,
                "code": held.mail.code.as_ref().map(|code| code.expose().clone()),
            })
        })
        .collect();
    Ok(HttpResponse::Ok().json(mails))
}

/// `GET /dev/risk`.
pub async fn risk(request: HttpRequest, web: Shared) -> Result<HttpResponse, PageError> {
    let ctx = DevCtx::of(&request, &web).await?;
    let turned = web
        .dev
        .as_ref()
        .map(|dev| dev.dials(&web.platform, &request))
        .unwrap_or_default();
    let store = ctx.realm.store(&web.platform.store);
    let page = store
        .decisions(&DecisionFilter::default(), &PageRequest::new(None, 20))
        .await
        .map_err(|error| PageError::from(error).with_chrome(ctx.chrome(&request)))?;
    let accounts = web
        .dev
        .as_ref()
        .map(|dev| dev.accounts.clone())
        .unwrap_or_default();
    let who = |decision: &Decision| {
        let known = accounts
            .iter()
            .find(|account| Some(account.user) == decision.subject);
        known.map_or_else(|| "somebody".to_owned(), |account| account.email.to_owned())
    };
    let view = DevRisk {
        chrome: ctx.chrome(&request),
        dials: DIALS
            .iter()
            .map(|(name, label)| Dial {
                name,
                label,
                on: turned.iter().any(|item| item.name() == *name),
            })
            .collect(),
        decisions: page
            .items
            .iter()
            .map(|decision| row(decision, who(decision)))
            .collect(),
    };
    ctx.finish(html(&view)?)
}

fn row(decision: &Decision, who: String) -> DevDecision {
    let assessment: Option<Assessment> = serde_json::from_value(decision.assessment.clone()).ok();
    let parts = assessment.map(|held| {
        held.contributions
            .iter()
            .filter(|part| part.points.abs() >= 0.05)
            .map(|part| Part {
                code: Signal::code(part.code).to_owned(),
                points: part.points,
                forced: part.source == "forced",
            })
            .collect()
    });
    DevDecision {
        reference: decision.reference.to_string(),
        href: format!("/console/decisions/{}?tenant=demo", decision.id),
        at: When::at(decision.at),
        who,
        action: decision.action.name(),
        score: u32::from(floor_score(decision.score)),
        outcome: decision.enforced.clone(),
        rule: decision.policy.sentence.clone(),
        forced: decision.forced.clone(),
        parts: parts.unwrap_or_default(),
    }
}

/// `POST /dev/risk/dials`: by the page's form, or as JSON `{"dials":["tor"]}`.
pub async fn dials(request: HttpRequest, web: Shared, body: web::Bytes) -> Result<HttpResponse, PageError> {
    let ctx = DevCtx::of(&request, &web).await?;
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(&body)
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    let token = fields
        .iter()
        .find(|(name, _)| name == "csrf")
        .map(|(_, value)| value.as_str());
    ctx.check_form(&request, token)?;
    let json: Option<serde_json::Value> = serde_json::from_slice(&body).ok();
    let from_json: Vec<String> = json
        .as_ref()
        .and_then(|value| value.get("dials")?.as_array().cloned())
        .unwrap_or_default()
        .iter()
        .filter_map(|value| value.as_str().map(str::to_owned))
        .collect();
    let named = fields
        .iter()
        .filter(|(name, _)| name == "dial")
        .map(|(_, value)| value.as_str());
    let items: Vec<&str> = named.chain(from_json.iter().map(String::as_str)).collect();
    DevState::turn(&web.platform, &ctx.browser, &items);
    if json.is_some() {
        ctx.finish(HttpResponse::NoContent().finish())
    } else {
        ctx.finish(redirect("/dev/risk"))
    }
}
