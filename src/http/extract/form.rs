//! Forms of our own pages: same origin, with this browser's form token. A form that fails either never reaches a use case.

use std::collections::BTreeMap;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::future::LocalBoxFuture;
use zeroize::Zeroizing;

use crate::http::context::Ctx;
use crate::http::errors::PageError;
use crate::http::views::ends::ErrorKind;
use crate::protocol::params::Params;

/// A form's fields, each once.
#[derive(Debug)]
pub struct Form(Params, BTreeMap<String, Vec<String>>);

impl Form {
    /// Reads and checks a form.
    ///
    /// # Errors
    /// A page: malformed fields, another site, or a token that is not this browser's.
    pub fn read(ctx: &Ctx, request: &HttpRequest, body: &[u8]) -> Result<Self, PageError> {
        check_form_origin(request, &ctx.realm.origin().text()).map_err(|error| ctx.error(error))?;
        let many = url::form_urlencoded::parse(body).fold(
            BTreeMap::<String, Vec<String>>::new(),
            |mut all, (name, value)| {
                all.entry(name.into_owned()).or_default().push(value.into_owned());
                all
            },
        );
        // Checkboxes repeat their name; everything else comes once.
        let single: String = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(
                many.iter()
                    .filter_map(|(name, values)| Some((name, values.first()?))),
            )
            .finish();
        let params = Params::parse(single.as_bytes())
            .map_err(|error| ctx.error(PageError::new(ErrorKind::BadRequest).with_cause(error)))?;
        let form = Self(params, many);
        if ctx.accepts_csrf(form.get("csrf").unwrap_or_default()) {
            Ok(form)
        } else {
            Err(ctx.error(PageError::new(ErrorKind::Forgery)))
        }
    }

    /// A field; one that was left empty is absent.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)
    }

    /// A field as it was typed, empty if it was.
    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).unwrap_or_default()
    }

    /// A field that is secret.
    pub fn secret(&self, name: &str) -> Option<Zeroizing<String>> {
        self.0.get(name).map(|value| Zeroizing::new(value.to_owned()))
    }

    /// All values of a repeated field.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.1
            .get(name)
            .map(|values| values.iter().map(String::as_str).collect())
            .unwrap_or_default()
    }

    /// The fields as parameters.
    pub const fn params(&self) -> &Params {
        &self.0
    }
}

/// A form that was sent by one of our own pages, read and checked before a handler sees it.
#[derive(Debug)]
pub struct Posted {
    /// What is known of the request.
    pub ctx: Ctx,
    /// The form.
    pub form: Form,
}

impl FromRequest for Posted {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let parts = (
            Ctx::from_request(request, payload),
            web::Bytes::from_request(request, payload),
        );
        let request = request.clone();
        Box::pin(async move {
            let ctx = parts.0.await?;
            let form = Form::read(&ctx, &request, &parts.1.await?)?;
            Ok(Self { ctx, form })
        })
    }
}

/// Whether a form was sent by one of our own pages, as far as the browser tells: `Sec-Fetch-Site`, and `Origin` where present.
///
/// # Errors
/// [`ErrorKind::Forgery`].
pub fn check_form_origin(request: &HttpRequest, own: &str) -> Result<(), PageError> {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let site = header("sec-fetch-site");
    let site_fits = site.is_none_or(|site| site == "same-origin" || site == "none");
    let origin_fits = header(header::ORIGIN.as_str())
        .is_none_or(|origin| origin == own || origin == "null" && site == Some("same-origin"));
    if site_fits && origin_fits {
        Ok(())
    } else {
        Err(PageError::new(ErrorKind::Forgery).with_cause(format!("sec-fetch-site {site:?}")))
    }
}
