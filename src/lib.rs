//! Tidegate, an OpenID Connect identity provider whose adaptive multi-factor authentication is part of its core.
//!
//! # The map
//!
//! Modules stand in layers, and a layer may name only layers below it. Which edges are allowed inside a layer stands in
//! `tests/architecture/layers.rs`, which checks every file against it.
//!
//! | layer | folders | what lives there |
//! |---|---|---|
//! | L0 | `base` | ids, clock, randomness, secrets, addresses |
//! | L1 | `protocol` `risk` `domain` `factors` `policy` `flow` | pure rules: no I/O, no clock, no randomness |
//! | L2 | `config` `store` `ephemeral` `crypto` `outbound` `text` | edges: one kind of I/O each |
//! | L3 | `tenants` `accounts` `sessions` `signals` `decisions` `signin` `selfservice` `oidc` `admin` | use cases, one function an act |
//! | L4 | `http` `jobs` `cli` | faces |
//! | L5 | `app` `server` `main` | composition |
//!
//! # One sign-in, followed by a reader
//!
//! 1. `http/routes.rs`: `POST /t/{tenant}/signin/password` → `pages::signin::password`
//! 2. `http/pages/signin.rs`: the form becomes a `signin::Answer`; the `Step` that comes back is drawn
//! 3. `signin/service.rs::submit`: load the login, check the factor, go on
//! 4. `signin/first_factor.rs` with `crypto/hasher.rs`: the same work for known and unknown names
//! 5. `decisions/checkpoint.rs::judge`: `signals::gather`, then the pure `risk::assess` and `policy::decide`
//! 6. `flow/next.rs`: what comes next; the only place that knows the order. `signin/finish.rs` writes the end of it.

pub mod accounts;
pub mod admin;
pub mod app;
pub mod base;
pub mod cli;
pub mod config;
pub mod crypto;
pub mod decisions;
pub mod domain;
pub mod ephemeral;
pub mod factors;
pub mod flow;
pub mod http;
pub mod jobs;
pub mod oidc;
pub mod outbound;
pub mod policy;
pub mod protocol;
pub mod risk;
pub mod selfservice;
pub mod server;
pub mod sessions;
pub mod signals;
pub mod signin;
pub mod store;
pub mod tenants;
pub mod text;
