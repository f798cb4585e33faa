//! One renderer a surface: pages, OAuth JSON, bearer challenges, problem documents. All mapping from inner errors is here.

mod oauth;
mod page;
mod registration;

pub use oauth::{BearerError, Challenge, OAuthJson};
pub use page::PageError;
pub use registration::RegistrationRefusal;
