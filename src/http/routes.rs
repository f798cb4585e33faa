//! Every address of the product, grouped by who calls it.

use actix_web::dev::HttpServiceFactory;
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig, delete, get, post, put};
use actix_web::{Resource, Route};

use super::middleware::cors;
use super::pages::{account, admin_link, authenticator, device, enrol, identity, notice, sign_up, signin};
use super::{console, health, oidc, site};

/// The public listener.
pub fn public(config: &mut ServiceConfig) {
    config
        // Browsers, no tenant
        .route("/", get().to(site::root))
        .route("/static/{file:.*}", get().to(site::file))
        .route("/.well-known/change-password", get().to(site::change_password))
        .route(
            "/.well-known/passkey-endpoints",
            get().to(site::passkey_endpoints),
        )
        // Apps, path-inserted forms
        .route(
            "/.well-known/oauth-authorization-server/t/{tenant}",
            get().to(oidc::discovery_inserted),
        )
        .route(
            "/.well-known/openid-configuration/t/{tenant}",
            get().to(oidc::discovery_inserted),
        )
        .service(web::scope("/t/{tenant}").configure(issuer))
        // People who administer
        .configure(console::routes);
}

fn issuer(config: &mut ServiceConfig) {
    config.configure(apps).configure(sign_in).configure(own_account);
}

/// Apps, and browsers that they send.
fn apps(config: &mut ServiceConfig) {
    config
        .route("/.well-known/openid-configuration", get().to(oidc::discovery))
        .route(
            "/.well-known/oauth-authorization-server",
            get().to(oidc::discovery),
        )
        .route("/jwks", get().to(oidc::jwks))
        .configure(back_channel)
        .route("/authorize", get().to(oidc::authorize_get))
        .route("/authorize", post().to(oidc::authorize_post))
        .route("/logout", get().to(oidc::logout_get))
        .route("/logout", post().to(oidc::logout_post))
        .route("/check-session", get().to(oidc::check_session));
}

/// The listener where clients show certificates.
pub fn mtls(config: &mut ServiceConfig) {
    config.service(web::scope("/t/{tenant}").configure(back_channel));
}

/// What apps call themselves.
fn back_channel(config: &mut ServiceConfig) {
    config
        .service(open("/par", [post().to(oidc::par)]))
        .service(open(
            "/device_authorization",
            [post().to(oidc::device_authorization)],
        ))
        .service(open("/bc-authorize", [post().to(oidc::bc_authorize)]))
        .service(open("/register", [post().to(oidc::register)]))
        .service(open(
            "/register/{id}",
            [
                get().to(oidc::registration),
                put().to(oidc::replace_registration),
                delete().to(oidc::delete_registration),
            ],
        ))
        .route("/logo/{id}", get().to(oidc::client_logo))
        .service(open("/token", [post().to(oidc::token)]))
        .service(open("/introspect", [post().to(oidc::introspect)]))
        .service(open("/revoke", [post().to(oidc::revoke)]))
        .service(open(
            "/userinfo",
            [get().to(oidc::userinfo_get), post().to(oidc::userinfo_post)],
        ));
}

/// People signing in, also for a device that waits.
fn sign_in(config: &mut ServiceConfig) {
    config
        .route("/device", get().to(device::show))
        .route("/device", post().to(device::submit))
        .route("/device/done", get().to(device::done))
        .route("/signin", get().to(signin::show))
        .route("/signin/password", post().to(signin::password))
        .route("/signin/code", post().to(signin::code))
        .route("/signin/method", post().to(signin::method))
        .route("/signin/resend", post().to(signin::resend))
        .route("/signin/push", get().to(signin::push_state))
        .route("/signin/passkey", post().to(signin::passkey))
        .route("/signin/passkey/options", post().to(signin::passkey_options))
        .route("/signin/enrol/passkey", post().to(enrol::passkey))
        .route("/signin/enrol/passkey/options", post().to(enrol::passkey_options))
        .route("/signin/enrol/push", post().to(enrol::push))
        .route("/signin/new-password", post().to(signin::new_password))
        .route("/signup", get().to(sign_up::begin))
        .route("/signup/challenge", get().to(sign_up::challenge))
        .route("/signup/address", post().to(sign_up::address))
        .route("/signup/details", post().to(sign_up::details))
        .route("/signup/passkey", post().to(sign_up::passkey))
        .route("/signup/passkey/options", post().to(sign_up::passkey_options))
        .route("/recover", get().to(signin::recover))
        .route("/signin/mailbox", post().to(signin::mailbox))
        .route("/signin/lost", post().to(signin::lost))
        .route("/signin/identity", post().to(identity::begin))
        .route("/identity/callback", get().to(identity::callback))
        .route("/signin/remember", post().to(signin::remember))
        .route("/signin/consent", post().to(signin::consent))
        .route("/signin/change", get().to(signin::change))
        .route("/signin/cancel", get().to(signin::cancel));
}

