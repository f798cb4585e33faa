//! What handlers take from requests.

mod certificate;
mod form;
mod wire;

pub use form::{Form, Posted, check_form_origin};
pub use wire::Wire;
