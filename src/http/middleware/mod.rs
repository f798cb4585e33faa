//! What happens around every request: reference, host check, headers, log line.

mod cors;
mod edge;
mod headers;

pub use cors::cors;
pub use edge::edge;
pub use headers::{ANY_FRAME, ANY_FRAME_CSP, AUTHENTICATOR_CSP, NO_FORM_ACTION, framing, secure_headers};
