//! The demo app: a relying party like any other, except that its back-channel calls stay in this process.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::seed::DEMO_CLIENT;
use super::state::DevCtx;
use crate::base::encoding::{base64url, from_base64url};
use crate::base::ids::ClientId;
use crate::base::secret::sha256;
use crate::http::context::{Shared, client_ip};
use crate::http::errors::PageError;
use crate::http::pages::draw::{html, redirect};
use crate::http::views::demo::{DemoSignedIn, DemoSignedOut, TokenView};
use crate::http::views::ends::ErrorKind;
use crate::oidc::token::{BackChannel, token};
use crate::oidc::userinfo::{Sender, UserInfo};
use crate::oidc::{self, AuthenticatedClient, OidcError, TokenResponse};
use crate::protocol::params::Params;

const PENDING: Duration = Duration::from_mins(30);
const SESSION: Duration = Duration::from_hours(12);

/// A sign-in that this app began.
#[derive(Debug, Serialize, Deserialize)]
struct Pending {
    verifier: String,
    nonce: String,
}

/// What the app holds of a signed-in visitor.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Signed {
    access_token: String,
    id_token: String,
    refresh_token: Option<String>,
    answer: Option<(String, String)>,
    error: Option<(String, String)>,
}

fn session_key(ctx: &DevCtx) -> String {
    format!("demo:{}", ctx.browser)
}

fn held(ctx: &DevCtx) -> Signed {
    let platform = &ctx.web.platform;
    platform
        .ephemeral
        .get(&session_key(ctx), platform.now())
        .ok()
        .flatten()
        .unwrap_or_default()
}

fn keep(ctx: &DevCtx, signed: &Signed) {
    let platform = &ctx.web.platform;
    if let Err(error) = platform
        .ephemeral
        .put(&session_key(ctx), signed, platform.now(), SESSION)
    {
        tracing::warn!(target: "tidegate::dev", %error, "the demo app's session was not kept");
    }
}

fn claims_of(jwt: &str) -> Option<Value> {
    let payload = from_base64url(jwt.split('.').nth(1)?)?;
    serde_json::from_slice(&payload).ok()
}

fn view(name: &str, raw: &str) -> TokenView {
    let claims = claims_of(raw)
        .and_then(|value| value.as_object().cloned())
        .unwrap_or_default();
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    TokenView {
        name: name.to_owned(),
        claims: claims
            .iter()
            .map(|(name, value)| (name.clone(), plain(value)))
            .collect(),
        raw: raw.to_owned(),
    }
}

/// `GET /demo`.
pub async fn home(request: HttpRequest, web: Shared) -> Result<HttpResponse, PageError> {
    let ctx = DevCtx::of(&request, &web).await?;
    let signed = held(&ctx);
    let step_up = "/demo/signin?acr_values=aal2".to_owned();
    if signed.id_token.is_empty() {
        let page = DemoSignedOut {
            chrome: ctx.chrome(&request),
            sign_in: "/demo/signin".to_owned(),
            step_up,
            error: signed.error,
        };
        return ctx.finish(html(&page)?);
    }
    let mut tokens = vec![
        view("ID token", &signed.id_token),
        view("Access token", &signed.access_token),
    ];
    if let Some(refresh) = &signed.refresh_token {
        tokens.push(view("Refresh token", refresh));
    }
    let name = claims_of(&signed.id_token)
        .and_then(|claims| {
            let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
            text("name").or_else(|| text("email")).or_else(|| text("sub"))
        })
        .unwrap_or_default();
    let page = DemoSignedIn {
        chrome: ctx.chrome(&request),
        name,
        tokens,
        answer: signed.answer,
        step_up,
    };
    ctx.finish(html(&page)?)
}

/// What a visitor asked of the sign-in.
#[derive(Debug, Deserialize)]
pub struct Wish {
    login_hint: Option<String>,
    acr_values: Option<String>,
    prompt: Option<String>,
}

