//! What `tidegate dev` adds: a demo tenant with people and an app, a mailbox, and dials for risk. Mounted by `dev` alone; never
//! part of `serve`.

mod ciba;
pub mod demo;
mod pages;
mod seed;
mod state;

pub use pages::{dials, home, mail, mail_json, risk};
pub use seed::{DevAccount, seed};
pub use state::DevState;

use actix_web::web::{self, ServiceConfig, get, post};

/// Routes of the development profile.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/dev", get().to(home))
        .route("/dev/mail", get().to(mail))
        .route("/dev/mail.json", get().to(mail_json))
        .route("/dev/risk", get().to(risk))
        .route("/dev/risk/dials", post().to(dials))
        .route("/dev/ciba/approve", post().to(ciba::approve))
        .service(
            web::scope("/demo")
                .route("", get().to(demo::home))
                .route("/signin", get().to(demo::sign_in))
                .route("/callback", get().to(demo::callback))
                .route("/refresh", post().to(demo::refresh))
                .route("/userinfo", post().to(demo::userinfo))
                .route("/signout", post().to(demo::sign_out)),
        );
}
