//! What happens around every request: reference, host check, headers, log line.

mod edge;
mod headers;

pub use edge::edge;
pub use headers::{NO_FORM_ACTION, secure_headers};