/// `GET /demo/signin`: to the authorization endpoint.
pub async fn sign_in(
    request: HttpRequest,
    web: Shared,
    wish: web::Query<Wish>,
) -> Result<HttpResponse, PageError> {
    let ctx = DevCtx::of(&request, &web).await?;
    let platform = &web.platform;
    let state = platform.random().opaque();
    let pending = Pending {
        verifier: platform.random().opaque(),
        nonce: platform.random().opaque(),
    };
    platform
        .ephemeral
        .put(
            &format!("demo-pending:{}:{state}", ctx.browser),
            &pending,
            platform.now(),
            PENDING,
        )
        .map_err(|error| PageError::internal(error).with_chrome(ctx.chrome(&request)))?;
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query
        .append_pair("client_id", DEMO_CLIENT)
        .append_pair("response_type", "code")
        .append_pair("redirect_uri", &callback_uri(&ctx))
        .append_pair("scope", "openid profile email")
        .append_pair("claims", r#"{"id_token":{"email":null,"name":null}}"#)
        .append_pair("state", &state)
        .append_pair("nonce", &pending.nonce)
        .append_pair("code_challenge", &base64url(&sha256(pending.verifier.as_bytes())))
        .append_pair("code_challenge_method", "S256");
    let optional = [
        ("login_hint", &wish.login_hint),
        ("acr_values", &wish.acr_values),
        ("prompt", &wish.prompt),
    ];
    for (name, value) in optional
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.as_ref()?)))
    {
        query.append_pair(name, value);
    }
    ctx.finish(redirect(&format!(
        "{}/authorize?{}",
        ctx.realm.path(),
        query.finish()
    )))
}

fn callback_uri(ctx: &DevCtx) -> String {
    format!("{}/demo/callback", ctx.realm.origin().text())
}

/// `GET /demo/callback`.
pub async fn callback(request: HttpRequest, web: Shared) -> Result<HttpResponse, PageError> {
    let ctx = DevCtx::of(&request, &web).await?;
    let params = Params::parse(request.query_string().as_bytes()).map_err(|error| {
        PageError::new(ErrorKind::BadRequest)
            .with_cause(error)
            .with_chrome(ctx.chrome(&request))
    })?;
    let signed = match redeem(&ctx, &request, &params).await {
        Ok(signed) => signed,
        Err((code, words)) => Signed {
            error: Some((code, words)),
            ..Signed::default()
        },
    };
    keep(&ctx, &signed);
    ctx.finish(redirect("/demo"))
}

async fn redeem(ctx: &DevCtx, request: &HttpRequest, params: &Params) -> Result<Signed, (String, String)> {
    let problem = |code: &str, words: &str| (code.to_owned(), words.to_owned());
    let platform = &ctx.web.platform;
    let slot = format!(
        "demo-pending:{}:{}",
        ctx.browser,
        params.get("state").unwrap_or_default()
    );
    let pending: Option<Pending> = platform.ephemeral.get(&slot, platform.now()).ok().flatten();
    platform.ephemeral.remove(&slot);
    let pending = pending.ok_or_else(|| problem("state", "This app did not begin that sign-in."))?;
    if params.get("iss") != Some(ctx.realm.issuer()) {
        return Err(problem("iss", "The answer came from another issuer."));
    }
    if let Some(error) = params.get("error") {
        return Err(problem(
            error,
            params.get("error_description").unwrap_or_default(),
        ));
    }
    let redirect_uri = callback_uri(ctx);
    let form = [
        ("grant_type", "authorization_code"),
        ("code", params.get("code").unwrap_or_default()),
        ("redirect_uri", redirect_uri.as_str()),
        ("code_verifier", pending.verifier.as_str()),
    ];
    let answer = call(ctx, request, &form).await?;
    let id_token = answer.id_token.unwrap_or_default();
    let claims: Value = ctx
        .realm
        .tenant
        .keys
        .verifying
        .verify(&id_token)
        .map_err(|error| ("id_token".to_owned(), error.to_string()))?;
    if claims.get("nonce").and_then(Value::as_str) != Some(pending.nonce.as_str()) {
        return Err(problem("nonce", "The ID token belongs to another sign-in."));
    }
    Ok(Signed {
        access_token: answer.access_token,
        id_token,
        refresh_token: answer.refresh_token,
        answer: None,
        error: None,
    })
}

