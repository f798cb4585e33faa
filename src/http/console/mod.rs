//! The admin console: forms and queries in, one act of `admin` each, pages out. It signs in through the product's own OpenID
//! Connect, as the built-in client `console` of a tenant.

mod audit;
mod client_form;
mod clients;
mod decision;
mod decisions;
mod enter;
mod fields;
mod keys;
mod mails;
mod overview;
mod passes;
mod policies;
mod registration;
mod resources;
mod session;
mod tenants;
mod users;

pub use session::ConsoleCtx;

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig, get, post};
use serde::Deserialize;

use self::session::Refusal;

/// What a handler answers.
type Answer = Result<HttpResponse, Refusal>;

/// The query of a list.
#[derive(Debug, Default, Deserialize)]
pub(super) struct ListQuery {
    /// What is searched for.
    #[serde(default)]
    q: String,
    /// Where the page begins.
    after: Option<String>,
}

/// Every address of the console.
pub fn routes(config: &mut ServiceConfig) {
    config.service(
        web::scope("/console")
            .route("", get().to(overview::show))
            .route("/callback", get().to(enter::callback))
            .route("/signout", post().to(enter::sign_out))
            .route("/switch", get().to(enter::switch))
            .route("/find", get().to(enter::find))
            .configure(decisions_and_policies)
            .configure(users_routes)
            .configure(clients_routes)
            .configure(resources_routes)
            .route("/keys", get().to(keys::list))
            .route("/keys/rotate", post().to(keys::rotate))
            .route("/mails", get().to(mails::show))
            .route("/mails/html", get().to(mails::body))
            .route("/mails/test", post().to(mails::test))
            .route("/audit", get().to(audit::list))
            .route("/tenants", get().to(tenants::list))
            .route("/tenants", post().to(tenants::create))
            .route("/tenants/new", get().to(tenants::new))
            .route("/tenants/{slug}/edit", get().to(tenants::edit))
            .route("/tenants/{slug}/edit", post().to(tenants::update))
            .route("/tenants/{slug}/delete", get().to(tenants::ask_delete))
            .route("/tenants/{slug}/delete", post().to(tenants::delete)),
    );
}

fn decisions_and_policies(config: &mut ServiceConfig) {
    config
        .route("/decisions", get().to(decisions::list))
        .route("/decisions/export", get().to(decisions::export))
        .route("/decisions/{name}.json", get().to(decision::json))
        .route("/decisions/{name}", get().to(decision::show))
        .route("/decisions/{name}/label", post().to(decision::label))
        .route("/policies", get().to(policies::list))
        .route("/policies/mode", post().to(policies::mode))
        .route("/policies/rollback", post().to(policies::roll_back))
        .route("/policies/{number}", get().to(policies::show));
}

fn users_routes(config: &mut ServiceConfig) {
    config
        .route("/users", get().to(users::list))
        .route("/users", post().to(users::create))
        .route("/users/new", get().to(users::new))
        .route("/users/{id}", get().to(users::show))
        .route("/users/{id}", post().to(users::update))
        .route("/users/{id}/delete", get().to(users::ask_delete))
        .route("/users/{id}/delete", post().to(users::delete))
        .route("/users/{id}/require-reset", post().to(users::require_reset))
        .route("/users/{id}/sessions/end-all", post().to(users::end_sessions))
        .route("/users/{id}/passes", post().to(passes::ask))
        .route("/users/{id}/passes/{pass}/show", post().to(passes::show))
        .route("/users/{id}/passes/{pass}/revoke", post().to(passes::revoke))
        .route("/waiting", get().to(passes::waiting))
        .route("/waiting/{id}/{verdict}", post().to(passes::decide))
        .route("/users/{id}/{kind}/{thing}/{act}", post().to(users::remove));
}

fn clients_routes(config: &mut ServiceConfig) {
    config
        .route("/clients", get().to(clients::list))
        .route("/clients", post().to(clients::create))
        .route("/clients/new", get().to(clients::new))
        .route("/clients/{id}", get().to(clients::show))
        .route("/clients/{id}/edit", get().to(clients::edit))
        .route("/clients/{id}/edit", post().to(clients::update))
        .route("/clients/{id}/delete", get().to(clients::ask_delete))
        .route("/clients/{id}/delete", post().to(clients::delete))
        .route("/clients/{id}/rotate-secret", post().to(clients::rotate_secret));
}

fn resources_routes(config: &mut ServiceConfig) {
    config
        .route("/resources", get().to(resources::list))
        .route("/resources", post().to(resources::create))
        .route("/resources/delete", post().to(resources::delete))
        .route("/registration", get().to(registration::show))
        .route("/registration/tokens", post().to(registration::create))
        .route(
            "/registration/tokens/{id}/delete",
            post().to(registration::delete),
        );
}
