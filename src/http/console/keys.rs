//! Signing keys.

use actix_web::{HttpRequest, web};

use super::Answer;
use super::session::ConsoleCtx;
use crate::admin::keys::{self, KeyView};
use crate::domain::key::KeyStatus;
use crate::http::pages::draw::html;
use crate::http::views::When;
use crate::http::views::console::Section;
use crate::http::views::console::keys::{KeyList, KeyRow};

/// `GET /console/keys`.
pub(super) async fn list(ctx: ConsoleCtx) -> Answer {
    let keys = keys::list(&ctx.actor, ctx.platform())
        .await
        .map_err(|error| ctx.refuse(error))?;
    let page = KeyList {
        frame: ctx.frame(Section::Keys),
        jwks: ctx.realm.url("/jwks"),
        rows: keys.into_iter().map(row).collect(),
    };
    Ok(html(&page)?)
}

fn row(key: KeyView) -> KeyRow {
    KeyRow {
        kid: key.kid,
        alg: key.alg.name().to_owned(),
        state: key.status.name().to_owned(),
        created: When::at(key.created_at),
        until: (key.status == KeyStatus::Next).then(|| When::at(key.activates_at)),
    }
}

/// `POST /console/keys/rotate`.
pub(super) async fn rotate(ctx: ConsoleCtx, request: HttpRequest, body: web::Bytes) -> Answer {
    ctx.form(&request, &body)?;
    keys::rotate(&ctx.actor, ctx.platform(), None)
        .await
        .map_err(|error| ctx.refuse(error))?;
    Ok(ctx.go("keys", "key_rotated"))
}