/// People on their account, and what mails lead to.
fn own_account(config: &mut ServiceConfig) {
    config
        .route("/account", get().to(account::home))
        .route("/account/password", get().to(account::password_page))
        .route("/account/password", post().to(account::change_password))
        .route("/account/email", get().to(account::email_page))
        .route("/account/email", post().to(account::begin_email))
        .route("/account/email/code", get().to(account::email_code_page))
        .route("/account/email/code", post().to(account::confirm_email))
        .route("/account/push", get().to(account::push_page))
        .route("/account/push", post().to(account::add_push))
        .route("/authenticator/", get().to(authenticator::page))
        .route("/authenticator/worker.js", get().to(authenticator::worker))
        .route(
            "/authenticator/manifest.webmanifest",
            get().to(authenticator::manifest),
        )
        .route("/authenticator/pull", post().to(authenticator::pull))
        .route("/authenticator/answer", post().to(authenticator::answer))
        .route("/account/totp", get().to(account::totp_page))
        .route("/account/totp", post().to(account::add_totp))
        .route("/account/passkeys", get().to(account::passkey_page))
        .route("/account/passkeys", post().to(account::add_passkey))
        .route("/account/passkeys/options", post().to(account::passkey_options))
        .route("/account/factors/{id}/remove", get().to(account::remove_page))
        .route("/account/factors/{id}/remove", post().to(account::remove_factor))
        .route("/account/recovery-codes", post().to(account::recovery_codes))
        .route("/account/recovery/stop", post().to(account::stop_recovery))
        .route("/account/passes/revoke", post().to(account::revoke_passes))
        .route("/account/sessions/end-others", post().to(account::end_others))
        .route("/account/sessions/{id}/end", post().to(account::end_session))
        .route("/account/devices/forget-all", post().to(account::forget_devices))
        .route("/account/devices/{id}/forget", post().to(account::forget_device))
        .route("/account/apps/{id}/revoke", post().to(account::revoke_app))
        .route("/account/requests", get().to(account::requests))
        .route(
            "/account/requests/{id}/approve",
            post().to(account::approve_request),
        )
        .route("/account/requests/{id}/deny", post().to(account::deny_request))
        .route("/account/activity/{id}/not-me", get().to(account::not_me_page))
        .route("/account/activity/{id}/not-me", post().to(account::not_me))
        .route("/signout", post().to(account::sign_out))
        .route("/notice/{answer}", get().to(notice::question))
        .route("/notice/{answer}", post().to(notice::answer))
        .route("/admin-link", get().to(admin_link::show))
        .route("/admin-link", post().to(admin_link::redeem))
        .route("/language", post().to(site::language))
        .route("/brand.css", get().to(site::brand_css));
}

/// An endpoint that apps in browsers may call from any origin.
fn open<const N: usize>(path: &str, routes: [Route; N]) -> impl HttpServiceFactory + use<N> {
    let resource = web::resource(path.to_owned()).wrap(from_fn(cors));
    routes.into_iter().fold(resource, Resource::route)
}

/// The operations listener.
pub fn operations(config: &mut ServiceConfig) {
    config
        .route("/livez", get().to(health::livez))
        .route("/readyz", get().to(health::readyz))
        .route("/metrics", get().to(health::metrics));
}
