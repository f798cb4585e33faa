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

mod access_pass;
mod account;
mod assertions;
mod attestation;
mod authorize;
mod ciba;
mod claims_mapping;
mod client_documents;
mod clients;
mod consent;
mod console;
mod details;
mod device;
mod dpop;
mod email_change;
mod encryption;
mod exchange;
mod export;
mod hints;
mod hostile;
mod identity;
mod introspection;
mod jarm;
mod languages;
mod limits;
mod logout;
mod logs;
mod mails;
mod mtls;
mod oidf;
mod par;
mod passwords;
mod profiles;
mod push;
mod recovery;
mod registration;
mod request_objects;
mod resources;
mod risk;
mod sign_up;
mod signin;
mod smtp;
mod spoiled;
mod spoiled_jwts;
mod subjects;
mod tokens;
mod transactions;
mod turning;
