//! Everything that leaves the process, one dependency a file: mail, data about networks and places, HTTP.

pub mod fetch;
pub mod mail;
pub mod networks;
