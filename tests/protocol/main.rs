//! HTTP in, behaviour out: the product on a port of its own, on SQLite and on PostgreSQL.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::allow_attributes,
    missing_docs,
    reason = "tests"
)]

#[path = "../support/mod.rs"]
mod support;

mod account;
mod attestation;
mod authorize;
mod clients;
mod console;
mod export;
mod hostile;
mod introspection;
mod logs;
mod passwords;
mod recovery;
mod risk;
mod signin;
mod smtp;
mod tokens;
mod turning;
