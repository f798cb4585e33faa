//! Records with legal transitions, as plain data: no SQL, no HTTP, no clock.

pub mod action;
pub mod assurance;
