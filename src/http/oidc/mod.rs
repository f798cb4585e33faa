//! The protocol's endpoints: parse, one use case, answer.

mod authorize;
mod check_session;
mod ciba;
mod device;
mod discovery;
mod logout;
mod par;
mod register;
mod tokens;
mod userinfo;

pub use authorize::{authorize_get, authorize_post};
pub use check_session::check_session;
pub use ciba::bc_authorize;
pub use device::device_authorization;
pub use discovery::{discovery, discovery_inserted, jwks};
pub use logout::{logout_get, logout_post};
pub use par::par;
pub use register::{client_logo, delete_registration, register, registration, replace_registration};
pub use tokens::{introspect, revoke, token};
pub use userinfo::{userinfo_get, userinfo_post};

pub(crate) use authorize::draw_reply;
pub(crate) use logout::ensure_binding;
