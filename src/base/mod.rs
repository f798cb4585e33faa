//! What every layer may lean on: ids, time, randomness, secrets, addresses and pages of lists.
//!
//! `clock` and `random` are the only places that read the operating system; the pure layers may not name them.

pub mod clock;
pub mod encoding;
pub mod ids;
pub mod net;
pub mod page;
pub mod random;
pub mod secret;
pub mod timestamp;
