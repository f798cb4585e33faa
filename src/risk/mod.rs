//! The risk engine: facts of an attempt and what was learned before it go in, an assessment comes out.
//!
//! [`visit::Visit`] holds raw facts, [`profile::UserProfile`] and [`baseline::Baseline`] what was learned,
//! [`evidence::Evidence`] the numbers derived from them, [`model::Model`] the weights, [`assess::Assessment`] the answer.
//! Everything here is a pure function of its arguments and names nothing but `base`.

pub mod assess;
mod backoff;
pub mod baseline;
pub mod cadence;
pub mod campaign;
mod counts;
pub mod evidence;
pub mod failures;
pub mod forest;
pub mod freeman;
mod geo;
pub mod machine;
pub mod model;
pub mod profile;
pub mod replay;
pub mod scorecard;
pub mod signal;
pub mod tenure;
pub mod train;
pub mod tree;
pub mod view;
pub mod visit;

#[cfg(test)]
mod robustness;
#[cfg(test)]
mod scenarios;
#[cfg(test)]
mod tests;

pub use assess::{Assessment, Contribution, UserReason, Vector, assess};
pub use baseline::Baseline;
pub use evidence::{Evidence, HardStop};
pub use model::Model;
pub use profile::UserProfile;
pub use signal::{Group, Signal};
pub use visit::Visit;
