//! Mails: how each reads, a test, and the delivery log.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::Answer;
use super::session::{ConsoleCtx, Refusal};
use crate::admin::AdminError;
use crate::admin::mails::{self, Wanted};
use crate::base::page::PageRequest;
use crate::http::pages::draw::html;
use crate::http::views::When;
use crate::http::views::console::mails::{MailPage, MailRow, TestReply};
use crate::http::views::console::{Choice, Section};
use crate::store::MailRecord;
use crate::text::Locale;

/// The HTML part stands alone, with its own style and nothing else: no script, no form, no address of ours in reach.
const MAIL_CSP: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

/// Which mail is looked at.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Looked {
    kind: Option<String>,
    lang: Option<String>,
}

impl Looked {
    fn locale(&self, ctx: &ConsoleCtx) -> Locale {
        let tag = self.lang.as_deref();
        let default = &ctx.realm.tenant.record.settings.default_locale;
        tag.and_then(Locale::from_tag)
            .or_else(|| Locale::from_tag(default))
            .unwrap_or_default()
    }
}

/// `GET /console/mails`.
pub(super) async fn show(ctx: ConsoleCtx, looked: web::Query<Looked>) -> Answer {
    Ok(html(&page(&ctx, &looked, None).await?)?)
}

/// `POST /console/mails/test`: to whoever asks.
pub(super) async fn test(ctx: ConsoleCtx, request: HttpRequest, body: web::Bytes) -> Answer {
    let form = ctx.form(&request, &body)?;
    let looked = Looked {
        kind: Some(form.text("kind").to_owned()),
        lang: Some(form.text("lang").to_owned()),
    };
    let kind = looked.kind.clone().unwrap_or_default();
    let wanted = Wanted {
        kind: &kind,
        locale: looked.locale(&ctx),
    };
    let to = ctx.live.user.email.as_str();
    let sent = mails::send_test(&ctx.actor, ctx.platform(), &ctx.web.mailer, wanted, to).await;
    let reply = match sent.map_err(|error| ctx.refuse(error))? {
        Ok(words) => TestReply { words, taken: true },
        Err(words) => TestReply { words, taken: false },
    };
    Ok(html(&page(&ctx, &looked, Some(reply)).await?)?)
}

/// `GET /console/mails/html`: the HTML part by itself.
pub(super) async fn body(ctx: ConsoleCtx, looked: web::Query<Looked>) -> Answer {
    let kind = looked.kind.clone().unwrap_or_default();
    let wanted = Wanted {
        kind: &kind,
        locale: looked.locale(&ctx),
    };
    let to = ctx.live.user.email.as_str();
    let mail = mails::preview(&ctx.actor, ctx.platform(), wanted, to).await;
    let mail = mail.map_err(|error| ctx.refuse(error))?;
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, MAIL_CSP))
        .body(mail.html))
}

async fn page(ctx: &ConsoleCtx, looked: &Looked, reply: Option<TestReply>) -> Result<MailPage, Refusal> {
    let refuse = |error: AdminError| ctx.refuse(error);
    let kinds = mails::kinds(&ctx.actor, ctx.platform()).await.map_err(refuse)?;
    let first = kinds.first().copied().unwrap_or_default();
    let kind = looked.kind.as_deref().unwrap_or(first);
    let locale = looked.locale(ctx);
    let to = ctx.live.user.email.as_str().to_owned();
    let wanted = Wanted { kind, locale };
    let mail = mails::preview(&ctx.actor, ctx.platform(), wanted, &to)
        .await
        .map_err(refuse)?;
    let log = match mails::log(&ctx.actor, ctx.platform(), &PageRequest::new(None, 20)).await {
        Ok(page) => page.items.iter().map(row).collect(),
        // Who may not see users sees no addresses.
        Err(AdminError::Forbidden(_)) => Vec::new(),
        Err(error) => return Err(refuse(error)),
    };
    let frame = ctx.frame(Section::Mails);
    let languages: Vec<(&str, &str)> = Locale::ALL
        .iter()
        .map(|locale| (locale.tag(), locale.endonym()))
        .collect();
    Ok(MailPage {
        kinds: Choice::said(&kinds, kind, |name| {
            frame.chrome.text.pick_or_name("mail-kind", name)
        }),
        languages: Choice::list(&languages, locale.tag()),
        kind: kind.to_owned(),
        language: locale.tag(),
        body: frame.href("mails/html"),
        may_test: ctx.actor.may_manage_tenant().is_ok(),
        subject: mail.subject,
        text: mail.text,
        to,
        reply,
        log,
        frame,
    })
}

fn row(record: &MailRecord) -> MailRow {
    MailRow {
        at: When::at(record.updated_at),
        to: record.recipient.clone(),
        kind: record.template.clone(),
        status: record.status.name(),
        reply: record.detail.clone().unwrap_or_default(),
    }
}
