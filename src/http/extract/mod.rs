//! What handlers take from requests.

mod form;
mod wire;

pub use form::{Form, Posted, check_form_origin};
pub use wire::Wire;
