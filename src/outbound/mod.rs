//! Everything that leaves the process, one dependency a file: mail, data about networks and places, lists of
//! breached passwords, HTTP.

pub mod breached;
pub mod disposable;
pub mod fetch;
pub mod identity;
pub mod mail;
pub mod networks;
