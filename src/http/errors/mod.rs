//! One renderer a surface: pages, OAuth JSON, bearer challenges, problem documents. All mapping from inner errors is here.

mod oauth;
mod page;

pub use oauth::{BearerError, Challenge, OAuthJson};
pub use page::PageError;
