//! Records with legal transitions, as plain data: no SQL, no HTTP, no clock.

pub mod access_pass;
pub mod action;
pub mod assurance;
pub mod client;
pub mod credential;
pub mod decision;
pub mod device;
pub mod event;
pub mod grant;
pub mod identity;
pub mod key;
pub mod message;
pub mod outcome;
pub mod policy_version;
pub mod recovery;
pub mod registration_policy;
pub mod risk_model;
pub mod sealed;
pub mod session;
pub mod tenant;
pub mod trusted_issuer;
pub mod user;
