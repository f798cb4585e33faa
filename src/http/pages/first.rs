//! The first pages of a sign-in: who somebody is, the password, and the mailbox where the password is forgotten.

use actix_web::HttpResponse;

use super::draw::{action, app_of, client_of, code_problems, html, page_of, passkey, problems, resend};
use super::{app_facts, sign_up};
use crate::domain::tenant::SignInLayout;
use crate::http::context::Ctx;
use crate::http::errors::PageError;
use crate::http::views::signin::{
    Mailbox, MailboxPurpose, MailboxSent, PasswordStep, PersonaLink, SignIn, SignInFields,
};
use crate::signin::{self, FirstFactorStep, Login, MailboxStep};

/// The page that asks for the first factor.
pub(super) async fn draw(ctx: &Ctx, step: &FirstFactorStep) -> Result<HttpResponse, PageError> {
    let login = &step.login;
    let client = client_of(ctx, login).await?;
    let app = client.as_ref().map(|client| client.display_name().to_owned());
    let about = app_facts::of(ctx, client.as_ref()).await?;
    let problems = problems(ctx, login.problem);
    let email = login.identifier.clone().unwrap_or_default();
    let asks_password = step.layout == SignInLayout::IdentifierFirst && !email.is_empty() && login.step > 0;
    if asks_password {
        return html(&PasswordStep {
            chrome: ctx.chrome(),
            app,
            about,
            action: action(ctx, login, "password"),
            email,
            change: action(ctx, login, "change"),
            problems,
            passkey: passkey(ctx, login),
            recover: Some(recover(ctx, login)),
        });
    }
    let combined = step.layout == SignInLayout::Combined;
    html(&SignIn {
        chrome: ctx.chrome(),
        app,
        about,
        action: action(ctx, login, "password"),
        email,
        fields: if combined {
            SignInFields::Both
        } else {
            SignInFields::IdentifierFirst
        },
        again: step.again,
        problems,
        passkey: passkey(ctx, login),
        recover: combined.then(|| recover(ctx, login)),
        sign_up: signin::sign_up_is_open(&ctx.realm).then(|| sign_up::begin_in(ctx, login)),
        cancel: login.client().map(|_| action(ctx, login, "cancel")),
        personas: personas(ctx, login),
    })
}

/// Where whoever forgot the password goes on with this sign-in.
fn recover(ctx: &Ctx, login: &Login) -> String {
    format!(
        "{}/recover?login={}&step={}",
        ctx.realm.path(),
        login.id,
        login.step
    )
}

/// The page that asks for the mailbox, or for the code that was sent to it.
pub(super) async fn mailbox(ctx: &Ctx, step: &MailboxStep) -> Result<HttpResponse, PageError> {
    let login = &step.login;
    let sent = step.sent.map(|sent| MailboxSent {
        resend: sent.resend_in.map(|wait| resend(ctx, login, wait)),
        tries_left: sent.tries_left.map(u32::from),
        other_address: recover(ctx, login),
    });
    html(&Mailbox {
        chrome: ctx.chrome(),
        purpose: MailboxPurpose::Recover,
        app: app_of(ctx, login).await?,
        action: action(ctx, login, if sent.is_some() { "code" } else { "mailbox" }),
        email: login.identifier.clone().unwrap_or_default(),
        problems: if sent.is_some() {
            code_problems(ctx, login.problem)
        } else {
            problems(ctx, login.problem)
        },
        sent,
        back: action(ctx, login, "change"),
    })
}

fn personas(ctx: &Ctx, login: &Login) -> Vec<PersonaLink> {
    let Some(dev) = ctx
        .web
        .dev
        .as_ref()
        .filter(|_| ctx.realm.tenant.record.slug.as_str() == "demo")
    else {
        return Vec::new();
    };
    dev.personas()
        .into_iter()
        .map(|(email, note)| PersonaLink {
            href: format!(
                "{}&email={}",
                page_of(ctx, login.id),
                url::form_urlencoded::byte_serialize(email.as_bytes()).collect::<String>()
            ),
            email,
            note,
        })
        .collect()
}
