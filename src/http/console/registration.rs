//! Apps that register themselves: what they may ask for here, and the tokens that let them in.

use actix_web::{HttpRequest, web};

use super::Answer;
use super::fields::{Fields, problem};
use super::session::{ConsoleCtx, Refusal};
use crate::admin::clients::initial_access::{self, InitialAccessTokenView, NewInitialAccessToken};
use crate::domain::tenant::Registration;
use crate::http::pages::draw::html;
use crate::http::views::console::Section;
use crate::http::views::console::registration::{RegistrationPage, TokenRow};
use crate::http::views::{Problem, When};
use crate::protocol::registration::{ClientAuthMethod, GrantType};

/// `GET /console/registration`.
pub(super) async fn show(ctx: ConsoleCtx) -> Answer {
    let blank = Fields::parse(b"uses=1&days=7");
    Ok(html(&page(&ctx, &blank, Vec::new()).await?)?)
}

async fn page(ctx: &ConsoleCtx, form: &Fields, problems: Vec<Problem>) -> Result<RegistrationPage, Refusal> {
    let found = initial_access::list(&ctx.actor, ctx.platform()).await;
    let settings = &ctx.realm.tenant.record.settings;
    let policy = &settings.registration_policy;
    let words = |words: Vec<&str>| words.join(" ");
    let text = |name: &str| form.text(name).to_owned();
    Ok(RegistrationPage {
        frame: ctx.frame(Section::Clients),
        mode: match settings.registration {
            Registration::Open => "open",
            Registration::Token => "token",
            Registration::Off => "off",
        },
        endpoint: ctx.realm.url("/register"),
        grant_types: words(policy.grant_types.iter().copied().map(GrantType::name).collect()),
        scopes: policy.scopes.join(" "),
        auth_methods: words(
            policy
                .auth_methods
                .iter()
                .copied()
                .map(ClientAuthMethod::name)
                .collect(),
        ),
        redirect_hosts: policy.redirect_hosts.join(" "),
        client_documents: settings.takes_client_documents(),
        unused_days: policy.unused_days.into(),
        rows: found
            .map_err(|error| ctx.refuse(error))?
            .into_iter()
            .map(row)
            .collect(),
        new_token: None,
        uses: text("uses"),
        days: text("days"),
        note: text("note"),
        problems,
    })
}

fn row(token: InitialAccessTokenView) -> TokenRow {
    TokenRow {
        id: token.id.to_string(),
        note: token.note,
        uses_left: token.uses_left,
        expires: When::at(token.expires_at),
    }
}

/// `POST /console/registration/tokens`. The token is shown by this answer alone.
pub(super) async fn create(ctx: ConsoleCtx, request: HttpRequest, body: web::Bytes) -> Answer {
    let form = ctx.form(&request, &body)?;
    let wanted = NewInitialAccessToken {
        uses: form.number("uses").unwrap_or_default(),
        days: form.number("days").unwrap_or_default(),
        note: form.text("note").to_owned(),
    };
    match initial_access::create(&ctx.actor, ctx.platform(), wanted).await {
        Ok(made) => {
            let blank = Fields::parse(b"uses=1&days=7");
            let mut page = page(&ctx, &blank, Vec::new()).await?;
            page.new_token = made.initial_access_token;
            page.frame.flash = Some("created");
            Ok(html(&page)?)
        }
        Err(error) => {
            let chrome = ctx.frame(Section::Clients).chrome;
            let problem = problem(&chrome, error).map_err(|error| ctx.refuse(error))?;
            Ok(html(&page(&ctx, &form, vec![problem]).await?)?)
        }
    }
}

/// `POST /console/registration/tokens/{id}/delete`.
pub(super) async fn delete(
    ctx: ConsoleCtx,
    id: web::Path<String>,
    request: HttpRequest,
    body: web::Bytes,
) -> Answer {
    ctx.form(&request, &body)?;
    initial_access::delete(&ctx.actor, ctx.platform(), &id)
        .await
        .map_err(|error| ctx.refuse(error))?;
    Ok(ctx.go("registration", "deleted"))
}
