//! Who is asking: what one request shows of its sender, gathered by the face and handed down as plain data.

use crate::base::ids::Reference;
use crate::base::net::ClientIp;
use crate::risk::visit::Forced;

/// One request's sender.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The address, after trusted proxies were taken off.
    pub ip: ClientIp,
    /// `User-Agent`, cut to 512 bytes.
    pub user_agent: Option<String>,
    /// The browser id cookie.
    pub browser: Option<String>,
    /// The session cookie of this tenant.
    pub session: Option<String>,
    /// The login-binding cookie of this tenant.
    pub binding: Option<String>,
    /// Evidence that the dev page's dials force for this browser.
    pub forced: Vec<Forced>,
    /// The language that pages are shown in.
    pub locale: String,
    /// The request's reference code.
    pub reference: Reference,
}