/// A call to the token endpoint as this app's client.
async fn call(
    ctx: &DevCtx,
    request: &HttpRequest,
    form: &[(&str, &str)],
) -> Result<TokenResponse, (String, String)> {
    let failed = |error: OidcError| match error {
        OidcError::OAuth(error) => (error.code.as_str().to_owned(), error.description),
        other => ("server_error".to_owned(), format!("{other:?}")),
    };
    let platform = &ctx.web.platform;
    let id =
        ClientId::parse(DEMO_CLIENT).ok_or_else(|| failed(OidcError::Internal("no client".to_owned())))?;
    let client = ctx
        .realm
        .tenant
        .client(platform, &id)
        .await
        .map_err(|error| failed(error.into()))?;
    let client = client.ok_or_else(|| failed(OidcError::Internal("no client".to_owned())))?;
    let encoded = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    let params = Params::parse(encoded.as_bytes()).map_err(|error| failed(error.into()))?;
    let from = BackChannel {
        ip: client_ip(&ctx.web, request),
        user_agent: Some("demo-app/1.0".to_owned()),
        key: None,
        certificate: None,
    };
    token(
        platform,
        &ctx.realm,
        &AuthenticatedClient { client },
        &params,
        &from,
    )
    .await
    .map_err(failed)
}

async fn checked(request: &HttpRequest, web: &Shared, body: &[u8]) -> Result<DevCtx, PageError> {
    let ctx = DevCtx::of(request, web).await?;
    let token = url::form_urlencoded::parse(body)
        .find(|(name, _)| name == "csrf")
        .map(|(_, value)| value.into_owned());
    ctx.check_form(request, token.as_deref())?;
    Ok(ctx)
}

/// `POST /demo/refresh`.
pub async fn refresh(request: HttpRequest, web: Shared, body: web::Bytes) -> Result<HttpResponse, PageError> {
    let ctx = checked(&request, &web, &body).await?;
    let mut signed = held(&ctx);
    let presented = signed.refresh_token.clone().unwrap_or_default();
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", presented.as_str()),
    ];
    match call(&ctx, &request, &form).await {
        Ok(answer) => {
            signed.access_token = answer.access_token;
            signed.id_token = answer.id_token.unwrap_or(signed.id_token);
            signed.refresh_token = answer.refresh_token;
            signed.answer = Some((
                "Token endpoint".to_owned(),
                "New tokens; the refresh token was rotated.".to_owned(),
            ));
        }
        Err((code, words)) => signed.answer = Some((format!("Token endpoint: {code}"), words)),
    }
    keep(&ctx, &signed);
    ctx.finish(redirect("/demo"))
}

/// `POST /demo/userinfo`.
pub async fn userinfo(
    request: HttpRequest,
    web: Shared,
    body: web::Bytes,
) -> Result<HttpResponse, PageError> {
    let ctx = checked(&request, &web, &body).await?;
    let mut signed = held(&ctx);
    let answer =
        oidc::userinfo::userinfo(&web.platform, &ctx.realm, &signed.access_token, &Sender::bearer()).await;
    let text = match answer {
        Ok(UserInfo::Plain(claims)) => serde_json::to_string_pretty(&claims).unwrap_or_default(),
        Ok(UserInfo::Jwt(jwt)) => jwt,
        Err(error) => format!("{error:?}"),
    };
    signed.answer = Some(("Userinfo".to_owned(), text));
    keep(&ctx, &signed);
    ctx.finish(redirect("/demo"))
}

/// `POST /demo/signout`: the app forgets its visitor, then asks the provider to end the session too.
pub async fn sign_out(
    request: HttpRequest,
    web: Shared,
    body: web::Bytes,
) -> Result<HttpResponse, PageError> {
    let ctx = checked(&request, &web, &body).await?;
    let signed = held(&ctx);
    web.platform.ephemeral.remove(&session_key(&ctx));
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("id_token_hint", &signed.id_token)
        .append_pair(
            "post_logout_redirect_uri",
            &format!("{}/demo", ctx.realm.origin().text()),
        )
        .finish();
    ctx.finish(redirect(&format!("{}/logout?{query}", ctx.realm.path())))
}
